"""The code blocks of the pages, by what stands behind their opening fence."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, label: str) -> list[str]:
    """Return the blocks with this label, with as many empty lines in front that tracebacks name the page's."""
    found = [match for match in _FENCE.finditer(text(page)) if match[1] == label]
    return ["\n" * text(page)[: match.start(2)].count("\n") + match[2] for match in found]


def labels(page: Path) -> set[str]:
    return {match[1] for match in _FENCE.finditer(text(page))}


def run(page: Path, code: str) -> dict[str, object]:
    """Run a block as a program of its own, and return its names."""
    names: dict[str, object] = {"__name__": "block"}
    exec(compile(code, name(page), "exec"), names)
    return names
