"""What the tests of the command line share: a clean environment, standard input, a terminal."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SILENCE = 30.0
"""How long a terminal may show nothing, in seconds: a test that expects what never comes ends."""
LOST = 2.0
"""How long to wait for the effect of a key that may have been lost, in seconds."""
VARIABLES = ("RAWSMTP_URL", "RAWSMTP_PASSWORD", "SMTP_URL", "NETRC", "NO_COLOR", "LC_ALL", "LC_MESSAGES")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's own accounts, in English."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Puts octets on standard input."""

    def put(octets: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(octets), encoding="utf-8"))

    return put


class Terminal:
    """The command line in a process of its own, on a terminal."""

    def __init__(self, *words: str, **environment: str) -> None:
        self.shown = ""
        self.everything = ""
        self._ours, theirs = pty.openpty()
        _keep_what_was_shown(theirs)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rawsmtp", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", **environment},
            start_new_session=True,
            preexec_fn=lambda: _control(theirs),  # so that Ctrl-C is a signal, and getpass finds its terminal
        )
        os.close(theirs)

    def read_until(self, text: str) -> str:
        """Return all that was shown up to where the text is seen; the end comes first only by mistake."""
        while text not in self.shown:
            piece = self._read()
            assert piece, f"the terminal ended with {self.shown!r}, without {text!r}"
            self.shown += piece
        return self.shown

    def read_past(self, text: str) -> None:
        """Forget all that was shown up to the text, which must come."""
        self.shown = self.read_until(text).partition(text)[2]

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def interrupt(self) -> None:
        self.type("\x03")

    def interrupt_at_prompt(self) -> int:
        """Press Ctrl-C at a prompt of readline, again if nothing comes of it, and return the exit status.

        Python loses the signal that comes between the prompt and the wait for a key.
        """
        while self._process.poll() is None:
            self.interrupt()
            while select.select([self._ours], [], [], LOST)[0]:
                piece = self._read()
                self.shown += piece
                if not piece:
                    return self._process.wait()
        return self.end()

    def end(self) -> int:
        """Return the exit status, when all is shown."""
        while piece := self._read():
            self.shown += piece
        return self._process.wait()

    def _read(self) -> str:
        readable, _, _ = select.select([self._ours], [], [], SILENCE)
        assert readable, f"the terminal was silent for {SILENCE} seconds after {self.shown!r}"
        try:
            piece = os.read(self._ours, 65_536).decode()
        except OSError:  # what Linux says at the end of a terminal
            return ""
        self.everything += piece
        return piece

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        os.close(self._ours)


def _keep_what_was_shown(terminal: int) -> None:
    """Let Ctrl-C leave what was shown and not read yet, which a terminal throws away."""
    import termios

    modes = termios.tcgetattr(terminal)
    modes[3] |= termios.NOFLSH
    termios.tcsetattr(terminal, termios.TCSANOW, modes)


def _control(terminal: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


Start = Callable[..., Terminal]


@pytest.fixture
def terminal() -> Iterator[Start]:
    """Starts the command line on a terminal: `terminal("send", …, NAME="value")`."""
    with ExitStack() as stack:

        def start(*words: str, **environment: str) -> Terminal:
            started = Terminal(*words, **environment)
            stack.callback(started.close)
            return started

        yield start
