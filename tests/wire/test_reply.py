from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.wire.reply import EnhancedCode, Reply, decode, printable


def test_unpacks_and_prints() -> None:
    code, text = Reply(250, "a\nb")
    assert (code, text) == (250, "a\nb")
    assert str(Reply(250, "a\nb")) == "250-a\n250 b"
    assert str(Reply(250)) == "250"
    assert Reply(250, "a\nb").lines == ("a", "b")
    assert Reply(250, "a\nb").raw == b"250-a\r\n250 b\r\n"


def test_is_a_frozen_value() -> None:
    reply = Reply(250, "ok", b"250 ok\r\n")
    assert reply == Reply(250, "ok")
    assert hash(reply) == hash(Reply(250, "ok"))
    assert pickle.loads(pickle.dumps(reply)).raw == reply.raw
    with pytest.raises(AttributeError):
        reply.code = 550  # type: ignore[misc]  # what is tested


@pytest.mark.parametrize(
    ("code", "success", "intermediate", "transient", "permanent"),
    [
        (200, True, False, False, False),
        (299, True, False, False, False),
        (354, False, True, False, False),
        (421, False, False, True, False),
        (550, False, False, False, True),
    ],
)
def test_class(code: int, success: bool, intermediate: bool, transient: bool, permanent: bool) -> None:
    reply = Reply(code)
    assert (reply.is_success, reply.is_intermediate) == (success, intermediate)
    assert (reply.is_transient_failure, reply.is_permanent_failure) == (transient, permanent)
    assert reply.is_refusal is (transient or permanent)


@pytest.mark.parametrize(
    ("code", "text", "enhanced"),
    [
        (550, "5.1.1 no such user", "5.1.1"),
        (250, "2.0.0", "2.0.0"),
        (550, "5.7.139 x", "5.7.139"),
        (550, "5.1.1\nmore", "5.1.1"),
        (550, "4.1.1 the class of another code", None),
        (550, "5.1.1x", None),
        (550, "5.01.1 x", None),
        (550, "5.1.1000 x", None),
        (550, "see 5.1.1", None),
        (354, "3.0.0 x", None),
        (250, "", None),
    ],
)
def test_enhanced(code: int, text: str, enhanced: str | None) -> None:
    assert Reply(code, text).enhanced == enhanced


def test_enhanced_code_is_its_text() -> None:
    code = EnhancedCode("5.7.139")
    assert (code, code.klass, code.subject, code.detail) == ("5.7.139", 5, 7, 139)
    assert pickle.loads(pickle.dumps(code)) == code
    for text in ("3.0.0", "5.1", "x", "5.1.1 x"):
        with pytest.raises(ValueError, match="not an enhanced status code"):
            EnhancedCode(text)


@given(st.text())
def test_printable_has_no_controls(text: str) -> None:
    shown = printable(text)
    assert not any((ord(char) < 32 and char not in "\t\n") or 127 <= ord(char) < 160 for char in shown)
    assert all(char not in shown for char in "\u2028\u2029\u202e\u2066")
    assert printable(shown) == shown


@given(st.binary())
def test_decode_takes_any_octets(octets: bytes) -> None:
    assert isinstance(decode(octets), str)
