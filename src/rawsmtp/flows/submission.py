"""One mail transaction, RFC 5321 §3.3: MAIL, every RCPT, DATA, the content, the final dot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rawsmtp.errors import (
    MessageRefused,
    RecipientsRefused,
    Refused,
    SenderRefused,
    SMTPError,
)
from rawsmtp.message.fitting import fit
from rawsmtp.message.receipt import Receipt
from rawsmtp.message.source import Source, check_piece
from rawsmtp.wire.command import Content, Data, EndOfData, Rset

from .effects import ask, ask_one, pull
from .session import establish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rawsmtp.message.envelope import Envelope
    from rawsmtp.wire.command import Command
    from rawsmtp.wire.reply import Reply

    from .effects import Flow
    from .session import Session

RefusedPolicy = Literal["abort", "continue"]
POLICIES: tuple[RefusedPolicy, ...] = ("abort", "continue")


@dataclass(frozen=True, slots=True)
class Submission:
    """One message to send.

    source: its octets.
    envelope: its sender and recipients.
    refused: "abort" sends nothing when one recipient is refused; "continue" sends to the others.
    """

    source: Source
    envelope: Envelope
    refused: RefusedPolicy = "abort"


def submit(session: Session, submission: Submission) -> Flow[Receipt]:
    """Send one message on an established connection and return its receipt.

    Raises SenderRefused, RecipientsRefused, MessageRefused or NotSupported, after which the connection goes on, and
    what any exchange may raise, after which it is gone.
    """
    envelope, source = fit(submission.envelope, submission.source, session.capabilities)
    if session.needs_reset:
        yield from _reset(session)
    session.enter("mail")
    session.needs_reset = True
    reply = yield from _say(session, envelope.sender)
    if reply.is_refusal:
        raise _refusal(SenderRefused, f"the sender {envelope.sender.address!r}", reply)
    accepted, refused = yield from _recipients(session, envelope)
    if not accepted or (refused and submission.refused == "abort"):
        raise _recipients_refused(refused, whole=not accepted)
    final = yield from _content(session, source)
    session.needs_reset = False
    if final.is_refusal:
        raise _refusal(MessageRefused, "the message", final)
    return Receipt(envelope.sender.address, accepted, final, refused)


def _reset(session: Session) -> Flow[None]:
    session.enter("mail")
    reply = yield from _say(session, Rset())
    if reply.is_refusal:
        # The transaction before may still stand, and this message would join it: never reuse this connection.
        yield from establish(session)


def _say(session: Session, command: Command) -> Flow[Reply]:
    return (yield from _ask(session, command))[0]


def _ask(session: Session, command: Command) -> Flow[Sequence[Reply]]:
    try:
        return (yield from ask(command, timeout=session.terms.timeouts.command))
    except SMTPError as error:
        # A refusal and then a cut, or junk, is the refusal.
        if error.replies and error.replies[0].is_refusal:
            return error.replies
        raise


def _recipients(session: Session, envelope: Envelope) -> Flow[tuple[dict[str, Reply], dict[str, Reply]]]:
    session.enter("rcpt")
    accepted: dict[str, Reply] = {}
    refused: dict[str, Reply] = {}
    for recipient in envelope.recipients:
        reply = yield from _say(session, recipient)
        (refused if reply.is_refusal else accepted)[recipient.address] = reply
        if reply.code == 421:
            break
    return accepted, refused


def _content(session: Session, source: Source) -> Flow[Reply]:
    session.enter("data")
    reply, *early = yield from _ask(session, Data())
    if reply.is_refusal:
        raise _refusal(MessageRefused, "the message before its content", reply)
    session.enter("content")
    try:
        early = early or (yield from _pieces(session, source))
    except SMTPError as error:
        if error.replies:
            raise _refusal(MessageRefused, "the message in the midst of its content", error.replies[0]) from error
        raise
    if early:
        raise _refusal(MessageRefused, "the message in the midst of its content", early[0])
    session.enter("content", "unknown")
    try:
        return (yield from ask_one(EndOfData(), session.terms.timeouts.final))
    except SMTPError as error:
        # The server's word about the message is complete; what comes behind it cannot change it.
        if error.replies:
            return error.replies[0]
        raise


def _pieces(session: Session, source: Source) -> Flow[list[Reply]]:
    """Write the content; return the reply that came in its midst, if one did."""
    timeout = session.terms.timeouts.data
    if source.pieces is None:
        for view in source.views():
            if early := (yield from ask(Content(view), timeout=timeout)):
                return early
        return []
    while (piece := (yield from pull(source.pieces))) is not None:
        if early := (yield from ask(Content(check_piece(piece)), timeout=timeout)):
            return early
    return []


def _refusal(kind: type[Refused], what: str, reply: Reply) -> Refused:
    return kind(f"the server refused {what}: {str(reply)!r}", reply=reply)


def _recipients_refused(refused: dict[str, Reply], *, whole: bool) -> RecipientsRefused:
    listed = ", ".join(f"{address!r}: {str(reply)!r}" for address, reply in refused.items())
    consequence = "" if whole else ', and with refused="abort" nothing was sent'
    reply = next(iter(refused.values()))
    return RecipientsRefused(f"the server refused {listed}{consequence}", recipients=refused, reply=reply)
