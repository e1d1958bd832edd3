from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from rawsmtp import __version__
from rawsmtp.cli import COMMANDS, command_parser, demo, main
from rawsmtp.cli.exits import Exit, Failure
from rawsmtp.cli.table import width

if TYPE_CHECKING:
    import argparse

    from rawsmtp.cli.output import Output

Capture = pytest.CaptureFixture[str]


def usage_error(words: list[str], capsys: Capture) -> str:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 64
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err


@pytest.mark.parametrize("words", [[], ["nonsense"], ["--nonsense"], ["send", "--nonsense"], ["demo", "x"]], ids=str)
def test_what_is_not_understood_ends_with_64(words: list[str], capsys: Capture) -> None:
    shown = usage_error(words, capsys)
    assert "rawsmtp" in shown
    assert "--help" in shown


@pytest.mark.parametrize(
    "words",
    [
        ["send", "--password", "hunter2"],
        ["send", "--password=hunter2"],
        ["send", "--passwd", "hunter2"],
        ["send", "--token", "hunter2"],
        ["send", "--url", "smtps://me:hunter2@mail.example"],
        ["send", "--url", "smtps://me:hun/hunter2@mail.example"],
        ["send", "--user", "me:hunter2"],
        ["sendmail", "--url", "smtp://:hunter2@mail.example", "a@b.example"],
        ["send", "--url", "me:hunter2@mail.example"],
        ["send", "-H", "smtps://me:hunter2@mail.example"],
        ["send", "-H", "me:hunter2@mail.example"],
        ["check", "smtps://me:hunter2@mail.example"],
        ["check", "me:hunter2@mail.example"],
        ["shell", "me:hunter2@mail.example"],
        ["serve", "--user", "me:hunter2"],
        ["--password", "hunter2", "send"],
    ],
    ids=str,
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_secret_in_the_arguments_is_refused_and_not_shown(words: list[str], language: str, capsys: Capture) -> None:
    shown = usage_error([*words, "--lang", language], capsys)
    assert "hunter2" not in shown
    assert "RAWSMTP_PASSWORD" in shown
    assert "--password-file" in shown


def test_what_follows_an_unknown_option_is_not_shown(capsys: Capture) -> None:
    shown = usage_error(["send", "--passphrase", "hunter2", "--key=hunter2"], capsys)
    assert "hunter2" not in shown
    assert shown.startswith("rawsmtp send: unknown arguments: --passphrase --key\n")


@pytest.mark.parametrize(
    "words",
    [
        ["send", "-p", "hunter2"],
        ["send", "-phunter2"],
        ["send", "-P", "hunter2"],
        ["send", "-Phunter2"],
        ["send", "-au", "me", "-ap", "hunter2"],
        ["send", "smtps://me:hunter2@mail.example"],
        ["send", "--security=hunter2"],
        ["send", "--json=hunter2"],
        ["sendmail", "-p", "hunter2", "a@b.example"],
        ["shell", "smtps://me:hunter2@mail.example"],
        ["smtps://me:hunter2@mail.example"],
        ["-p", "hunter2", "send"],
    ],
    ids=str,
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_may_be_a_secret_is_not_shown(words: list[str], language: str, capsys: Capture) -> None:
    assert "hunter2" not in usage_error(["--lang", language, *words], capsys)


@pytest.mark.parametrize("words", [["--lang", "zh", "codes", "535"], ["--lang=zh", "-v", "codes", "--no-color", "535"]])
def test_options_of_every_command_may_stand_in_front_of_it(words: list[str], capsys: Capture) -> None:
    assert main(words) == 0
    assert "用户验证失败" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["shell"], "缺少 HOST[:PORT]"),
        (["send", "--security", "x"], "参数 --security 只能是"),
        (["send", "--json=1"], "参数 --json 不带值"),
        (["send", "-t"], "参数 -t/--to 需要一个值"),
        (["serve", "--user", "x", "--any-user"], "参数 --any-user 不能与 参数 --user 同时使用"),
        (["demo", "x"], "有多余的参数"),
    ],
    ids=str,
)
def test_mistakes_are_told_in_chinese(words: list[str], said: str, capsys: Capture) -> None:
    assert said in usage_error([*words, "--lang", "zh"], capsys)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_fits_into_the_terminal(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert [line for line in command_parser(name, language).format_help().splitlines() if width(line) > 80] == []


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-"])
def test_a_stream_that_is_closed_is_no_mistake(redirection: str) -> None:
    command = f'"{sys.executable}" -m rawsmtp codes 535 {redirection}'
    run = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (0, b"")


@pytest.mark.parametrize("words", ["codes", "demo", "send --help", "codes --json"])
def test_a_reader_that_goes_away_is_no_mistake(words: str) -> None:
    command = f'"{sys.executable}" -m rawsmtp {words} | exec 0<&-'
    run = subprocess.run(["sh", "-c", command], capture_output=True, check=True)
    assert run.stderr == b""


@pytest.mark.parametrize("words", [["--help"], ["send", "--help"], ["codes", "535"], ["nonsense"]], ids=str)
def test_chinese_where_the_terminal_has_none(words: list[str]) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "rawsmtp", "--lang", "zh", *words]
    run = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert run.returncode in (0, 64)
    assert b"\\u" in run.stdout + run.stderr
    assert b"Traceback" not in run.stderr


