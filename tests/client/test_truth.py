"""The library's word about a message is never contradicted by what the server holds, whatever the server does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import rawsmtp
from rawsmtp.testing import MemoryServer
from rawsmtp.testing.memory import run
from rawsmtp.testing.steps import Cut, Say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rawsmtp.testing import ReceivedMail
    from rawsmtp.testing.channel import Channel
    from rawsmtp.testing.steps import Step

EXTENSIONS = ["PIPELINING", "CHUNKING", "SIZE", "8BITMIME"]
COMMANDS = ["EHLO", "MAIL", "RCPT", "DATA", ".", "BDAT", "RSET", "QUIT", "GREETING", "*"]
TWO_REPLIES = b"250 ok\r\n250 ok\r\n"
JUNK = [b"", b"junk\r\n", b"25", TWO_REPLIES, b"550-a\r\n250 b\r\n", b"250-more\r\n", b"354 go\r\n"]


@dataclass(frozen=True)
class Fault:
    kind: str
    command: str
    value: Any
    times: int
    when: str | None

    def ask_of(self, server: MemoryServer) -> None:
        options: dict[str, Any] = {"times": self.times, "when": self.when}
        if self.kind == "reply":
            server.reply_to(self.command, self.value, "as asked", **options)
        elif self.kind == "raw":
            server.send_raw(self.command, self.value, **options)
        elif self.kind == "delay":
            server.delay(self.command, self.value, **options)
        elif self.kind == "freeze":
            server.freeze_after(self.command, **options)
        else:
            method = server.drop_after if self.kind == "drop" else server.reset_after
            method(self.command, answer=self.value, **options)


recipients = st.integers(0, 3).map(lambda number: f"r{number}@x.test")
places = {
    "command": st.sampled_from(COMMANDS),
    "times": st.integers(1, 3),
    "when": st.none() | recipients,
}
faults = st.one_of(
    st.builds(
        Fault, kind=st.just("reply"), value=st.sampled_from([250, 251, 354, 421, 450, 502, 503, 552, 554]), **places
    ),
    st.builds(Fault, kind=st.just("raw"), value=st.sampled_from(JUNK), **places),
    st.builds(Fault, kind=st.just("delay"), value=st.sampled_from([1, 100, 10_000]), **places),
    st.builds(Fault, kind=st.sampled_from(["drop", "reset"]), value=st.booleans(), **places),
    st.builds(Fault, kind=st.just("freeze"), value=st.none(), **places),
)


class Lossy:
    """The server's side of a connection, of whose words only so many octets arrive; the rest is lost with it."""

    def __init__(self, channel: Channel, octets: int) -> None:
        self._channel = channel
        self._left = octets

    def open(self) -> list[Step]:
        return list(self._arriving(self._channel.open()))

    def receive(self, data: bytes) -> list[Step]:
        return list(self._arriving(self._channel.receive(data)))

    def _arriving(self, steps: list[Step]) -> Iterator[Step]:
        for step in steps:
            if not isinstance(step, Say):
                yield step
            elif self._left >= 0:
                octets = step.octets[: self._left]
                self._left -= len(step.octets)
                yield Say(octets, step.trickle)
                if self._left < 0:
                    yield Cut(reset=True)


class FarServer(MemoryServer):
    """Does what it is told, whether or not its answers arrive: `losses` are octets for each connection."""

    def __init__(self, losses: list[int], **options: Any) -> None:
        super().__init__(**options)
        self._losses = losses

    def new_channel(self) -> Any:
        channel = super().new_channel()
        number = len(self.sessions) - 1
        return Lossy(channel, self._losses[number]) if number < len(self._losses) else channel


@dataclass(frozen=True)
class Message:
    to: list[str]
    refused: Any
    size: int
    form: str = "whole"

    def submission(self, number: int) -> rawsmtp.Submission:
        octets = b"Subject: %d\r\n\r\n" % number + b".x\r\n" * self.size
        sender = f"s{number}@x.test"
        message = octets if self.form == "whole" else self._pieces(octets)
        return rawsmtp.Submission(message, sender=sender, recipients=self.to, refused=self.refused)

    def _pieces(self, octets: bytes) -> Iterator[bytes]:
        yield octets[:20]
        if self.form == "breaks":
            raise OSError("the disk is gone")
        yield octets[20:]


