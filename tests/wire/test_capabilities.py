from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.errors import RemoteProtocolError
from rawsmtp.wire.capabilities import Capabilities
from rawsmtp.wire.limits import Limits
from rawsmtp.wire.reply import Reply


def parse(*lines: str) -> Capabilities:
    return Capabilities.parse(Reply(250, "\n".join(("x.test Hello", *lines))))


def test_keywords_in_any_case_unknown_ones_kept() -> None:
    found = parse("pipelining", "Size 1000", "X-UNKNOWN a b", "", "8BITMIME ")
    assert dict(found) == {"PIPELINING": (), "SIZE": ("1000",), "X-UNKNOWN": ("a", "b"), "8BITMIME": ()}
    assert found.pipelining
    assert "x-unknown" in found
    assert found["x-Unknown"] == ("a", "b")
    assert len(parse()) == 0


@pytest.mark.parametrize(
    ("lines", "mechanisms"),
    [
        (["AUTH PLAIN LOGIN"], ("PLAIN", "LOGIN")),
        (["auth plain login"], ("PLAIN", "LOGIN")),
        (["AUTH=LOGIN"], ("LOGIN",)),
        (["AUTH=LOGIN PLAIN"], ("LOGIN", "PLAIN")),
        (["AUTH LOGIN PLAIN", "AUTH=LOGIN PLAIN"], ("LOGIN", "PLAIN")),
        (["AUTH SCRAM-SHA-256", "AUTH PLAIN"], ("SCRAM-SHA-256", "PLAIN")),
        (["AUTH=MBS_BASIC LOGIN"], ("MBS_BASIC", "LOGIN")),
        (["X-EXPS LOGIN"], ("LOGIN",)),
        (["AUTH"], ()),
        (["AUTH="], ()),
        ([], ()),
    ],
)
def test_auth(lines: list[str], mechanisms: tuple[str, ...]) -> None:
    assert parse(*lines).auth == mechanisms


@pytest.mark.parametrize(
    ("line", "size"),
    [
        *[("SIZE 1000", 1000), ("SIZE", None), ("SIZE 0", None), ("SIZE x", None), ("SIZE -1", None), ("SIZE ²", None)],
        # RFC 1870 §4: 20 digits at most.
        *[(f"SIZE {'9' * 20}", 10**20 - 1), (f"SIZE {'9' * 21}", None)],
    ],
)
def test_size(line: str, size: int | None) -> None:
    assert parse(line).size == size


def test_what_implies_what() -> None:
    assert parse("SMTPUTF8").eight_bit_mime
    assert not parse("8BITMIME").smtputf8
    found = parse("CHUNKING", "DSN", "STARTTLS", "ENHANCEDSTATUSCODES")
    assert (found.chunking, found.dsn, found.starttls, found.enhanced_status_codes) == (True,) * 4


def test_ignored_keywords_are_not_there() -> None:
    reply = Reply(250, "x\nPIPELINING\nSIZE 3")
    assert dict(Capabilities.parse(reply, ignore={"pipelining"})) == {"SIZE": ("3",)}


def test_limit() -> None:
    reply = Reply(250, "\n".join(["x", *(f"X{number}" for number in range(3))]))
    assert len(Capabilities.parse(reply, Limits(keywords=3))) == 3
    with pytest.raises(RemoteProtocolError, match="2 keywords"):
        Capabilities.parse(reply, Limits(keywords=2))


@given(st.lists(st.text(max_size=30), max_size=10))
def test_any_text_is_taken(lines: list[str]) -> None:
    found = Capabilities.parse(Reply(250, "\n".join(lines)))
    assert all(keyword == keyword.upper() for keyword in found)
    assert found.size is None or found.size > 0
    assert isinstance(found.auth, tuple)
