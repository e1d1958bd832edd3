from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.flows.play import Play

from rawsmtp import Reply, commands
from rawsmtp.errors import ConnectionLost, MessageRefused, NotSupported, RecipientsRefused, SenderRefused, SMTPError
from rawsmtp.flows import Exchange, Session, Terms, submit
from rawsmtp.message.envelope import make
from rawsmtp.message.source import Source, source
from rawsmtp.message.submission import Prepared
from rawsmtp.wire.capabilities import Capabilities

if TYPE_CHECKING:
    from collections.abc import Iterator

MAIL, R1, R2 = "MAIL FROM:<s@x.test>", "RCPT TO:<r1@x.test>", "RCPT TO:<r2@x.test>"
OPEN = ["<open>", "EHLO [192.0.2.1]"]


def session(**keywords: tuple[str, ...]) -> Session:
    ready = Session(Terms(security="none"))
    ready.capabilities = Capabilities(keywords)
    ready.established = ready.fresh = True
    return ready


def message(refused: Any = "abort", octets: bytes = b"text\n", recipients: int = 2) -> Prepared:
    addresses = [f"r{number}@x.test" for number in range(1, recipients + 1)]
    return Prepared(source(octets), make(octets, "s@x.test", addresses), refused)


def cut(reply: str | None = None) -> ConnectionLost:
    error = ConnectionLost("gone")
    if reply is not None:
        error.replies = [Reply(int(reply[:3]), reply[4:])]
    return error


SENT: list[tuple[str, Any, list[Any], list[str], set[str]]] = [
    (
        "all accepted",
        "abort",
        ["250 a", "250 b", "251 c", "354 d", "250 e"],
        [MAIL, R1, R2, "DATA", "text\n", "."],
        set(),
    ),
    ("any 2yz", "abort", ["299 a", "259 b", "252 c", "354 d", "200 e"], [MAIL, R1, R2, "DATA", "text\n", "."], set()),
    (
        "one refused, continue",
        "continue",
        ["250 a", "550 b", "250 c", "354 d", "250 e"],
        [MAIL, R1, R2, "DATA", "text\n", "."],
        {"r1@x.test"},
    ),
    (
        "a cut behind the final reply",
        "abort",
        ["250 a", "250 b", "250 c", "354 d", cut("250 e")],
        [MAIL, R1, R2, "DATA", "text\n", "."],
        set(),
    ),
]


@pytest.mark.parametrize(
    ("policy", "answers", "said", "refused"), [row[1:] for row in SENT], ids=[row[0] for row in SENT]
)
def test_sent(policy: Any, answers: list[Any], said: list[str], refused: set[str]) -> None:
    state = session()
    play = Play(submit(state, message(policy)), answers)
    assert play.error is None
    assert play.said == said
    assert set(play.result.refused) == refused
    assert not state.needs_reset


FAILED: list[tuple[str, Any, list[Any], type[SMTPError], str, str, bool]] = [
    ("MAIL", "abort", ["550 no"], SenderRefused, "mail", MAIL, True),
    ("MAIL and a cut", "abort", [cut("554 no")], SenderRefused, "mail", MAIL, True),
    ("a cut at MAIL", "abort", [cut()], ConnectionLost, "mail", MAIL, True),
    ("one of two", "abort", ["250 a", "550 no", "250 c"], RecipientsRefused, "rcpt", R2, True),
    ("both", "continue", ["250 a", "550 no", "450 no"], RecipientsRefused, "rcpt", R2, True),
    ("421 at the first", "continue", ["250 a", "421 no"], RecipientsRefused, "rcpt", R1, True),
    ("DATA", "abort", ["250 a", "250 b", "250 c", "451 no"], MessageRefused, "data", "DATA", True),
    ("the dot", "abort", ["250 a", "250 b", "250 c", "354 d", "554 no"], MessageRefused, "content", ".", False),
    (
        "the dot and a cut",
        "abort",
        ["250 a", "250 b", "250 c", "354 d", cut("554 no")],
        MessageRefused,
        "content",
        ".",
        False,
    ),
    ("a cut at the dot", "abort", ["250 a", "250 b", "250 c", "354 d", cut()], ConnectionLost, "content", ".", True),
    (
        "in the midst of content",
        "abort",
        ["250 a", "250 b", "250 c", [Reply(354, "d"), Reply(552, "no")]],
        MessageRefused,
        "content",
        "DATA",
        True,
    ),
]


@pytest.mark.parametrize(
    ("policy", "answers", "error", "phase", "last", "reset"),
    [row[1:] for row in FAILED],
    ids=[row[0] for row in FAILED],
)
def test_failed(policy: Any, answers: list[Any], error: type[SMTPError], phase: str, last: str, reset: bool) -> None:
    state = session()
    play = Play(submit(state, message(policy)), answers)
    assert type(play.error) is error
    assert state.progress.phase == phase
    assert (state.progress.outcome == "unknown") is (last == ".")
    assert play.said[-1] == last
    assert state.needs_reset is reset


