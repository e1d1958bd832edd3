"""A session that says what it was told to, whatever it hears: for servers that no protocol describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.wire.reply import printable

from .session import shown
from .steps import Cut, Say, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .mail import ReceivedTLS

    Piece = bytes | Step | Sequence[bytes | Step]


class ScriptedSession:
    """Says one piece of its script when the connection is made, and one more for each line that comes.

    What comes behind a "DATA" that is answered with 354 is one piece up to the final dot.

    transcript: the dialogue; what stands behind AUTH or answers a 334 is redacted.
    script: the pieces, octets as they are, steps, or several of both; b"" says nothing.
    close: whether to close the connection after the last piece.
    """

    def __init__(self, script: Sequence[Piece], *, close: bool = False) -> None:
        self._script = list(script)
        self._close = close
        self._buffer = b""
        self._in_content = False
        self._begun = False
        self._is_asked_for_secret = False
        self.received = b""
        self.transcript: list[str] = []

    def greet(self) -> list[Step]:
        """Return the first piece."""
        return self._say()

    def receive(self, data: bytes) -> list[Step]:
        """Return the pieces for the lines that came."""
        self.received += data
        self._buffer += data
        steps: list[Step] = []
        while not any(isinstance(step, Cut) for step in steps):
            ending = b"\r\n.\r\n" if self._in_content else b"\r\n"
            line, found, rest = self._buffer.partition(ending)
            if not found:
                break
            self._buffer = rest
            self._record(line)
            said = self._say()
            asks = any(isinstance(step, Say) and step.octets.startswith(b"354") for step in said)
            self._in_content = line.upper() == b"DATA" and asks
            steps += said
        return steps

    def begin_tls(self, info: ReceivedTLS) -> list[Step]:
        """Return the first piece, if it waited for TLS."""
        return [] if self._begun else self.greet()

    def _record(self, line: bytes) -> None:
        if self._in_content:
            self.transcript += [f"C: [{len(line) + 2} octets]", "C: ."]
        else:
            self.transcript.append("C: [redacted]" if self._is_asked_for_secret else f"C: {shown(line)}")

    def _say(self) -> list[Step]:
        self._begun = True
        piece = self._script.pop(0) if self._script else ()
        parts = piece if isinstance(piece, (list, tuple)) else (piece,)
        said = b"".join(part for part in parts if isinstance(part, bytes))
        self._is_asked_for_secret = said.startswith(b"334")
        text = printable(said.decode("utf-8", "replace").replace("\r\n", "\n"))
        self.transcript += [f"S: {line}" for line in text.splitlines()]
        steps: list[Step] = [Say(part) if isinstance(part, bytes) else part for part in parts]
        return steps if self._script or not self._close else [*steps, Cut()]
