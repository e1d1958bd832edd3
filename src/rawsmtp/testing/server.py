"""A server on loopback for tests: a thread a connection, nothing left behind when it is closed."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .kit import Kit, KitOptions, authority
from .steps import Cut, Pause, Say, Step

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from os import PathLike
    from typing import Unpack

    from .channel import Channel
    from .outbox import Outbox

_READ = 65_536
_LONG = 3_600.0
_LINGER = 1.0
_DJANGO = "django.core.mail.backends.smtp.EmailBackend"
_RESET = struct.pack("ii", 1, 0)


class Server(Kit):
    """An SMTP server on a port of loopback that the system chose; use it in a `with` or an `async with` statement.

    host: the address to listen on: "127.0.0.1" or "::1".
    port: the port to listen on; 0 lets the system choose.
    path: a unix socket to listen on instead.
    chop: octets that are written at a time; None writes all at once.
    read: octets that are read at a time.
    outbox: where messages go, if several servers share one.
    options: see `KitOptions`.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        path: str | PathLike[str] | None = None,
        chop: int | None = None,
        read: int = _READ,
        outbox: Outbox | None = None,
        **options: Unpack[KitOptions],
    ) -> None:
        super().__init__(options, outbox)
        self._host = host
        self._wanted_port = port
        self._path = None if path is None else Path(path)
        self._chop = chop
        self._read = read
        self._listener: socket.socket | None = None
        self._acceptor: threading.Thread | None = None
        self._address: Any = ""
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []  # those of the connections

    @property
    def host(self) -> str:
        """The address that it listens on."""
        return self._host

    @property
    def port(self) -> int:
        """The port that it listens on."""
        if self._path is not None:
            raise RuntimeError(f"this server has no port: it listens on {self._path}")
        if self._listener is None:
            raise RuntimeError("this server has not been started: use it in a with statement")
        return int(self._address[1])

    @property
    def url(self) -> str:
        """Where it is, as smtp://127.0.0.1:49231; smtps:// if TLS begins with the first octet."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"smtp{'s' if self._implicit else ''}://{host}:{self.port}"

    def env(self) -> dict[str, str]:
        """Return environment variables by which programs find their mail server."""
        return {
            "SMTP_HOST": self.host,
            "SMTP_PORT": str(self.port),
            "SMTP_URL": self.url,
            "EMAIL_URL": self.url,
            "RAWSMTP_URL": self.url,
        }

    def django_settings(self) -> dict[str, object]:
        """Return the settings of Django before MAILERS that send mail here; its runner replaces the backend else."""
        return {
            "EMAIL_BACKEND": _DJANGO,
            "EMAIL_HOST": self.host,
            "EMAIL_PORT": self.port,
            "EMAIL_USE_SSL": self._implicit,
            "EMAIL_USE_TLS": self._setup.starttls,
        }

    def django_mailers(self) -> dict[str, dict[str, object]]:
        """Return the setting MAILERS (Django 6.1 and later) that sends mail here."""
        options = {
            "host": self.host,
            "port": self.port,
            "use_ssl": self._implicit,
            "use_tls": self._setup.starttls,
        }
        return {"default": {"BACKEND": _DJANGO, "OPTIONS": options}}

    def client_context(self) -> ssl.SSLContext:
        """Return an ssl.SSLContext that trusts this server's certificate and no other."""
        return authority().client_context()

    def start(self) -> Self:
        """Begin to listen; `with` does it."""
        if self._listener is not None:
            raise RuntimeError("this server has been started already")
        self._listener = _listen(self._host, self._wanted_port, self._path)
        self._address = self._listener.getsockname()
        self._acceptor = self._new_thread(self._accept, self._listener)
        self._acceptor.start()
        return self

    def stop(self) -> None:
        """Close every connection and wait until nothing is left; `with` does it, and looks at what went wrong."""
        self._closing.set()
        if self._listener is None or self._acceptor is None:
            return
        self._wake(self._listener)
        self._acceptor.join()
        with self._changed:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join()
        self._listener.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _wake(self, listener: socket.socket) -> None:
        # Closing a listener does not wake the thread that accepts on it; a connection does, on every system.
        try:
            with socket.socket(listener.family) as sock:
                sock.connect(self._address)
        except OSError:
            # Somebody has removed the unix socket's path.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, *_: object) -> None:
        self.stop()
        self.check(error)

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, *_: object) -> None:
        self.__exit__(kind, error)

    def wait_until_closed(self, timeout: float = 5.0) -> None:
        """Wait until no connection is open. Raises AssertionError."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.sessions and not self._open, timeout):
                raise AssertionError(f"{len(self._open)} connections are still open")

    def _new_thread(self, target: Callable[[socket.socket], None], sock: socket.socket) -> threading.Thread:
        return threading.Thread(target=target, args=(sock,), name="rawsmtp.testing", daemon=True)

    def _accept(self, listener: socket.socket) -> None:
        while not self._closing.is_set():
            try:
                sock, _ = listener.accept()
                if self._path is None:
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError:  # it went before it was accepted, or the listener is shut down
                continue
            thread = self._new_thread(self._serve, sock)
            with self._changed:
                self._open.add(sock)
                # Those that have ended are forgotten, so that a server that runs for long does not collect them.
                self._threads = [thread for thread in self._threads if thread.is_alive()] + [thread]
                thread.start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            if not self._closing.is_set():
                self._converse(sock)
        finally:
            sock.close()
            with self._changed:
                self._open.discard(sock)
                self._changed.notify_all()

    def _converse(self, sock: socket.socket) -> None:
        try:
            channel = self.new_channel()
            steps = channel.open()
            while (data := self._exchange(sock, steps)) and not self._closing.is_set():
                steps = channel.receive(data)
            if Cut() in steps:
                self._drain(sock, channel)
        except BaseException as error:  # noqa: BLE001  # a test's handler may raise anything: it is raised where the test is
            self.errors.append(error)

    def _exchange(self, sock: socket.socket, steps: list[Step]) -> bytes:
        """Perform the steps and return what the client says next; nothing when the connection ends."""
        try:
            return sock.recv(self._read) if all(self._perform(sock, step) for step in steps) else b""
        except OSError:
            return b""  # the client went; its own error says why

    def _perform(self, sock: socket.socket, step: Step) -> bool:
        """Perform a step; return whether the connection goes on."""
        if isinstance(step, Say):
            self._write(sock, step)
        elif isinstance(step, Pause):
            return not self._closing.wait(min(step.seconds, _LONG))
        elif isinstance(step, Cut):
            if step.reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            else:
                sock.shutdown(socket.SHUT_WR)
            return False
        return True

    def _drain(self, sock: socket.socket, channel: Channel) -> None:
        # A close with octets unread is a reset, which can overtake the last reply.
        with contextlib.suppress(OSError):
            sock.settimeout(_LINGER)
            while data := sock.recv(_READ):
                channel.receive(data)
                if self._closing.is_set():
                    return

    def _write(self, sock: socket.socket, say: Say) -> None:
        size = 1 if say.trickle else self._chop or len(say.octets) or 1
        for start in range(0, len(say.octets), size):
            if say.trickle and start and self._closing.wait(say.trickle):
                return
            sock.sendall(say.octets[start : start + size])


def _listen(host: str, port: int, path: Path | None) -> socket.socket:
    if path is None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=128)
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(path))
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener
