"""One mail transaction, RFC 5321 §3.3, in as few flights as its plan says."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from rawsmtp.errors import ConnectionLost, MessageRefused, NotSupported, RemoteProtocolError, SMTPError, SMTPTimeout
from rawsmtp.message.fitting import fit
from rawsmtp.message.plan import Grounds, plan
from rawsmtp.protocol.connection import check_length
from rawsmtp.wire.command import Quit
from rawsmtp.wire.mail_data import ChunkProbe, EndOfData

from .content import SourceFailed, chunk_pieces, write_content
from .effects import ask
from .session import establish, part
from .transaction import Transaction, phase_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rawsmtp.errors import Refused
    from rawsmtp.message.envelope import Envelope
    from rawsmtp.message.receipt import Receipt
    from rawsmtp.message.source import Source
    from rawsmtp.message.submission import Prepared
    from rawsmtp.wire.command import Command
    from rawsmtp.wire.mail_data import Item
    from rawsmtp.wire.reply import Reply

    from .effects import Flow
    from .session import Session

MOST_MESSAGES = 100
"""Messages on one connection, unless LIMITS says otherwise: the fewest after which a server was seen to refuse more."""
MOST_REFUSALS = 5
"""Envelopes refused in a row, after which a new connection is made: servers slow down from here, and close at 10."""

_IDLE_ENDS = (421, 451)


class Unusable(Exception):
    """The connection is of no use, and nothing of the message is lost: a new one will do."""


def submit(session: Session, prepared: Prepared, *, last: bool = False) -> Flow[Receipt]:
    """Send one message on an established connection and return its receipt.

    last: whether nothing follows: QUIT then travels with the last octets.
    Raises SenderRefused, RecipientsRefused, MessageRefused or NotSupported, after which the connection goes on, and
    what any exchange may raise, after which it is gone; what the message's own source raises, in the midst of content;
    ValueError for a command line over its limit.
    """
    try:
        return (yield from carry(session, prepared, last=last))
    except SourceFailed as failed:
        raise failed.error from failed.error.__cause__


def carry(session: Session, prepared: Prepared, *, last: bool = False) -> Flow[Receipt]:
    """Do as `submit`, but raise SourceFailed for what the message's own source raised."""
    yield from make_ready(session)
    try:
        return (yield from _transact(session, prepared, last=last))
    except Unusable:
        yield from establish(session)
    return (yield from _transact(session, prepared, last=last))


def make_ready(session: Session) -> Flow[None]:
    """Come to where the next message can be sent: on a new connection, if this one has carried enough."""
    most = session.capabilities.limits.get("MAILMAX", MOST_MESSAGES)
    if session.spent or session.messages >= most or session.refusals >= MOST_REFUSALS:
        with contextlib.suppress(SMTPError):  # it is over, whatever the server says to that
            yield from part(session)
        yield from establish(session)
    if session.discards is None and session.terms.chunking != "off" and session.capabilities.chunking:
        yield from _find_out_about_chunks(session)


def _find_out_about_chunks(session: Session) -> Flow[None]:
    if session.terms.chunking == "trust" or not session.pipelines:
        session.discards = session.pipelines
        return
    session.enter("command")
    replies: Sequence[Reply]
    try:
        replies = yield from ask(ChunkProbe(data=False), ChunkProbe(data=True), timeout=session.terms.timeouts.command)
    except (RemoteProtocolError, ConnectionLost, SMTPTimeout) as error:
        replies = error.replies
    session.discards = len(replies) == 2 and all(reply.is_permanent_failure for reply in replies)
    if not session.discards:
        # The octets of the chunk were executed: what is still to come answers them, so this connection is out of step.
        yield from establish(session)


def grounds(session: Session, *, fresh: bool, reset: bool, chunks: bool = True) -> Grounds:
    """Return what the plan of the next message depends on.

    fresh, reset: as in `Grounds`.
    chunks: whether its content may be a chunk.
    """
    chunking = chunks and session.discards is True
    return Grounds(session.capabilities, session.pipelines, chunking, fresh, reset)