def test_all_refused_recipients_are_named() -> None:
    play = Play(submit(session(), message()), ["250 a", "550 no", "450 later"])
    assert isinstance(play.error, RecipientsRefused)
    assert play.error.recipients == {"r1@x.test": Reply(550, "no"), "r2@x.test": Reply(450, "later")}
    assert "r1@x.test" in str(play.error)
    assert "450 later" in str(play.error)


def test_reset_stands_in_front_of_mail_after_a_refusal() -> None:
    state = session()
    Play(submit(state, message(recipients=1)), ["250 a", "550 no"])
    play = Play(submit(state, message(recipients=1)), ["250 reset", "250 a", "250 b", "354 c", "250 d"])
    assert play.said == ["RSET", MAIL, R1, "DATA", "text\n", "."]
    again = Play(submit(state, message(recipients=1)), ["250 a", "250 b", "354 c", "250 d"])
    assert again.said[0] == MAIL


def test_refused_reset_means_a_new_connection() -> None:
    state = session()
    state.needs_reset = True
    answers = ["502 what is that", "220 x", "250 x", "250 a", "250 b", "354 c", "250 d"]
    play = Play(submit(state, message(recipients=1)), answers)
    assert play.said == ["RSET", *OPEN, MAIL, R1, "DATA", "text\n", "."]


@pytest.mark.parametrize(
    ("keywords", "octets", "parameters"),
    [
        ({}, b"text\n", ""),
        ({"SIZE": ()}, b"text\n", " SIZE=6"),
        ({"SIZE": ("6",)}, b".text", " SIZE=7"),
        ({"8BITMIME": ()}, b"text\n", ""),
        ({"8BITMIME": ()}, b"\xfc\n", " BODY=8BITMIME"),
        ({"SMTPUTF8": ()}, b"\xfc\n", " BODY=8BITMIME"),
    ],
)
def test_mail_is_told_what_is_needed(keywords: dict[str, Any], octets: bytes, parameters: str) -> None:
    if keywords == {"SIZE": ("6",)}:
        play = Play(submit(session(**keywords), message(octets=octets)), [])
        assert isinstance(play.error, NotSupported)
        assert play.error.extension == "SIZE"
        assert "7 octets" in str(play.error)
        return
    play = Play(submit(session(**keywords), message(octets=octets)), ["550 no"])
    assert play.said == [MAIL + parameters]


def test_octets_that_the_server_cannot_carry() -> None:
    play = Play(submit(session(), message(octets=b"\xfc\n")), [])
    assert isinstance(play.error, NotSupported)
    assert play.error.extension == "8BITMIME"
    assert play.said == []


def test_pieces_are_pulled() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one\r"
        yield b"\ntwo"

    submission = Prepared(Source(pieces=pieces()), make(b"", "s@x.test", "r1@x.test"))
    play = Play(submit(session(), submission), ["250 a", "250 b", "354 c", "250 d"])
    assert play.said == [MAIL, R1, "DATA", "one\r", "\ntwo", "."]


def test_big_piece_goes_in_small_ones() -> None:
    line = "0123456789\r\n"
    submission = Prepared(Source(pieces=iter([line.encode() * 50_000])), make(b"", "s@x.test", "r1@x.test"))
    play = Play(submit(session(), submission), ["250 a", "250 b", "354 c", "250 d"])
    said = play.said[3:-1]
    assert "".join(said) == line * 50_000
    assert 5 <= len(said) <= 10
    assert not any(piece.endswith("\r") for piece in said)


def test_piece_of_another_type_ends_it() -> None:
    submission = Prepared(Source(pieces=iter(["text"])), make(b"", "s@x.test", "r1@x.test"))
    state = session()
    with pytest.raises(TypeError, match="its source gave str"):
        Play(submit(state, submission), ["250 a", "250 b", "354 c"])
    assert state.progress == ("content", "not_sent")


def test_refusal_of_a_big_chunk_stands_though_a_cut_follows_while_it_is_written() -> None:
    ready = session(PIPELINING=(), CHUNKING=(), SIZE=())
    ready.discards = True
    flow = submit(ready, message(octets=b"text\r\n" * 70_000, recipients=1))
    flow.send(None)
    ok = Reply(250, "ok")
    said = flow.send([ok, ok])
    assert isinstance(said, Exchange)
    assert said.items == (commands.Bdat(420_000, last=True),)
    flow.send([Reply(552, "too big")])
    with pytest.raises(MessageRefused) as refused:
        flow.throw(cut())
    assert refused.value.reply == Reply(552, "too big")


def test_chunk_that_was_taken_behind_a_refused_sender_is_in_doubt_though_a_cut_follows() -> None:
    ready = session(PIPELINING=(), CHUNKING=(), SIZE=())
    ready.discards = True
    error = cut()
    error.replies = [Reply(550, "no"), Reply(503, "no"), Reply(250, "taken")]
    play = Play(submit(ready, message(recipients=1)), [error])
    assert isinstance(play.error, SenderRefused)
    assert play.error.outcome == "unknown"
