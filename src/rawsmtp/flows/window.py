"""A window of messages in one flight, each as one chunk: written, drained, found to add up, and only then told of.

RFC 2920, RFC 3030. Up to a window of messages can be in doubt at once, so the caller asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rawsmtp.errors import ConnectionLost, MessageRefused, SMTPError
from rawsmtp.message.plan import plan

from .content import SourceFailed, chunk_pieces
from .effects import ask
from .submission import MOST_MESSAGES, carry, fitted, grounds, make_ready
from .transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rawsmtp.wire.command import Command
    from rawsmtp.wire.mail_data import Content
    from rawsmtp.wire.mail_data import Item as Said
    from rawsmtp.wire.reply import Reply

    from .effects import Flow
    from .session import Session
    from .supply import Item, Supply


@dataclass(slots=True)
class _Pane:
    """One message of a window: the commands that are said for it, the chunk behind them, and what comes of it."""

    item: Item
    commands: tuple[Command, ...]
    chunk: tuple[Content, ...]
    transaction: Transaction


def send_windows(supply: Supply, size: int) -> Flow[None]:
    """Send items in windows of so many messages, as long as there are some and the server takes them that way."""
    session = supply.session
    while True:
        yield from supply.renew()
        item = yield from supply.next()
        if item is None:
            return
        try:
            yield from make_ready(session)
        except SMTPError as error:
            yield from supply.fail(item, error, lost=True)
            continue
        if not session.discards:
            supply.again(item)
            return
        panes = yield from _collect(supply, item, size)
        if panes and session.fresh:
            yield from _send(supply, panes)
        else:
            # Content goes ahead on a connection that is known to be alive, and the source may have taken its time.
            supply.again(*[pane.item for pane in panes[1:]])
            yield from _send_alone(supply, item)


def _collect(supply: Supply, first: Item, size: int) -> Flow[list[_Pane]]:
    """Return the panes of a window: the first message and what is ready behind it, as far as they go as chunks."""
    session = supply.session
    most = session.capabilities.limits.get("MAILMAX", MOST_MESSAGES) - session.messages
    pane = _pane(supply, first, reset=session.needs_reset)
    panes = [pane] if pane is not None else []
    while panes and len(panes) < min(size, most):
        item = yield from supply.peek()
        pane = _pane(supply, item, reset=True) if item is not None else None
        if pane is None:
            break
        supply.take()
        panes.append(pane)
    return panes


def _pane(supply: Supply, item: Item, *, reset: bool) -> _Pane | None:
    """Return the pane of a message; None if it has to be sent in another way, or cannot be."""
    session = supply.session
    try:
        envelope, source = fitted(session, item.prepared)
    except (SMTPError, ValueError):
        return None
    made = plan(envelope, source, item.prepared.refused, grounds(session, fresh=session.fresh, reset=reset))
    if not made.sends_content_ahead:
        return None
    chunk = tuple(chunk_pieces(source))
    return _Pane(item, made.flights[0], chunk, Transaction(envelope, item.prepared.refused))


def _send_alone(supply: Supply, item: Item) -> Flow[None]:
    try:
        receipt = yield from carry(supply.session, item.prepared)
    except SourceFailed as failed:
        yield from supply.give(item, failed.error)
        yield from supply.reconnect()
    except ValueError as error:
        yield from supply.give(item, error)
    except SMTPError as error:
        yield from supply.fail(item, error)
    else:
        supply.session.fresh = True
        yield from supply.succeed(item, receipt)


def _send(supply: Supply, panes: list[_Pane]) -> Flow[None]:
    session = supply.session
    timeouts = session.terms.timeouts
    try:
        yield from _check_input(session)
    except SMTPError as error:
        yield from _send_elsewhere(supply, panes, error)
        return
    session.reused, session.needs_reset = False, True
    session.messages += len(panes)
    session.enter("content", "unknown")
    replies: Sequence[Reply] = ()
    said: list[Said] = []
    for pane in panes:
        said += (*pane.commands, *pane.chunk)
    try:
        replies = yield from ask(*said, timeout=timeouts.final)
        yield from _check_input(session)
    except ConnectionLost as error:
        session.enter("content")
        _take(session, panes, replies or error.replies)
        yield from _tell_after_a_cut(supply, panes, error)
    except SMTPError as error:
        session.discards = False
        for pane in panes:
            yield from supply.fail(pane.item, _in_doubt(error), lost=True)
    else:
        session.enter("content")
        _take(session, panes, replies)
        for pane in panes:
            yield from _tell(supply, pane)
        session.needs_reset = panes[-1].transaction.refusal() is not None


def _check_input(session: Session) -> Flow[None]:
    # The input has to be empty: a reply too many would mean that all of them are one place off.
    yield from ask(timeout=session.terms.timeouts.command)


def _send_elsewhere(supply: Supply, panes: list[_Pane], error: SMTPError) -> Flow[None]:
    """See to a window whose connection went before anything of it was said."""
    items = [pane.item for pane in panes]
    if supply.session.reused:
        supply.again(*items)
        yield from supply.reconnect()
        return
    if supply.session.messages:
        supply.lose(error, *items)
        return
    for item in items:
        yield from supply.fail(item, _in_doubt(error, "not_sent"), lost=True)


def _take(session: Session, panes: list[_Pane], replies: Sequence[Reply]) -> None:
    """Set down all replies, and what they say of the connection, before the caller hears of the first: it may go."""
    start = 0
    for pane in panes:
        transaction = pane.transaction
        end = start + len(pane.commands)
        transaction.take(pane.commands, replies[start:end])
        start = end
        if transaction.is_reset_refused:
            session.spent, session.discards = True, False
        elif transaction.final is not None and transaction.final.code == 552:
            session.spent = True


def _tell(supply: Supply, pane: _Pane, *, lost: bool = False) -> Flow[None]:
    """Give the result of a message that was answered."""
    transaction, final = pane.transaction, pane.transaction.final
    refusal = transaction.cut_refusal() if lost else transaction.refusal()
    supply.session.refusals = supply.session.refusals + 1 if refusal is not None else 0
    if refusal is None and final is not None:
        yield from supply.succeed(pane.item, transaction.receipt(final))
        return
    error = refusal or MessageRefused("the message has no reply")
    if final is not None and final.is_success:
        # Its content was taken, though its envelope was not: by which transaction nobody knows.
        error.outcome = "unknown"
    yield from supply.fail(pane.item, error, lost=lost)


def _tell_after_a_cut(supply: Supply, panes: list[_Pane], error: ConnectionLost) -> Flow[None]:
    """Acknowledged is accepted, refused is refused; the rest is in doubt, unless the server said that it leaves."""
    outcome = "not_sent" if error.replies and _says_good_bye(panes, error.replies[-1]) else "unknown"
    supply.lose(error)
    for pane in panes:
        transaction = pane.transaction
        if transaction.final is not None or transaction.cut_refusal() is not None:
            yield from _tell(supply, pane, lost=True)
        else:
            yield from supply.fail(pane.item, _in_doubt(error, outcome), lost=True)


def _says_good_bye(panes: list[_Pane], last: Reply) -> bool:
    """Whether the last reply of a connection ended it: nothing behind it was executed.

    A 554 does so only as the answer to RSET, which nobody refuses but to close: Exim, after too many of them. Behind
    any other 554 a server goes on, and its next answers may be what was lost.
    """
    return last.code == 421 or (last.code == 554 and any(pane.transaction.reset is last for pane in panes))


def _in_doubt(error: SMTPError, outcome: str = "unknown") -> SMTPError:
    """Return an error of the same kind for one of several messages."""
    return type(error)(error.message, phase="content", outcome=outcome, reply=error.reply, hint=error.hint)  # type: ignore[arg-type]  # one of the outcomes
