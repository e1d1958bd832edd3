"""The tests on docs/testing.md, in a run of pytest of their own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parent.parent.parent / "docs" / "testing.md"
BLOCKS = re.findall(r"^```python test\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)

pytest_plugins = ["pytester"]


def test_every_test_on_the_page_passes(pytester: pytest.Pytester) -> None:
    assert len(BLOCKS) >= 4
    pytester.makepyfile(**{f"test_block_{number}": block for number, block in enumerate(BLOCKS)})
    count = sum(len(re.findall(r"^def test_", block, re.MULTILINE)) for block in BLOCKS)
    pytester.runpytest_subprocess("-W", "error", "--strict-markers").assert_outcomes(passed=count)
