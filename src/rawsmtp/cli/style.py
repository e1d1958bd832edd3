"""The styles of a terminal, and whether to use them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"


def styled(text: str, *codes: str) -> str:
    """Return the text with the codes of a style around it."""
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if codes else text


def of_direction(direction: str) -> tuple[str, ...]:
    """Return the style of a line of a conversation: "sent", "received" or "note"."""
    return {"sent": (CYAN,), "note": (DIM,)}.get(direction, ())


def takes_colour(stream: TextIO) -> bool:
    """Whether it is a terminal that shows colour, and nobody asked for none. https://no-color.org."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
