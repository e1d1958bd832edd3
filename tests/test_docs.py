"""Every Python block of the README and the docs runs, with the article's server where it dials out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rawsmtp.testing import Capture, Server

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(
        match[1], id=f"{page.relative_to(ROOT)}:{page.read_text(encoding='utf-8')[: match.start()].count(chr(10)) + 1}"
    )
    for page in PAGES
    for match in BLOCK.finditer(page.read_text(encoding="utf-8"))
]
HOST = "smtp.163.com"


@pytest.fixture
def netease(smtp_capture: Capture, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A local server in the place of smtp.163.com; no other mail server can be reached."""
    monkeypatch.setenv("CODE", "the-code")
    return smtp_capture(HOST, 465, persona="163", users={"me@163.com": "the-code"})


@pytest.mark.parametrize("code", BLOCKS)
def test_block_runs(code: str, netease: Server) -> None:
    assert os.environ["CODE"] == "the-code"
    exec(compile(code, "block", "exec"), {"__name__": "block"})
    if 'os.environ["CODE"]' in code and "send(" in code:
        assert len(netease.outbox) == 1
        assert netease.outbox[0].auth is not None


def test_blocks_are_found() -> None:
    assert len(BLOCKS) >= 6


def test_readme_shows_the_real_session() -> None:
    command = [sys.executable, "-m", "rawsmtp", "demo", "--lang", "en"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    session = run.stdout.split("\n\n", 1)[1].split("\n\nThe mail", 1)[0]
    shown = re.search(r"^```text\n(Trying.*?)^```$", PAGES[0].read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert shown is not None
    assert re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:2525", session) == shown[1].rstrip("\n")


LINKS = [
    pytest.param(page, target, id=f"{page.relative_to(ROOT)}: {target}")
    for page in PAGES
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_link_leads_somewhere(page: Path, target: str) -> None:
    assert (page.parent / target).exists()
