"""A connection and its TLS as a transformation of values: items in, octets out; octets in, replies out.

The one place that sees all that is said, so the one that records it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.errors import ConnectionLost, LocalProtocolError, SMTPError, TLSFailed
from rawsmtp.protocol import Connection, State
from rawsmtp.wire.auth import Auth, AuthAnswer
from rawsmtp.wire.command import Command
from rawsmtp.wire.mail_data import Bdat, Content, EndOfData
from rawsmtp.wire.verb import Verb

from .redaction import Redactor
from .tls import TLSInfo, TLSLayer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Collection, Sequence

    from rawsmtp.wire.limits import Limits
    from rawsmtp.wire.mail_data import Item
    from rawsmtp.wire.reply import Reply

    from .transcript import Transcript


_ENDS = frozenset({Verb.END_OF_DATA, Verb.BDAT_LAST})
_NOT_PLAIN = frozenset({Auth, AuthAnswer, Bdat, Content, EndOfData})


class Link:
    """One live connection, without its I/O.

    transcript: where the dialogue is recorded.
    limits, ignore_extensions: as for `Connection`.
    local_name: the name for EHLO when none was given.
    outgoing: octets to be written.
    held: octets that came, which `proceed` reads: no frame of a traceback has them, as there may be a secret in them.
    is_writing: whether octets are being handed over, so that nobody knows how many are.
    progress: rises whenever octets are written or a reply is complete.
    secrets: what must not be seen in what the server says, once it was said to it.
    redactor: what was said on the connection before: this server knows it already. None for the first one.
    """

    def __init__(
        self,
        transcript: Transcript,
        limits: Limits,
        ignore_extensions: Collection[str],
        local_name: str,
        secrets: Collection[str] = (),
        redactor: Redactor | None = None,
    ) -> None:
        self._connection = Connection(limits, ignore_extensions)
        self._transcript = transcript
        self._secrets = secrets
        self._limits = limits
        self.redactor = redactor
        if redactor is not None:
            redactor.restart()
        self._tls: TLSLayer | None = None
        self._replies: list[Reply] = []
        self.held = b""
        self.local_name = local_name
        self.outgoing = b""
        self._put_in_all = self._written = self._said = 0
        self.progress = 0
        self.write_error: OSError | None = None
        self.is_writing = False
        self._is_ending = False

    @property
    def tls(self) -> TLSInfo | None:
        """The TLS that is up; None in clear."""
        return self._tls.info if self._tls is not None and self._tls.is_up else None

    @property
    def has_handed_over(self) -> bool:
        """Whether the last octet of a message was said, and is written: alerts of TLS behind it do not count."""
        is_said = self._is_ending and not self._connection.in_content
        return is_said and (self._written >= self._said or self.is_writing)

    @property
    def is_verified(self) -> bool:
        """Whether it is inside TLS with a certificate and a host name that were verified."""
        return self._tls is not None and self._tls.is_up and self._tls.is_verified

    @property
    def is_idle(self) -> bool:
        """Whether nothing is owed in either direction."""
        return self.is_quiet and not self._connection.in_content

    @property
    def is_quiet(self) -> bool:
        """Whether whatever came now would come unasked: all is written and nothing is owed to us."""
        return not self.outgoing and not self._connection.owed

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be said on it: it has ended, or what came unasked would be taken for an answer."""
        return self._connection.is_over

    def begin(self) -> None:
        """Take note that what was said has been answered and dealt with, and something else is to be said."""
        self._is_ending = False

    def say(self, items: Sequence[Item]) -> None:
        """Take items to be written.

        Raises as `Connection.send` does, or ConnectionLost if TLS is broken or the conversation is over, and then
        nothing is written.
        """
        octets = self._clear(items) if self._tls is None else self._tls.encrypt(self._clear(items))
        self.outgoing += octets
        self._put_in_all += len(octets)
        self._transcript.record_sent(items, tls=self._tls is not None)
        if not _NOT_PLAIN.isdisjoint(map(type, items)):
            self._note(items)

    def _note(self, items: Sequence[Item]) -> None:
        """Take note of where a message ends, and of secrets."""
        behind = 0
        for item in reversed(items):
            if item.verb in _ENDS:
                self._is_ending = True
                break
            if isinstance(item, Command):
                behind += len(item.line)
                if isinstance(item, (Auth, AuthAnswer)):
                    self._keep_secret(item)
        # The next envelope may be behind the end of a message; inside TLS it is longer, and the doubt begins earlier.
        self._said = self._put_in_all - behind

    def _clear(self, items: Sequence[Item]) -> bytes:
        try:
            return self._connection.send(*items)
        except LocalProtocolError as error:
            if self._connection.state is State.CLOSED:
                raise ConnectionLost("the server has ended the connection") from error
            raise

    def _put(self, octets: bytes) -> None:
        self.outgoing += octets
        self._put_in_all += len(octets)

    def _keep_secret(self, item: Auth | AuthAnswer) -> None:
        if self.redactor is None:
            self.redactor = Redactor(self._secrets, self._limits)
        response = item.initial if isinstance(item, Auth) else item.response
        if response:
            self.redactor.learn(response)

    def wrote(self, octets: int) -> None:
        """Take note that so many octets of `outgoing` are written."""
        self.outgoing = self.outgoing[octets:]
        self._written += octets
        self.progress += 1

    def receive(self, data: bytes) -> None:
        """Take octets from the wire; nothing is the end of the stream.

        Raises as `Connection.receive` and `receive_eof` do.
        """
        self.held = data
        del data
        self.proceed()

    def proceed(self) -> None:
        """Read what is held. Raises as `receive` does."""
        if self._tls is None and self.redactor is None:
            clear, self.held = self.held, b""
            ended = not clear
        else:
            clear, ended = self._decoded()
        if clear:
            self._take(clear)
        if ended:
            self._connection.receive_eof()

    def _decoded(self) -> tuple[bytes, bool]:
        """Return what is held, out of TLS and without secrets, and whether the stream has ended."""
        data, self.held = self.held, b""
        clear, ended = data, not data
        if self._tls is not None:
            self._tls.feed(data)
            if not self._tls.is_up:
                return b"", False
            clear, ended = self._tls.decrypt()
            self._put(self._tls.encrypt(b""))
        if self.redactor is not None:
            clear = self.redactor.feed(clear) + (self.redactor.end() if ended else b"")
        return clear, ended

    def _take(self, clear: bytes) -> None:
        try:
            replies = self._connection.receive(clear)
        except SMTPError as error:
            came = [*error.replies, *([error.reply] if error.reply is not None else [])]
            self._transcript.record_received(came, tls=self._tls is not None)
            raise
        self._transcript.record_received(replies, tls=self._tls is not None)
        self._replies += replies
        self.progress += len(replies)

    def is_settled(self, owed: int) -> bool:
        """Whether all is written and at most `owed` replies are outstanding, or a reply has ended the content."""
        connection = self._connection
        if self.outgoing or len(connection.owed) > owed:
            return not connection.owed and connection.state is State.CLOSED
        return True

    def take_replies(self) -> list[Reply]:
        """Return the replies that came since the last call."""
        replies, self._replies = self._replies, []
        return replies

    def begin_tls(self, context: ssl.SSLContext, host: str, *, from_first_byte: bool) -> None:
        """Begin the handshake; `shake_hands` goes on with it.

        Raises RemoteProtocolError if octets in clear stand behind the reply to STARTTLS.
        """
        if not from_first_byte:
            # What waits for the end of its line stands behind the reply as well.
            if self.redactor is not None and (rest := self.redactor.end()):
                self._take(rest)
            self._connection.begin_tls()
        self._tls = TLSLayer(context, host, from_first_byte=from_first_byte)

    def shake_hands(self) -> bool:
        """Go on with the handshake; return whether it is done and written. Raises TLSFailed."""
        if self._tls is None:
            raise TLSFailed("no TLS handshake has begun")
        if not self._tls.is_up:
            self._put(self._tls.handshake())
            if info := self.tls:
                self._transcript.note(f"{info.version} with {info.cipher}.", tls=True)
        return self._tls.is_up and not self.outgoing
