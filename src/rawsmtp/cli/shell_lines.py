"""Where the lines of `rawsmtp shell` come from: a terminal with history and completion, or a script."""

from __future__ import annotations

import sys
from glob import glob
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

VERBS = (
    "EHLO ",
    "HELO ",
    "STARTTLS",
    "AUTH ",
    "MAIL FROM:<",
    "RCPT TO:<",
    "DATA",
    "RSET",
    "NOOP",
    "VRFY ",
    "HELP",
    "QUIT",
)
"""What a line begins with."""
_FILES = (".data", ".save")


class Script:
    """Lines of standard input that is no terminal."""

    is_interactive = False

    def ask(self, prompt: str) -> str | None:
        """Return the next line; None at the end. Octets that are no UTF-8 are kept as surrogates."""
        line = sys.stdin.buffer.readline()
        if not line:
            return None
        return line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "surrogateescape")

    def remember(self, line: str) -> None:
        """Do nothing: a script needs no history."""


class Terminal:
    """Lines that somebody types.

    local: the commands of the shell itself.
    mechanisms: called for the SASL mechanisms that the server offers.
    """

    is_interactive = True

    def __init__(self, local: Sequence[str], mechanisms: Callable[[], Sequence[str]]) -> None:
        self._local = local
        self._mechanisms = mechanisms
        self._readline = _readline(self._complete)

    def ask(self, prompt: str) -> str | None:
        """Return what is typed; None for Ctrl-D."""
        try:
            return input(prompt)
        except EOFError:
            return None

    def remember(self, line: str) -> None:
        """Put the line into the history, which lives as long as the session."""
        if self._readline is not None and line:
            self._readline.add_history(line)

    def _complete(self, text: str, number: int) -> str | None:
        assert self._readline is not None  # noqa: S101  # for the type checker: it is who calls
        before = self._readline.get_line_buffer()[: self._readline.get_begidx()].split()
        found = self.candidates(before, text)
        return found[number] if number < len(found) else None

    def candidates(self, before: Sequence[str], text: str) -> list[str]:
        """Return what the text may become.

        before: the words in front of it.
        """
        if not before:
            return [word for word in (*VERBS, *self._local) if word.lower().startswith(text.lower())]
        if before[0].lower() == "auth" or before[0] == ".auth":
            return [name for name in self._mechanisms() if name.startswith(text.upper())]
        return sorted(glob(f"{text}*")) if before[0] in _FILES else []  # noqa: PTH207  # the text is what is typed, not a folder


def _readline(complete: Callable[[str, int], str | None]) -> ModuleType | None:
    try:
        import readline
    except ImportError:  # Windows has none
        return None
    readline.set_auto_history(False)  # what is typed may be a secret, or a message
    readline.set_completer(complete)
    readline.set_completer_delims(" ")
    is_libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")
    return readline