messages = st.builds(
    Message,
    to=st.lists(recipients, min_size=1, max_size=3, unique=True),
    refused=st.sampled_from(["abort", "continue"]),
    size=st.sampled_from([0, 1, 100, 17_000]),
    form=st.sampled_from(["whole", "whole", "whole", "pieces", "breaks"]),
)
Outcome = rawsmtp.Receipt | Exception


def one_by_one(client: rawsmtp.Client, submissions: list[rawsmtp.Submission]) -> list[Outcome]:
    found: list[Outcome] = []
    for each in submissions:
        try:
            found.append(
                client.send(each.message, sender=each.sender, recipients=each.recipients, refused=each.refused)
            )
        except (rawsmtp.SMTPError, OSError) as error:
            found.append(error)
    return found


def counted(items: list[rawsmtp.Submission], pulled: list[object]) -> Iterator[rawsmtp.Submission]:
    for item in items:
        pulled.append(item)
        yield item


def all_at_once(client: rawsmtp.Client, submissions: list[rawsmtp.Submission], window: int) -> list[Outcome]:
    found: list[Outcome] = []
    pulled: list[object] = []
    try:
        client.connect()
        for result in client.send_many(counted(submissions, pulled), window=window):
            assert result.message is submissions[len(found)]
            found.append(result.receipt or result.error or TypeError("neither"))
    except rawsmtp.SMTPError:
        pass  # no connection was to be had any more
    assert len(found) == len(pulled)
    return found


async def one_by_one_later(client: rawsmtp.AsyncClient, submissions: list[rawsmtp.Submission]) -> list[Outcome]:
    found: list[Outcome] = []
    for each in submissions:
        try:
            found.append(
                await client.send(each.message, sender=each.sender, recipients=each.recipients, refused=each.refused)
            )
        except (rawsmtp.SMTPError, OSError) as error:
            found.append(error)
    return found


async def all_at_once_later(
    client: rawsmtp.AsyncClient, submissions: list[rawsmtp.Submission], window: int
) -> list[Outcome]:
    found: list[Outcome] = []
    pulled: list[object] = []
    try:
        await client.connect()
        async for result in client.send_many(counted(submissions, pulled), window=window):
            assert result.message is submissions[len(found)]
            found.append(result.receipt or result.error or TypeError("neither"))
    except rawsmtp.SMTPError:
        pass  # no connection was to be had any more
    assert len(found) == len(pulled)
    return found


def conclude(server: MemoryServer, sent: list[Message], outcomes: list[Outcome]) -> None:
    held: dict[str, list[ReceivedMail]] = {}
    for mail in server.outbox:
        held.setdefault(mail.envelope.sender, []).append(mail)
    assert len(outcomes) <= len(sent)
    for number, message in enumerate(sent):
        delivered = held.pop(f"s{number}@x.test", [])
        assert len(delivered) <= 1
        for mail in delivered:
            assert set(mail.envelope.recipients) <= set(message.to)
            assert mail.subject == str(number)
        outcome = outcomes[number] if number < len(outcomes) else None
        if isinstance(outcome, rawsmtp.Receipt):
            assert [set(mail.envelope.recipients) for mail in delivered] == [set(outcome.accepted)]
            assert set(outcome.accepted) | set(outcome.refused) == set(message.to)
            assert not outcome.refused or message.refused == "continue"
        elif isinstance(outcome, rawsmtp.SMTPError):
            assert not delivered or outcome.outcome == "unknown"
            assert not (delivered and outcome.retryable)
        else:
            assert outcome is None or message.form == "breaks"
            assert not delivered
    assert not held


