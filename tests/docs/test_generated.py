"""The reference is that of the docstrings, and the diagram of the states that of the tables."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "rawsmtp"
SCRIPT = ROOT / "docs" / "generate_reference.py"


def test_nothing_is_stale() -> None:
    run = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout.strip(), run.stderr) == (0, "", "")


@pytest.mark.parametrize("module", ["", ".commands", ".flows", ".testing", ".wire"])
def test_every_public_name_has_its_entry(module: str) -> None:
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    entries = set(re.findall(r"^#### (?:module )?`([\w.]+)`$", page, re.MULTILINE))
    assert set(import_module(f"rawsmtp{module}").__all__) <= entries


def test_floors_of_the_design_are_those_of_the_house() -> None:
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    tree = page.partition("```text\n")[2].partition("```")[0]
    folder, named = "", set()
    for line in tree.splitlines()[1:]:
        if found := re.match(r"├── (\w+)/|└── (\w+)/", line):
            folder = found[1] or found[2]
        named |= {f"{folder}/{name}" for name in re.findall(r"(\w+\.py)", line)}
    house = {path.relative_to(SOURCE).as_posix() for path in SOURCE.glob("*/*.py") if path.name != "__init__.py"}
    told = {"wire", "protocol", "message", "flows", "client"}
    assert {path for path in named if "/" in path and not path.startswith("/")} == {
        path for path in house if path.partition("/")[0] in told
    }
