"""What a command shows: data on standard output, talk on standard error, in one language."""

from __future__ import annotations

import json as json_
import re
import sys
from typing import TYPE_CHECKING, TextIO

from .style import styled

if TYPE_CHECKING:
    from collections.abc import Mapping

_STYLES = re.compile("\x1b\\[[0-9;]*m")


class Output:
    """Where and how a command speaks.

    language: "en" or "zh".
    json: whether the result is printed as JSON, and nothing else on standard output.
    verbose: whether transcripts are shown.
    colour: whether `paint` adds colour.
    stdout, stderr: where to write, in place of the streams of the process.
    """

    def __init__(
        self,
        language: str,
        json: bool,
        verbose: bool,
        colour: bool,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.language = language
        self.json = json
        self.verbose = verbose
        self.colour = colour
        self.stdout = stdout if stdout is not None else sys.stdout
        self.stderr = stderr if stderr is not None else sys.stderr

    def data(self, text: str) -> None:
        """Print a line of data on standard output."""
        write(self.stdout, text + "\n")

    def talk(self, text: str) -> None:
        """Print a line for the person at the terminal on standard error; without styles where that is no terminal."""
        write(self.stderr, (text if self.stderr.isatty() else _STYLES.sub("", text)) + "\n")

    def paint(self, text: str, *codes: str) -> str:
        """Return the text in this style, as it is where there is no colour."""
        return styled(text, *codes) if self.colour else text

    def text(self, en: str, zh: str) -> str:
        """Return the one of both that is in the language of this output."""
        return zh if self.language == "zh" else en

    def result(self, schema: str, value: Mapping[str, object]) -> None:
        """Print the result as JSON, if JSON is asked for.

        schema: the name of the command; printed as "rawsmtp.<schema>/1".
        """
        if self.json:
            self.data(json_.dumps({"schema": f"rawsmtp.{schema}/1", **value}, ensure_ascii=False, indent=2))


def write(stream: TextIO, text: str) -> None:
    """Write text at once; what the stream's encoding does not have is escaped."""
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
