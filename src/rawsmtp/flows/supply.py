"""The caller's items for many messages: pulled one at a time, each with exactly one Result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from rawsmtp.errors import ConnectionLost, LocalProtocolError, NotSupported, Refused, SMTPError
from rawsmtp.message.receipt import Receipt, Result

from .effects import LATER, emit, pull
from .session import establish

if TYPE_CHECKING:
    from collections.abc import Callable

    from rawsmtp.message.submission import Prepared

    from .effects import Flow
    from .session import Session


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the caller's: as it was given, and ready to be sent."""

    message: object
    prepared: Prepared


class Supply:
    """The items, what is to be told of them, and the connection that they are sent on.

    items: an iterator, or an async iterator where the driver can wait for one; each item in a tuple of its own.
    prepare: makes an item ready, or raises for the caller's mistake.
    """

    def __init__(self, session: Session, items: object, prepare: Callable[[object], Prepared]) -> None:
        self.session = session
        self._items = items
        self._prepare = prepare
        self._ended = False
        self._failure: Exception | None = None
        self._pulled: list[Item | Result] = []
        self._answered = self._goes_again = False
        self._lost: SMTPError | None = None

    def next(self) -> Flow[Item | None]:
        """Return the next item, waiting for it; None at the end. Mistakes before it get their results."""
        while True:
            found = self._pulled.pop(0) if self._pulled else (yield from self._pull(wait=True))
            if not isinstance(found, Result):
                return found
            yield from emit(found)

    def peek(self) -> Flow[Item | None]:
        """Return the next item if there is one without waiting, and if it is no mistake."""
        if not self._pulled:
            found = yield from self._pull(wait=False)
            if found is None:
                return None
            self._pulled.append(found)
        return self._pulled[0] if isinstance(self._pulled[0], Item) else None

    def take(self) -> None:
        """Take away what `peek` returned."""
        del self._pulled[0]

    def again(self, *items: Item) -> None:
        """Put items back in front: none of them can have been taken."""
        self._pulled[:0] = items

    def mistake(self, item: Item, error: Exception) -> None:
        """Put the result of an item, which `peek` returned, where it stood."""
        self._pulled[0] = Result(item.message, error=error)

    def _pull(self, *, wait: bool) -> Flow[Item | Result | None]:
        if self._ended:
            return None
        try:
            pulled = yield from pull(self._items, wait=wait)
        except Exception as error:  # noqa: BLE001  # whatever the caller's source raises is raised to the caller
            self._failure, self._ended = error, True
            return None
        if pulled is None or pulled is LATER:
            self._ended = pulled is None
            return None
        (message,) = cast("tuple[object]", pulled)
        try:
            return Item(message, self._prepare(message))
        except Exception as error:  # noqa: BLE001  # whatever is wrong with an item is the error of that item
            return Result(message, error=error)

    def finish(self) -> None:
        """Raise what the source raised, when all that was pulled has its result."""
        if self._failure is not None:
            raise self._failure

    def succeed(self, item: Item, receipt: Receipt) -> Flow[None]:
        """Give the receipt of an item."""
        self._answered = True
        yield from emit(Result(item.message, receipt))

    def give(self, item: Item, error: Exception) -> Flow[None]:
        """Give the error that the caller made, or the message's own source: it says nothing of the connection."""
        yield from emit(Result(item.message, error=error))

    def fail(self, item: Item, error: SMTPError, *, lost: bool = False) -> Flow[None]:
        """Give the error that became of an item.

        lost: whether the connection went with it, whatever the error is.
        """
        self._settle(error, lost=lost)
        yield from emit(Result(item.message, error=error))

    def _settle(self, error: SMTPError, *, lost: bool) -> None:
        progress = self.session.progress
        error.phase = error.phase or progress.phase
        if error.outcome == "not_sent" and not isinstance(error, (NotSupported, LocalProtocolError)):
            error.outcome = progress.outcome
        self._answered = self._answered or isinstance(error, Refused)
        if lost or not self.session.established or _takes_the_connection(error):
            self._lost = error

    def lose(self, error: SMTPError, *again: Item) -> None:
        """Take note that the connection is gone.

        again: the items that were under way, none of which can have been taken: they go on the next connection.
        """
        self._lost = error
        self.again(*again)
        self._goes_again = bool(again)

    def renew(self) -> Flow[None]:
        """Make a new connection if the last one is gone; raise if that one answered not one message.

        What was pulled and not sent gets its result before the error is raised.
        """
        lost, self._lost = self._lost, None
        if lost is None:
            return
        if not self._answered:
            yield from self._give_up(lost)
            raise lost
        # If the same item ends this connection too, it is that item's doing, and the next one is tried all the same.
        self._answered, self._goes_again = self._goes_again, False
        yield from self.reconnect()

    def reconnect(self) -> Flow[None]:
        """Make a new connection; if that cannot be, what was pulled gets its result before the error is raised."""
        try:
            yield from establish(self.session)
        except SMTPError as error:
            yield from self._give_up(error)
            raise

    def _give_up(self, error: SMTPError) -> Flow[None]:
        for found in self._pulled:
            failed = ConnectionLost(f"not sent, because the connection was lost before: {error.message}", phase="mail")
            yield from emit(found if isinstance(found, Result) else Result(found.message, error=failed))
        self._pulled.clear()


def _takes_the_connection(error: SMTPError) -> bool:
    if isinstance(error, (Refused, NotSupported, LocalProtocolError)):
        cut = isinstance(error.__cause__, SMTPError)
        return cut or (error.reply is not None and error.reply.code == 421)
    return True
