from __future__ import annotations

from email import message_from_bytes
from email.header import Header
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.message.header_addresses import header_addresses, parse
from rawsmtp.wire.address import Mailbox

CLEAR = [
    ("", []),
    (" , ,", []),
    ("a@x.test", ["a@x.test"]),
    ("<a@x.test>", ["a@x.test"]),
    ("Ann Lee <a@x.test>, b@x.test,", ["a@x.test", "b@x.test"]),
    ('"Lee, Ann; <x@y.test>" <a@x.test>', ["a@x.test"]),
    (r'"a \" quote" <a@x.test>', ["a@x.test"]),
    ("Dr. A. Lee <a@x.test>", ["a@x.test"]),
    ("=?utf-8?q?Lee=2C_Ann?= <a@x.test>", ["a@x.test"]),
    ("王 <a@x.test>", ["a@x.test"]),
    ("a@x.test (Ann (the first), of x)", ["a@x.test"]),
    (r"(a \) b) a@x.test", ["a@x.test"]),
    ("Friends: a@x.test, B <b@x.test>;", ["a@x.test", "b@x.test"]),
    ("Friends: a@x.test;, c@x.test", ["a@x.test", "c@x.test"]),
    ("undisclosed-recipients:;", []),
    ('"a b"@x.test', ['"a b"@x.test']),
    ("a@[192.0.2.1]", ["a@[192.0.2.1]"]),
    ("a@x.test,\r\n b@x.test,\n\tc@x.test", ["a@x.test", "b@x.test", "c@x.test"]),
    ("用户@例子.test", ["用户@例子.test"]),
]


@pytest.mark.parametrize(("text", "found"), CLEAR)
def test_clear(text: str, found: list[str]) -> None:
    assert parse(text) == found


UNCLEAR = [
    "nobody at all",
    "postmaster",
    "a@x.test b@x.test",
    "a@x.test <b@x.test>",
    "<a@x.test> b@x.test",
    "<a@x.test> <b@x.test>",
    "<a@x.test",
    "a@x.test>",
    "<>",
    "<@relay.test:a@x.test>",
    "a @ x.test",
    "a@x@y.test",
    "a@x.test; b@x.test",
    "F: a@x.test",
    "F: G: a@x.test;;",
    "F: G: a@x.test;",
    "F: a@x.test, G: b@x.test;",
    "F:; G: a@x.test;",
    "F:; <a@x.test>",
    "x@y.test <a@x.test>",
    "x@y.test: a@x.test;",
    "F: a@x.test; b@x.test",
    ": a@x.test;",
    '"Ann <a@x.test>',
    "(Ann a@x.test",
    "Ann) a@x.test",
    "a@x.test\r\nBcc: b@x.test",
    "a@x.test\0",
    "a\\b@x.test",
    "<a@x.test, b@x.test>",
]


@pytest.mark.parametrize("text", UNCLEAR)
def test_unclear(text: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        parse(text)


WORDS = ["a", "A.", '"q, @"', "(c (d), <e@x.test>)", "\r\n ", " ", "=?utf-8?q?a=2C?="]
ADDRESSES = ["a@x.test", "<b@x.test>", '"c d"@x.test', " <(c) d@[192.0.2.1] >"]


def as_element(names: list[str], address: str, comment: str) -> tuple[str, list[str]]:
    name = " ".join(names) if "<" in address else ""
    return f"{name} {address}{comment}", [address.replace("(c)", "").strip(" <>")]


def as_group(names: list[str], members: list[tuple[str, list[str]]]) -> tuple[str, list[str]]:
    text = f"G {' '.join(names)}:{','.join(text for text, _ in members)};"
    return text, [address for _, found in members for address in found]


elements = st.builds(
    as_element,
    st.lists(st.sampled_from(WORDS), max_size=3),
    st.sampled_from(ADDRESSES),
    st.sampled_from(["", " ", "(x)", " (@, ;)\t"]),
)
groups = st.builds(as_group, st.lists(st.sampled_from(WORDS), max_size=3), st.lists(elements, max_size=3))


@given(st.lists(elements | groups, max_size=5))
def test_what_the_grammar_has_is_read(listed: list[tuple[str, list[str]]]) -> None:
    text = ",".join(text for text, _ in listed)
    assert parse(text) == [address for _, found in listed for address in found]


@given(st.text(st.sampled_from('ab@.,;:<>()[]"\\ \t\r\n\0é\udc80'), max_size=40) | st.text())
def test_never_anything_else(text: str) -> None:
    try:
        found = parse(text)
    except ValueError:
        return
    assert all(str(Mailbox.parse(address)) == address for address in found)


LONG = ["(", ")", "<", '"', "a:", "\\", "[", "(a)", "=?utf-8?q?"]


@pytest.mark.parametrize("piece", LONG)
def test_deep_and_long_headers_are_refused_in_few_words(piece: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]") as caught:
        parse(piece * 50_000 + "x")
    assert len(str(caught.value)) < 500


def test_long_lists_are_read() -> None:
    assert len(parse("a@x.test, " * 50_000)) == 50_000


def test_name_is_looked_up_in_any_case_and_every_header_counts() -> None:
    message = message_from_bytes(b"to: a@x.test\r\nTO: b@x.test\r\nCc: c@x.test\r\n\r\n")
    assert header_addresses(message.raw_items(), "To") == ["a@x.test", "b@x.test"]


def test_header_objects_keep_the_quotes_of_their_names() -> None:
    message = Message()
    message["To"] = Header("Lée, Ann <x@evil.test>", "utf-8")  # type: ignore[assignment]  # typeshed: str alone
    with pytest.raises(ValueError, match="To are unclear"):
        header_addresses(message.raw_items(), "To")


def test_raw_utf8_in_a_parsed_message() -> None:
    message = message_from_bytes("To: 王 <用户@例子.test>\r\n\r\n".encode())
    assert header_addresses(message.raw_items(), "To") == ["用户@例子.test"]
