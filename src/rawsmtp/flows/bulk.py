"""Many mail transactions on one connection, and on a new one when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chain import send_chain
from .supply import Supply
from .window import send_windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from rawsmtp.message.submission import Prepared

    from .effects import Flow
    from .session import Session


def submit_many(session: Session, items: object, prepare: Callable[[object], Prepared], window: int = 1) -> Flow[None]:
    """Send the items and emit one Result for each, in order.

    items: an iterator, or an async iterator where the driver can wait for one; each item in a tuple of its own.
    prepare: makes an item ready, or raises for the caller's mistake.
    window: how many may be in doubt at once; more than one goes by chunks, where the server takes them.
    Raises what the source raised, when the results before it were emitted, and the error of a connection on which not
    one message could be sent.
    """
    supply = Supply(session, items, prepare)
    if window > 1:
        yield from send_windows(supply, window)
    yield from send_chain(supply)
    supply.finish()
