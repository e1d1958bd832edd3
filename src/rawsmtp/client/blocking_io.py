"""The waiting of the blocking client: the only part in which it differs from the asyncio client."""

from __future__ import annotations

import select
import socket
import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

from rawsmtp.errors import ConnectFailed, ConnectionLost, SMTPTimeout

from . import sockets
from .process import process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .link import Link
    from .settings import Settings

_SHORTEST_TRY = 1.0
"""Seconds that each address gets at least, while there is time at all."""


class BlockingIO:
    """One socket that is waited for by blocking."""

    takes_async = False

    def __init__(self) -> None:
        self._sock: socket.socket | None = None
        self._owner = 0
        self._turn, self._turns_of = threading.Lock(), process()
        self._acknowledge: Callable[[], object]
        self._poll: select.poll | None = None
        self._has_read = False

    def acquire(self, seconds: float) -> bool:
        """Wait for the turn to converse; return whether it came."""
        if self._turns_of != process():
            # A forked child has a copy of the lock, and whoever holds it is not there to release it.
            self._turn, self._turns_of = threading.Lock(), process()
        return self._turn.acquire(timeout=max(0.0, min(seconds, threading.TIMEOUT_MAX)))

    def release(self) -> None:
        """Give the turn to the next."""
        self._turn.release()

    def open(self, settings: Settings, seconds: float) -> str:
        """Connect within so many seconds and return the local address as a literal. Raises ConnectFailed."""
        self.drop()
        until = monotonic() + seconds
        if settings.connect is not None:
            self._sock = _call(settings, seconds)
        elif settings.is_path:
            self._sock = _connect_any(settings, [(socket.AF_UNIX, settings.host)], until)
        else:
            self._sock = _connect_any(settings, _look_up(settings), until)
        self._owner = process()
        self._acknowledge = sockets.prepare(self._sock)
        self._poll = sockets.watch(self._sock)
        self._has_read = False
        return sockets.address_literal(self._sock)

    def write(self, link: Link) -> None:
        """Write what can be written without waiting."""
        self._has_read = False
        sockets.write(self._sock or self._live(), link)

    def move(self, link: Link, seconds: float) -> bool:
        """Wait until octets can be moved, and move some; return False if the time was up before."""
        sock = self._sock or self._live()
        if seconds <= 0:
            return False
        write = sockets.wants_to_write(link)
        if write and sockets.write(sock, link):
            return True
        if self._has_read:
            self._acknowledge()
        self._has_read = True
        if not self._wait(sock, seconds, write=write):
            return False
        # Another thread may have closed it meanwhile.
        sockets.read(self._sock or self._live(), link)
        return True

    def _wait(self, sock: socket.socket, seconds: float, *, write: bool) -> bool:
        if self._poll is None:
            readable, writable, failed = select.select([sock], [sock] if write else [], [sock], seconds)
            return bool(readable or writable or failed)
        if not write:
            return bool(self._poll.poll(seconds * 1000))
        self._poll.modify(sock, select.POLLIN | select.POLLOUT)
        try:
            return bool(self._poll.poll(seconds * 1000))
        finally:
            self._poll.modify(sock, select.POLLIN)

    def glance(self, link: Link) -> None:
        """Read what is there without waiting."""
        sock = self._sock or self._live()
        if self._poll is None or self._poll.poll(0):
            sockets.read(sock, link)

    def iterate(self, items: Any) -> Iterator[tuple[object]]:
        """Return an iterator over the caller's items, each in a tuple of its own."""
        return ((item,) for item in items)

    def stop_pulling(self) -> None:
        """Leave off what was begun ahead: here, nothing is."""

    def pull(self, source: Any, *, wait: bool) -> object:
        """Return the next of the caller's source, None at its end."""
        return next(source, None)

    def drop(self) -> None:
        """Close the socket, if there is one."""
        sock, self._sock = self._sock, None
        if sock is not None:
            sockets.close(sock, self._owner)

    def _live(self) -> socket.socket:
        if self._sock is None:
            raise ConnectionLost("the connection was aborted")
        return self._sock


def _look_up(settings: Settings) -> list[sockets.Address]:
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ConnectFailed(f"no address for {settings.host!a}: {error}") from error
    return sockets.addresses(found)  # type: ignore[arg-type]  # typeshed has a union of tuples


def _connect_any(settings: Settings, candidates: list[sockets.Address], until: float) -> socket.socket:
    errors: list[tuple[str, Exception]] = []
    for number, (family, address) in enumerate(candidates):
        left = until - monotonic()
        if left <= 0:
            break
        share = max(_SHORTEST_TRY, left / (len(candidates) - number))
        try:
            return _connect(settings, family, address, min(share, left))
        except OSError as error:
            errors.append((sockets.shown(address), error))
    if not errors:
        raise SMTPTimeout(f"no connection to {settings.place}: its name was not looked up in time")
    if any(isinstance(error, TimeoutError) for _, error in errors):
        raise SMTPTimeout(str(sockets.connect_failed(settings, errors))) from errors[-1][1]
    raise sockets.connect_failed(settings, errors)


def _connect(
    settings: Settings, family: socket.AddressFamily, address: tuple[object, ...] | str, seconds: float
) -> socket.socket:
    sock = sockets.make_socket(settings, family)
    try:
        sock.settimeout(seconds)
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    return sock


def _call(settings: Settings, seconds: float) -> socket.socket:
    assert settings.connect is not None  # noqa: S101  # for the type checker: open() has asked
    try:
        return settings.connect(settings.host, settings.port, seconds)  # type: ignore[no-any-return]  # the caller's word
    except OSError as error:
        raise sockets.connect_failed(settings, [("connect=", error)]) from error
