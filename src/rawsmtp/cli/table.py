"""Text in columns of a terminal, where a Chinese character takes two."""

from __future__ import annotations

import re
import unicodedata

_OPENING, _CLOSING = "（“《", "，。；：、）”》！？"
_HAN = "\u3400-\u9fff"
# What may stand on a line alone: a Chinese character or a word, with the punctuation that belongs to it.
_PIECE = re.compile(rf"[{_OPENING}]*(?:[{_HAN}]|[^\s{_HAN}{_OPENING}{_CLOSING}]+)?[{_CLOSING}]*\s*")


def width(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def padded(text: str, columns: int) -> str:
    """Return the text with spaces behind it, so that it takes so many columns at least."""
    return text + " " * (columns - width(text))


def wrapped(text: str, columns: int) -> list[str]:
    """Return the text in lines of at most so many columns; only a word that is longer has a longer line."""
    lines = [""]
    for piece in filter(None, _PIECE.findall(text)):
        if lines[-1] and width(lines[-1] + piece.rstrip()) > columns:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]
