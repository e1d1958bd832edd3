"""Colour on a terminal, and nowhere else."""

from __future__ import annotations

import os
import sys

BOLD, CYAN, DIM, GREEN, RED = "1", "36", "2", "32", "31"


def paint(text: str, *codes: str) -> str:
    """Return the text in this style if standard output is a terminal and NO_COLOR is not set. https://no-color.org."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m"