def fitted(session: Session, prepared: Prepared) -> tuple[Envelope, Source]:
    """Return envelope and octets as this server takes them.

    Raises NotSupported; ValueError for a command line over its limit.
    """
    session.enter("mail")
    envelope, source = fit(prepared.envelope, prepared.source, session.capabilities)
    limits = session.terms.limits
    unlimited = min(limits.address, limits.command_line)
    for path in (envelope.sender, *envelope.recipients):
        if len(path.line) > unlimited:
            check_length(path, limits)
    if session.capabilities.limits:
        _check_limits(envelope, session.capabilities.limits)
    return envelope, source


def _check_limits(envelope: Envelope, limits: Mapping[str, int]) -> None:
    """Raise NotSupported for more recipients, or domains of recipients, than the server takes. RFC 9422 §4."""
    domains = {path.address.rpartition("@")[2].lower() for path in envelope.recipients}
    for keyword, count, what in (
        ("RCPTMAX", len(envelope.recipients), "recipients"),
        ("RCPTDOMAINMAX", len(domains), "domains of recipients"),
    ):
        most = limits.get(keyword, count)
        if count > most:
            raise NotSupported(
                f"{count} {what}, and the server takes {most} a message",
                extension="LIMITS",
                hint="send it to fewer recipients at a time",
            )


def _transact(session: Session, prepared: Prepared, *, last: bool) -> Flow[Receipt]:
    envelope, source = fitted(session, prepared)
    ground = grounds(session, fresh=session.fresh, reset=session.needs_reset)
    made = plan(envelope, source, prepared.refused, ground)
    transaction = Transaction(envelope, prepared.refused)
    reused, session.reused, session.fresh = session.reused, False, False
    session.needs_reset = True
    session.messages += 1
    behind = (Quit(),) if last and session.pipelines else ()
    for flight in made.flights[:-1] if made.chunk else made.flights:
        yield from fly(session, transaction, flight, reused=reused)
        reused = False
        if transaction.has_refusals:
            yield from check(session, transaction)
    if made.chunk:
        yield from _fly_with_chunk(session, transaction, made.flights[-1], source, behind)
        yield from check(session, transaction)
    else:
        yield from _send_content(session, transaction, prepared, source, behind)
    return conclude(session, transaction)


def fly(session: Session, transaction: Transaction, items: Sequence[Item], *, reused: bool = False) -> Flow[None]:
    """Write the items of one flight and set down their replies.

    reused: whether the connection is from an earlier call: if it turns out to be gone, nothing is lost.
    Raises Unusable then; a refusal that was followed by a cut; and what the exchange raised.
    """
    session.enter(phase_of(items, 0))
    try:
        replies = yield from ask(*items, timeout=session.terms.timeouts.command)
    except SMTPError as error:
        note_failure(session, transaction, items, error)
        if reused and isinstance(error, ConnectionLost) and all(reply.code in _IDLE_ENDS for reply in error.replies):
            raise Unusable from error
        raise_refusal(session, transaction, error)
        raise
    transaction.take(items, replies)
    if reused and replies[0].code == 421:
        raise Unusable
    if len(replies) > len(items):
        session.enter("content")
        raise midst_refusal(replies[-1])


def note_failure(session: Session, transaction: Transaction, items: Sequence[Item], error: SMTPError) -> None:
    """Set down the replies that came before an error, and what it says of the server."""
    transaction.take(items, error.replies)
    session.enter(phase_of(items, len(error.replies)), session.progress.outcome)
    if isinstance(error, SMTPTimeout) and len(items) > 1:
        # Fewer replies than were owed: some servers offer PIPELINING and lose what is told ahead.
        session.lockstep = True


def raise_refusal(session: Session, transaction: Transaction, error: SMTPError) -> None:
    """Raise the refusal that came before the error, if one did: a refusal and then a cut is the refusal."""
    refusal = transaction.cut_refusal()
    if refusal is not None:
        raise _settled(session, transaction, refusal) from error


