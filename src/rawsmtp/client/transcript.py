"""The dialogue as data, reading like a telnet session; secrets are out before anything is recorded."""

from __future__ import annotations

import time
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from rawsmtp.wire.auth import Auth, AuthAnswer
from rawsmtp.wire.mail_data import Content

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rawsmtp.wire.mail_data import Item
    from rawsmtp.wire.reply import Reply

_SECRET = frozenset({Auth, AuthAnswer})
_SPECIAL = _SECRET | {Content}
Direction = Literal["sent", "received", "note"]
ENTRIES = 1_000
"""Entries that are kept, the newest ones: a few hundred messages' worth."""


_LONGEST = 4_096
"""Octets of a reply that are kept whole: the replies of a hostile server are the only ones that are longer."""


class Entry(NamedTuple):
    """One line of the dialogue; a reply of several lines is one entry.

    direction: "sent", "received", or "note" for what happened to the connection.
    line: the text without its CRLF.
    time: seconds since the epoch.
    tls: whether it went inside TLS.
    """

    direction: Direction
    line: str
    time: float
    tls: bool


class Transcript:
    """The newest entries of a dialogue; iterate over them, or print it.

    entries: to begin with.
    """

    __slots__ = ("_content", "_entries")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        # What is shown is made only when somebody looks: most transcripts are never read.
        self._entries: deque[tuple[Direction, object, float, bool]] = deque(entries, ENTRIES)
        self._content: int | None = None

    def record_sent(self, items: Sequence[Item], *, tls: bool) -> None:
        """Record what is written; content only by its size, and never a secret."""
        now = time.time()
        if items and isinstance(first := items[0], Content):
            self._count(len(first.octets), now, tls)
            items = items[1:]
        if _SPECIAL.isdisjoint(map(type, items)):
            self._content = None if items else self._content
            self._entries.extend([("sent", item, now, tls) for item in items])
            return
        for item in items:
            if isinstance(item, Content):
                self._count(len(item.octets), now, tls)
            else:
                self._content = None
                # One with a secret in it is not kept: what it shows has none.
                self._entries.append(("sent", str(item) if type(item) in _SECRET else item, now, tls))

    def _count(self, octets: int, now: float, tls: bool) -> None:
        if self._content is None:
            self._content = 0
        else:
            self._entries.pop()
        self._content += octets
        self._entries.append(("sent", f"[{self._content} octets]", now, tls))

    def record_received(self, replies: Iterable[Reply], *, tls: bool) -> None:
        """Record the replies that came."""
        now = time.time()
        self._content = None
        self._entries.extend(
            [("received", reply if len(reply.raw) <= _LONGEST else _beginning(reply), now, tls) for reply in replies]
        )

    def note(self, text: str, *, tls: bool = False) -> None:
        """Record what happened to the connection."""
        self._content = None
        self._entries.append(("note", text, time.time(), tls))

    def __iter__(self) -> Iterator[Entry]:
        return (Entry(direction, str(line), when, tls) for direction, line, when, tls in self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __str__(self) -> str:
        return "\n".join(entry.line for entry in self)

    def __repr__(self) -> str:
        return f"<Transcript of {len(self)} entries>"

    def tail(self, entries: int) -> Transcript:
        """Return a copy of the last entries, which does not change any more."""
        copied = Transcript()
        copied._entries.extend(islice(self._entries, max(0, len(self) - entries), None))
        return copied

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Transcript) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it changes while the conversation goes on

    def __reduce__(self) -> tuple[type[Transcript], tuple[list[Entry]]]:
        return Transcript, (list(self),)


def _beginning(reply: Reply) -> str:
    return str(reply)[:_LONGEST] + "…"
