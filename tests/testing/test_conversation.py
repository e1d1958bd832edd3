from __future__ import annotations

import pytest

from rawsmtp.testing.conversation import check

ACTUAL = ["S: 220 ready", "C: EHLO x", "S: 250-host", "S: 250 SIZE 1000", "C: QUIT", "S: 221 Bye"]

FITS = {
    "line by line": "\n".join(ACTUAL),
    "indented": "\n        " + "\n        ".join(ACTUAL) + "\n    ",
    "text within a line": ("S: 220 ...\nC: EHLO ...\nS: 250-...\nS: ... SIZE ...\nC: ...\nS: 2...1 B...e"),
    "lines in the middle": "S: 220 ready\n...\nC: QUIT\nS: 221 Bye",
    "lines at the start": "...\nS: 221 Bye",
    "lines at the end": "S: 220 ready\n...",
    "any lines": "...",
    "no lines where some may be": "...\nS: 220 ready\n...\nC: EHLO x\n...\n...\nC: QUIT\nS: 221 Bye\n...",
}
FITS_NOT = {
    "a line too few": "\n".join(ACTUAL[:-1]),
    "a line too many": "\n".join([*ACTUAL, "C: NOOP"]),
    "another line": "...\nC: RSET\n...",
    "another order": "...\nC: QUIT\n...\nC: EHLO x\n...",
    "nothing behind": "S: 220 ready\n...\nC: QUIT",
    "a dot is a dot": "S: 220.ready\n...",
    "nothing": "",
}


@pytest.mark.parametrize("expected", FITS.values(), ids=FITS)
def test_conversation_fits(expected: str) -> None:
    check(expected, ACTUAL)


@pytest.mark.parametrize("expected", FITS_NOT.values(), ids=FITS_NOT)
def test_conversation_fits_not(expected: str) -> None:
    with pytest.raises(AssertionError, match="the conversation is another one"):
        check(expected, ACTUAL)


def test_diff_shows_what_differs_and_no_line_that_fits() -> None:
    with pytest.raises(AssertionError) as caught:
        check("S: 220 ...\nC: EHLO ...\nS: 250-...\nS: 250 ...\nC: RSET\nS: 221 ...", ACTUAL)
    lines = str(caught.value).split("\n")
    assert "-C: RSET" in lines
    assert "+C: QUIT" in lines
    assert " S: 220 ready" in lines
    assert not any("..." in line for line in lines)


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ("S: 220 ...\n...\nC: QUIT\nS: 250 ...\n...", ["-S: 250 ..."]),
        ("...\nC: EHLO x\nC: QUIT\n...", ["+S: 250-host", "+S: 250 SIZE 1000"]),
        ("...\nC: RSET\nC: QUIT\n...", ["-C: RSET"]),
    ],
    ids=["a line too many", "an ellipsis too few", "another line"],
)
def test_lines_that_an_ellipsis_stands_for_are_no_difference(expected: str, changes: list[str]) -> None:
    with pytest.raises(AssertionError) as caught:
        check(expected, ACTUAL)
    diff = str(caught.value).split("\n")[3:]
    assert [line for line in diff if not line.startswith((" ", "@@"))] == changes


def test_space_at_the_end_of_a_line_does_not_matter() -> None:
    check("S: 250\nC: QUIT", ["S: 250 ", "C: QUIT"])


def test_many_ellipses_take_no_longer() -> None:
    with pytest.raises(AssertionError):
        check("\n".join(["...", "C: NOOP"] * 30 + ["C: QUIT"]), ["C: NOOP"] * 300)
