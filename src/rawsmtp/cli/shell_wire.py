"""A connection for somebody who types: any line goes out, whatever the state; what comes back is read as replies.

The state machine of the library refuses what would be a mistake. Here mistakes are what one wants to see answered.
"""

from __future__ import annotations

import re
import select
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rawsmtp.client import sockets
from rawsmtp.client.redaction import Redactor
from rawsmtp.client.settings import settings
from rawsmtp.client.tls import TLSLayer, default_context
from rawsmtp.errors import ConnectFailed, ConnectionLost, RemoteProtocolError, SMTPTimeout
from rawsmtp.wire.command import Command
from rawsmtp.wire.gate import command_line
from rawsmtp.wire.parser import ReplyParser
from rawsmtp.wire.reply import printable
from rawsmtp.wire.verb import Verb

if TYPE_CHECKING:
    from rawsmtp import Reply, TLSInfo, Transcript

_REDACTED = "[redacted]"
_LIKE_RESPONSE = re.compile(r"\s*(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)\s*")
_VERBS = frozenset(verb.value for verb in Verb)
_WITH_SECRET = re.compile(r"\s*(auth)\s+(\S+)\s+\S", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Typed(Command):
    """A line as it was typed; what is kept of it in a transcript is what may be seen of it."""

    text: str
    verb: ClassVar[Verb] = Verb.OTHER

    @property
    def line(self) -> bytes:  # type: ignore[override]  # made when it is asked for
        """The octets of the line. Raises ValueError for what could begin another one."""
        return command_line(self.text)

    def __str__(self) -> str:
        return self.text


def visible(line: str, *, is_challenged: bool) -> str:
    """Return what may be seen of a line that was typed.

    An answer to a challenge is a secret, and so is what looks like one: whoever pastes user and password does not wait
    for the challenge, and the server may have ended the login in between.
    """
    if is_challenged and not line.startswith(".") and line not in ("", "*"):
        return _REDACTED
    if _LIKE_RESPONSE.fullmatch(line) and line.strip().upper() not in _VERBS:
        return _REDACTED
    found = _WITH_SECRET.match(line)
    return f"{found[1]} {found[2]} {_REDACTED}" if found else line


class Wire:
    """One connection.

    host, port: the server.
    transcript: where the dialogue is recorded.
    seconds: to wait for a connection, a handshake or a reply.
    """

    def __init__(self, host: str, port: int, transcript: Transcript, seconds: float) -> None:
        self._host = host
        self._port = port
        self._transcript = transcript
        self._seconds = seconds
        self._parser = ReplyParser()
        self._waiting: list[Reply] = []
        self._tls: TLSLayer | None = None
        self._redactor: Redactor | None = None
        self._sock = self._connect()

    def _connect(self) -> socket.socket:
        known = settings(self._host, self._port, {})
        self._transcript.note(f"Trying {known.place}...")
        try:
            if known.is_path:
                sock = socket.socket(socket.AF_UNIX)
                sock.settimeout(self._seconds)
                sock.connect(known.host)
            else:
                sock = socket.create_connection((known.host, known.port), self._seconds)
        except socket.gaierror as error:
            raise ConnectFailed(f"no address for {known.host!r}: {error}", phase="connect") from error
        except OSError as error:
            failure = sockets.connect_failed(known, [(known.host, error)])
            failure.phase = "connect"
            raise failure from error
        self._transcript.note(f"Connected to {known.place}.")
        return sock

    @property
    def tls(self) -> TLSInfo | None:
        """The TLS that is up; None in clear."""
        return self._tls.info if self._tls is not None else None

    def keep_secret(self, *secrets: str, response: bytes = b"") -> None:
        """Take a secret, or a response that was said in AUTH, out of whatever the server says from now on."""
        if self._redactor is None or secrets:
            self._redactor = Redactor(secrets)
        self._redactor.learn(response)

    def begin_tls(self) -> TLSInfo:
        """Shake hands. Raises TLSFailed, and RemoteProtocolError for octets in clear behind STARTTLS: an attack."""
        if not self._parser.is_empty or self._waiting:
            raise RemoteProtocolError("octets in clear behind the reply to STARTTLS, an attack", phase="tls")
        layer = TLSLayer(default_context(), self._host)
        while True:
            self._send(layer.handshake())
            if layer.is_up:
                break
            layer.feed(self._receive())
        self._tls = layer
        info = layer.info
        self._transcript.note(f"{info.version} with {info.cipher}.", tls=True)
        return info

    def say(self, item: Command, shown: str) -> None:
        """Write one line; `shown` is what the transcript keeps of it."""
        octets = bytes(item)
        self._transcript.record_sent([Typed(shown)], tls=self._tls is not None)
        self.write(octets)

    def write(self, octets: bytes) -> None:
        """Write octets as they are."""
        self._send(self._tls.encrypt(octets) if self._tls is not None else octets)

    def _send(self, octets: bytes) -> None:
        try:
            self._sock.sendall(octets)
        except TimeoutError as error:
            raise SMTPTimeout(f"the server did not read on in {self._seconds:.3g} seconds") from error
        except OSError as error:
            raise ConnectionLost(f"the connection broke: {printable(str(error))}") from error

    def read(self, seconds: float | None = None) -> Reply:
        """Wait for the next reply, so many seconds at most if it is not the usual time.

        Raises SMTPTimeout, ConnectionLost, and RemoteProtocolError for what is none.
        """
        self._sock.settimeout(seconds or self._seconds)
        try:
            while not self._waiting:
                self._take(self._receive())
        finally:
            self._sock.settimeout(self._seconds)
        return self._waiting.pop(0)

    def glance(self) -> list[Reply]:
        """Return the replies that came unasked, without waiting."""
        while select.select([self._sock], [], [], 0)[0]:
            try:
                self._take(self._receive())
            except ConnectionLost:
                if not self._waiting:
                    raise
                break
        came, self._waiting = self._waiting, []
        return came

    def _receive(self) -> bytes:
        try:
            data = self._sock.recv(sockets.READ)
        except TimeoutError as error:
            seconds = self._sock.gettimeout() or self._seconds
            raise SMTPTimeout(f"no complete reply came in {seconds:.3g} seconds") from error
        except OSError as error:
            raise ConnectionLost(f"the connection broke: {printable(str(error))}") from error
        if not data:
            raise ConnectionLost("Connection closed by foreign host.")
        return data

    def _take(self, data: bytes) -> None:
        ended = False
        if self._tls is not None:
            self._tls.feed(data)
            data, ended = self._tls.decrypt()
        if self._redactor is not None:
            data = self._redactor.feed(data)
        try:
            replies = self._parser.feed(data)
        except RemoteProtocolError as error:
            self._waiting += error.replies
            raise
        self._transcript.record_received(replies, tls=self._tls is not None)
        self._waiting += replies
        if ended and not self._waiting:
            raise ConnectionLost("Connection closed by foreign host.")

    def close(self) -> None:
        """Close the connection without a word."""
        self._sock.close()
        self._transcript.note("Connection closed.")
