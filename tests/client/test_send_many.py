"""Many messages: one Result for each item, whatever the source, the server or the network does; for both clients."""

from __future__ import annotations

import asyncio
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.client.scripts import Scripts

import rawsmtp
from rawsmtp import Reply, commands
from rawsmtp.client.asyncio_io import AsyncioIO
from rawsmtp.testing import Cut, MemoryServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.conftest import Talk

TEXT = b"Subject: x\r\n\r\nhello\r\n"
FORMS: dict[str, tuple[dict[str, Any], int]] = {
    "lock-step": ({"ignore_extensions": {"PIPELINING"}}, 1),
    "chain": ({}, 1),
    "window": ({"chunking": "trust"}, 3),
}
forms = pytest.mark.parametrize(("options", "window"), FORMS.values(), ids=FORMS)


def submission(number: int, to: Any = "r@x.test", message: Any = TEXT, **options: Any) -> rawsmtp.Submission:
    return rawsmtp.Submission(message, sender=f"s{number}@x.test", recipients=to, **options)


def senders(server: MemoryServer) -> list[str]:
    return [mail.envelope.sender for mail in server.outbox]


def named(*numbers: int) -> list[str]:
    return [f"s{number}@x.test" for number in numbers]


def words(results: list[rawsmtp.Result]) -> list[str]:
    """Return what each result says of its message."""
    return [result.error.outcome if isinstance(result.error, rawsmtp.SMTPError) else "sent" for result in results]


@forms
@pytest.mark.parametrize("error", [OSError("gone"), rawsmtp.ConnectionLost("another server's"), KeyError("x")])
def test_error_of_the_source_comes_behind_the_results(
    talk: Talk, options: dict[str, Any], window: int, error: Exception
) -> None:
    def items() -> Iterator[rawsmtp.Submission]:
        for number in range(4):
            yield submission(number)
        raise error

    server = MemoryServer()
    client = talk(server, **options)
    with pytest.raises(type(error)) as caught:
        client.send_all(items(), window=window)
    assert caught.value is error
    assert senders(server) == named(0, 1, 2, 3)
    # The connection is as good as before.
    client.send(TEXT, sender="s4@x.test", recipients="r@x.test")
    assert len(server.sessions) == 1


@forms
@pytest.mark.parametrize("error", [OSError("gone"), rawsmtp.ConnectionLost("another server's")])
def test_error_of_a_messages_own_source_is_its_result(
    talk: Talk, options: dict[str, Any], window: int, error: Exception
) -> None:
    def pieces() -> Iterator[bytes]:
        yield TEXT
        raise error

    server = MemoryServer()
    items = [submission(0), submission(1, message=pieces()), submission(2), submission(3)]
    results = talk(server, **options).send_all(items, window=window)
    assert [result.error for result in results] == [None, error, None, None]
    assert senders(server) == named(0, 2, 3)


@forms
def test_421_after_some_messages_only_moves_the_rest(talk: Talk, options: dict[str, Any], window: int) -> None:
    taken: list[int] = []

    def handler(command: Any) -> Reply | None:
        current = len(server.sessions)
        if isinstance(command, commands.EndOfData) or (isinstance(command, commands.Bdat) and window > 1):
            taken.append(current)
        if isinstance(command, commands.Mail) and taken.count(current) >= 2:
            return Reply(421, "4.7.0 enough for this connection")
        return None

    server = MemoryServer(handler=handler)
    results = talk(server, **options).send_all([submission(number) for number in range(7)], window=window)
    if window == 1:
        assert words(results) == ["sent"] * 7
        assert senders(server) == named(*range(7))


@pytest.mark.parametrize("form", ["lock-step", "chain"])
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_envelope_that_meets_a_close_is_said_again(talk: Talk, form: str, command: str) -> None:
    dropped: list[str] = []

    def handler(said: Any) -> Reply | None:
        if isinstance(said, commands.Mail) and said.address == "s2@x.test" and not dropped:
            dropped.append(said.address)
            server.drop_after(command, times=1)
        return None

    server = MemoryServer(handler=handler)
    results = talk(server, **FORMS[form][0]).send_all([submission(number) for number in range(5)])
    assert words(results) == ["sent"] * 5
    assert senders(server) == named(*range(5))
    assert len(server.sessions) == 2


def test_envelope_that_closes_every_connection_is_given_up_alone(talk: Talk) -> None:
    server = MemoryServer()
    server.drop_after("MAIL", when="s1@x.test")
    results = talk(server).send_all([submission(number) for number in range(4)])
    assert words(results) == ["sent", "not_sent", "sent", "sent"]
    assert senders(server) == named(0, 2, 3)


