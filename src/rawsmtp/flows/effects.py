"""The five effects that a conversation is made of, and their typed helpers: the only bare `yield`s.

A flow is a generator that yields effects and is sent their answers. Whoever performs them, over sockets, an event loop
or memory, is a driver: see `rawsmtp.client` for two.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from rawsmtp.wire.mail_data import Item
    from rawsmtp.wire.reply import Reply

T = TypeVar("T")


class Link(Protocol):
    """What a flow may know of the connection that carries it."""

    @property
    def local_name(self) -> str:
        """The name to say in EHLO when none was given: a domain or an address literal."""

    @property
    def is_verified(self) -> bool:
        """Whether it is inside TLS with a certificate and a host name that were verified."""


class Open(NamedTuple):
    """Drop the link and make a new one; the answer is the Link.

    tls: with TLS from the first byte.
    timeout: seconds for all of it.
    """

    tls: bool = False
    timeout: float = 30.0


class Upgrade(NamedTuple):
    """Shake hands for TLS on the live link; the answer is the Link.

    timeout: seconds for the handshake.
    """

    timeout: float = 60.0


class Exchange(NamedTuple):
    """Write the items, reading meanwhile.

    The answer is the list of every reply that came, once all is written and at most `owed` replies are outstanding, or
    at once when a reply comes in the midst of content. What is thrown instead carries the complete replies that came
    before in its `replies`.

    items: commands, `Content` and `EndOfData`.
    timeout: seconds for each complete reply, and for each stretch of writing without progress.
    owed: replies that may stay outstanding.
    """

    items: tuple[Item, ...] = ()
    timeout: float = 60.0
    owed: int = 0


class Pull(NamedTuple):
    """Take the next piece or message of the caller's source; None is its end.

    source: an iterator, or an async iterator where the driver can wait for one.
    wait: whether to wait for it; if not, `LATER` is the answer when an async source has nothing ready.
    """

    source: object
    wait: bool = True


class Emit(NamedTuple):
    """Hand a value to the caller; go on when the next is asked for."""

    value: object


class _Later:
    def __repr__(self) -> str:
        return "LATER"


LATER: Final = _Later()
"""The answer to a Pull that would have to wait."""

Effect = Open | Upgrade | Exchange | Pull | Emit
Flow = Generator[Effect, Any, T]


def open_link(timeout: float, *, tls: bool = False) -> Flow[Link]:
    """Drop the link, make a new one and return it."""
    return cast("Link", (yield Open(tls, timeout)))


def upgrade(timeout: float) -> Flow[Link]:
    """Shake hands for TLS and return the link."""
    return cast("Link", (yield Upgrade(timeout)))


def ask(*items: Item, timeout: float, owed: int = 0) -> Flow[list[Reply]]:
    """Write the items and return the replies that came by the time at most `owed` are outstanding."""
    return cast("list[Reply]", (yield Exchange(items, timeout, owed)))


def ask_one(item: Item, timeout: float) -> Flow[Reply]:
    """Write one command and return its reply."""
    (reply,) = yield from ask(item, timeout=timeout)
    return reply


def pull(source: object, *, wait: bool = True) -> Flow[object]:
    """Return the next thing of the caller's source, None at its end, LATER if it would have to be waited for."""
    return (yield Pull(source, wait))


def emit(value: object) -> Flow[None]:
    """Hand a value to the caller."""
    yield Emit(value)
