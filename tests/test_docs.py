"""Every block of the README and the docs runs, with the article's server where it dials out."""

from __future__ import annotations

import importlib
import io
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.docs.pages import PAGES, ROOT, blocks, labels, name, run, text

from rawsmtp import providers
from rawsmtp.cli import COMMANDS as CLI_COMMANDS
from rawsmtp.cli import command_parser, main

if TYPE_CHECKING:
    from pathlib import Path

    from rawsmtp.testing import Capture, Server

HOST = "smtp.163.com"
READMES = [ROOT / "README.md", ROOT / "docs" / "zh" / "README.md"]
Shown = pytest.CaptureFixture[str]
BLOCKS = [
    pytest.param(page, code, label.removeprefix("python").strip(), id=f"{name(page)}:{len(code) - len(code.lstrip())}")
    for page in PAGES
    for label in ("python", "python aiosmtplib")
    for code in blocks(page, label)
    if page.name != "howto-oauth2.md"
]
COMMANDS = [
    pytest.param(line.removeprefix("$ ").partition("  #")[0], id=f"{name(page)}: {line}")
    for page in PAGES
    for label in ("sh", "console")
    for code in blocks(page, label)
    for line in code.splitlines()
    if line.startswith(("$ rawsmtp ", "rawsmtp ")) and page.name != "cli.md"
]
RUN_ELSEWHERE = {
    "docs/bring-your-own-io.md": {"python trio"},  # tests/docs/test_trio_driver.py
    "docs/cli.md": {"sh", "json"},  # tests/cli/test_docs_cli.py
    "docs/howto-scaling-out.md": {"python celery", "python rq"},  # tests/docs/test_howto_scaling_out.py
    "docs/reference.md": {"py"},  # signatures
    "docs/testing.md": {"python test"},  # tests/docs/test_testing_page.py
    "docs/zh/testing.md": {"python test"},
}


