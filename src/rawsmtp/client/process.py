"""Which process this is, without a system call: it is asked several times a message, and changes only by a fork."""

from __future__ import annotations

import os

_number = os.getpid()


def process() -> int:
    """Return the number of this process, in a forked child too."""
    return _number


def _note_fork() -> None:
    global _number  # there is one process
    _number = os.getpid()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_note_fork)
