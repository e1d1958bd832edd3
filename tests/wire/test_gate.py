from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.wire.gate import check_text, check_token, command_line


@given(st.text())
def test_whatever_passes_is_one_line(text: str) -> None:
    try:
        line = command_line(text)
    except ValueError:
        return
    assert line.decode("utf-8") == f"{text}\r\n"
    assert len(line[:-2].splitlines()) <= 1
    assert len(text.splitlines()) <= 1
    assert b"\0" not in line


@pytest.mark.parametrize("text", ["", " ", "a b", " a", "a "])
def test_token_is_one_word(text: str) -> None:
    with pytest.raises(ValueError, match="one word"):
        check_token(text, "it")


@pytest.mark.parametrize("value", [b"x", 3, None])
def test_other_types(value: object) -> None:
    with pytest.raises(TypeError, match="it must be a str"):
        check_text(value, "it")  # type: ignore[arg-type]  # what is tested
