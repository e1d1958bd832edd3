from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.errors import RemoteProtocolError
from rawsmtp.wire.limits import Limits
from rawsmtp.wire.parser import ReplyParser
from rawsmtp.wire.reply import Reply

GOOD: list[tuple[bytes, list[Reply]]] = [
    (b"220 x\r\n", [Reply(220, "x")]),
    (b"250\r\n", [Reply(250, "")]),
    (b"250 \r\n", [Reply(250, "")]),
    (b"250-a\r\n250-b\r\n250 c\r\n", [Reply(250, "a\nb\nc")]),
    (b"250-a\r\n250\r\n", [Reply(250, "a\n")]),
    (b"250-\r\n250 \r\n", [Reply(250, "\n")]),
    (b"250 a\r\n354 b\r\n421 c\r\n550 d\r\n", [Reply(250, "a"), Reply(354, "b"), Reply(421, "c"), Reply(550, "d")]),
    ("535 授权码\r\n".encode(), [Reply(535, "授权码")]),
    ("535 请使用授权码登录\r\n".encode("gb18030"), [Reply(535, "请使用授权码登录")]),
    (b"550 \xff\xfe\xff\r\n", [Reply(550, "\xff\xfe\xff")]),
    (b"250 a\x1b[31m\x00\x7f\r\n", [Reply(250, "a\\x1b[31m\\x00\\x7f")]),
    (b"250 tab\there\r\n", [Reply(250, "tab\there")]),
    (b"299 any code\r\n", [Reply(299, "any code")]),
]

BAD: list[tuple[bytes, str]] = [
    (b"25\r\n", "not an SMTP reply"),
    (b"2500 x\r\n", "not an SMTP reply"),
    (b"150 x\r\n", "not an SMTP reply"),
    (b"650 x\r\n", "not an SMTP reply"),
    (b"+250 x\r\n", "not an SMTP reply"),
    (b" 250 x\r\n", "not an SMTP reply"),
    (b"250x\r\n", "not an SMTP reply"),
    (b"250_x\r\n", "not an SMTP reply"),
    ("２５０ x\r\n".encode(), "not an SMTP reply"),
    ("²50 x\r\n".encode(), "not an SMTP reply"),
    (b"\r\n", "not an SMTP reply"),
    (b"250-a\r\n550 b\r\n", "250 and then 550"),
    (b"250-a\r\nb\r\n", "not an SMTP reply"),
    (b"250 a\n", "bare CR or LF"),
    (b"250 a\nb\r\n", "bare CR or LF"),
    (b"250 a\rb\r\n", "bare CR or LF"),
    (b"250 a\r\r\n", "bare CR or LF"),
    (b"\x00\x00\x00", "not an SMTP reply"),
    (b"( success ( 2 2 ( ) ( edit-pipeline", "Subversion"),
    (b"HTTP/1.1 400 Bad Request\r\n", "web server"),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
    (b"* OK IMAP4rev1\r\n", "IMAP"),
    (b"+OK POP3\r\n", "POP3"),
    (b"\x15\x03\x01\x00\x02", "TLS"),
]


def whole(octets: bytes) -> list[bytes]:
    return [octets]


def bytewise(octets: bytes) -> list[bytes]:
    return [octets[place : place + 1] for place in range(len(octets))]


def feed(parser: ReplyParser, pieces: list[bytes]) -> list[Reply]:
    return [reply for piece in pieces for reply in parser.feed(piece)]


@pytest.mark.parametrize("cut", [whole, bytewise])
@pytest.mark.parametrize(("octets", "replies"), GOOD)
def test_replies(octets: bytes, replies: list[Reply], cut: object) -> None:
    parser = ReplyParser()
    pieces = whole(octets) if cut is whole else bytewise(octets)
    found = feed(parser, pieces)
    assert found == replies
    assert b"".join(reply.raw for reply in found) == octets
    assert parser.is_empty