def clock(client: Any) -> Any:
    """Return the I/O in memory whose clock the client reads."""
    found = client._client._io
    return getattr(found, "_memory", found)


@forms
def test_source_may_take_its_time(talk: Talk, options: dict[str, Any], window: int) -> None:
    server = MemoryServer()
    server.delay("*", 1)
    client = talk(server, **options)

    def items() -> Iterator[rawsmtp.Submission]:
        for number in range(5):
            clock(client)._clock += 10_000
            yield submission(number)

    assert words(client.send_all(items(), window=window)) == ["sent"] * 5
    assert len(server.sessions) == 1


@forms
@pytest.mark.parametrize("pause", [0, 10_000])
def test_connection_that_ended_while_the_source_was_asked_is_replaced(
    talk: Talk, options: dict[str, Any], window: int, pause: int
) -> None:
    server = MemoryServer()
    client = talk(server, **options)

    def items() -> Iterator[rawsmtp.Submission]:
        for number in range(8):
            if number == 4:
                clock(client)._clock += pause
                clock(client)._coming.append(Cut())
            yield submission(number)

    assert words(client.send_all(items(), window=window)) == ["sent"] * 8
    assert senders(server) == named(*range(8))
    assert len(server.sessions) == 2


@pytest.mark.parametrize("form", ["lock-step", "window"])
@pytest.mark.parametrize("slow", [3, 4, 5])
def test_no_content_goes_ahead_on_a_connection_that_has_idled(talk: Talk, form: str, slow: int) -> None:
    """It may be dead without a sign: what is written to it first is lost."""
    options, window = FORMS[form]
    server = MemoryServer()
    client = talk(server, **options)

    def items() -> Iterator[rawsmtp.Submission]:
        for number in range(8):
            if number == slow:
                clock(client)._clock += 10_000
                server.drop_after("*", times=1)
            yield submission(number)

    assert words(client.send_all(items(), window=window)) == ["sent"] * 8
    assert senders(server) == named(*range(8))
    assert len(server.sessions) == 2


@forms
def test_every_item_that_was_pulled_has_its_result_when_the_server_goes(
    talk: Talk, options: dict[str, Any], window: int
) -> None:
    for command in ("MAIL", "*", "."):
        server = MemoryServer(connections=1)
        client = talk(server, **options)
        pulled: list[int] = []
        told: list[rawsmtp.Result] = []

        def items(server: Any = server, client: Any = client, pulled: Any = pulled, at: str = command) -> Any:
            for number in range(8):
                pulled.append(number)
                if number == 4:
                    clock(client)._clock += 10_000
                    server.drop_after(at, times=1)
                yield submission(number)

        with pytest.raises(rawsmtp.ConnectFailed):
            client.send_all(items(), window=window, into=told)
        assert [result.message.sender for result in told] == named(*pulled)  # type: ignore[attr-defined]  # as it was given
        assert words(told)[:3] == ["sent"] * 3
        assert words(told).count("sent") == len(server.outbox)


def test_nothing_more_is_pulled_for_a_server_that_turns_away(talk: Talk) -> None:
    server = MemoryServer()
    client = talk(server, chunking="trust")
    pulled: list[int] = []
    told: list[rawsmtp.Result] = []

    def items() -> Iterator[rawsmtp.Submission]:
        for number in range(8):
            pulled.append(number)
            if number == 3:
                clock(client)._clock += 10_000
                server.drop_after("*", times=1)
                server.reply_to("GREETING", 554, "5.3.2 closed")
            yield submission(number)

    with pytest.raises(rawsmtp.GreetingRefused):
        client.send_all(items(), window=3, into=told)
    assert pulled == [0, 1, 2, 3]
    assert words(told) == ["sent", "sent", "sent", "refused"]


def test_windows_go_on_behind_a_message_that_goes_alone(talk: Talk) -> None:
    server = MemoryServer()
    client = talk(server, chunking="trust")
    client.connect()
    before = server.turnarounds
    items = [submission(number, message=iter([TEXT]) if number == 3 else TEXT) for number in range(10)]
    assert words(client.send_all(items, window=3)) == ["sent"] * 10
    # Two windows, two flights for the one that is pulled piece by piece, two windows.
    assert server.turnarounds - before == 1 + 2 + 2


