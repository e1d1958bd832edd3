"""The article's session as the tutorials tell it: each line beside what says it, and what the shell shows."""

from __future__ import annotations

import io
import re
import sys
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from tests.docs.pages import ROOT, blocks, name, text

from rawsmtp import codes, commands
from rawsmtp.cli import main
from rawsmtp.testing import Server, article
from rawsmtp.testing.personas import NETEASE

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH, CHINESE = ROOT / "docs" / "tutorial.md", ROOT / "docs" / "zh" / "tutorial.md"
TYPED = [
    "helo 163.com",
    "auth login",
    b64encode(article.USER.encode()).decode(),
    b64encode(article.CODE.encode()).decode(),
    f"mail from: <{article.SENDER}>",
    f"rcpt to:  <{article.RECIPIENT}>",
    "data",
    ".",
    "quit",
]


def rows(page: Path) -> dict[str, list[str]]:
    """Return the cells beside each line that is typed, without their backticks; the content is none of them."""
    table = re.search(r"^\| `telnet smtp\.163\.com 25` .*?\n\n", text(page), re.MULTILINE | re.DOTALL)
    assert table is not None
    cells = [[cell.strip().strip("`") for cell in line[1:-1].split(" | ")] for line in table[0].strip().splitlines()]
    return {typed: rest for typed, *rest in cells if "octets)" not in rest[-1]}


@pytest.mark.parametrize("page", [ENGLISH, CHINESE], ids=name)
def test_each_line_of_the_article_is_there(page: Path) -> None:
    assert list(rows(page)) == TYPED


def squeezed(line: str) -> str:
    return re.sub(r":\s+", ":", line)


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("page", [ENGLISH, CHINESE], ids=name)
def test_connection_sends_that_line(page: Path, typed: str) -> None:
    said = re.fullmatch(r"send\((.*)\)", rows(page)[typed][-1])
    assert said is not None
    command = eval(said[1], vars(commands))
    line = bytes(command).decode().removesuffix("\r\n")
    assert line == typed or line.lower() == squeezed(typed).lower()


@pytest.mark.parametrize("page", [ENGLISH, CHINESE], ids=name)
def test_replies_are_those_of_the_article(page: Path) -> None:
    said = [*NETEASE.words.values(), "250 OK"]
    for reply, *_ in rows(page).values():
        assert any(line.startswith(reply.rstrip("… ")) for line in said), reply


def test_explanations_are_those_of_the_registry() -> None:
    for reply, explained, *_ in rows(CHINESE).values():
        code = codes.lookup(int(reply[:3]))
        assert code is not None
        assert explained.split(":")[0] == code.chinese


def test_shell_shows_what_the_page_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    (session,) = [code.lstrip("\n") for code in blocks(CHINESE, "text") if "> helo" in code]
    prompted, content = session.split("> data\n")[0], session.split("开始邮件输入\n")[1].split("\n.\n")[0]
    assert f"{content}\n" == article.MESSAGE.decode().replace("\r\n", "\n")
    typed = [line[2:] for line in prompted.splitlines() if line.startswith("> ")]
    typed = [*typed, "data", *content.split("\n"), ".", "quit"]
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("".join(f"{line}\n" for line in typed).encode())))
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    with Server(persona="163", users={article.USER: article.CODE}) as server:
        assert main(["shell", f"127.0.0.1:{server.port}", "--lang", "zh"]) == 0
        assert server.last.raw == article.MESSAGE
        shown = screen.getvalue().replace(str(server.port), "2525")
    without_content = session.replace(f"{content}\n.\n", "")
    assert shown == "".join(f"{line}\n" for line in without_content.splitlines() if not line.startswith("> "))
