"""A server on loopback for tests: a thread a connection, nothing left behind when it is closed."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Protocol, Self

from .session import Behaviour, ReceivedMail, ServerSession

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from pathlib import Path

_READ = 65_536


class Session(Protocol):
    """One connection, seen from the server, without I/O."""

    is_over: bool
    wants_tls: bool

    def greet(self) -> bytes:
        """Return what is said first."""

    def receive(self, data: bytes) -> bytes:
        """Return what is said to these octets."""

    def begin_tls(self) -> None:
        """Take note that TLS is up."""


class Server:
    """An SMTP server on a port of loopback that the system chose; use it in a `with` statement.

    behaviour: what kind of server it is.
    session: makes the session of a connection in place of a `ServerSession`.
    context: an ssl.SSLContext for the server's side; needed for TLS.
    tls: whether TLS begins with the first byte.
    chop: octets that are written at a time; None writes all at once.
    host: the address to listen on.
    path: a unix socket to listen on instead.
    """

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        *,
        session: Callable[[], Session] | None = None,
        context: ssl.SSLContext | None = None,
        tls: bool = False,
        chop: int | None = None,
        host: str = "127.0.0.1",
        path: Path | None = None,
    ) -> None:
        self._behaviour = behaviour or Behaviour(starttls=context is not None and not tls)
        self._make = session or (lambda: ServerSession(self._behaviour, self._deliver))
        self._context = context
        self._tls = tls
        self._chop = chop
        self._listener = _listen(host, path)
        self._lock = threading.Condition()
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, name="rawsmtp.testing", daemon=True)]
        self.outbox: list[ReceivedMail] = []
        self.sessions: list[Session] = []
        self.errors: list[BaseException] = []

    @property
    def host(self) -> str:
        """The address that it listens on."""
        return str(self._listener.getsockname()[0])

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection and wait until nothing is left."""
        # A listener that is only closed keeps its accept() waiting.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            if thread.ident is not None:
                thread.join()
        self._listener.close()

    def wait_for(self, count: int, timeout: float = 10.0) -> list[ReceivedMail]:
        """Return the messages as soon as so many have arrived. Raises TimeoutError, naming those that did."""
        with self._lock:
            if not self._lock.wait_for(lambda: len(self.outbox) >= count, timeout):
                raise TimeoutError(f"{count} messages were awaited, and these arrived: {self.outbox}")
            return list(self.outbox)

    def wait_until_closed(self, timeout: float = 10.0) -> None:
        """Wait until no connection is open. Raises TimeoutError."""
        with self._lock:
            if not self._lock.wait_for(lambda: self.sessions and not self._open, timeout):
                raise TimeoutError(f"{len(self._open)} connections are still open")

    def _deliver(self, mail: ReceivedMail) -> str:
        with self._lock:
            self.outbox.append(mail)
            self._lock.notify_all()
            return f"{len(self.outbox):08X}"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(sock,), name="rawsmtp.testing", daemon=True)
            with self._lock:
                self._open.add(sock)
                self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        session = self._make()
        self.sessions.append(session)
        current = sock
        try:
            if current.family != socket.AF_UNIX:
                current.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                current = self._upgrade(current)
                session.begin_tls()
            self._write(current, session.greet())
            while not session.is_over and (data := current.recv(_READ)):
                self._write(current, session.receive(data))
                if session.wants_tls:
                    current = self._upgrade(current)
                    session.begin_tls()
        except OSError as error:
            self.errors.append(error)
        finally:
            current.close()
            sock.close()
            with self._lock:
                self._open -= {sock, current}
                self._lock.notify_all()

    def _upgrade(self, sock: socket.socket) -> socket.socket:
        assert self._context is not None  # noqa: S101  # for the type checker: TLS is offered only with a context
        secure = self._context.wrap_socket(sock, server_side=True)
        with self._lock:
            self._open.add(secure)
        return secure

    def _write(self, sock: socket.socket, octets: bytes) -> None:
        step = self._chop or len(octets) or 1
        for start in range(0, len(octets), step):
            sock.sendall(octets[start : start + step])


def _listen(host: str, path: Path | None) -> socket.socket:
    if path is None:
        return socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    return listener
