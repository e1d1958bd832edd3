"""docs/cli.md has every option of every command, and no other."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from rawsmtp.cli import COMMANDS, command_parser
from rawsmtp.cli.account import add_server_arguments
from rawsmtp.cli.parser import Parser, add_common_arguments
from rawsmtp.cli.shell_help import LOCAL

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
LINES = [
    line for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL) for line in block.splitlines()
]
STATUSES = {0, 64, 65, 67, 68, 69, 75, 76, 77, 78, 130, 141}


def section(title: str) -> str:
    """Return the text below a heading, up to the next of its kind or a higher one."""
    found = re.search(rf"^(#+) {re.escape(title)}$\n(.*?)(?=^#{{1,3}} |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/cli.md has no {title!r}"
    return found[2]


def documented(title: str) -> set[str]:
    cells = re.findall(r"^\| (`-.*?) \|", section(title), re.MULTILINE)
    return {flag for cell in cells for flag in re.findall(r"`(--?[A-Za-z][\w-]*)`", cell)}


def flags(parser: argparse.ArgumentParser) -> set[str]:
    shown = [action for action in parser._actions if action.help is not argparse.SUPPRESS]
    return {flag for action in shown for flag in action.option_strings}


def server() -> set[str]:
    parser = argparse.ArgumentParser(add_help=False)
    add_server_arguments(parser)
    return flags(parser)


def common() -> set[str]:
    parser = Parser(language="en")
    add_common_arguments(parser)
    return flags(parser)


def test_options_of_every_command() -> None:
    assert documented("Options of every command") == common()


def test_options_of_the_server() -> None:
    assert documented("Server and login") == server()


@pytest.mark.parametrize("name", COMMANDS)
def test_options_of_a_command(name: str) -> None:
    own = flags(command_parser(name, "en")) - common()
    if "--url" in own:
        own -= server()
    assert documented(f"rawsmtp {name}") == own


@pytest.mark.parametrize("name", COMMANDS)
def test_choices_of_a_command(name: str) -> None:
    choices = [action.choices for action in command_parser(name, "en")._actions if action.choices is not None]
    for values in choices:
        shown = r"\|".join(values)
        assert f"`{shown}`" in PAGE


def test_local_commands_of_the_shell() -> None:
    assert set(re.findall(r"^\| `(\.[a-z0-9]+)", section("rawsmtp shell"), re.MULTILINE)) == set(LOCAL)


def test_every_section_is_in_english_text() -> None:
    assert {character for character in PAGE if not character.isprintable()} == {"\n"}
    assert set(re.findall(r"[\u3400-\u9fff]+", PAGE)) == {"授权码"}


def test_credentials_in_the_order_in_which_they_are_tried() -> None:
    ways = re.findall(r"^[1-6]\. (.*)", section("The password"), re.MULTILINE)
    named = ("--password-file", "RAWSMTP_URL", "RAWSMTP_PASSWORD", "netrc", "keyring", "prompt")
    assert [name in way for name, way in zip(named, ways, strict=True)] == [True] * 6


@pytest.mark.parametrize("line", [line for line in LINES if "rawsmtp " in line])
def test_examples_are_understood(line: str) -> None:
    command = re.split(r" [|<>] ", line[line.index("rawsmtp ") :])[0]
    _, name, *words = shlex.split(command)
    command_parser(name, "en").parse(words)


def test_exit_statuses() -> None:
    assert {int(status) for status in re.findall(r"^\| (\d+) \|", section("Exit statuses"), re.MULTILINE)} == STATUSES
