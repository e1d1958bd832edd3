"""Servers that behave as those that taught the rules of pipelining, for both clients."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from tests.client.scripts import Scripts

import rawsmtp
from rawsmtp import Reply, commands
from rawsmtp.client.asyncio_io import AsyncioIO
from rawsmtp.testing import Cut, MemoryServer, ScriptedSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Talk


TEXT = b"Subject: x\r\n\r\nhello\r\n"


def submission(number: int, to: Any = "r@x.test", **options: Any) -> rawsmtp.Submission:
    return rawsmtp.Submission(TEXT, sender=f"s{number}@x.test", recipients=to, **options)


def senders(server: MemoryServer) -> list[str]:
    return [mail.envelope.sender for mail in server.outbox]


def test_503_for_all_behind_the_dot(talk: Talk) -> None:
    flights: list[int] = []
    refused: list[str] = []

    def handler(command: Any) -> Reply | None:
        if isinstance(command, commands.EndOfData):
            flights.append(server.turnarounds)
        elif server.turnarounds in flights:
            refused.append(str(command))
            return Reply(503, "5.5.1 not now")
        return None

    server = MemoryServer(handler=handler)
    results = talk(server).send_all([submission(number) for number in range(4)])
    assert (
        [result.unwrap().sender for result in results]
        == senders(server)
        == [f"s{number}@x.test" for number in range(4)]
    )
    # The first one behind a dot taught it: from then on each envelope goes alone.
    assert refused == ["MAIL FROM:<s1@x.test> SIZE=21", "RCPT TO:<r@x.test>", "DATA"]
    assert server.transcript.count("C: RSET") == 1


def test_abandoned_envelope_never_gives_its_sender_to_the_next(talk: Talk) -> None:
    server = MemoryServer()
    server.reply_to("RCPT", 550, "no", when="no@x.test")
    items = [submission(0, "no@x.test"), submission(1), submission(2, ["r@x.test", "no@x.test"]), submission(3)]
    results = talk(server).send_all(items)
    assert [type(result.error) for result in results] == [
        rawsmtp.RecipientsRefused,
        type(None),
        rawsmtp.RecipientsRefused,
        type(None),
    ]
    assert senders(server) == ["s1@x.test", "s3@x.test"]
    assert server.transcript.count("C: RSET") == 2
    assert server.findings == []


def test_552_to_every_mail_until_reset(talk: Talk) -> None:
    stuck: list[bool] = []

    def handler(command: Any) -> Reply | None:
        if isinstance(command, commands.Rset):
            stuck.clear()
        if isinstance(command, commands.Mail) and (stuck or command.address == "s0@x.test"):
            stuck.append(True)
            return Reply(552, "5.3.4 too big")
        return None

    server = MemoryServer(handler=handler)
    results = talk(server).send_all([submission(number) for number in range(3)])
    assert isinstance(results[0].error, rawsmtp.SenderRefused)
    assert senders(server) == ["s1@x.test", "s2@x.test"]


@pytest.mark.parametrize("options", [{}, {"chunking": "trust"}], ids=["chain", "window"])
def test_reset_answered_502(talk: Talk, options: dict[str, Any]) -> None:
    server = MemoryServer()
    server.reply_to("RSET", 502, "5.5.1 not implemented")
    server.reply_to("RCPT", 550, "no", when="no@x.test")
    items = [
        rawsmtp.Submission(f"Subject: {number}\n\n", sender=f"s{number}@x.test", recipients=to)
        for number, to in enumerate(["r@x.test", "no@x.test", "r@x.test", "r@x.test"])
    ]
    results = talk(server, **options).send_all(items, window=4 if options else 1)
    assert len(results) == 4
    delivered = [mail.subject for mail in server.outbox]
    assert len(delivered) == len(set(delivered))
    for number, result in enumerate(results):
        sent = str(number) in delivered
        error = result.error
        assert (result.receipt is not None) is sent or (
            isinstance(error, rawsmtp.SMTPError) and error.outcome == "unknown"
        )
    assert options or len(server.sessions) > 1


def test_no_lone_dot_behind_a_partial_refusal(talk: Talk) -> None:
    server = MemoryServer()
    server.reply_to("RCPT", 550, "no", when="no@x.test")
    client = talk(server)
    for policy in ("abort", "continue"):
        with pytest.raises(rawsmtp.RecipientsRefused):
            client.send(TEXT, sender="a@x.test", recipients=["no@x.test"], refused=policy)
    with pytest.raises(rawsmtp.RecipientsRefused):
        client.send(TEXT, sender="a@x.test", recipients=["r@x.test", "no@x.test"])
    assert server.outbox == []


def test_354_with_nobody_accepted_is_ended_by_a_lone_dot(talk: Talk) -> None:
    server = MemoryServer()
    server.reply_to("RCPT", 550, "no", when="no@x.test")
    server.reply_to("DATA", 354, "go on", times=1)
    client = talk(server)
    with pytest.raises(rawsmtp.RecipientsRefused):
        client.send(TEXT, sender="a@x.test", recipients="no@x.test")
    client.send(TEXT, sender="b@x.test", recipients="r@x.test")
    assert [mail.raw for mail in server.outbox if mail.envelope.recipients] == [TEXT]


GREETING, OK = b"220 x\r\n", b"250 ok\r\n"
CHUNKS = b"250-x\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SIZE 100000\r\n"


@pytest.mark.parametrize(
    ("answers", "discards"),
    [
        ([b"503 no\r\n", b"", b"503 no\r\n"], True),
        ([b"503 no\r\n", b"250 noop\r\n", b"503 no\r\n"], False),
        ([b"503 no\r\n", b"250 noop\r\n503 no\r\n", b""], False),
        ([b"250 taken\r\n", b"", b"503 no\r\n"], False),
        ([b"503 no\r\n", b"", b"354 go\r\n"], False),
        ([b"503 no\r\n", Cut()], False),
    ],
    ids=["discarded", "executed", "executed, glued", "accepted", "DATA accepted", "closed"],
)
def test_probe_for_chunks(talk: Talk, answers: list[Any], discards: bool) -> None:
    # A scripted server answers line by line: the octets of the chunk are a line as the others are.
    sent = [b"250 a\r\n", b"250 b\r\n", b"250 queued as 1\r\n", b"", b"", b"", b""]
    ends = [b"250 a\r\n", b"250 b\r\n", b"354 c\r\n", b"250 queued as 1\r\n"]
    # The connection of a probe that was executed is out of step: another one is made, and there nothing is tried.
    scripts: list[list[Any]] = [[GREETING, CHUNKS, *answers, *sent]] if discards else [[GREETING, CHUNKS, *answers]]
    server = Scripts(*scripts, [GREETING, CHUNKS, *ends])
    client = talk(server, chunking="probe", timeout=5)
    receipt = client.send(TEXT, sender="a@x.test", recipients="b@x.test")
    assert receipt.queue_id == "1"
    said = b"".join(session.received for session in server.sessions if isinstance(session, ScriptedSession))
    assert (b"BDAT 21 LAST" in said) is discards
    assert said.count(b"BDAT 6 LAST") == 1


def test_new_connection_before_ten_refused_envelopes(talk: Talk) -> None:
    refused: dict[int, int] = {}

    def handler(command: Any) -> Reply | None:
        current = len(server.sessions)
        if isinstance(command, commands.Rcpt) and command.address == "no@x.test":
            refused[current] = refused.get(current, 0) + 1
            return Reply(421 if refused[current] >= 10 else 550, "no")
        return None

    server = MemoryServer(handler=handler)
    items = [submission(number, "no@x.test") for number in range(20)] + [submission(20)]
    results = talk(server).send_all(items)
    assert all("550 no" in str(result.error) for result in results[:20])
    assert results[20].error is None
    assert max(refused.values()) <= 5


@pytest.mark.parametrize("behind_dot", [True, False], ids=["421 behind the dot", "421 to MAIL after idling"])
def test_421_after_some_messages(talk: Talk, behind_dot: bool) -> None:
    taken: list[int] = []

    def handler(command: Any) -> Reply | None:
        current = len(server.sessions)
        if isinstance(command, commands.EndOfData):
            taken.append(current)
        if isinstance(command, commands.Mail) and taken.count(current) >= 2:
            return Reply(421, "4.7.0 enough")
        return None

    server = MemoryServer(handler=handler)
    client = talk(server)
    if behind_dot:
        results = client.send_all([submission(number) for number in range(7)])
        refused = [result.error for result in results if result.error is not None]
        assert all("421 4.7.0 enough" in str(error) for error in refused)
        assert len(server.outbox) == 7 - len(refused)
    else:
        for number in range(7):
            client.send(TEXT, sender=f"s{number}@x.test", recipients="r@x.test")
        assert senders(server) == [f"s{number}@x.test" for number in range(7)]


def test_mailmax_is_obeyed(talk: Talk) -> None:
    server = MemoryServer(extensions=["PIPELINING", "LIMITS MAILMAX=3"])
    talk(server).send_all([submission(number) for number in range(8)])
    assert senders(server) == [f"s{number}@x.test" for number in range(8)]
    assert len(server.sessions) == 3


def test_rcptmax_is_obeyed(talk: Talk) -> None:
    server = MemoryServer(extensions=["LIMITS RCPTMAX=2"])
    with pytest.raises(rawsmtp.NotSupported, match="takes 2 a message") as caught:
        talk(server).send(TEXT, sender="a@x.test", recipients=["b@x.test", "c@x.test", "d@x.test"])
    assert caught.value.extension == "LIMITS"
    assert "MAIL" not in server.transcript


def test_refusal_and_then_a_cut(talk: Talk) -> None:
    for command, error in (("MAIL", rawsmtp.SenderRefused), ("RCPT", rawsmtp.RecipientsRefused)):
        server = MemoryServer()
        server.reply_to(command, 554, "5.7.1 you are blocked", times=1)
        server.drop_after("RCPT" if command == "MAIL" else "DATA", times=1)
        client = talk(server)
        with pytest.raises(error, match="blocked"):
            client.send(TEXT, sender="a@x.test", recipients="b@x.test")


def test_timeout_with_fewer_replies_than_owed_teaches_lockstep(talk: Talk) -> None:
    server = MemoryServer()
    server.send_raw("DATA", b"", times=1)
    client = talk(server, timeout=5)
    with pytest.raises(rawsmtp.SMTPTimeout):
        client.send(TEXT, sender="a@x.test", recipients="b@x.test")
    client.connect()
    before = server.turnarounds
    client.send(TEXT, sender="a@x.test", recipients="b@x.test")
    assert server.turnarounds - before == 4


def test_results_are_lazy_and_the_source_is_one_ahead() -> None:
    pulled: list[int] = []

    def items() -> Iterator[rawsmtp.Submission]:
        for number in range(100):
            pulled.append(number)
            yield submission(number)

    server = MemoryServer()
    client = server.client()
    results = client.send_many(items())
    next(results)
    assert pulled == [0, 1]
    with pytest.raises(rawsmtp.LocalProtocolError, match="send_many"):
        client.noop()
    results.close()  # type: ignore[attr-defined]  # a generator
    assert len(server.outbox) == 1
    with pytest.raises(rawsmtp.LocalProtocolError, match="midst"):
        client.noop()


def test_every_item_has_one_result_and_the_sources_error_comes_last(talk: Talk) -> None:
    def items() -> Iterator[Any]:
        yield submission(0)
        yield None
        yield submission(2)
        raise OSError("the disk is gone")

    server = MemoryServer()
    with pytest.raises(OSError, match="the disk is gone"):
        talk(server).send_all(items())
    assert senders(server) == ["s0@x.test", "s2@x.test"]


def failing() -> Iterator[bytes]:
    yield TEXT
    raise OSError("the disk is gone")


FAILING: dict[str, Any] = {"raises": failing, "gives None": lambda: iter([TEXT, None]), "8-bit": lambda: [b"\xff"]}


@pytest.mark.parametrize("window", [1, 3])
@pytest.mark.parametrize("source", FAILING.values(), ids=FAILING)
def test_source_of_one_message_that_fails_is_its_result(talk: Talk, source: Any, window: int) -> None:
    server = MemoryServer(extensions=["PIPELINING", "CHUNKING", "SIZE"])
    items = [
        submission(0),
        rawsmtp.Submission(source(), sender="s1@x.test", recipients="r@x.test"),
        *[submission(2)] * 2,
    ]
    results = talk(server, chunking="trust").send_all(items, window=window)
    assert [result.receipt is not None for result in results] == [True, False, True, True]
    assert isinstance(results[1].error, (OSError, TypeError, rawsmtp.NotSupported))
    assert "not_sent" in (getattr(results[1].error, "outcome", None) or results[1].error.__notes__[0])
    assert senders(server) == ["s0@x.test", "s2@x.test", "s2@x.test"]


def test_mistakes_are_results(talk: Talk) -> None:
    server = MemoryServer()
    items = [submission(0), None, submission(2, refused="maybe"), TEXT, submission(4)]
    results = talk(server).send_all(items)
    assert [type(result.error) for result in results] == [type(None), TypeError, ValueError, ValueError, type(None)]
    assert [result.message for result in results] == items
    with pytest.raises(TypeError):
        results[1].unwrap()


def test_window_needs_chunking(talk: Talk) -> None:
    with pytest.raises(ValueError, match='chunking="probe" or "trust"'):
        talk(MemoryServer()).send_all([], window=2)
    with pytest.raises(ValueError, match="one at least"):
        talk(MemoryServer(), chunking="trust").send_all([], window=0)


def test_source_that_is_slow_lets_the_dot_go_out_alone() -> None:
    told = [asyncio.Event() for _ in range(3)]

    async def items() -> Any:
        for number in range(3):
            yield submission(number)
            # A producer that waits for its result before it goes on.
            await told[number].wait()

    async def send() -> MemoryServer:
        server = MemoryServer()
        client = server.async_client()
        client._io.pull = AsyncioIO.pull.__get__(client._io)  # type: ignore[method-assign]  # with a loop to wait on
        async for result in client.send_many(items()):
            result.unwrap()
            told[len(server.outbox) - 1].set()
        return server

    assert senders(asyncio.run(send())) == ["s0@x.test", "s1@x.test", "s2@x.test"]


def test_lost_connections_are_replaced_as_long_as_they_answer(talk: Talk) -> None:
    server = MemoryServer(connections=3)
    server.drop_after(".", answer=True)
    items = [submission(number) for number in range(5)]
    found = talk(server)
    with pytest.raises(rawsmtp.ConnectFailed):
        found.send_all(items)
    assert senders(server) == ["s0@x.test", "s1@x.test", "s2@x.test"]


def test_connection_that_answers_nothing_is_not_replaced(talk: Talk) -> None:
    server = MemoryServer()
    server.drop_after("DATA")
    with pytest.raises(rawsmtp.ConnectionLost):
        talk(server).send_all([submission(number) for number in range(5)])
    assert len(server.sessions) == 1


def test_refusal_in_the_midst_of_a_message_whose_envelope_went_with_a_dot(talk: Talk) -> None:
    begun: list[Any] = [GREETING, b"250-x\r\n250 PIPELINING\r\n", OK, OK, b"354 go\r\n", OK, OK, OK]
    again: list[Any] = [GREETING, b"250 x\r\n", OK, OK, b"354 go\r\n", OK, b"221 bye\r\n"]
    server = Scripts([*begun, b"354 go\r\n552 too big\r\n"], again)
    results = talk(server).send_all([submission(number) for number in range(3)])
    assert [result.error is None for result in results] == [True, False, True]
    with pytest.raises(rawsmtp.MessageRefused, match="in the midst of its content: '552 too big'"):
        results[1].unwrap()
    assert len(server.sessions) == 2


def test_552_to_a_chunk_is_the_last_thing_on_its_connection(talk: Talk) -> None:
    server = MemoryServer()
    server.reply_to("BDAT", 552, "5.3.4 too big", times=1)
    client = talk(server, chunking="trust")
    with pytest.raises(rawsmtp.MessageRefused, match="552"):
        client.send(TEXT, sender="a@x.test", recipients="b@x.test")
    client.send(TEXT, sender="a@x.test", recipients="b@x.test")
    assert len(server.sessions) == 2


def test_chunk_that_was_taken_although_nobody_was_accepted_is_unknown(talk: Talk) -> None:
    server = MemoryServer(script=[GREETING, CHUNKS, b"250 a\r\n", b"450 later\r\n", b"250 taken\r\n"])
    client = talk(server, chunking="trust")
    with pytest.raises(rawsmtp.RecipientsRefused) as caught:
        client.send(TEXT, sender="a@x.test", recipients="b@x.test")
    assert (caught.value.outcome, caught.value.retryable) == ("unknown", False)
    assert "arrive twice" in str(caught.value)


def test_no_lone_dot_where_somebody_was_accepted(talk: Talk) -> None:
    hello = b"250-x\r\n250 PIPELINING\r\n"
    server = MemoryServer(script=[GREETING, hello, b"550 no\r\n", b"250 b\r\n", b"354 go on\r\n", b"250 empty\r\n"])
    with pytest.raises(rawsmtp.SenderRefused):
        talk(server).send(TEXT, sender="a@x.test", recipients="b@x.test")
    (session,) = server.sessions
    assert isinstance(session, ScriptedSession)
    assert session.received.endswith(b"DATA\r\n")


def test_progress_of_a_small_message_is_one_report_and_of_an_empty_one_none(talk: Talk) -> None:
    for octets, reports in ((b"x\r\n", [(3, 3)]), (b"", [])):
        told: list[tuple[int, int | None]] = []
        client = talk(MemoryServer())
        client.send(
            octets, sender="a@x.test", recipients="b@x.test", on_progress=lambda *each, told=told: told.append(each)
        )
        assert told == reports
        assert (f"[{len(octets)} octets]" in str(client.transcript)) is bool(octets)


def test_progress_is_told(talk: Talk) -> None:
    told: list[tuple[int, int | None]] = []
    server = MemoryServer()
    octets = b"x" * 300_000
    talk(server).send(octets, sender="a@x.test", recipients="b@x.test", on_progress=lambda *each: told.append(each))
    assert told == [(131_072, 300_000), (262_144, 300_000), (300_000, 300_000)]
    told.clear()
    talk(server).send(
        [b"x", b"yz"], sender="a@x.test", recipients="b@x.test", on_progress=lambda *each: told.append(each)
    )
    assert told == [(1, None), (3, None)]


@pytest.mark.parametrize("behind", [OK + b"550 no\r\n", b"250 queued\r\n250 queued\r\n"])
def test_a_reply_too_many_behind_a_chunk_that_went_ahead(talk: Talk, behind: bytes) -> None:
    client = talk(MemoryServer(script=[GREETING, CHUNKS, b"", b"", OK + OK + behind]), chunking="trust")
    with pytest.raises(rawsmtp.RemoteProtocolError, match="nothing was asked for") as caught:
        client.send(TEXT, sender="a@x.test", recipients="r@x.test")
    assert (caught.value.phase, caught.value.outcome) == ("content", "unknown")


@pytest.mark.parametrize("behind", [b"junk\r\n", b"421 bye\r\n"])
def test_what_is_no_reply_to_a_chunk_changes_nothing(talk: Talk, behind: bytes) -> None:
    script = [GREETING, CHUNKS, b"", b"", OK + OK + b"250 queued\r\n" + behind]
    client = talk(MemoryServer(script=script), chunking="trust")
    assert client.send(TEXT, sender="a@x.test", recipients="r@x.test").reply == Reply(250, "queued")
