"""The server's side of the protocol, without I/O: octets of a client in, octets for it out. RFC 5321."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REPLIES: Mapping[str, str] = {
    "greeting": "220 localhost ESMTP rawsmtp test server",
    "HELO": "250 localhost",
    "STARTTLS": "220 2.0.0 Go ahead",
    "AUTH": "235 2.7.0 Authentication successful",
    "AUTH refused": "535 5.7.8 Authentication credentials invalid",
    "username": "334 VXNlcm5hbWU6",
    "password": "334 UGFzc3dvcmQ6",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 End data with <CR><LF>.<CR><LF>",
    "content": "250 2.0.0 Ok: queued as {number}",
    "RSET": "250 2.0.0 Ok",
    "NOOP": "250 2.0.0 Ok",
    "VRFY": "252 2.0.0 Cannot verify, but will try",
    "QUIT": "221 2.0.0 Bye",
}
"""What the server says where nothing else was asked of it."""

KEYWORDS = ("PIPELINING", "SIZE 20971520", "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES")


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A message that arrived.

    sender, recipients: the addresses of the envelope.
    raw: the octets of the message, dots removed, nothing added.
    parameters: the ESMTP parameters of MAIL.
    user: who had logged in; None for nobody.
    tls: whether it came inside TLS.
    """

    sender: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)
    parameters: tuple[str, ...] = ()
    user: str | None = None
    tls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What kind of server it is.

    domain: the name that it gives itself.
    keywords: what EHLO offers; STARTTLS and AUTH are added by themselves.
    users: names and their passwords; empty means that AUTH is not offered.
    replies: what to say in place of `REPLIES`, by the same keys.
    respond: asked first for each command line ("RCPT TO:<a@b>", or "." for the content); returns a reply, or None.
    starttls: whether STARTTLS is offered.
    """

    domain: str = "localhost"
    keywords: tuple[str, ...] = KEYWORDS
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    replies: Mapping[str, str] = field(default_factory=dict)
    respond: Callable[[str], str | None] | None = None
    starttls: bool = False


_PATH = re.compile(r"(?:FROM|TO): *<([^>]*)>(?: +(.*))?", re.IGNORECASE)


class ServerSession:
    """One connection, seen from the server.

    behaviour: what kind of server it is.
    deliver: called with each message that was accepted.
    """

    def __init__(self, behaviour: Behaviour, deliver: Callable[[ReceivedMail], str]) -> None:
        self._behaviour = behaviour
        self._deliver = deliver
        self._buffer = b""
        self._login: list[str] | None = None
        self._in_data = False
        self._chunk: tuple[int, bool, bytes] | None = None
        self._chunks = b""
        self._greeted = False
        self.user: str | None = None
        self.tls = False
        self.is_over = False
        self.wants_tls = False
        self._forget()

    def _forget(self) -> None:
        self._sender: str | None = None
        self._parameters: tuple[str, ...] = ()
        self._recipients: list[str] = []
        self._chunks = b""

    def greet(self) -> bytes:
        """Return the greeting."""
        return self._reply("greeting")

    def receive(self, data: bytes) -> bytes:
        """Return the replies to what came."""
        self._buffer += data
        written = b""
        while not self.is_over and not self.wants_tls:
            answer = self._next()
            if answer is None:
                break
            written += answer
        return written

    def begin_tls(self) -> None:
        """Take note that TLS is up: all is forgotten. RFC 3207 §4.2."""
        self._buffer = b""
        self.wants_tls = self._greeted = False
        self.tls = True
        self._forget()

    def _next(self) -> bytes | None:
        if self._chunk is not None:
            return self._take_chunk(*self._chunk)
        if self._in_data:
            return self._take_content()
        line, ending, rest = self._buffer.partition(b"\r\n")
        if not ending:
            return None
        self._buffer = rest
        text = line.decode("utf-8", "replace")
        return self._log_in(text) if self._login is not None else self._command(text)

    def _command(self, line: str) -> bytes:
        asked = self._behaviour.respond(line) if self._behaviour.respond is not None else None
        verb, _, argument = line.partition(" ")
        if asked is not None and verb.upper() != "BDAT":
            return f"{asked}\r\n".encode()
        handler = self._HANDLERS.get(verb.upper())
        if handler is None:
            return b"500 5.5.1 Command not known\r\n"
        return handler(self, argument)

    def _reply(self, key: str) -> bytes:
        text = self._behaviour.replies.get(key) or REPLIES[key]
        return f"{text}\r\n".encode()

    def _ehlo(self, argument: str) -> bytes:
        if not argument:
            return b"501 5.5.4 A name is needed\r\n"
        self._greeted = True
        self._forget()
        keywords = list(self._behaviour.keywords)
        if self._behaviour.starttls and not self.tls:
            keywords.append("STARTTLS")
        if self._behaviour.users:
            keywords.append("AUTH PLAIN LOGIN")
        lines = [self._behaviour.domain, *keywords]
        return "".join(f"250{'-' if line is not lines[-1] else ' '}{line}\r\n" for line in lines).encode()

    def _helo(self, argument: str) -> bytes:
        self._greeted = True
        self._forget()
        return self._reply("HELO") if argument else b"501 5.5.4 A name is needed\r\n"

    def _starttls(self, argument: str) -> bytes:
        if not self._behaviour.starttls or self.tls:
            return b"502 5.5.1 Not offered\r\n"
        self.wants_tls = True
        return self._reply("STARTTLS")

    def _auth(self, argument: str) -> bytes:
        mechanism, _, initial = argument.partition(" ")
        if not self._behaviour.users or mechanism.upper() not in ("PLAIN", "LOGIN"):
            return b"504 5.5.4 Mechanism not known\r\n"
        self._login = [mechanism.upper()]
        if initial:
            return self._log_in("" if initial == "=" else initial)
        return self._reply("username") if mechanism.upper() == "LOGIN" else b"334 \r\n"

    def _log_in(self, line: str) -> bytes:
        assert self._login is not None  # noqa: S101  # for the type checker: _next() has asked
        try:
            self._login.append(binascii.a2b_base64(line, strict_mode=True).decode("utf-8"))
        except ValueError:
            self._login = None
            return b"501 5.5.2 That is not base64\r\n"
        mechanism, *answers = self._login
        if mechanism == "LOGIN" and len(answers) < 2:
            return self._reply("password")
        self._login = None
        user, secret = answers if mechanism == "LOGIN" else (*answers[0].split("\0"), "", "")[1:3]
        if self._behaviour.users.get(user) != secret:
            return self._reply("AUTH refused")
        self.user = user
        return self._reply("AUTH")

    def _mail(self, argument: str) -> bytes:
        match = _PATH.fullmatch(argument)
        if match is None or not argument.upper().startswith("FROM"):
            return b"501 5.5.4 MAIL FROM:<address>\r\n"
        if self._sender is not None or not self._greeted:
            return b"503 5.5.1 Bad sequence of commands\r\n"
        self._sender = match[1]
        self._parameters = tuple((match[2] or "").split())
        return self._reply("MAIL")

    def _rcpt(self, argument: str) -> bytes:
        match = _PATH.fullmatch(argument)
        if match is None or not argument.upper().startswith("TO"):
            return b"501 5.5.4 RCPT TO:<address>\r\n"
        if self._sender is None:
            return b"503 5.5.1 Bad sequence of commands\r\n"
        self._recipients.append(match[1])
        return self._reply("RCPT")

    def _data(self, argument: str) -> bytes:
        if not self._recipients:
            return b"503 5.5.1 No recipients\r\n"
        self._in_data = True
        return self._reply("DATA")

    def _take_content(self) -> bytes | None:
        content = b"\r\n" + self._buffer
        end = content.find(b"\r\n.\r\n")
        if end < 0:
            return None
        self._buffer = content[end + 5 :]
        self._in_data = False
        return self._accept((content[2 : end + 2] if end else b"").replace(b"\r\n..", b"\r\n.").removeprefix(b"."))

    def _accept(self, octets: bytes) -> bytes:
        asked = self._behaviour.respond(".") if self._behaviour.respond is not None else None
        mail = ReceivedMail(self._sender or "", tuple(self._recipients), octets, self._parameters, self.user, self.tls)
        self._forget()
        if asked is not None and not asked.startswith("2"):
            return f"{asked}\r\n".encode()
        number = self._deliver(mail)
        return f"{asked}\r\n".encode() if asked else self._reply("content").replace(b"{number}", number.encode())

    def _bdat(self, argument: str) -> bytes:
        size, _, last = argument.partition(" ")
        if not size.isdigit():
            return b"501 5.5.4 BDAT size [LAST]\r\n"
        refusal = b"" if self._recipients else b"503 5.5.1 No recipients\r\n"
        self._chunk = int(size), last.upper() == "LAST", refusal
        return b""

    def _take_chunk(self, size: int, last: bool, refusal: bytes) -> bytes | None:  # a refused chunk is discarded
        if len(self._buffer) < size:
            return None
        chunk, self._buffer = self._buffer[:size], self._buffer[size:]
        self._chunk = None
        if refusal:
            return refusal
        self._chunks += chunk
        return self._accept(self._chunks) if last else b"250 2.0.0 Chunk taken\r\n"

    def _rset(self, argument: str) -> bytes:
        self._forget()
        return self._reply("RSET")

    def _noop(self, argument: str) -> bytes:
        return self._reply("NOOP")

    def _vrfy(self, argument: str) -> bytes:
        return self._reply("VRFY")

    def _quit(self, argument: str) -> bytes:
        self.is_over = True
        return self._reply("QUIT")

    _HANDLERS: Mapping[str, Callable[[ServerSession, str], bytes]] = {
        "EHLO": _ehlo,
        "HELO": _helo,
        "STARTTLS": _starttls,
        "AUTH": _auth,
        "MAIL": _mail,
        "RCPT": _rcpt,
        "DATA": _data,
        "BDAT": _bdat,
        "RSET": _rset,
        "NOOP": _noop,
        "VRFY": _vrfy,
        "QUIT": _quit,
    }
