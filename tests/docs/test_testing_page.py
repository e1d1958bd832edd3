"""The tests on the pages about testing, in a run of pytest of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.docs.pages import ROOT, blocks, name

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]


@pytest.mark.parametrize("page", [ROOT / "docs" / "testing.md", ROOT / "docs" / "zh" / "testing.md"], ids=name)
def test_every_test_on_the_page_passes(page: Path, pytester: pytest.Pytester) -> None:
    found = blocks(page, "python test")
    assert len(found) >= 4
    pytester.makepyfile(**{f"test_block_{number}": block for number, block in enumerate(found)})
    count = sum(len(re.findall(r"^def test_", block, re.MULTILINE)) for block in found)
    pytester.runpytest_subprocess("-W", "error", "--strict-markers").assert_outcomes(passed=count)
