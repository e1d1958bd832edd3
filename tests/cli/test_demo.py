from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rawsmtp.cli import main
from rawsmtp.testing import Outbox, article


def test_demo_shows_the_session_and_what_arrived(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("250 Mail OK queued as smtp10,DsCowADHAgQS1IBcwtExJA--.62308S2 1551946998") == 2
    assert shown.count("Hello, this is a message from 163.") == 3
    assert "Both arrived, octet for octet." in shown
    assert "\x1b" not in shown
    assert article.CODE not in shown
    assert "MjAxOWhoeHh0dHhz" not in shown


def test_demo_fails_when_what_arrived_is_something_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add = Outbox.add
    monkeypatch.setattr(Outbox, "add", lambda self, mail: add(self, replace(mail, raw=b"")))
    assert main(["demo"]) == 1
    assert "not what was sent" in capsys.readouterr().out


@pytest.mark.parametrize("script", ["module", "console script"])
def test_both_ways_to_start_it(script: str) -> None:
    command = (
        [sys.executable, "-m", "rawsmtp"] if script == "module" else [str(Path(sys.executable).with_name("rawsmtp"))]
    )
    run = subprocess.run([*command, "demo"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)], ids=str
)
def test_colour_on_a_terminal_only_unless_told(environment: dict[str, str], coloured: bool) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb") as reader:
        command = [sys.executable, "-m", "rawsmtp", "demo"]
        with subprocess.Popen(command, stdout=theirs, env={**clean, "TERM": "xterm", **environment}) as process:
            os.close(theirs)
            shown = b""
            while piece := _read(reader.fileno()):
                shown += piece
        assert process.returncode == 0
    assert (b"\x1b[" in shown) is coloured


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # what Linux says at the end of a terminal
        return b""


def test_demo_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--lang", "zh"]) == 0
    assert "逐字节一致" in capsys.readouterr().out


def test_demo_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["schema"], shown["intact"]) == ("rawsmtp.demo/1", True)
    assert shown["arrived"] == [article.MESSAGE.decode()] * 2
    assert all("235 Authentication successful" in said for said in shown["transcripts"].values())
    assert article.CODE not in str(shown)
