"""The state machine: items to octets, octets to replies, each reply counted against what was said. RFC 5321 §4.1.4."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal

from rawsmtp.errors import ConnectionLost, LocalProtocolError, RemoteProtocolError, SMTPError
from rawsmtp.wire.capabilities import Capabilities
from rawsmtp.wire.command import Command
from rawsmtp.wire.content import DotStuffing
from rawsmtp.wire.limits import DEFAULT_LIMITS, Limits
from rawsmtp.wire.mail_data import Bdat, Content, EndOfData, Item
from rawsmtp.wire.parser import ReplyParser
from rawsmtp.wire.path import Mail, Rcpt
from rawsmtp.wire.verb import Verb

from .state import SAME, State, row_of, said

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rawsmtp.wire.reply import Reply

_INJECTED = "octets in clear behind the reply to STARTTLS, an attack"
_BDAT_VERBS = frozenset({Verb.BDAT, Verb.BDAT_LAST})
_HELLO_VERBS = (Verb.EHLO, Verb.LHLO, Verb.HELO)


class Connection:
    """A client's side of one SMTP connection, without I/O.

    Two states are kept. *Said* moves as items go out, *answered* as replies come in; they are equal when no reply is
    outstanding. A machine that raised an error is closed: a connection never carries on out of step.

    limits: bounds on what is taken and what is sent.
    ignore_extensions: EHLO keywords to take as not offered.
    owed: the verbs that are still to be answered, in order.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS, ignore_extensions: Collection[str] = ()) -> None:
        self._limits = limits
        # No line of so many octets passes any of its limits.
        self._unlimited = min(limits.address, limits.command_line, limits.auth_line)
        self._ignored = frozenset(ignore_extensions)
        self._parser = ReplyParser(limits)
        self._said = State.GREETING
        self._answered = State.GREETING
        self.owed: deque[Verb] = deque([Verb.GREETING])
        self._content = DotStuffing()
        self._chunk = 0
        self.capabilities = Capabilities()

    @property
    def state(self) -> State:
        """The state that the replies so far have led to."""
        return self._answered

    @property
    def outstanding(self) -> int:
        """How many replies are owed."""
        return len(self.owed)

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be said: it has ended, or what came unasked would be taken for an answer."""
        return self._answered is State.CLOSED or not (self.owed or self._parser.is_empty)

    @property
    def in_content(self) -> bool:
        """Whether content has begun and its end was not said yet."""
        return self._chunk > 0 or (self._said is State.CONTENT and not self.owed)

    def send(self, *items: Item) -> bytes:
        """Return the octets to write for these items, all of them or none.

        items: commands, `Content` and `EndOfData`, in order.
        Raises LocalProtocolError if one may not be said where it stands, ValueError if a line passes its limit,
        TypeError for what is no item.
        Several commands may be in flight only where the server offers PIPELINING. RFC 2920 §3.1.
        """
        verbs = self._checked(items)
        if self._chunk or not _BDAT_VERBS.isdisjoint(verbs):
            return self._send_chunks(items)
        self._advance(verbs)
        # Content is encoded only when all is admitted: what its encoder has seen cannot be taken back.
        return b"".join([item.line if isinstance(item, Command) else self._encode(item) for item in items])

    def _checked(self, items: Sequence[Item]) -> list[Verb]:
        """Return the verbs of the items; raises for what is too long, and for what is no item."""
        verbs = []
        for item in items:
            if isinstance(item, Command):
                if len(item.line) > self._unlimited:
                    check_length(item, self._limits)
            elif not isinstance(item, (Content, EndOfData)):
                raise TypeError(f"what is said is one of rawsmtp.commands, not {type(item).__name__}: {item!a:.80}")
            verbs.append(item.verb)
        return verbs

    def _advance(self, verbs: Sequence[Verb]) -> None:
        owed = self.owed
        last = owed[-1] if owed else None
        self._said, answered = said(self._said, last, tuple(verbs), self.capabilities.pipelining)
        owed.extend(answered)

    def _encode(self, item: Item) -> bytes:
        if isinstance(item, Content):
            return self._content.convert(bytes(item.octets), is_canonical=item.is_canonical)
        return self._content.end() if isinstance(item, EndOfData) else item.line

    def _send_chunks(self, items: Sequence[Item]) -> bytes:
        parts: list[Item | bytes] = []
        verbs: list[Verb] = []
        left = self._chunk
        for item in items:
            if left:
                octets = _chunk_octets(item, left)
                left -= len(octets)
                parts.append(octets)
                continue
            verbs.append(item.verb)
            parts.append(item)
            if isinstance(item, Bdat):
                left = item.size
        self._advance(verbs)
        self._chunk = left
        return b"".join([part if isinstance(part, bytes) else self._encode(part) for part in parts])

    def receive(self, data: bytes) -> list[Reply]:
        """Return the replies that these octets complete.

        Raises RemoteProtocolError for what is no reply, for a reply that is not owed, and for one that the protocol
        does not have there; ConnectionLost for a 421 that is not owed. The error's `replies` are those before it. What
        comes behind the end of the conversation is dropped.
        """
        if self._answered is State.CLOSED and not self.owed:
            return []
        try:
            replies = self._parser.feed(data)
        except RemoteProtocolError as error:
            self._take(error.replies, error)
            raise
        self._take(replies)
        return replies

    def _take(self, replies: Sequence[Reply], error: SMTPError | None = None) -> None:
        owed = self.owed
        taken = 0
        try:
            for reply in replies:
                verb = owed.popleft() if owed else self._verb_unasked(reply)
                reached = row_of(verb, reply.code)
                if reached is not SAME:
                    self._reach(reached, verb, reply)
                if not owed:
                    self._said = self._answered
                taken += 1
        except SMTPError as found:
            found.replies = replies[:taken]
            self._close()
            raise found from error
        if error is not None:
            self._close()

    def _reach(self, state: State | Literal[False], verb: Verb, reply: Reply) -> None:
        if state is False:
            did = "greeted" if verb is Verb.GREETING else f"answered {verb.value}"
            raise RemoteProtocolError(f"the server {did} with {str(reply)!r}", reply=reply)
        if self._chunk and not self.owed and reply.is_success:
            raise RemoteProtocolError(f"the server took a chunk before its end: {str(reply)!r}", reply=reply)
        if self._answered is not State.CLOSED:
            self._answered = state
        if verb is Verb.DATA:
            self._content = DotStuffing()
        elif verb in _HELLO_VERBS and reply.is_success:
            self._learn(verb, reply)

    def _verb_unasked(self, reply: Reply) -> Verb:
        """Return what a reply answers although none is owed; raises for one that answers nothing."""
        if self._said is State.CONTENT:
            return Verb.CONTENT
        if self._said is State.HANDSHAKE:
            raise RemoteProtocolError(f"{_INJECTED}: {str(reply)!r}", reply=reply)
        if reply.code == 421:
            raise ConnectionLost(f"the server ended the connection: {str(reply)!r}", reply=reply)
        raise RemoteProtocolError(f"a reply that nothing was asked for: {str(reply)!r}", reply=reply)

    def _learn(self, verb: Verb, reply: Reply) -> None:
        if verb is Verb.HELO:
            self.capabilities = Capabilities()
        else:
            self.capabilities = Capabilities.parse(reply, self._limits, self._ignored)

    def receive_eof(self) -> None:
        """Take note that the server closed its side.

        Raises ConnectionLost unless the conversation had ended with the answer to QUIT.
        """
        ended = self._answered is State.CLOSED and not self.owed
        unfinished = self._parser.unfinished
        self._close()
        if unfinished:
            raise ConnectionLost(f"the server closed the connection inside a reply: {unfinished[:80]!a}")
        if not ended:
            raise ConnectionLost("the server closed the connection")

    def begin_tls(self) -> None:
        """Take note that STARTTLS was accepted and the handshake begins: all that was learnt is forgotten.

        Raises LocalProtocolError without a 220 to STARTTLS, RemoteProtocolError if octets stand behind it: they came
        in clear and would be read as if they had come inside TLS. RFC 3207 §4.2.
        """
        if self._answered is not State.HANDSHAKE or self.owed:
            raise LocalProtocolError(f"TLS begins behind the 220 to STARTTLS: {self._answered.value}")
        if not self._parser.is_empty:
            unfinished = self._parser.unfinished
            self._close()
            raise RemoteProtocolError(f"{_INJECTED}: {unfinished[:80]!a}")
        self._said = self._answered = State.START
        self.capabilities = Capabilities()

    def _close(self) -> None:
        self._said = self._answered = State.CLOSED
        self.owed.clear()


def _chunk_octets(item: Item, left: int) -> bytes:
    """Return the octets of a chunk that has so many left to be said."""
    if not isinstance(item, Content):
        raise LocalProtocolError(f"{item.verb.value} may not be said now: {left} octets of a chunk are owed")
    octets = bytes(item.octets)
    if len(octets) > left:
        raise LocalProtocolError(f"{len(octets)} octets, but the chunk has {left} left")
    if not octets.count(b"\r") == octets.count(b"\n") == octets.count(b"\r\n"):
        raise LocalProtocolError("the line ends of a chunk must be CRLF, and no piece may end between CR and LF")
    return octets


def check_length(item: Command, limits: Limits) -> None:
    """Raise ValueError if a command is longer than it may be."""
    if isinstance(item, (Mail, Rcpt)) and len(item.address.encode()) > limits.address:
        raise ValueError(f"an address of more than {limits.address} octets: {item.address[:60]!a}…")
    limit = limits.auth_line if item.verb is Verb.AUTH else limits.command_line
    # RFC 4954 §4: what answers a challenge is as long as its mechanism makes it.
    if len(item.line) > limit and item.verb is not Verb.AUTH_ANSWER:
        raise ValueError(f"a command line of {len(item.line)} octets, and the limit is {limit}: {str(item)[:60]!a}…")
