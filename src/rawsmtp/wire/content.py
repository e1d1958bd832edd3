"""A message's octets as they go on the wire: line ends, then dots; streaming over any borders. RFC 5321 §2.3.8, §4.5.2.

Line ends come first: a dot behind a bare CR or LF is at the start of a line for some servers, and what they take for
the end of the message would let its rest be executed as commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 131_072
"""Octets that are put on the wire at a time: large enough that the work per piece does not show."""
_SMALL = 16_384
"""Octets up to which a content is taken to have CRLF, and compared: that is the fastest where there are few lines."""
_USUAL_LINE = 8
"""Octets of a line on average, under which counting line ends is faster than replacing them."""


class LineEnds:
    """Makes every CRLF, CR and LF a CRLF; `convert` the pieces in order, cut anywhere, then `end` it."""

    __slots__ = ("_after_cr", "at_line_start")

    def __init__(self) -> None:
        self._after_cr = False
        self.at_line_start = True

    def convert(self, piece: bytes) -> bytes:
        """Return the piece with its line ends made CRLF; a CR at its end counts as a line end at once."""
        if self._after_cr and piece[:1] == b"\n":
            piece = piece[1:]
            self._after_cr = False
        if not piece:
            return b""
        self._after_cr = piece[-1:] == b"\r"
        converted = _crlf(piece)
        self.at_line_start = converted[-1:] == b"\n"
        return converted

    def end(self) -> bytes:
        """Return the CRLF that the last line lacks; nothing for an empty content, which stays empty."""
        return b"" if self.at_line_start else b"\r\n"


class DotStuffing(LineEnds):
    """Line ends, and a second dot where a line begins with one; the form that content has after DATA."""

    __slots__ = ()

    def convert(self, piece: bytes, *, is_canonical: bool = False) -> bytes:
        """Return the piece as it goes on the wire.

        is_canonical: whether its line ends are known to be CRLF, and none is cut.
        """
        at_line_start = self.at_line_start
        if not is_canonical:
            piece = super().convert(piece)
        elif piece:
            self._after_cr = False
            self.at_line_start = piece[-1:] == b"\n"
        if b"." not in piece:
            return piece
        stuffed = piece.replace(b"\r\n.", b"\r\n..")
        return b"." + stuffed if at_line_start and stuffed[:1] == b"." else stuffed

    def end(self) -> bytes:
        """Return the end of the content: the CRLF that the last line lacks, and the final dot."""
        return b".\r\n" if self.at_line_start else b"\r\n.\r\n"


class Survey(NamedTuple):
    """What a whole content is like.

    size: the octets that it has on the wire, doubled dots apart: what SIZE= declares. RFC 1870 §3.
    is_canonical: whether all its line ends are CRLF already.
    """

    size: int
    is_canonical: bool


def survey(octets: bytes) -> Survey:
    """Return what a whole content is like; piece by piece, so that no second copy of it is made."""
    size = len(octets)
    missing_end = 0 if not octets or octets[-1] in b"\r\n" else 2
    if size <= _SMALL and octets.replace(b"\r", b"").replace(b"\n", b"\r\n") == octets:
        return Survey(size + missing_end, True)
    if size <= PIECE:
        returns, feeds, pairs = _counts(octets)
    else:
        returns, feeds, pairs = map(sum, zip(*_counts_of_pieces(octets), strict=True))
    return Survey(size + (returns - pairs) + (feeds - pairs) + missing_end, returns == feeds == pairs)


def _counts_of_pieces(octets: bytes) -> Iterator[tuple[int, int, int]]:
    return (_counts(bytes(view)) for view in views(octets))


def views(octets: bytes) -> Iterator[memoryview]:
    """Return octets in the pieces that are put on the wire at a time; no CRLF is cut."""
    whole = memoryview(octets)
    start, size = 0, len(octets)
    while start < size:
        end = start + PIECE
        if octets[end - 1 : end] == b"\r":
            end += 1
        yield whole[start:end]
        start = end


def _counts(piece: bytes) -> tuple[int, int, int]:
    """Return how many CR, LF and CRLF there are."""
    # Counting two octets at a time is the slow one, and replacing is slow only where there is much to replace.
    feeds = piece.count(b"\n") if b"\n" in piece else 0
    if b"\r" not in piece:
        return 0, feeds, 0
    if feeds * _USUAL_LINE > len(piece):
        both = len(piece) - len(piece.translate(None, b"\r\n"))
        return both - feeds, feeds, piece.count(b"\r\n")
    without = piece.replace(b"\r", b"")
    if without.replace(b"\n", b"\r\n") == piece:
        return feeds, feeds, feeds
    return len(piece) - len(without), feeds, piece.count(b"\r\n")


def _crlf(piece: bytes) -> bytes:
    if b"\r" not in piece:
        return piece.replace(b"\n", b"\r\n")
    # The whole-piece methods are used only where the counts prove them right.
    returns, feeds, pairs = _counts(piece)
    if returns == pairs:
        return piece if feeds == pairs else piece.translate(None, b"\r").replace(b"\n", b"\r\n")
    return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