def test_every_item_that_was_pulled_has_its_result_when_nothing_was_answered(talk: Talk) -> None:
    server = MemoryServer()
    server.drop_after(".")
    told: list[rawsmtp.Result] = []
    with pytest.raises(rawsmtp.ConnectionLost):
        talk(server).send_all([submission(number) for number in range(5)], into=told)
    assert words(told) == ["unknown", "not_sent"]
    assert len(server.sessions) == 1


def test_window_that_does_not_add_up_is_the_last_one_of_its_server(talk: Talk) -> None:
    server = MemoryServer()
    server.send_raw("BDAT", b"250 2.0.0 one\r\n250 2.0.0 too many\r\n", when="r4@x.test", times=1)
    items = [submission(number, f"r{number}@x.test") for number in range(9)]
    results = talk(server, chunking="trust").send_all(items, window=3)
    assert words(results) == ["sent"] * 3 + ["unknown"] * 3 + ["sent"] * 3
    assert server.transcript.count("C: BDAT") == 6
    assert server.transcript.count("C: DATA") == 3


@pytest.mark.parametrize("policy", ["abort", "continue"])
def test_mail_refused_and_data_taken_ends_the_connection(talk: Talk, policy: str) -> None:
    accepted: list[str] = []

    def handler(command: Any) -> Reply | None:
        if isinstance(command, commands.Mail):
            accepted[:] = [command.address]
        if accepted != ["s1@x.test"]:
            return None
        if isinstance(command, commands.Mail):
            return Reply(550, "5.1.8 no")
        return Reply(354 if isinstance(command, commands.Data) else 250, "go on")

    server = MemoryServer(handler=handler)
    results = talk(server).send_all([submission(number, refused=policy) for number in range(4)])
    assert words(results) == ["sent", "refused", "sent", "sent"]
    assert senders(server) == named(0, 2, 3)
    assert len(server.sessions) == 2


