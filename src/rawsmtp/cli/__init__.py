"""The command line: one file a subcommand."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol, cast

from rawsmtp._version import __version__
from rawsmtp.errors import SMTPError

from .exits import INTERRUPTED, Exit, Failure, status_of
from .language import LANGUAGES, both, of_locale, one_of
from .output import Output
from .parser import Parser, add_common_arguments, refuse_secrets
from .style import takes_colour

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = ("send", "check", "shell", "codes", "providers", "serve", "sendmail", "demo")
_BEFORE = ("-v", "--verbose", "--json", "--no-color", "--lang")
_BROKEN_PIPE = 141
"""What a shell reports of a program whose reader went away: 128 + SIGPIPE."""


class Command(Protocol):
    """A module `rawsmtp.cli.<name>`."""

    HELP: tuple[str, str]

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments."""

    def run(self, options: argparse.Namespace, out: Output) -> int:
        """Run the command and return its exit status."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    arguments: in place of those of the process.
    Raises SystemExit for arguments that are not understood (64), and behind --help and --version (0).
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    language = _language(words)
    _open_closed_streams()
    try:
        return _main(words, language)
    except KeyboardInterrupt:
        _plain(language, verbose=False).talk("\nInterrupted." if language == "en" else "\n已中断。")
        return INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes standard output at its end, and would complain once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE


def command_parser(name: str, language: str) -> Parser:
    """Return the parser of a command with all of its arguments."""
    module = _module(name)
    parser = Parser(language=language, prog=f"rawsmtp {name}", description=module.HELP[language == "zh"])
    module.add_arguments(parser)
    add_common_arguments(parser)
    return parser


def _open_closed_streams() -> None:
    """Give the process the streams that it was started without, as by `>&-`; what is written there is lost."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # it stays open


def _main(words: list[str], language: str) -> int:
    name, words = _command_first(words)
    if name is None:
        _end_without_command(words, language)
    options = command_parser(name, language).parse(words)
    colour = not options.no_color and takes_colour(sys.stdout)
    out = Output(language, options.json, options.verbose, colour)
    try:
        return int(_module(name).run(options, out))
    except BrokenPipeError as error:
        if not isinstance(error, SMTPError):
            raise
        return _report(error, out, options, name)
    except (SMTPError, Failure, OSError) as error:
        return _report(error, out, options, name)


def _command_first(words: list[str]) -> tuple[str | None, list[str]]:
    """Return the command and its arguments; what every command takes may stand in front of it too."""
    for place, word in enumerate(words):
        if word in COMMANDS:
            return word, words[:place] + words[place + 1 :]
        if word not in _BEFORE and not word.startswith("--lang=") and words[place - 1 : place] != ["--lang"]:
            break
    return None, words


def _end_without_command(words: list[str], language: str) -> NoReturn:
    """Show help or the version, or say what is wrong, and end the program."""
    parser = _top(language, helps=not words or bool({"-h", "--help"} & set(words)))
    if not words:
        parser.print_help(sys.stderr)
        parser.exit(Exit.USAGE)
    parser.parse(words)
    # The word that is no command is not shown: it may be the value of an option, and a secret.
    parser.error(both(f"no command; there are {', '.join(COMMANDS)}", f"没有命令；可用的命令：{'、'.join(COMMANDS)}"))


def _report(error: SMTPError | Failure | OSError, out: Output, options: argparse.Namespace, name: str) -> int:
    from .report import report

    status = status_of(error)
    has_message = name in ("send", "sendmail") or getattr(error, "outcome", None) == "unknown"
    report(error, status, out, host=getattr(options, "place", None), message=has_message, in_shell=name == "shell")
    return int(status)


def _module(name: str) -> Command:
    return cast("Command", import_module(f"rawsmtp.cli.{name}"))


def _plain(language: str, *, verbose: bool) -> Output:
    return Output(language, json=False, verbose=verbose, colour=False)


def _language(words: list[str]) -> str:
    """Return the language that the words ask for, else that of the locale; help and usage errors need it too."""
    before = words[: words.index("--")] if "--" in words else words
    for word, following in pairwise([*before, ""]):
        asked = following if word == "--lang" else word.removeprefix("--lang=")
        if asked in LANGUAGES and word.startswith("--lang"):
            return asked
    return of_locale(os.environ)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        _plain("en", verbose=False).data(f"rawsmtp {__version__}")
        parser.exit(Exit.OK)


def _top(language: str, *, helps: bool) -> Parser:
    """Return the parser for what is no command: help, version and mistakes."""
    parser = Parser(
        language=language,
        prog="rawsmtp",
        usage="rawsmtp COMMAND [--help] …",
        description=_overview(language) if helps else None,
    )
    parser.add_argument("--version", nargs=0, action=_Version, help=both("show the version", "显示版本"))
    parser.add_argument("--lang", choices=LANGUAGES, help=both("the language of this help", "本帮助的语言"))
    parser.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    refuse_secrets(parser)
    return parser


def _overview(language: str) -> str:
    title = one_of(both("SMTP at the terminal.", "终端里的 SMTP。"), language)
    commands = one_of(both("commands:", "命令："), language)
    lines = [f"  {name:10} {_module(name).HELP[language == 'zh']}" for name in COMMANDS]
    return "\n".join([title, "", commands, *lines])