def test_version(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"rawsmtp {__version__}\n"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_names_every_command(language: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--lang", language, "--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)
    assert ("用法" in shown) is (language == "zh")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_in_both_languages(name: str) -> None:
    english, chinese = (command_parser(name, language).format_help() for language in ("en", "zh"))
    assert english.startswith(f"usage: rawsmtp {name} ")
    assert chinese.startswith(f"用法：rawsmtp {name} ")
    assert english.isascii()
    assert "\0" not in english + chinese
    for option in ("--verbose", "--json", "--lang", "--no-color", "--help"):
        assert option in english


def test_usage_error_in_chinese(capsys: Capture) -> None:
    shown = usage_error(["send", "--lang=zh", "--port", "x"], capsys)
    assert shown == "rawsmtp send: 端口是 1 到 65535 的数字\n用法见 rawsmtp send --help。\n"


@pytest.mark.parametrize(
    ("words", "environment", "language"),
    [
        (["demo"], {"LANG": "zh_CN.UTF-8"}, "zh"),
        (["demo", "--lang", "en"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["demo", "--lang=zh"], {}, "zh"),
        (["demo"], {}, "en"),
    ],
    ids=str,
)
def test_language(
    words: list[str], environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def run(options: argparse.Namespace, out: Output) -> int:
        seen.append(out.language)
        return 3

    monkeypatch.setattr(demo, "run", run)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(words) == 3
    assert seen == [language]


@pytest.mark.parametrize(
    ("error", "status", "shown"),
    [
        (KeyboardInterrupt(), 130, "Interrupted."),
        (Failure(Exit.DATA, "no good", "不行"), 65, "rawsmtp: no good"),
        (FileNotFoundError(2, "No such file or directory", "x\x1b.eml"), 65, "No such file or directory: x\\x1b.eml"),
        (BrokenPipeError(32, "Broken pipe"), 141, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_a_command_raises_becomes_words_and_a_status(
    error: BaseException, status: int, shown: str, monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    def run(options: argparse.Namespace, out: Output) -> int:
        raise error

    monkeypatch.setattr(demo, "run", run)
    assert main(["demo"]) == status
    seen = capfd.readouterr()
    assert shown in seen.err
    assert seen.out == ""


def test_only_the_command_that_is_asked_for_is_imported() -> None:
    code = "import sys; from rawsmtp.cli import main; main('send --dry-run -f a@163.com -t b@c -b x'.split())"
    code += "; print(*sorted(name for name in sys.modules if name.startswith('rawsmtp.')), file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "rawsmtp.cli.send" in run.stderr
    assert "rawsmtp.cli.demo" not in run.stderr
    assert "rawsmtp.testing" not in run.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_ways_to_start_it_are_the_same(name: str) -> None:
    module = subprocess.run([sys.executable, "-m", "rawsmtp", name, "--help"], capture_output=True, check=True)
    assert module.stdout.startswith(f"usage: rawsmtp {name} ".encode())