@pytest.mark.parametrize("count", [1, 100, 101, 250])
def test_new_connection_after_a_hundred_messages(talk: Talk, count: int) -> None:
    """Some servers refuse the next one there, and it is a refusal of the recipient."""
    taken: dict[int, int] = {}

    def handler(command: Any) -> Reply | None:
        current = len(server.sessions)
        if isinstance(command, commands.EndOfData):
            taken[current] = taken.get(current, 0) + 1
        if isinstance(command, commands.Rcpt) and taken.get(current, 0) >= 100:
            return Reply(452, "4.5.3 too many messages")
        return None

    server = MemoryServer(handler=handler)
    results = talk(server).send_all([submission(number) for number in range(count)])
    assert words(results) == ["sent"] * count
    assert len(server.sessions) == -(-count // 100)


def test_reset_stands_where_it_is_needed_and_nowhere_else(talk: Talk) -> None:
    for (options, window), resets in zip(FORMS.values(), [1, 1, 4], strict=True):
        server = MemoryServer(strict=True)
        server.reply_to("RCPT", 550, "no", when="no@x.test")
        items = [submission(number, "no@x.test" if number == 1 else "r@x.test") for number in range(6)]
        results = talk(server, **options).send_all(items, window=window)
        assert words(results) == ["sent", "refused", *["sent"] * 4]
        assert server.transcript.count("C: RSET") == resets
        server.check_findings()


@pytest.mark.parametrize("octets", [b"250 2.0.0 one\r\n250 2.0.0 too many\r\n", b""], ids=["surplus", "missing"])
def test_window_that_does_not_add_up_is_in_doubt(talk: Talk, octets: bytes) -> None:
    server = MemoryServer()
    server.send_raw("BDAT", octets, when="r1@x.test", times=1)
    items = [submission(number, f"r{number}@x.test") for number in range(6)]
    told: list[rawsmtp.Result] = []
    with pytest.raises(rawsmtp.SMTPError):
        talk(server, chunking="trust", timeout=5).send_all(items, window=3, into=told)
    assert words(told) == ["unknown"] * 3
    assert len(server.sessions) == 1


def test_leaving_the_loop_early_drops_a_connection_that_owes() -> None:
    for options, window in FORMS.values():
        server = MemoryServer()
        client = server.client(**options)
        results = client.send_many([submission(number) for number in range(9)], window=window)
        next(results)
        results.close()  # type: ignore[attr-defined]  # a generator
        sent = len(server.outbox)
        assert sent <= window
        client.connect()
        client.send(TEXT, sender="s9@x.test", recipients="r@x.test")
        assert senders(server)[sent:] == named(9)
        # Only the chain has said the next envelope by then.
        assert len(server.sessions) == (2 if window == 1 and not options else 1)


def test_421_to_the_first_envelope_of_a_connection_is_a_refusal(talk: Talk) -> None:
    server = MemoryServer()
    server.reply_to("MAIL", 421, "4.3.2 closing", when="s1@x.test")
    results = talk(server).send_all([submission(number) for number in range(3)])
    assert words(results) == ["sent", "refused", "sent"]
    assert senders(server) == named(0, 2)


def test_rcptdomainmax_is_obeyed(talk: Talk) -> None:
    server = MemoryServer(extensions=["PIPELINING", "LIMITS RCPTDOMAINMAX=2"])
    client = talk(server)
    client.send(TEXT, sender="s@x.test", recipients=["a@x.test", "b@X.test", "c@y.test", "d@y.test"])
    with pytest.raises(rawsmtp.NotSupported, match="3 domains of recipients, and the server takes 2") as caught:
        client.send(TEXT, sender="s@x.test", recipients=["a@x.test", "b@y.test", "c@z.test"])
    assert caught.value.extension == "LIMITS"
    assert len(server.outbox) == 1


@pytest.mark.parametrize("end", ["close", "421"])
def test_window_that_was_answered_whole_is_accepted_whatever_follows(talk: Talk, end: str) -> None:
    server = MemoryServer()
    if end == "close":
        server.drop_after("BDAT", when="r2@x.test", answer=True)
    else:
        server.send_raw("BDAT", b"250 2.0.0 queued as 2\r\n421 4.4.2 enough\r\n", when="r2@x.test")
    items = [submission(number, f"r{number}@x.test") for number in range(5)]
    results = talk(server, chunking="trust").send_all(items, window=3)
    assert words(results) == ["sent"] * 5
    assert len(server.sessions) == 2


def test_window_makes_a_new_connection_after_five_refused_envelopes(talk: Talk) -> None:
    refused: dict[int, int] = {}

    def handler(command: Any) -> Reply | None:
        if isinstance(command, commands.Rcpt) and command.address == "no@x.test":
            current = len(server.sessions)
            refused[current] = refused.get(current, 0) + 1
            return Reply(550, "no")
        return None

    server = MemoryServer(handler=handler)
    items = [submission(number, "no@x.test") for number in range(16)] + [submission(16)]
    results = talk(server, chunking="trust").send_all(items, window=2)
    assert words(results) == ["refused"] * 16 + ["sent"]
    assert max(refused.values()) <= 6


CUTS: list[tuple[str, str | None, list[str]]] = [
    ("a cut", None, ["sent", "refused", "unknown", "unknown"]),
    ("421 and a cut", "421", ["sent", "refused", "refused", "not_sent"]),
    ("554 and a cut: it may have gone on", "554", ["sent", "refused", "refused", "unknown"]),
]


@pytest.mark.parametrize(("closing", "expected"), [row[1:] for row in CUTS], ids=[row[0] for row in CUTS])
def test_words_for_a_window_that_was_cut(talk: Talk, closing: str | None, expected: list[str]) -> None:
    server = MemoryServer()
    server.reply_to("RCPT", 550, "no", when="no@x.test")
    server.drop_after("MAIL", when="s2@x.test", answer=closing is not None)
    if closing:
        server.reply_to("MAIL", int(closing), "5.7.1 go away", when="s2@x.test")
    items = [submission(number, "no@x.test" if number == 1 else "r@x.test") for number in range(4)]
    results = talk(server, chunking="trust").send_all([*items, submission(9)], window=4)
    assert words(results) == [*expected, "sent"]


def test_a_server_that_has_had_enough_of_rset(talk: Talk) -> None:
    server = MemoryServer()
    server.drop_after("RSET", answer=True)
    server.reply_to("RSET", 554, "Too many nonmail commands", times=1)
    results = talk(server, chunking="trust").send_all([submission(number) for number in range(5)], window=4)
    assert words(results) == ["sent", "not_sent", "not_sent", "not_sent", "sent"]
    assert senders(server) == named(0, 4)


def test_a_path_that_leads_nowhere_is_the_callers_mistake(talk: Talk) -> None:
    server = MemoryServer()
    nowhere = rawsmtp.Submission(Path("/nowhere/message.eml"), sender="s1@x.test", recipients="r@x.test")
    results = talk(server).send_all([submission(0), nowhere, submission(2)])
    assert [type(result.error) for result in results] == [type(None), FileNotFoundError, type(None)]
    assert senders(server) == named(0, 2)


def test_line_over_the_limit_is_the_callers_mistake(talk: Talk) -> None:
    too_long = rawsmtp.Submission(TEXT, sender=commands.Mail("s1@x.test", "X=" + "y" * 3_000), recipients="r@x.test")
    for options, window in FORMS.values():
        server = MemoryServer()
        client = talk(server, **options)
        results = client.send_all([submission(0), too_long, submission(2)], window=window)
        assert [type(result.error) for result in results] == [type(None), ValueError, type(None)]
        results = client.send_all([too_long, submission(3)], window=window)
        assert [type(result.error) for result in results] == [ValueError, type(None)]
        assert senders(server) == named(0, 2, 3)


@forms
def test_every_item_that_was_pulled_has_its_result_when_nobody_takes_the_rest(
    talk: Talk, options: dict[str, Any], window: int
) -> None:
    server = MemoryServer(extensions=["PIPELINING", "CHUNKING", "SIZE", "LIMITS MAILMAX=2"])
    pulled: list[int] = []
    told: list[rawsmtp.Result] = []

    def items() -> Iterator[rawsmtp.Submission]:
        for number in range(9):
            pulled.append(number)
            if number == 1:
                server.reply_to("GREETING", 554, "5.3.2 full")
            yield submission(number)

    with pytest.raises(rawsmtp.GreetingRefused):
        talk(server, **options).send_all(items(), window=window, into=told)
    assert words(told[:2]) == ["sent", "sent"]
    assert [result.message.sender for result in told] == named(*pulled)  # type: ignore[attr-defined]  # as it was given


def test_producer_that_waits_for_results_does_not_deadlock() -> None:
    for options, window in FORMS.values():
        told = [asyncio.Event() for _ in range(5)]

        async def items(told: list[asyncio.Event] = told) -> AsyncIterator[rawsmtp.Submission]:
            for number in range(5):
                yield submission(number)
                await asyncio.wait_for(told[number].wait(), 30)

        async def send(told: list[asyncio.Event] = told, options: Any = options, window: int = window) -> MemoryServer:
            server = MemoryServer()
            client = server.async_client(**options)
            client._io.pull = AsyncioIO.pull.__get__(client._io)  # type: ignore[method-assign]  # with a loop to wait on
            source = items()
            async for result in client.send_many(source, window=window):
                told[int(result.unwrap().sender[1])].set()
            return server

        assert senders(asyncio.run(send())) == named(0, 1, 2, 3, 4)


GREETING, HELLO, OK, GO_ON = b"220 x\r\n", b"250-x\r\n250 PIPELINING\r\n", b"250 ok\r\n", b"354 go on\r\n"
ENVELOPE = [OK, OK, GO_ON]
SERVES = [GREETING, HELLO, *[*ENVELOPE, OK] * 4]


@forms
def test_leaving_the_loop_early_leaves_no_transaction_open(options: dict[str, Any], window: int) -> None:
    server = MemoryServer(strict=True)
    client = server.client(**options)
    results = client.send_many([submission(0), submission(1, ["a@x.test", "b@x.test"]), submission(2)], window=window)
    assert next(results).error is None
    results.close()  # type: ignore[attr-defined]  # a generator
    client.send(TEXT, sender="s9@x.test", recipients="r@x.test")
    assert senders(server)[-1] == "s9@x.test"
    assert len(server.sessions) == 1


@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("extensions", [set(), {"PIPELINING"}], ids=["chain", "lock-step"])
@pytest.mark.parametrize(
    ("said", "expected"),
    [(b"421 4.4.2 too slow\r\n", ["sent"] * 4), (b"552 5.3.4 no\r\n", ["sent", "refused", "sent", "sent"])],
)
def test_word_that_stands_before_the_content(
    talk: Talk, said: bytes, expected: list[str], extensions: set[str], cut: bool
) -> None:
    ends: list[Any] = [GO_ON, said, *([Cut()] if cut else [])]
    server = Scripts([GREETING, HELLO, *ENVELOPE, OK, OK, OK, ends], SERVES)
    results = talk(server, ignore_extensions=extensions).send_all([submission(number) for number in range(4)])
    told = words(results)
    # Where nothing goes behind it, what was said before the content cannot be told from the verdict on it.
    assert told == (["sent", "refused", "sent", "sent"] if extensions else expected)
    assert len(server.sessions) == 2


def test_envelope_that_is_taken_behind_a_421_goes_on_the_next_connection(talk: Talk) -> None:
    server = Scripts([GREETING, HELLO, *ENVELOPE, b"421 bye\r\n", *ENVELOPE, OK], SERVES)
    results = talk(server).send_all([submission(number) for number in range(3)])
    assert words(results) == ["refused", "sent", "sent"]
    assert server.mails() == [2, 2]


def test_server_that_loses_what_stands_behind_a_dot_is_waited_for_once(talk: Talk) -> None:
    server = Scripts([GREETING, HELLO, *ENVELOPE, OK, b""], SERVES)
    results = talk(server).send_all([submission(number) for number in range(4)])
    assert words(results) == ["sent"] * 4
    assert server.mails() == [2, 3]
    # From then on each envelope waits for the verdict on the message before it.
    assert server.turnarounds == 10


@forms
def test_connection_that_ended_while_the_first_item_was_made_is_replaced(
    talk: Talk, options: dict[str, Any], window: int
) -> None:
    server = MemoryServer()
    client = talk(server, **options)

    def items() -> Iterator[rawsmtp.Submission]:
        clock(client)._coming.append(Cut())
        for number in range(1, 4):
            yield submission(number)

    client.send(TEXT, sender="s0@x.test", recipients="r@x.test")
    assert words(client.send_all(items(), window=window)) == ["sent"] * 3
    assert senders(server) == named(0, 1, 2, 3)


@forms
def test_address_over_the_limit_is_the_callers_mistake(talk: Talk, options: dict[str, Any], window: int) -> None:
    server = MemoryServer()
    client = talk(server, limits=rawsmtp.Limits(address=20), **options)
    results = client.send_all([submission(0), submission(1, f"{'a' * 20}@x.test"), submission(2)], window=window)
    assert [type(result.error) for result in results] == [type(None), ValueError, type(None)]
    with pytest.raises(ValueError, match="more than 20 octets"):
        client.send(TEXT, sender="s3@x.test", recipients=f"{'a' * 20}@x.test")
    client.send(TEXT, sender="s4@x.test", recipients="r@x.test")
    assert senders(server) == named(0, 2, 4)
    assert len(server.sessions) == 1


def test_what_a_window_showed_is_known_to_the_next_call_though_the_loop_was_left() -> None:
    server = MemoryServer()
    server.reply_to(".", 552, when="full@x.test", times=1)
    client = server.client(chunking="trust")
    results = client.send_many([submission(0), submission(1, "full@x.test"), submission(2)], window=3)
    assert next(results).error is None
    results.close()  # type: ignore[attr-defined]  # a generator
    client.send(TEXT, sender="s3@x.test", recipients="r@x.test")
    assert len(server.sessions) == 2


def broken() -> Message:
    message = Message()
    message["From"], message["To"] = "s1@x.test", "r@x.test"
    message.set_payload(["no message"])
    return message


def unknown() -> rawsmtp.Submission:
    def recipients() -> Iterator[str]:
        yield "r@x.test"
        raise KeyError("no such customer")

    return submission(1, recipients())


@forms
@pytest.mark.parametrize("make", [broken, unknown])
def test_whatever_is_wrong_with_an_item_is_its_result(
    talk: Talk, options: dict[str, Any], window: int, make: Any
) -> None:
    server = MemoryServer()
    results = talk(server, **options).send_all([submission(0), make(), submission(2)], window=window)
    assert [result.error is None for result in results] == [True, False, True]
    assert senders(server) == named(0, 2)


def test_server_that_does_not_answer_the_probe_is_sent_no_chunks(talk: Talk) -> None:
    hello = b"250-x\r\n250-PIPELINING\r\n250-SIZE\r\n250 CHUNKING\r\n"
    server = Scripts([GREETING, hello, b""], [GREETING, hello, *[*ENVELOPE, OK] * 2])
    results = talk(server, chunking="probe").send_all([submission(0), submission(1)], window=2)
    assert words(results) == ["sent"] * 2
    assert len(server.sessions) == 2


def test_chunk_behind_a_refused_reset_is_in_doubt(talk: Talk) -> None:
    server = MemoryServer()
    server.reply_to("MAIL", 550, when="s0@x.test")
    server.reply_to("RSET", 500, times=1)
    client = talk(server, chunking="trust")
    for number, outcome in enumerate(["refused", "unknown"]):
        with pytest.raises(rawsmtp.Refused) as caught:
            client.send(TEXT, sender=f"s{number}@x.test", recipients="r@x.test")
        assert caught.value.outcome == outcome
    # Never on that connection again.
    client.send(TEXT, sender="s2@x.test", recipients="r@x.test")
    assert len(server.sessions) == 2