@pytest.mark.parametrize(("octets", "replies"), GOOD)
def test_trailing_octets_wait(octets: bytes, replies: list[Reply]) -> None:
    parser = ReplyParser()
    assert parser.feed(octets + b"25") == replies
    assert not parser.is_empty
    assert parser.unfinished == b"25"
    assert parser.feed(b"0 z\r\n") == [Reply(250, "z")]


@pytest.mark.parametrize("cut", [whole, bytewise])
@pytest.mark.parametrize(("octets", "words"), BAD)
def test_what_is_no_reply(octets: bytes, words: str, cut: object) -> None:
    pieces = whole(octets) if cut is whole else bytewise(octets)
    with pytest.raises(RemoteProtocolError) as caught:
        feed(ReplyParser(), pieces)
    if cut is whole:
        assert words in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(("octets", "words"), BAD)
def test_replies_before_it_are_not_lost(octets: bytes, words: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        ReplyParser().feed(b"250 ok\r\n354 go\r\n" + octets)
    assert list(caught.value.replies) == [Reply(250, "ok"), Reply(354, "go")]


@pytest.mark.parametrize(
    ("limits", "octets", "words"),
    [
        (Limits(line=10), b"250 1234567\r\n", "more than 10 octets"),
        (Limits(line=10), b"250 1234567", "more than 10 octets"),
        (Limits(reply=20), b"250-12345\r\n250-12345\r\n", "more than 20 octets"),
        (Limits(lines=2), b"250-a\r\n250-b\r\n250-c\r\n", "2 lines"),
    ],
)
def test_limits(limits: Limits, octets: bytes, words: str) -> None:
    with pytest.raises(RemoteProtocolError, match=words):
        ReplyParser(limits).feed(octets)


@pytest.mark.parametrize(
    ("limits", "octets"),
    [
        (Limits(line=10), b"250 123456\r\n"),
        (Limits(reply=22), b"250-12345\r\n250 12345\r\n"),
        (Limits(lines=2), b"250-a\r\n250 b\r\n"),
    ],
)
def test_just_within_the_limits(limits: Limits, octets: bytes) -> None:
    assert len(ReplyParser(limits).feed(octets)) == 1


def test_endless_continuation_is_bounded() -> None:
    parser = ReplyParser()
    with pytest.raises(RemoteProtocolError, match="65536 octets or 2048 lines"):
        feed(parser, [b"250-x\r\n"] * 100_000)
    assert len(parser.unfinished) < 65_536 + 4_096


OCTETS = st.binary(max_size=60) | st.lists(
    st.sampled_from([b"250 a\r\n", b"250-a\r\n", b"2", b"5", b"0", b"-", b" ", b"\r", b"\n", b"x", b"550\r\n", b"\xe4"])
).map(b"".join)


def outcome(pieces: list[bytes]) -> tuple[list[Reply], bool]:
    """Return the replies, and whether an error ended them."""
    parser, replies = ReplyParser(), []
    for piece in pieces:
        try:
            replies += parser.feed(piece)
        except RemoteProtocolError as error:
            return replies + list(error.replies), True
    return replies, False


@given(octets=OCTETS, places=st.lists(st.integers(0, 60)))
def test_cuts_change_nothing(octets: bytes, places: list[int]) -> None:
    borders = sorted({0, len(octets), *(min(place, len(octets)) for place in places)})
    pieces = [octets[start:end] for start, end in itertools.pairwise(borders)]
    assert outcome(pieces) == outcome([octets]) == outcome(bytewise(octets))


LINE = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=20)


@given(code=st.integers(200, 599), lines=st.lists(LINE, min_size=1, max_size=4))
def test_round_trip(code: int, lines: list[str]) -> None:
    reply = Reply(code, "\n".join(lines))
    assert [found.code for found in ReplyParser().feed(reply.raw)] == [code]
    assert ReplyParser().feed(reply.raw)[0].text.split("\n")[:-1] == lines[:-1]
