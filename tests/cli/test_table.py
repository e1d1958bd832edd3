from __future__ import annotations

import pytest

from rawsmtp.cli.table import padded, width, wrapped


@pytest.mark.parametrize(("text", "columns"), [("", 0), ("abc", 3), ("邮箱", 4), ("163 邮箱", 8), ("（a）", 5)])
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns
    assert width(padded(text, 12)) == 12


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("one two three", ["one two", "three"]),
        ("a-very-long-word x", ["a-very-long-word", "x"]),
        ("发送现成的邮件", ["发送现成", "的邮件"]),
        ("发送现成，的邮件", ["发送现", "成，的邮", "件"]),
        ("发送（现成）", ["发送（现", "成）"]),
        ("用 -f 给出", ["用 -f 给", "出"]),
    ],
)
def test_wrapped(text: str, lines: list[str]) -> None:
    assert wrapped(text, 8) == lines
