"""Messages one behind the other: the next envelope goes with the final dot of the message before it.

One message at most is ever in doubt: the answer to the next envelope shows that both sides are in step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rawsmtp.errors import ConnectionLost, SMTPError, SMTPTimeout
from rawsmtp.message.plan import Plan, plan

from .content import SourceFailed, write_content
from .submission import (
    MOST_MESSAGES,
    Unusable,
    check,
    conclude,
    fitted,
    fly,
    grounds,
    make_ready,
    midst_refusal,
)
from .transaction import Transaction, phase_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rawsmtp.message.source import Source
    from rawsmtp.wire.reply import Reply

    from .effects import Flow
    from .supply import Item, Supply

_NOT_BEHIND_A_DOT = 503


@dataclass(slots=True)
class Begun:
    """A message whose envelope is said, or goes with the dot of the one before it."""

    item: Item
    source: Source
    plan: Plan
    transaction: Transaction


def send_chain(supply: Supply) -> Flow[None]:
    """Send all items of the supply, and emit their results."""
    chain = _Chain(supply)
    begun: Begun | None = None
    while True:
        yield from supply.renew()
        if begun is not None:
            begun = yield from chain.finish(begun)
        elif (item := (yield from supply.next())) is not None:
            begun = yield from chain.begin(item)
        else:
            return


class _Chain:
    def __init__(self, supply: Supply) -> None:
        self._supply = supply
        self._session = supply.session

    def begin(self, item: Item) -> Flow[Begun | None]:
        """Say the envelope of a message that none goes before; None if that is how far it came."""
        session, supply = self._session, self._supply
        try:
            yield from make_ready(session)
        except SMTPError as error:
            yield from supply.fail(item, error, lost=True)
            return None
        try:
            begun = self._planned(item, reset=session.needs_reset)
        except SMTPError as error:
            yield from supply.fail(item, error)
        except ValueError as error:
            yield from supply.give(item, error)
        else:
            return (yield from self._say_envelope(begun, 0))
        return None

    def _planned(self, item: Item, *, reset: bool) -> Begun:
        session = self._session
        envelope, source = fitted(session, item.prepared)
        ground = grounds(session, fresh=session.fresh, reset=reset, chunks=False)
        made = plan(envelope, source, item.prepared.refused, ground)
        return Begun(item, source, made, Transaction(envelope, item.prepared.refused))

    def _say_envelope(self, begun: Begun, start: int) -> Flow[Begun | None]:
        """Say the flights of an envelope from this one on; None, and the item is seen to, if it does not stand."""
        session, supply = self._session, self._supply
        reused, session.reused, session.fresh, session.needs_reset = session.reused, False, False, True
        session.messages += start == 0
        try:
            if start:
                yield from check(session, begun.transaction)
            for flight in begun.plan.flights[start:]:
                yield from fly(session, begun.transaction, flight, reused=reused)
                yield from check(session, begun.transaction)
                reused = False
        except Unusable:
            supply.again(begun.item)
            yield from supply.reconnect()
        except SMTPError as error:
            if self._goes_again(begun, error):
                supply.lose(error, begun.item)
            else:
                yield from supply.fail(begun.item, error, lost=begun.transaction.is_left_in_content)
        else:
            return begun
        return None

    def _goes_again(self, begun: Begun, error: SMTPError) -> bool:
        """Whether it was the end of a connection that had served, not of this message, whose content it has not got.

        Some servers take so many messages a connection and no more, or close one that idles.
        """
        has_served = self._session.messages > 1
        says_so = begun.transaction.is_turned_away or (error.reply is not None and error.reply.code == 421)
        return has_served and (says_so or isinstance(error, ConnectionLost))

    def finish(self, begun: Begun) -> Flow[Begun | None]:
        """Write the content of a message, and the envelope of the next behind its dot; return that one if it stands."""
        session, supply = self._session, self._supply
        follower = yield from self._follower()
        behind = follower.plan.flights[0] if follower is not None else ()
        lost: SMTPError | None = None
        session.enter("content")
        try:
            replies, complete = yield from write_content(session, begun.source, *behind)
        except SMTPError as error:
            replies, complete, lost = list(error.replies), session.progress.outcome == "unknown", error
        except SourceFailed as failed:
            self._put_back(follower)
            yield from supply.give(begun.item, failed.error)
            yield from supply.reconnect()
            return None
        if not replies or not complete:
            self._put_back(follower)
            failure = midst_refusal(replies[0]) if replies else lost
            if failure is not None:
                yield from self._fail_content(begun, failure)
            return None
        final = replies[0]
        begun.transaction.end(final)
        if lost is None and final.code == 421:
            lost = ConnectionLost(f"the server ended the connection: {str(final)!r}", reply=final)
        yield from self._give_result(begun, followed=follower is not None)
        return None if follower is None else (yield from self._judge(follower, replies[1:], lost))

    def _fail_content(self, begun: Begun, failure: SMTPError) -> Flow[None]:
        is_whole = begun.source.pieces is None and self._session.progress.outcome == "not_sent"
        if is_whole and self._goes_again(begun, failure):
            self._supply.lose(failure, begun.item)
        else:
            yield from self._supply.fail(begun.item, failure, lost=True)

    def _put_back(self, follower: Begun | None) -> None:
        if follower is not None:
            self._supply.again(follower.item)

    def _follower(self) -> Flow[Begun | None]:
        """Return the next message, if its envelope may go behind the dot; else it waits."""
        session = self._session
        most = session.capabilities.limits.get("MAILMAX", MOST_MESSAGES)
        if not session.pipelines or session.alone or session.messages >= most:
            return None
        item = yield from self._supply.peek()
        if item is None:
            return None
        try:
            follower = self._planned(item, reset=False)
        except (SMTPError, ValueError) as error:
            if isinstance(error, SMTPError):
                error.phase = error.phase or "mail"
            self._supply.mistake(item, error)
            return None
        self._supply.take()
        return follower

    def _give_result(self, begun: Begun, *, followed: bool) -> Flow[None]:
        # The caller may go away here, and the next call finds what has been said.
        try:
            receipt = conclude(self._session, begun.transaction, followed=followed)
        except SMTPError as error:
            yield from self._supply.fail(begun.item, error)
        else:
            yield from self._supply.succeed(begun.item, receipt)

    def _judge(self, follower: Begun, replies: Sequence[Reply], lost: SMTPError | None) -> Flow[Begun | None]:
        """Return the follower if its envelope stands; else see to it that it has its result, or is said again."""
        session, supply = self._session, self._supply
        flight = follower.plan.flights[0]
        follower.transaction.take(flight, replies)
        session.enter(phase_of(flight, len(replies)))
        if lost is not None:
            yield from self._after_a_cut(follower, lost)
            return None
        if replies[0].code == _NOT_BEHIND_A_DOT:
            # Nothing of it was accepted: it is said again, and from now on each alone.
            session.alone = session.needs_reset = True
            supply.again(follower.item)
            return None
        if len(replies) > len(flight):
            yield from supply.fail(follower.item, midst_refusal(replies[-1]), lost=True)
            return None
        session.messages += 1
        return (yield from self._say_envelope(follower, 1))

    def _after_a_cut(self, follower: Begun, lost: SMTPError) -> Flow[None]:
        refusal = follower.transaction.cut_refusal()
        self._session.messages += 1
        if isinstance(lost, SMTPTimeout):
            # Some servers lose what comes behind the final dot, and each message would wait for that.
            self._session.alone = True
        if refusal is None or follower.transaction.is_turned_away:
            self._supply.lose(lost, follower.item)
        else:
            yield from self._supply.fail(follower.item, refusal, lost=True)
