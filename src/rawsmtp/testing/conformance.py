"""What a client did that the protocol does not allow: a server that judges whoever talks to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rawsmtp.protocol.state import SEND, State
from rawsmtp.wire.verb import Verb

if TYPE_CHECKING:
    from collections.abc import Callable

_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_LINE_OCTETS = 998
_HELLO = frozenset({Verb.EHLO, Verb.HELO, Verb.LHLO})
"""These may come at any time and do what RSET does. RFC 5321 §4.1.4."""


class Finding(NamedTuple):
    """One offence.

    rule: "bare-line-end", "dot-stuffing", "sequence", "pipelining", "undeclared-8bit", "smtputf8", "long-line",
        "credentials-in-clear", "parameter", "syntax", or "after-quit".
    detail: what was seen.
    reference: where it is forbidden.
    """

    rule: str
    detail: str
    reference: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.detail} ({self.reference})"


class Judge:
    """Watches one connection.

    report: called with each finding.
    """

    def __init__(self, report: Callable[[Finding], None]) -> None:
        self._report = report
        self._said = State.START
        self._may_be_ahead = False
        self._has_quit = False

    def command(self, verb: Verb, actual: State, shown: str) -> None:
        """Judge a command by the client's own table.

        A command may follow one whose refusal the client had not seen yet, so it is right if it is right either as if
        all had been accepted or as things are. Only where pipelining is not allowed has it surely seen all replies.
        """
        if not self._may_be_ahead:
            self._said = actual
        reached = SEND.get((self._said, verb)) or SEND.get((actual, verb))
        if reached is None and verb not in _HELLO:
            self._report(Finding("sequence", f"{shown!r} {actual.value}", "RFC 5321 §4.1.4"))
        self._said = reached or actual

    def begin_tls(self) -> None:
        """Take note that all is forgotten."""
        self._may_be_ahead = False

    def behind(self, verb: Verb, octets: bytes, *, allowed: bool) -> None:
        """Judge octets that came behind a command before its reply."""
        self._may_be_ahead = allowed
        self._has_quit = verb is Verb.QUIT
        if self._has_quit:
            self.behind_the_end(octets)
        elif octets and not allowed:
            self._report(Finding("pipelining", f"{octets[:60]!a} before the reply to {verb.value}", "RFC 2920 §3.1"))

    def behind_the_end(self, octets: bytes) -> None:
        """Judge octets that came when the session was over, before its last reply or after it."""
        if octets and self._has_quit:
            self._report(Finding("after-quit", f"{octets[:60]!a} behind QUIT", "RFC 5321 §4.1.1.10"))
            self._has_quit = False

    def bare_line_feed(self, line: bytes) -> None:
        """Take note of a command line that ended with LF alone."""
        self._report(Finding("bare-line-end", f"a bare LF behind {line[:60]!a}", "RFC 5321 §2.3.8"))

    def credentials(self, mechanism: str, *, tls: bool, plaintext: bool) -> None:
        """Judge an AUTH whose mechanism shows the secret to whoever listens."""
        if plaintext and not tls:
            self._report(Finding("credentials-in-clear", f"AUTH {mechanism} without TLS", "RFC 4954 §4"))

    def parameter(self, keyword: str, verb: Verb) -> None:
        """Take note of a parameter whose extension was not offered."""
        self._report(Finding("parameter", f"{keyword} on {verb.value}", "RFC 5321 §2.2.1"))

    def syntax(self, shown: str) -> None:
        """Take note of a line that is no command."""
        self._report(Finding("syntax", shown, "RFC 5321 §4.1"))

    def address(self, address: str, *, declared: bool) -> None:
        """Judge an address that is not ASCII."""
        if not declared and not address.isascii():
            self._report(Finding("smtputf8", f"{address!a} without SMTPUTF8", "RFC 6531 §3.4"))

    def content(self, wire: bytes, *, stuffed: bool, declared: bool) -> None:
        """Judge a content as it was on the wire.

        stuffed: whether dots at line starts were to be doubled.
        declared: whether 8-bit octets were announced.
        """
        bare = _BARE.search(wire)
        if bare is not None:
            near = wire[max(0, bare.start() - 20) : bare.end() + 20]
            self._report(Finding("bare-line-end", f"in the content near {near!a}", "RFC 5321 §2.3.8"))
        single = re.search(rb"(?:\A|\r\n)(\.[^.\r][^\r]{0,40})", wire) if stuffed else None
        if single is not None:
            self._report(Finding("dot-stuffing", f"a line that begins {single[1]!a}", "RFC 5321 §4.5.2"))
        if not declared and not wire.isascii():
            self._report(Finding("undeclared-8bit", "octets beyond ASCII without BODY=8BITMIME", "RFC 6152 §3"))
        longest = max((len(line) for line in wire.split(b"\r\n")), default=0)
        if longest > _LINE_OCTETS:
            self._report(Finding("long-line", f"a line of {longest} octets", "RFC 5321 §4.5.3.1.6"))
