"""A session that says what it was told to, whatever it hears: for servers that no protocol describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ScriptedSession:
    """Says one piece of its script when the connection is made, and one more for each line that comes.

    script: the pieces, octets as they are; b"" says nothing.
    content: after which piece (its number) lines are content, answered only when the final dot has come.
    close: whether to close the connection after the last piece.
    """

    wants_tls = False

    def __init__(self, script: Sequence[bytes], *, close: bool = False) -> None:
        self._script = list(script)
        self._close = close
        self._buffer = b""
        self._in_content = False
        self.received = b""
        self.is_over = False

    def greet(self) -> bytes:
        """Return the first piece."""
        return self._say()

    def receive(self, data: bytes) -> bytes:
        """Return the pieces for the lines that came."""
        self.received += data
        self._buffer += data
        written = b""
        while not self.is_over:
            ending = b"\r\n.\r\n" if self._in_content else b"\r\n"
            line, found, rest = self._buffer.partition(ending)
            if not found:
                break
            self._buffer = rest
            self._in_content = line.upper() == b"DATA"
            written += self._say()
        return written

    def begin_tls(self) -> None:
        """Nothing is known of TLS here."""

    def _say(self) -> bytes:
        piece = self._script.pop(0) if self._script else b""
        self.is_over = self._close and not self._script
        return piece
