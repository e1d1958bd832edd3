"""Octets to replies, within limits. RFC 5321 §4.2."""

from __future__ import annotations

import re

from rawsmtp.errors import RemoteProtocolError

from .foreign import identify, show
from .limits import DEFAULT_LIMITS, Limits
from .reply import Reply, decode, printable

# On octets: int() and str.isdigit() take signs, spaces and the digits of other scripts.
_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])([^\r\n]*))?")
_START = re.compile(rb"[2-5](?:[0-9](?:[0-9](?:[ \r-].*)?)?)?", re.DOTALL)
_REMEMBERED = 64
"""Replies of one line that are remembered: a server answers most commands in the same words each time."""


class ReplyParser:
    """Turns the octets of a server into replies; `feed` them as they come, cut anywhere.

    limits: bounds on a line, a reply and its lines.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._rest = b""
        self._code = b""
        self._raw: list[bytes] = []
        self._texts: list[str] = []
        self._octets = 0
        self._remembered: dict[bytes, Reply] = {}

    @property
    def is_empty(self) -> bool:
        """Whether every octet so far belongs to a complete reply."""
        return not self._rest and not self._raw

    @property
    def unfinished(self) -> bytes:
        """The octets of the reply that is not complete yet."""
        return b"".join(self._raw) + self._rest

    def feed(self, data: bytes) -> list[Reply]:
        """Return the replies that these octets complete.

        Raises RemoteProtocolError for anything that is not a reply within the limits; its `replies` are the ones that
        were complete before. RFC 5321 §4.2.1.
        """
        *lines, self._rest = (self._rest + data if self._rest else data).split(b"\r\n")
        remembered = self._remembered
        replies: list[Reply] = []
        try:
            for line in lines:
                if line in remembered and not self._raw:
                    replies.append(remembered[line])
                elif (reply := self._line(line)) is not None:
                    replies.append(reply)
            if self._rest:
                self._check_rest()
        except RemoteProtocolError as error:
            error.replies = replies
            raise
        return replies

    def _line(self, line: bytes) -> Reply | None:
        match = _LINE.fullmatch(line)
        if match is None or len(line) > self._limits.line:
            raise self._malformed(line)
        code, separator, text = match.groups()
        if separator != b"-" and not self._raw:
            reply = Reply(int(code), printable(decode(text)) if text else "", line + b"\r\n")
            if len(self._remembered) < _REMEMBERED:
                self._remembered[line] = reply
            return reply
        return self._continue(line, code, separator, text or b"")

    def _continue(self, line: bytes, code: bytes, separator: bytes | None, text: bytes) -> Reply | None:
        if self._raw and code != self._code:
            before, after = self._code.decode(), code.decode()
            raise RemoteProtocolError(f"one reply with two codes: {before} and then {after} ({show(line)})")
        self._code = code
        self._raw.append(line + b"\r\n")
        self._texts.append(printable(decode(text)))
        self._octets += len(line) + 2
        if self._octets > self._limits.reply or len(self._raw) > self._limits.lines:
            size = f"{self._limits.reply} octets or {self._limits.lines} lines"
            raise RemoteProtocolError(f"a reply of more than {size}, beginning {show(self._raw[0])}")
        if separator == b"-":
            return None
        reply = Reply(int(code), "\n".join(self._texts), b"".join(self._raw))
        self._raw, self._texts, self._octets = [], [], 0
        return reply

    def _check_rest(self) -> None:
        # A server of another protocol may never send a line end: say so as soon as this cannot become a reply.
        rest = self._rest
        stray = rest.find(b"\r", 0, -1) >= 0 or b"\n" in rest
        # The CR of a line end that is cut counts for no line.
        if stray or len(rest) > self._limits.line + rest.endswith(b"\r") or not _START.fullmatch(rest):
            raise self._malformed(rest)

    def _malformed(self, line: bytes) -> RemoteProtocolError:
        if len(line) > self._limits.line:
            return RemoteProtocolError(f"a reply line of more than {self._limits.line} octets: {show(line)}")
        known = identify(line)
        if known is not None:
            name, advice = known
            return RemoteProtocolError(f"this is {name}, not an SMTP server; it said {show(line)}", hint=advice)
        if b"\n" in line or b"\r" in line:
            return RemoteProtocolError(f"a reply with a bare CR or LF in it: {show(line)}")
        return RemoteProtocolError(f"not an SMTP reply: {show(line)}")
