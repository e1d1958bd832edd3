"""Compares a dialogue with an expected one, in which "..." stands for anything."""

from __future__ import annotations

import re
from difflib import unified_diff

_ANY = "..."


def check(expected: str, actual: list[str]) -> None:
    """Raise AssertionError, with a diff, unless the actual lines are as expected.

    expected: lines, indented as the caller likes; "..." in a line is any text, a line "..." any lines.
    """
    wanted = [line.strip() for line in expected.strip().split("\n")]
    actual = [line.rstrip() for line in actual]
    if _fits(wanted, actual):
        return
    shown = _aligned(wanted, actual)
    diff = unified_diff(shown, actual, "expected", "actual", lineterm="", n=len(actual))
    raise AssertionError("the conversation is another one:\n" + "\n".join(diff))


def _matches(wanted: str, line: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, wanted.split(_ANY))), line) is not None


def _fits(wanted: list[str], actual: list[str]) -> bool:
    # Which of the wanted lines can stand at each place: linear in both, where trying every "..." would not be.
    places = {0}
    for line in wanted:
        if line == _ANY:
            places = set(range(min(places), len(actual) + 1)) if places else set()
        else:
            places = {place + 1 for place in places if place < len(actual) and _matches(line, actual[place])}
    return len(actual) in places


def _aligned(wanted: list[str], actual: list[str]) -> list[str]:
    """Return the wanted lines with what they stand for in their place, so that the diff shows the rest."""
    left = list(actual)
    shown = []
    is_open = False  # whether "..." takes what is left out before the next line that fits
    for line in wanted:
        if line == _ANY:
            is_open = True
            continue
        found = next((place for place, have in enumerate(left) if _matches(line, have)), None)
        if found is None:
            shown.append(line)
            continue
        shown += left[:found] * is_open + [left[found]]
        del left[: found + 1]
        is_open = False
    return shown + left * is_open
