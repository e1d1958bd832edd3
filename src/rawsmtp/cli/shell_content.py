"""The content of a message in `rawsmtp shell`, on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.wire.content import DotStuffing
from rawsmtp.wire.mail_data import Content, EndOfData
from rawsmtp.wire.reply import printable

from .shell_wire import Typed

if TYPE_CHECKING:
    from rawsmtp import Transcript

    from .shell_wire import Wire


class Writing:
    """Content that is written piece by piece.

    wire: the connection, behind a 354.
    transcript: where it is recorded.
    """

    def __init__(self, wire: Wire, transcript: Transcript) -> None:
        self._wire = wire
        self._transcript = transcript
        self._stuffing = DotStuffing()

    def write(self, piece: bytes, shown: str | None) -> None:
        """Write octets, line ends and dots made right; the transcript keeps what is shown, else only counts them."""
        kept = Content(piece) if shown is None else Typed(printable(shown))
        self._transcript.record_sent([kept], tls=self._wire.tls is not None)
        self._wire.write(self._stuffing.convert(piece))

    def end(self) -> None:
        """Write the final dot."""
        self._transcript.record_sent([EndOfData()], tls=self._wire.tls is not None)
        self._wire.write(self._stuffing.end())
