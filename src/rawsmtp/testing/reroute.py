"""Sends any client in this process that dials a mail server by name to a server of the test."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rawsmtp.wire.address import to_ascii

from .kit import KitOptions, authority, tell
from .outbox import Outbox
from .server import Server

if TYPE_CHECKING:
    from typing import Unpack

MAIL_PORTS = frozenset({25, 465, 587, 994, 2465, 2525, 2587})
"""Where mail servers listen: whoever dials another host there would send mail to the outside."""

_IMPLICIT = frozenset({465, 994, 2465})
_SERVICES = {"smtp": 25, "smtps": 465, "submissions": 465, "submission": 587}


class UnexpectedHost(AssertionError):
    """A program dialled a mail server that the test did not expect."""


class Capture:
    """Reroutes by name; use it in a `with` statement, and call it with each name to reroute.

    It covers what looks names up through `socket` in this process, smtplib, aiosmtplib and rawsmtp among them; not
    subprocesses, and not addresses that a program dials without a look-up. Certificates are verified: the server has
    one for the name, and `SSL_CERT_FILE` makes new default contexts trust it.

    options: see `KitOptions`; for every server, unless the call for it says otherwise.
    """

    def __init__(self, **options: Unpack[KitOptions]) -> None:
        self._options = options
        self.outbox = Outbox()
        self.unexpected: list[str] = []
        self._told = 0
        self.servers: list[Server] = []
        self._servers: dict[tuple[str, int], Server] = {}
        self._stack = contextlib.ExitStack()

    def __call__(self, host: str, port: int, **options: Unpack[KitOptions]) -> Server:
        """Reroute a host and port, and return the server that it leads to.

        port: 465 begins with TLS, others offer STARTTLS, unless `tls` says otherwise.
        options: see `KitOptions`.
        """
        chosen: KitOptions = {"tls": "implicit" if port in _IMPLICIT else "starttls", "names": (host,)}
        chosen.update(self._options)
        chosen.update(options)
        server = Server(outbox=self.outbox, **chosen)
        self._servers[_canonical(host), port] = self._stack.enter_context(server)
        self.servers.append(server)
        return server

    def __enter__(self) -> Self:
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="rawsmtp-"))
        trusted = Path(folder, "ca.pem")
        trusted.write_bytes(authority().pem)
        self._replace_environment("SSL_CERT_FILE", str(trusted))
        real = socket.getaddrinfo
        self._stack.callback(setattr, socket, "getaddrinfo", real)

        def getaddrinfo(host: Any, port: Any, *arguments: Any, **named: Any) -> Any:
            return real(*self._destination(host, port), *arguments, **named)

        socket.getaddrinfo = getaddrinfo
        return self

    def __exit__(self, kind: type[BaseException] | None, *details: Any) -> None:  # noqa: PYI036  # handed to ExitStack as they come
        self._stack.__exit__(kind, *details)
        self.check(details[0])

    def check(self, error: BaseException | None = None) -> None:
        """Raise what went wrong since the last check, as `Kit.check` does: at each server, and hosts not expected."""
        __tracebackhide__ = True
        for server in self.servers:
            server.check(error)
        news = self.unexpected[self._told :]
        self._told = len(self.unexpected)
        if news and not isinstance(error, UnexpectedHost):
            tell([UnexpectedHost(f"the program dialled {', '.join(news)}; {self._expected()}")], error)

    def _replace_environment(self, name: str, value: str) -> None:
        before = os.environ.get(name)
        if before is None:
            self._stack.callback(os.environ.pop, name, None)
        else:
            self._stack.callback(os.environ.__setitem__, name, before)
        os.environ[name] = value

    def _destination(self, host: Any, port: Any) -> tuple[Any, Any]:
        """Return where a look-up is to lead. Raises UnexpectedHost for a mail server that was not named."""
        name = host.decode() if isinstance(host, bytes) else host
        number = _number(port)
        server = self._servers.get((_canonical(str(name)), number))
        if server is not None:
            return server.host, server.port
        if name is not None and number in MAIL_PORTS and not _is_local(str(name)):
            self.unexpected.append(f"{name}:{number}")
            raise UnexpectedHost(f"the program dialled {name}:{number}; {self._expected()}")
        return host, port

    def _expected(self) -> str:
        names = ", ".join(f"{host}:{port}" for host, port in self._servers)
        return f"the test expects {names}" if names else "the test expects no mail server at all"


def _canonical(name: str) -> str:
    bare = name.lower().rstrip(".")
    try:
        return to_ascii(bare)
    except ValueError:  # no domain of the DNS; whoever looks it up will say so
        return bare


def _is_local(name: str) -> bool:
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return name.lower().rstrip(".") in ("", "localhost") or name.lower().endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _number(port: Any) -> int:
    if isinstance(port, bytes):
        port = port.decode()
    if isinstance(port, str):
        return int(port) if port.isdigit() else _SERVICES.get(port, 0)
    return int(port or 0)