@pytest.fixture
def netease(smtp_capture: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Server:
    """A local server in the place of smtp.163.com; no other mail server can be reached."""
    monkeypatch.setenv("CODE", "the-code")
    monkeypatch.chdir(tmp_path)
    return smtp_capture(HOST, 465, persona="163", users={"me@163.com": "the-code"})


@pytest.mark.usefixtures("untidy")
@pytest.mark.parametrize(("page", "code", "needs"), BLOCKS)
def test_block_runs(page: Path, code: str, needs: str, netease: Server) -> None:
    if needs:
        pytest.importorskip(needs)
    run(page, code)
    if 'os.environ["CODE"]' in code and "send(" in code:
        assert len(netease.outbox) == 1
        assert netease.outbox[0].auth is not None


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_block_is_without_its_test(page: Path) -> None:
    ours = {"python", "python aiosmtplib", "text", "mermaid", "sh", "console"}
    assert labels(page) - ours <= RUN_ELSEWHERE.get(name(page), set())
    assert text(page).count("\n```") % 2 == 0


def test_blocks_are_found() -> None:
    assert len(BLOCKS) >= 45
    assert len(COMMANDS) >= 6


IN_PROSE = [
    pytest.param(line, id=f"{name(page)}: {line}")
    for page in PAGES
    for line in sorted(set(re.findall(r"`(rawsmtp [a-z]+[^`…]*)`", text(page))))
]


@pytest.mark.parametrize("line", COMMANDS + IN_PROSE)
def test_command_is_understood(line: str) -> None:
    _, command, *words = shlex.split(line)
    assert command in CLI_COMMANDS
    if words:
        command_parser(command, "en").parse(words)


@pytest.mark.parametrize(
    "line", [line for line in COMMANDS if "2525" not in str(line.id) and " serve" not in str(line.id)]
)
def test_command_works(line: str, netease: Server, monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    monkeypatch.delenv("RAWSMTP_URL", raising=False)
    monkeypatch.setenv("RAWSMTP_PASSWORD", "the-code")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    assert main(shlex.split(line)[1:]) == 0, capsys.readouterr().err
    if " send " in line:
        netease.assert_sent(1)


@pytest.mark.parametrize("page", READMES, ids=name)
def test_readme_has_its_three_commands(page: Path) -> None:
    lines = [param for param in COMMANDS if str(param.id).startswith(f"{name(page)}:")]
    assert [str(line.values[0]).split()[1] for line in lines] == ["check", "send", "shell"]


@pytest.mark.parametrize("page", READMES, ids=name)
def test_readme_is_as_short_as_it_promises(page: Path) -> None:
    through_163, *others = [code.strip() for code in blocks(page, "python")]
    (test,) = [code for code in others if "rawsmtp.testing" in code]
    assert len(through_163.splitlines()) == 5
    assert len(test.splitlines()) == 6


@pytest.mark.parametrize("page", READMES, ids=name)
def test_readme_shows_what_an_error_says(page: Path, netease: Server, capsys: Shown) -> None:
    (code,) = [code for code in blocks(page, "python") if "AuthenticationFailed" in code]
    run(page, code)
    said = re.findall(r"  # (.*?)(…?)$", code, re.MULTILINE)
    assert len(said) == 3
    for line, (start, cut) in zip(capsys.readouterr().out.splitlines(), said, strict=True):
        assert line == start or (cut and line.startswith(start))


def test_there_are_as_many_providers_as_the_readme_says() -> None:
    assert len(providers.PROVIDERS) > 100
    assert all("providers.md" in text(page) for page in READMES)


def test_readme_has_the_two_commands_that_are_run_in_a_fresh_clone() -> None:
    first, second = blocks(ROOT / "README.md", "sh")
    assert "rawsmtp demo" in first
    assert "pytest" in second


CELLS = {
    "none": "无",
    "both": "都行",
    "blocking": "同步",
    "yes": "是",
    "no": "否",
    "2 and 2 (all or none: 3)": "2、2（要么全发要么不发时：3）",
    "4 and 103": "4、103",
}


def test_both_readmes_have_the_same_table() -> None:
    english, chinese = (re.findall(r"^\| [^|]* \| (.*) \|$", text(page), re.MULTILINE) for page in READMES)
    assert len(english) > 10
    assert [[CELLS.get(cell, cell) for cell in row.split(" | ")] for row in english] == [
        row.split(" | ") for row in chinese
    ]


@pytest.mark.parametrize("page", READMES, ids=name)
def test_picture_is_the_real_session(page: Path) -> None:
    command = [sys.executable, "-m", "rawsmtp", "demo", "--lang", "en"]
    run_of_it = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    session = run_of_it.stdout.split("\n\n", 1)[1].split("\n\nThe mail", 1)[0]
    (shown,) = [code.lstrip("\n") for code in blocks(page, "text") if code.lstrip().startswith("Trying")]
    assert re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:2525", session) == shown.rstrip("\n")


LINKS = [
    pytest.param(page, *target, id=f"{name(page)}: {''.join(target)}")
    for page in PAGES
    for target in re.findall(r"\]\((?!https?:)([^)#]*)(#[^)]*)?\)", text(page))
]


def anchors(page: Path) -> set[str]:
    """Return what GitHub makes of the page's headings."""
    prose = re.sub(r"^```.*?^```$", "", text(page), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {"#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("page", "target", "anchor"), LINKS)
def test_link_leads_somewhere(page: Path, target: str, anchor: str) -> None:
    found = page.parent / target if target else page
    assert found.exists()
    assert not anchor or anchor in anchors(found)


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop().resolve()
        if page in reached:
            continue
        reached.add(page)
        ahead += [page.parent / target for target in re.findall(r"\]\((?!https?:)([^)#]+\.md)", text(page))]
    assert {page.resolve() for page in PAGES} <= reached


MENTIONED = [
    pytest.param(each, id=f"{name(page)}: {each}")
    for page in PAGES
    if page.name not in ("cli.md", "reference.md")
    for each in sorted(set(re.findall(r"`rawsmtp((?:\.\w+)+)", text(page))))
]


@pytest.mark.parametrize("path", MENTIONED)
def test_name_that_is_mentioned_exists(path: str) -> None:
    found: object = importlib.import_module("rawsmtp")
    for part in path.split(".")[1:]:
        found = getattr(found, part, None) or importlib.import_module(f"{found.__name__}.{part}")  # type: ignore[attr-defined]  # a module
    assert found is not None
