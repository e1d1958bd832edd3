"""All that arrived, and how a test waits for it and asserts about it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from os import PathLike

    from .mail import ReceivedMail


class Outbox(Sequence["ReceivedMail"]):
    """The messages in the order in which they arrived; several threads may use it."""

    def __init__(self) -> None:
        self._mails: list[ReceivedMail] = []
        self._changed = threading.Condition()
        self._taken = 0

    def add(self, mail: ReceivedMail) -> str:
        """Take a message and return a name for it."""
        with self._changed:
            self._mails.append(mail)
            self._taken += 1
            self._changed.notify_all()
            return f"{self._taken:08X}"

    def clear(self) -> None:
        """Forget what arrived so far."""
        with self._changed:
            self._mails.clear()

    @property
    def last(self) -> ReceivedMail:
        """The newest message; AssertionError without one."""
        if not self._mails:
            raise AssertionError("nothing arrived")
        return self._mails[-1]

    @overload
    def __getitem__(self, index: int) -> ReceivedMail: ...
    @overload
    def __getitem__(self, index: slice) -> list[ReceivedMail]: ...
    def __getitem__(self, index: int | slice) -> ReceivedMail | list[ReceivedMail]:
        return self._mails[index]

    def __len__(self) -> int:
        return len(self._mails)

    def __iter__(self) -> Iterator[ReceivedMail]:
        return iter(list(self._mails))

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, (Outbox, list)) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it changes as messages arrive

    def __repr__(self) -> str:
        return f"<Outbox of {len(self)} messages>"

    def select(self, to: str | None = None, subject: str | None = None) -> list[ReceivedMail]:
        """Return the messages for this recipient and with this text in their subject; None is any."""
        return [
            mail
            for mail in self
            if (to is None or to in mail.envelope.recipients) and (subject is None or subject in mail.subject)
        ]

    @overload
    def wait_for(
        self, count: int, *, to: str | None = None, subject: str | None = None, timeout: float = 5.0
    ) -> list[ReceivedMail]: ...
    @overload
    def wait_for(
        self, count: None = None, *, to: str | None = None, subject: str | None = None, timeout: float = 5.0
    ) -> ReceivedMail: ...
    def wait_for(
        self, count: int | None = None, *, to: str | None = None, subject: str | None = None, timeout: float = 5.0
    ) -> ReceivedMail | list[ReceivedMail]:
        """Return the message as soon as it has arrived; with `count`, the list of so many.

        to: only messages for this recipient.
        subject: only messages with this text in their subject.
        timeout: seconds to wait.
        Raises AssertionError that lists what did arrive.
        """
        until = monotonic() + timeout
        wanted = 1 if count is None else count
        with self._changed:
            while len(found := self.select(to, subject)) < wanted:
                if not self._changed.wait(until - monotonic()):
                    raise AssertionError(f"{_wanted(wanted, to, subject)} in {timeout:g} seconds; {self._arrived()}")
        return found[0] if count is None else found[:count]

    def assert_sent(self, count: int = 1, *, to: str | None = None, subject: str | None = None) -> list[ReceivedMail]:
        """Return the messages that fit; AssertionError that lists what arrived if they are not exactly so many."""
        found = self.select(to, subject)
        if len(found) != count:
            raise AssertionError(f"{_wanted(count, to, subject)}, and there are {len(found)}; {self._arrived()}")
        return found

    def assert_nothing_sent(self, within: float = 0.0) -> None:
        """Fail if anything arrived, or arrives within so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._mails, within)
        if self._mails:
            raise AssertionError(f"nothing was to arrive; {self._arrived()}")

    def save(self, path: str | PathLike[str]) -> None:
        """Append the messages to a mailbox file in the mbox format."""
        import mailbox

        box = mailbox.mbox(path)
        try:
            for mail in self:
                box.add(mail.raw)
        finally:
            box.close()

    def _arrived(self) -> str:
        if not self._mails:
            return "nothing arrived"
        return "\n  ".join([f"{len(self)} arrived:", *map(str, self)])


def _wanted(count: int, to: str | None, subject: str | None) -> str:
    about = "" if to is None else f" for {to}"
    about += "" if subject is None else f" with {subject!r} in the subject"
    return f"{count} message{'' if count == 1 else 's'}{about} wanted"
