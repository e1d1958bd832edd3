"""The tables of docs/security.md are the defaults."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from rawsmtp import Limits, Timeouts
from rawsmtp.client.base import SLOWEST
from rawsmtp.client.settings import DEADLINE

PAGE = (Path(__file__).parent.parent / "docs" / "security.md").read_text(encoding="utf-8")


def table(head: str) -> dict[str, float]:
    """Return the rows of the table under this head: names and numbers; each has its reason."""
    rows = PAGE.partition(f"| {head} | Default |")[2].split("\n\n")[0].splitlines()[2:]
    found = [re.fullmatch(r"\| `(\w+)` \| ([\d,]+) \| [^|]+\.? \|", row) for row in rows]
    assert None not in found
    return {match[1]: float(match[2].replace(",", "")) for match in found if match}


@pytest.mark.parametrize(
    ("head", "value", "more"),
    [("Limit", Limits(), {}), ("Timeout", Timeouts(), {"deadline": DEADLINE})],
    ids=["limits", "timeouts"],
)
def test_table_is_the_defaults(head: str, value: Any, more: dict[str, float]) -> None:
    assert table(head) == {**dataclasses.asdict(value), **more}


def test_slowest_content_is_the_one_that_is_told() -> None:
    assert f"makes {SLOWEST} octets a second" in PAGE


def test_files_that_are_named_are_there() -> None:
    for name in re.findall(r"`(tests/[\w/.]+)`", PAGE):
        assert (Path(__file__).parent.parent / name).exists()
