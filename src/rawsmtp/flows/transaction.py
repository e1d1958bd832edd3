"""One mail transaction as its replies make it: refusals only set it down, and one place decides what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.errors import MessageRefused, RecipientsRefused, Refused, SenderRefused
from rawsmtp.message.receipt import Receipt
from rawsmtp.wire.path import Rcpt
from rawsmtp.wire.verb import Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rawsmtp.errors import Phase
    from rawsmtp.message.envelope import Envelope
    from rawsmtp.message.submission import RefusedPolicy
    from rawsmtp.wire.mail_data import Item
    from rawsmtp.wire.reply import Reply

PHASES: dict[Verb, Phase] = {
    Verb.RSET: "mail",
    Verb.MAIL: "mail",
    Verb.RCPT: "rcpt",
    Verb.DATA: "data",
    Verb.CONTENT: "content",
    Verb.END_OF_DATA: "content",
    Verb.BDAT_LAST: "content",
    Verb.QUIT: "content",
}
_ENDS = (Verb.END_OF_DATA, Verb.BDAT_LAST)


class Transaction:
    """The replies of one mail transaction.

    envelope: as it is said to the server.
    policy: "abort" or "continue".
    has_refusals: whether any of its commands was refused.
    """

    __slots__ = ("accepted", "data", "envelope", "final", "has_refusals", "policy", "refused", "reset", "sender")

    def __init__(self, envelope: Envelope, policy: RefusedPolicy) -> None:
        self.envelope = envelope
        self.policy = policy
        self.has_refusals = False
        self.reset: Reply | None = None
        self.sender: Reply | None = None
        self.accepted: dict[str, Reply] = {}
        self.refused: dict[str, Reply] = {}
        self.data: Reply | None = None
        self.final: Reply | None = None

    def take(self, commands: Sequence[Item], replies: Sequence[Reply]) -> None:
        """Set down the replies to these commands, in order; there may be fewer of them."""
        for command, reply in zip(commands, replies, strict=False):
            verb = command.verb
            is_refusal = reply.is_refusal
            if is_refusal:
                self.has_refusals = True
            if isinstance(command, Rcpt):
                address = self.envelope.recipient_given(command.address)
                (self.refused if is_refusal else self.accepted)[address] = reply
            elif verb is Verb.MAIL:
                self.sender = reply
            elif verb is Verb.DATA:
                self.data = reply
            elif verb in _ENDS:
                self.final = reply
            elif verb is Verb.RSET:
                self.reset = reply

    def end(self, final: Reply) -> None:
        """Set down the reply to the message."""
        self.final = final
        if final.is_refusal:
            self.has_refusals = True

    @property
    def is_reset_refused(self) -> bool:
        """Whether the server did not forget the transaction before, so that this one may have joined it."""
        return self.reset is not None and self.reset.is_refusal

    @property
    def is_turned_away(self) -> bool:
        """Whether the server ended the connection at the envelope: it says nothing of this message. RFC 5321 §3.8."""
        replies = (self.sender, self.data, *self.refused.values())
        return any(reply is not None and reply.code == 421 for reply in replies)

    @property
    def is_left_in_content(self) -> bool:
        """Whether only the end of the connection can end it: the server wants content, and a dot would be a message."""
        return self.data is not None and self.data.is_intermediate and bool(self.accepted)

    def refusal(self) -> Refused | None:
        """Return what the replies so far come to, if they come to a refusal.

        The final reply decides nothing where the envelope was not accepted: a server may say anything then. And where
        RSET was not, nobody knows in which transaction the content was taken.
        """
        if not self.has_refusals:
            return None
        if self.final is not None and self.reset is not None and self.reset.is_refusal:
            return _refused(MessageRefused, "mail", "RSET", self.reset)
        if self.sender is not None and self.sender.is_refusal:
            return _refused(SenderRefused, "mail", f"the sender {self.envelope.sender_given!r}", self.sender)
        if self.refused and (not self.accepted or self.policy == "abort") and self._are_recipients_answered:
            return self._recipients_refused()
        if self.data is not None and self.data.is_refusal:
            return _refused(MessageRefused, "data", "the message before its content", self.data)
        if self.final is not None and self.final.is_refusal:
            return _refused(MessageRefused, "content", "the message", self.final)
        return None

    @property
    def _are_recipients_answered(self) -> bool:
        if len(self.accepted) + len(self.refused) >= len(self.envelope.recipients):
            return True
        return any(reply.code == 421 for reply in self.refused.values())

    def _recipients_refused(self) -> RecipientsRefused:
        listed = ", ".join(f"{address!r}: {str(reply)!r}" for address, reply in self.refused.items())
        consequence = ', and with refused="abort" nothing was sent' if self.accepted else ""
        return RecipientsRefused(
            f"the server refused {listed}{consequence}",
            phase="rcpt",
            recipients=self.refused,
            reply=next(iter(self.refused.values())),
        )

    def cut_refusal(self) -> Refused | None:
        """Return the refusal that stands when the connection was cut: what is unanswered counts as not accepted."""
        found = self.refusal()
        if found is None and self.refused and (not self.accepted or self.policy == "abort"):
            return self._recipients_refused()
        return found

    def receipt(self, final: Reply) -> Receipt:
        """Return the receipt of a message that was taken."""
        return Receipt(self.envelope.sender_given, self.accepted, final, self.refused)


def _refused(kind: type[Refused], phase: Phase, what: str, reply: Reply) -> Refused:
    return kind(f"the server refused {what}: {str(reply)!r}", phase=phase, reply=reply)


def phase_of(commands: Sequence[Item], answered: int) -> Phase:
    """Return the phase of the first of these commands that has no reply."""
    return PHASES.get(commands[min(answered, len(commands) - 1)].verb, "command")
