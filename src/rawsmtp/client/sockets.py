"""What sockets need whichever way they are waited for: addresses, options, names, and octets moved without waiting."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
from functools import partial
from typing import TYPE_CHECKING

from rawsmtp.errors import ConnectFailed, ConnectionLost
from rawsmtp.wire.reply import printable

from .process import process

if TYPE_CHECKING:
    from collections.abc import Callable

    from .link import Link
    from .settings import Settings

READ = 65_536

Address = tuple[socket.AddressFamily, tuple[object, ...] | str]


def addresses(found: list[tuple[object, ...]]) -> list[Address]:
    """Return the addresses to try in turn, from what getaddrinfo found, IPv6 and IPv4 by turns. RFC 8305 §4."""
    pairs = [(family, address) for family, _, _, _, address in found]
    first = [pair for pair in pairs if pair[0] == pairs[0][0]]
    second = [pair for pair in pairs if pair[0] != pairs[0][0]]
    mixed = []
    for number in range(max(len(first), len(second))):
        mixed += first[number : number + 1] + second[number : number + 1]
    return list(dict.fromkeys(mixed))  # type: ignore[arg-type]  # typeshed has getaddrinfo's tuples as a union


def make_socket(settings: Settings, family: socket.AddressFamily) -> socket.socket:
    """Return a socket of this family, bound to the source address if one was given."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if settings.source_address is not None and not settings.is_path:
            sock.bind(settings.source_address)
    except BaseException:
        sock.close()
        raise
    return sock


def prepare(sock: socket.socket) -> Callable[[], object]:
    """Set the options that a conversation wants, and return what acknowledges at once all that has come so far.

    That is called where more is to come: the Nagle algorithm of some servers holds it back until our acknowledgement,
    which the system delays, 40 ms a turn. Only Linux can be told.
    """
    sock.setblocking(False)
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return _nothing
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform != "linux":
        return _nothing
    return partial(sock.setsockopt, socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def watch(sock: socket.socket) -> select.poll | None:
    """Return what tells without waiting, or after a wait, whether there is something to read; None where it is missing.

    Windows has no poll(), and select() is limited to descriptors under 1,024 elsewhere.
    """
    if not hasattr(select, "poll"):
        return None
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return poll


def _nothing() -> None:
    pass


def address_literal(sock: socket.socket) -> str:
    """Return the local address of a connection as an address literal. RFC 5321 §4.1.3."""
    if sock.family == socket.AF_INET:
        return f"[{sock.getsockname()[0]}]"
    if sock.family == socket.AF_INET6:
        address = sock.getsockname()[0].partition("%")[0]
        return f"[IPv6:{address}]"
    return "localhost"


def connect_failed(settings: Settings, errors: list[tuple[str, Exception]]) -> ConnectFailed:
    """Return the error that names every address that was tried."""
    tried = "; ".join(f"{address}: {_reason(error)}" for address, error in errors)
    failure = ConnectFailed(f"no connection to {settings.place}: {tried}")
    failure.__cause__ = errors[-1][1] if errors else None
    return failure


def _reason(error: Exception) -> str:
    # asyncio words its errors in its own way; the system's words are the same for both clients.
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return printable(str(error)) or type(error).__name__


def shown(address: object) -> str:
    """Return a socket address as it is named in messages."""
    return str(address[0]) if isinstance(address, tuple) else str(address)


def write(sock: socket.socket, link: Link) -> bool:
    """Write what the socket takes at once; return whether it took something."""
    # An interruption may come when the system has the octets and we do not know it yet: then they count as written.
    link.is_writing = True
    try:
        written = sock.send(link.outgoing)
    except (BlockingIOError, InterruptedError):
        link.is_writing = False
        return False
    except OSError as error:
        # What the server said before it went is still there to be read.
        link.write_error = error
        written = 0
    link.wrote(written)
    link.is_writing = False
    return True


def read(sock: socket.socket, link: Link) -> bool:
    """Read what is there; return whether something was. Raises ConnectionLost, and what the octets mean."""
    try:
        link.held = sock.recv(READ)
    except (BlockingIOError, InterruptedError):
        return False
    except OSError as error:
        raise _broken(error) from error
    link.proceed()
    return True


def receive(come: bytes | OSError, link: Link) -> None:
    """Hand over octets that came, or raise ConnectionLost for the error that came in their place."""
    if isinstance(come, OSError):
        raise _broken(come) from come
    link.held = come
    del come
    link.proceed()


def _broken(error: OSError) -> ConnectionLost:
    return ConnectionLost(f"the connection broke: {printable(str(error))}")


def wants_to_write(link: Link) -> bool:
    """Whether there are octets to write and somebody to write them to."""
    return bool(link.outgoing) and link.write_error is None


def close(sock: socket.socket, owner: int) -> None:
    """Close the socket, and wake whoever waits for it; a forked child closes its copy only.

    owner: the process that made the connection.
    """
    if owner == process():
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
    sock.close()