def check(session: Session, transaction: Transaction) -> Flow[None]:
    """Raise what the replies so far come to, if that is a refusal. Nothing is outstanding here."""
    if transaction.is_reset_refused:
        # The transaction before may still stand, and this message would join it: never reuse this connection.
        session.spent = True
        if transaction.final is None:
            raise Unusable
    refusal = transaction.refusal()
    if refusal is None:
        return
    session.refusals += 1
    data = transaction.data
    if data is not None and data.is_intermediate and not transaction.accepted and not transaction.is_turned_away:
        yield from _end_empty(session)
    raise _settled(session, transaction, refusal)


def _end_empty(session: Session) -> Flow[None]:
    # RFC 2920 §3.1: DATA was accepted although no recipient was. With one accepted, a dot would deliver an empty mail.
    with contextlib.suppress(SMTPError):  # the refusal is what there is to say
        yield from ask(EndOfData(), timeout=session.terms.timeouts.command)


def _settled(session: Session, transaction: Transaction, refusal: Refused) -> Refused:
    final = transaction.final
    if final is not None:
        session.spent = session.spent or final.code == 552
        if final.is_success:
            refusal.outcome = "unknown"
    return refusal


def _fly_with_chunk(
    session: Session, transaction: Transaction, flight: tuple[Command, ...], source: Source, behind: tuple[Command, ...]
) -> Flow[None]:
    """Write a flight that ends with a chunk, piece by piece if it is a big one."""
    pieces = list(chunk_pieces(source)) if len(flight) > 1 or not source.size else None
    owed = sum(isinstance(command, Quit) for command in behind)
    session.parting = bool(owed)
    session.enter(phase_of(flight, 0), "unknown")
    items: tuple[Item, ...] = (*flight, *(pieces or ()), *behind)
    try:
        if pieces is None:
            replies = yield from _write_big_chunk(session, flight, source, behind)
        else:
            replies = yield from ask(*items, timeout=session.terms.timeouts.final, owed=owed)
    except SMTPError as error:
        note_failure(session, transaction, flight, error)
        if isinstance(error, SMTPTimeout):
            session.discards = False
        # A reply too many puts all of them one place off, and the chunk's own may be the one that is left over.
        is_off = len(flight) > 1 and isinstance(error, RemoteProtocolError) and error.reply is not None
        if is_off or transaction.final is None or transaction.refusal() is not None:
            raise_refusal(session, transaction, error)
            raise
        return
    transaction.take(flight, replies)


def _write_big_chunk(
    session: Session, flight: tuple[Command, ...], source: Source, behind: tuple[Command, ...]
) -> Flow[list[Reply]]:
    timeouts = session.terms.timeouts
    replies: list[Reply] = []
    before: tuple[Item, ...] = flight
    try:
        for piece in chunk_pieces(source):
            replies += yield from ask(*before, timeout=timeouts.data, owed=1)
            before = (piece,)
        replies += yield from ask(*before, *behind, timeout=timeouts.final, owed=len(behind))
    except SMTPError as error:
        error.replies = [*replies, *error.replies]
        raise
    return replies


def _send_content(
    session: Session, transaction: Transaction, prepared: Prepared, source: Source, behind: tuple[Command, ...]
) -> Flow[None]:
    session.enter("content")
    try:
        replies, complete = yield from write_content(session, source, *behind, reports=prepared.reports)
    except SMTPError as error:
        # The server's word about the message is complete; what comes behind it cannot change it.
        if not error.replies:
            raise
        if session.progress.outcome != "unknown":
            raise midst_refusal(error.replies[0]) from error
        replies, complete = list(error.replies), True
    if not complete:
        raise midst_refusal(replies[0])
    transaction.end(replies[0])


def midst_refusal(reply: Reply) -> MessageRefused:
    """Return the refusal that came before the content was complete."""
    return MessageRefused(
        f"the server refused the message in the midst of its content: {str(reply)!r}", phase="content", reply=reply
    )


def conclude(session: Session, transaction: Transaction, *, followed: bool = False) -> Receipt:
    """Return the receipt of a transaction that came to its end; raises the refusal if that is what it came to.

    followed: whether the envelope of the next one has been said already.
    """
    session.needs_reset = followed
    session.refusals = 0
    refusal = transaction.refusal()
    if refusal is not None or transaction.final is None:
        raise refusal or RemoteProtocolError("no reply to the final dot")
    return transaction.receipt(transaction.final)
