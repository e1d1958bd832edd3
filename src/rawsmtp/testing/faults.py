"""What a test asks a server to do wrong: deterministic, counted, and known to have been used or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from rawsmtp.wire.reply import Reply
from rawsmtp.wire.verb import Verb

from .steps import Cut, Pause

if TYPE_CHECKING:
    from collections.abc import Collection

ANY = "*"
_ALIASES = {"CONNECT": "GREETING", "DOT": ".", "CONTENT": ".", "END_OF_DATA": "."}
_KEYS = frozenset({verb.value for verb in Verb if verb.value.isupper()} - {Verb.BDAT_LAST.value}) | {
    "GREETING",
    ".",
    ANY,
}


@dataclass(slots=True)
class Fault:
    """One thing to do wrong.

    command: where: a verb, "greeting", "." for the end of the content, or "*" for anything.
    when: only for this address, name or argument; None for any.
    times: how often; None for always.
    reply: the reply to give.
    octets: what to write in place of a reply.
    before: what to do before the answer.
    after: what to do behind it.
    trickle: seconds between the octets of the answer.
    used: how often it has happened.
    """

    command: str
    when: str | None = None
    times: int | None = None
    reply: Reply | None = None
    octets: bytes | None = None
    before: Pause | Cut | None = None
    after: Pause | Cut | None = None
    trickle: float = 0.0
    used: int = field(default=0, compare=False)

    @property
    def answers(self) -> bool:
        """Whether it is an answer, or takes the place of one."""
        return self.reply is not None or self.octets is not None or isinstance(self.before, Cut)

    def fits(self, command: str, subjects: Collection[str]) -> bool:
        """Whether it is to happen at this command about these addresses or arguments."""
        if self.command not in (command, ANY) or (self.times is not None and self.used >= self.times):
            return False
        return self.when is None or self.when.lower() in subjects

    def __str__(self) -> str:
        about = "" if self.when is None else f" for {self.when}"
        what = str(self.reply) if self.reply is not None else self.octets or self.before or self.after or "trickle"
        return f"{self.command}{about}: {what!r}"


@dataclass(slots=True)
class Faults:
    """All that is asked of a server.

    hidden: EHLO keywords that are not shown, and what they stand for is not done.
    size: octets of a message at most.
    recipients: recipients of a message at most.
    """

    asked: list[Fault] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    size: int | None = None
    recipients: int | None = None

    def add(self, fault: Fault) -> None:
        """Ask for one; ValueError for a command that no server is asked."""
        key = fault.command.upper()
        fault.command = _ALIASES.get(key, key)
        if fault.command not in _KEYS:
            raise ValueError(f"no such command: {fault.command!a}; there are {', '.join(sorted(_KEYS))}")
        if fault.times is not None and fault.times < 1:
            raise ValueError(f"times={fault.times!a}: once at least, or None for always")
        self.asked.append(fault)

    def take(self, command: str, *subjects: str) -> list[Fault]:
        """Return what is to happen now: the first fault that answers, and all that go with any answer.

        They count as used.
        """
        lowered = {subject.lower() for subject in subjects}
        taken: list[Fault] = []
        for fault in self.asked:
            if fault.fits(command, lowered) and not (fault.answers and any(other.answers for other in taken)):
                fault.used += 1
                taken.append(fault)
                if isinstance(fault.before, Cut):
                    break
        return taken

    def expects(self, command: str, *subjects: str) -> bool:
        """Whether something is to happen at this command."""
        lowered = {subject.lower() for subject in subjects}
        return any(fault.command == command and fault.fits(command, lowered) for fault in self.asked)

    def unused(self) -> list[Fault]:
        """Return those that never happened, or not as often as was asked."""
        return [fault for fault in self.asked if fault.used < (fault.times or 1)]


class FaultMethods:
    """What a test says to a server to make it misbehave; each lasts until it has happened `times` times.

    command: a verb, "greeting", "." for the end of the content (DATA or BDAT), or "*" for anything.
    when: only for this address (MAIL, RCPT, and the recipients of "."), user (AUTH), or argument; None for any.
    times: how often; None for always.
    """

    faults: Faults

    def reply_to(
        self, command: str, code: int, text: str = "", *, when: str | None = None, times: int | None = None
    ) -> None:
        """Answer with this reply; a refusal leaves the command undone. For AUTH it takes the place of the verdict."""
        if not 200 <= code <= 599:
            raise ValueError(f"a reply code is between 200 and 599, not {code!a}; for worse use send_raw()")
        self.faults.add(Fault(command, when, times, reply=Reply(code, text)))

    def send_raw(self, command: str, octets: bytes, *, when: str | None = None, times: int | None = None) -> None:
        r"""Write these octets in place of the reply; b"" leaves the client without one.

        The command is done nevertheless, unless they begin as a refusal does, with 4 or 5.
        """
        self.faults.add(Fault(command, when, times, octets=bytes(octets)))

    def drop_after(
        self, command: str, *, answer: bool = False, when: str | None = None, times: int | None = None
    ) -> None:
        """Close the connection when the command has come.

        answer: whether to answer it first.
        """
        self._cut(command, Cut(abrupt=True), answer, when, times)

    def reset_after(
        self, command: str, *, answer: bool = False, when: str | None = None, times: int | None = None
    ) -> None:
        """Reset the connection (TCP RST) when the command has come; parameters as for `drop_after`."""
        self._cut(command, Cut(reset=True, abrupt=True), answer, when, times)

    def _cut(self, command: str, cut: Cut, answer: bool, when: str | None, times: int | None) -> None:
        place = {"after": cut} if answer else {"before": cut}
        self.faults.add(Fault(command, when, times, **place))  # type: ignore[arg-type]  # a Cut fits both fields

    def delay(self, command: str, seconds: float, *, when: str | None = None, times: int | None = None) -> None:
        """Wait so many seconds before the answer."""
        self.faults.add(Fault(command, when, times, before=Pause(seconds)))

    def freeze_after(self, command: str, *, when: str | None = None, times: int | None = None) -> None:
        """Answer, and from then on neither read nor write, with the connection open."""
        self.faults.add(Fault(command, when, times, after=Pause(inf)))

    def trickle(
        self, command: str = ANY, seconds: float = 0.01, *, when: str | None = None, times: int | None = None
    ) -> None:
        """Write the answer an octet at a time, with so many seconds between them."""
        self.faults.add(Fault(command, when, times, trickle=seconds))

    def hide(self, *keywords: str) -> None:
        """Take keywords out of the EHLO reply; what they stand for is refused as well."""
        self.faults.hidden.update(keyword.upper() for keyword in keywords)

    def limit(self, *, size: int | None = None, recipients: int | None = None) -> None:
        """Take so many octets (said by SIZE) and so many recipients a message, and refuse what is more."""
        self.faults.size = size if size is not None else self.faults.size
        self.faults.recipients = recipients if recipients is not None else self.faults.recipients

    def assert_all_faults_used(self) -> None:
        """Fail if something that was asked for never happened, or not as often as was asked."""
        unused = self.faults.unused()
        if unused:
            raise AssertionError("these never happened: " + "; ".join(map(str, unused)))