def outcomes_of(server: MemoryServer, kind: str, mode: str, sent: list[Message]) -> list[Outcome]:
    submissions = [message.submission(number) for number, message in enumerate(sent)]
    window = 3 if mode == "window" else 1
    chunking: Any = "trust" if window > 1 else "off"
    outcomes: list[Outcome]
    if kind == "asyncio":
        client = server.async_client(timeout=50, chunking=chunking)
        is_alone = mode == "one by one"
        outcomes = run(
            one_by_one_later(client, submissions) if is_alone else all_at_once_later(client, submissions, window)
        )
    elif mode == "one by one":
        outcomes = one_by_one(server.client(timeout=50, chunking=chunking), submissions)
    else:
        outcomes = all_at_once(server.client(timeout=50, chunking=chunking), submissions, window)
    return outcomes


MODES = ["one by one", "many", "window"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sent=st.lists(messages, min_size=1, max_size=5),
    asked=st.lists(faults, max_size=4),
    hidden=st.sets(st.sampled_from(EXTENSIONS)),
    chop=st.sampled_from([None, 7, 1_000]),
    tls=st.sampled_from([None, None, None, "implicit"]),
    losses=st.lists(st.integers(200, 1_500), max_size=3),
    connections=st.sampled_from([None, None, 1, 2]),
)
def test_word_and_mailbox_agree(
    mode: str,
    kind: str,
    sent: list[Message],
    asked: list[Fault],
    hidden: set[str],
    chop: int | None,
    tls: Any,
    losses: list[int],
    connections: int | None,
) -> None:
    # Where content goes ahead, a reply too many and one too few make the right number, and nobody can tell.
    has_too_many = any(fault.value == TWO_REPLIES for fault in asked)
    assume(mode != "window" or not has_too_many or (len(asked) == 1 and not losses))
    server = FarServer(losses, extensions=EXTENSIONS, chop=chop, tls=tls, connections=connections)
    server.hide(*hidden)
    for fault in asked:
        fault.ask_of(server)
    outcomes = outcomes_of(server, kind, mode, sent)
    conclude(server, sent, outcomes)
    if not asked and not losses and all(message.form != "breaks" for message in sent):
        assert [type(outcome) for outcome in outcomes] == [rawsmtp.Receipt] * len(sent)


# No 554 to RSET: it is a server's last word, and this server goes on behind it.
REFUSALS = [("RCPT", 554), ("RCPT", 450), ("RCPT", 421), ("MAIL", 554), ("RSET", 502), (".", 554), ("RCPT", None)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
@pytest.mark.parametrize("connections", [None, 1])
@pytest.mark.parametrize(("command", "code"), REFUSALS)
def test_wherever_the_answers_end(
    mode: str, kind: str, command: str, code: int | None, connections: int | None
) -> None:
    sent = [Message([f"r{number}@x.test"], "abort", 1) for number in range(3)]
    octets = 0
    is_over = False
    while not is_over:
        server = FarServer([octets], extensions=EXTENSIONS, connections=connections)
        if code is not None:
            server.reply_to(command, code, "as asked", times=1)
        conclude(server, sent, outcomes_of(server, kind, mode, sent))
        is_over = octets > server.taken
        octets += 1


TOO_MANY = [b"250 ok\r\n550 no\r\n", b"250 ok\r\n250 ok\r\n", b"550 no\r\n550 no\r\n", b"550 no\r\n250 ok\r\n"]


@pytest.mark.parametrize("chop", [None, 1, 8])
@pytest.mark.parametrize("octets", TOO_MANY)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
def test_replies_too_many(mode: str, kind: str, octets: bytes, chop: int | None) -> None:
    sent = [Message([f"r{number}@x.test"], "abort", 1) for number in range(3)]
    for command in ("MAIL", "RCPT", ".", "RSET", "DATA"):
        for number in range(3):
            server = MemoryServer(extensions=EXTENSIONS, chop=chop)
            about = {"MAIL": f"s{number}@x.test", "RCPT": f"r{number}@x.test", ".": f"r{number}@x.test"}
            server.send_raw(command, octets, when=about.get(command), times=1)
            conclude(server, sent, outcomes_of(server, kind, mode, sent))
