"""The server's side of the protocol, without I/O: octets of a client in, steps to take out. RFC 5321."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from rawsmtp.protocol.state import SYNCHRONISES, State
from rawsmtp.wire.command import Command
from rawsmtp.wire.mail_data import Bdat, EndOfData
from rawsmtp.wire.reply import EnhancedCode, Reply, printable
from rawsmtp.wire.verb import Verb

from .conformance import Finding, Judge
from .faults import Faults
from .lines import Unreadable, read_command
from .persona import MODERN, Persona
from .steps import Cut, Pause, Say, StartTLS, Step

if TYPE_CHECKING:
    from .mail import Login, ReceivedMail, ReceivedTLS

Handler = Callable[[Command | EndOfData], Reply | None]
"""Asked first for each command; what it returns is the answer, None leaves it to the server."""

_LONGEST_LINE = 65_536
_SHOWN = 1_000
_SPACE = re.compile(rb"(?:MAIL FROM|RCPT TO): ", re.IGNORECASE)


class Session(Protocol):
    """One connection, seen from the server, without I/O.

    transcript: the dialogue, a line an entry: "C: …" or "S: …", secrets out.
    """

    transcript: list[str]

    def greet(self) -> list[Step]:
        """Return what happens first."""

    def receive(self, data: bytes) -> list[Step]:
        """Return what happens when these octets have come."""

    def begin_tls(self, info: ReceivedTLS) -> list[Step]:
        """Return what happens when TLS is up."""


@dataclass(slots=True)
class Setup:
    """What all sessions of a server share.

    persona: what kind of server it is.
    deliver: called with each message that was accepted; returns a name for it.
    users: names and their passwords or tokens; AUTH is offered if there are some.
    faults: what to do wrong.
    handler: asked first for each command.
    starttls: whether STARTTLS is offered.
    lmtp: whether it speaks LMTP instead. RFC 2033.
    """

    deliver: Callable[[ReceivedMail], str]
    persona: Persona = MODERN
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    faults: Faults = field(default_factory=Faults)
    handler: Handler | None = None
    starttls: bool = False
    lmtp: bool = False

    def offers(self, *, tls: bool) -> dict[str, str]:
        """Return the EHLO keywords and their parameters."""
        offered = dict.fromkeys(self.persona.keywords, "")
        if "SIZE" in offered:
            offered["SIZE"] = str(self.size)
        if self.starttls and not tls:
            offered["STARTTLS"] = ""
        if self.users:
            offered["AUTH"] = " ".join(self.persona.mechanisms)
        return {keyword: value for keyword, value in offered.items() if keyword not in self.faults.hidden}

    @property
    def size(self) -> int:
        """Octets of a message at most."""
        return self.faults.size if self.faults.size is not None else self.persona.size


class BaseSession:
    """One connection: its buffer, its transcript, its faults and its judge; `ServerSession` adds the commands."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.state = State.START
        self.login: Login | None = None
        self.tls: ReceivedTLS | None = None
        self.transcript: list[str] = []
        self.findings: list[Finding] = []
        self.judge = Judge(self.findings.append)
        self.buffer = bytearray()
        self.scanned = 0
        self.is_over = False
        self.read: Callable[[], list[Step] | None] = self.read_line

    def greet(self) -> list[Step]:
        """Return the greeting."""
        return self.respond("GREETING", (), lambda: self.say("greeting"))

    def begin_tls(self, info: ReceivedTLS) -> list[Step]:
        """Take note that TLS is up: all is forgotten, and what came in clear is dropped. RFC 3207 §4.2."""
        if self.tls is None and not self.transcript:
            self.tls = info
            return self.greet()
        self.tls = info
        self.state = State.START
        self.judge.begin_tls()
        return []

    def receive(self, data: bytes) -> list[Step]:
        """Return what happens when these octets have come."""
        if self.is_over:
            self.judge.behind_the_end(data)
            return []
        self.buffer += data
        steps: list[Step] = []
        while not self.is_over and self.state is not State.HANDSHAKE:
            try:
                more = self.read()
            except Unreadable as endless:
                return [*steps, *self._give_up(endless)]
            if more is None:
                break
            steps += more
        return steps

    def _give_up(self, endless: Unreadable) -> list[Step]:
        self.buffer.clear()
        self.judge.syntax(endless.reply.text)
        self.state = State.CLOSED
        return self.written([endless.reply])

    def read_line(self) -> list[Step] | None:
        """Take one command line from the buffer and answer it."""
        line = self.take_line()
        if line is None:
            return None
        try:
            command = read_command(line)
        except Unreadable as unreadable:
            self.record("C", shown(line))
            self.judge.syntax(unreadable.reply.text)
            return self.written([unreadable.reply])
        self.record("C", str(command) if command.verb is Verb.AUTH else _shown(line))
        verb = command.verb
        self.judge.command(verb, self.state, str(command))
        if _SPACE.match(line):
            self.judge.syntax(f"a space behind the colon of {str(command)!a}")
        self.judge_behind(verb, b"" if isinstance(command, Bdat) else bytes(self.buffer))
        return self.command(command)

    def judge_behind(self, verb: Verb, octets: bytes) -> None:
        """Judge what came before the reply to this."""
        pipelining = "PIPELINING" in self.setup.offers(tls=self.tls is not None)
        self.judge.behind(verb, octets, allowed=pipelining and verb not in SYNCHRONISES)

    def command(self, command: Command) -> list[Step]:
        """Answer a command."""
        raise NotImplementedError

    def take_line(self) -> bytes | None:
        """Return the next line of the buffer without its line end; None if it is not complete."""
        end = self.buffer.find(b"\n", self.scanned)
        if end < 0 and len(self.buffer) <= _LONGEST_LINE:
            self.scanned = len(self.buffer)
            return None
        if end < 0:
            raise Unreadable(500, "5.5.2 The line does not end")
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 1]
        self.scanned = 0
        if not line.endswith(b"\r"):
            self.judge.bare_line_feed(line)
        return line.removesuffix(b"\r")

    def ask_handler(self, item: Command | EndOfData) -> Reply | None:
        """Return what the test's own function answers."""
        reply = None if self.setup.handler is None else self.setup.handler(item)
        if reply is not None and not isinstance(reply, Reply):
            raise TypeError(f"the handler returned {reply!a} for {str(item)!a}; it returns a Reply, or None")
        return reply

    def say(self, key: str, **values: object) -> list[Reply]:
        """Return the reply of this kind of server."""
        return [self.setup.persona.reply(key, **values)]

    def respond(
        self, key: str, subjects: tuple[str, ...], do: Callable[[], list[Reply]], asked: Reply | None = None
    ) -> list[Step]:
        """Return the steps of an answer: what was asked for, else what `do` returns when it has done the command."""
        steps: list[Step] = []
        after: list[Step] = []
        octets, trickle = None, 0.0
        for fault in self.setup.faults.take(key, *subjects):
            trickle = trickle or fault.trickle
            octets, asked = octets if fault.octets is None else fault.octets, fault.reply or asked
            steps += [fault.before] if fault.before else []
            after += [fault.after] if fault.after else []
        if any(isinstance(step, Cut) for step in steps):
            return self.ended(steps)
        refused = octets[:1] in (b"4", b"5") if octets is not None else asked is not None and not _does(key, asked)
        replies = do() if not refused or key == "QUIT" else []
        if octets is not None:
            self.record("S", printable(octets.decode("utf-8", "replace")))
            return [*steps, *self._say(octets, trickle), *self.ended(after)]
        said = self.written(replies, trickle) if asked is None else self.written([asked], trickle, own=False)
        return [*steps, *said, *self.ended(after)]

    def written(self, replies: list[Reply], trickle: float = 0.0, *, own: bool = True) -> list[Step]:
        """Return the steps that write these replies.

        own: whether they are the server's own words, which have enhanced codes only where those are offered.
        """
        if own and "ENHANCEDSTATUSCODES" not in self.setup.offers(tls=self.tls is not None):
            replies = list(map(_without_enhanced, replies))
        for reply in replies:
            self.record("S", str(reply))
            if reply.code == 421:
                self.state = State.CLOSED
        return self._say(b"".join(reply.raw for reply in replies), trickle)

    def _say(self, octets: bytes, trickle: float) -> list[Step]:
        steps: list[Step] = [Say(octets, trickle)]
        if self.state is State.HANDSHAKE:
            # What came in clear behind STARTTLS is dropped, not read as if it had come inside TLS.
            self.buffer.clear()
            steps.append(StartTLS())
        if self.state is State.CLOSED:
            steps.append(Cut())
            self.is_over = True
        return steps

    def ended(self, steps: list[Step]) -> list[Step]:
        """Return the steps, having taken note if they end the connection."""
        if any(isinstance(step, Cut) or (isinstance(step, Pause) and step.seconds > 1e9) for step in steps):
            self.is_over = True
        return steps

    def record(self, who: str, text: str) -> None:
        """Add the lines of a text to the transcript."""
        self.transcript += [f"{who}: {line}" for line in text.split("\n")]


def shown(line: bytes) -> str:
    """Return a line that is no command as it can be seen; what stands behind AUTH is a secret."""
    words = line.split(b" ", 2)
    if words[0].upper() == b"AUTH" and len(words) > 2:
        line = b" ".join([*words[:2], b"[redacted]"])
    return printable(line[:_SHOWN].decode("utf-8", "replace"))


def _shown(line: bytes) -> str:
    if line[:4].upper() == b"AUTH":
        return "AUTH [redacted]"
    return printable(line.decode("utf-8", "replace"))


def _without_enhanced(reply: Reply) -> Reply:
    if not any(map(EnhancedCode.parse, reply.lines)):
        return reply
    lines = (line.partition(" ")[2] if EnhancedCode.parse(line) else line for line in reply.lines)
    return Reply(reply.code, "\n".join(lines))


def _does(key: str, reply: Reply) -> bool:
    """Whether a command is done although it is answered with this reply: if that is what stands for success."""
    return reply.code == 354 if key == "DATA" else reply.is_success
