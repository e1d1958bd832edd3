"""The parser of a command's arguments: help in two languages, the exit status of sysexits, no secret shown."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from .exits import Exit
from .language import LANGUAGES, both, one_of
from .output import write
from .table import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

WAYS = both(
    "the arguments of a program can be read by everybody on this machine, and stay in the shell's history: give the "
    "password in RAWSMTP_PASSWORD or RAWSMTP_URL, by --password-file, --password-command, ~/.netrc, the keyring, or "
    "at the prompt",
    "程序的参数本机所有用户都能看到，还会留在 shell 历史里：请改用环境变量 RAWSMTP_PASSWORD 或 RAWSMTP_URL、"
    "--password-file、--password-command、~/.netrc、keyring，或在提示符下输入",
)
_SECRETS = ("--password", "--passwd", "--pass", "--secret", "--token")


# What argparse says, and how it is said here: without the value, which may be a secret.
_SAID = (
    (r"(argument .+): invalid choice: .* \(choose from (.+)\)", r"\1 is one of \2", r"\1 只能是 \2"),
    (r"(argument .+): ignored explicit argument .*", r"\1 takes no value", r"\1 不带值"),
    (r"(argument .+): expected one argument", r"\1 wants a value", r"\1 需要一个值"),
    (r"(argument .+): not allowed with (argument .+)", r"\1 excludes \2", r"\1 不能与 \2 同时使用"),
    (r"the following arguments are required: (.+)", r"there is no \1", r"缺少 \1"),
)
_POSITIONAL = {None: "{}", "?": "[{}]", "*": "[{}]..."}


class _ChineseFormatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(text, width)


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks the language, and never shows what may be a secret.

    language: "en" or "zh".
    """

    def __init__(self, *, language: str, **options: Any) -> None:
        formatter = _ChineseFormatter if language == "zh" else argparse.RawDescriptionHelpFormatter
        super().__init__(allow_abbrev=False, add_help=False, formatter_class=formatter, **options)
        self.language = language
        self._optionals.title = self.text("options", "选项")
        self._positionals.title = self.text("arguments", "参数")
        self.add_argument("-h", "--help", action="help", help=both("show this help", "显示本帮助"))

    def text(self, en: str, zh: str) -> str:
        """Return the one of both that is in the language."""
        return zh if self.language == "zh" else en

    def format_help(self) -> str:
        """Return the help in the language."""
        for action in self._actions:
            action.help = one_of(action.help, self.language) if action.help else action.help
        for group in self._action_groups:
            group.title = one_of(group.title, self.language) if group.title else group.title
        self.usage = self.usage or self._short_usage()
        return re.sub(r"^(\S+):$", self.text(r"\1:", r"\1："), super().format_help(), flags=re.MULTILINE)

    def _short_usage(self) -> str:
        """Return the command and what stands beside its options, which the help lists."""
        own = [action for action in self._actions if not action.option_strings]
        words = [_POSITIONAL[action.nargs].format(action.metavar) for action in own]  # type: ignore[index]  # no number
        return " ".join([self.prog, self.text("[OPTION]...", "[选项]..."), *words])

    def _print_message(self, message: str, file: Any = None) -> None:
        write(file or sys.stderr, message)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where the help is, and end the program with status 64."""
        for pattern, en, zh in _SAID:
            message = re.sub(f"^{pattern}$", self.text(en, zh), message, flags=re.DOTALL)
        message = message.replace("argument ", "参数 ") if self.language == "zh" and "\0" not in message else message
        help_is = self.text(f"{self.prog} --help shows what there is.", f"用法见 {self.prog} --help。")
        self.exit(Exit.USAGE, f"{self.prog}: {one_of(message, self.language)}\n{help_is}\n")

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """Return the options; end the program with status 64 where the words are not understood."""
        # Left to itself the call below cuts len("usage: ") off, in whatever language the word is.
        self.usage = self.usage or self._short_usage()
        options, unknown = self.parse_known_intermixed_args(words)
        if unknown:
            # What follows an unknown option may be a secret, as in --passphrase X, -PX and a URL.
            named = " ".join(_name(word) for word in unknown if word.startswith("-"))
            if not named:
                self.error(both("there are arguments behind those that it takes", "有多余的参数"))
            self.error(both(f"unknown arguments: {named}", f"无法识别的参数：{named}"))
        return options


def _name(option: str) -> str:
    """Return an option without the value that is written in one word with it."""
    return option.partition("=")[0] if option.startswith("--") else option[:2]


class _RefuseSecret(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        parser.error(WAYS)


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes."""
    group = parser.add_argument_group(both("output", "输出"))
    group.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help=both("show the conversation on standard error", "在标准错误输出上显示会话全文"),
    )
    group.add_argument("--json", action="store_true", help=both("print the result as JSON", "以 JSON 格式输出结果"))
    group.add_argument(
        "--lang",
        choices=LANGUAGES,
        help=both("the language; default: that of the locale", "语言；默认随系统区域设置"),
    )
    group.add_argument("--no-color", action="store_true", help=both("no colour", "不使用颜色"))
    refuse_secrets(parser)


def refuse_secrets(parser: argparse.ArgumentParser) -> None:
    """End the program with the ways to give a password, where one stands among the arguments."""
    parser.add_argument(*_SECRETS, dest="_secret", nargs="?", action=_RefuseSecret, help=argparse.SUPPRESS)
