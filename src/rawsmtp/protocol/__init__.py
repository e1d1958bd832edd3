"""Who may say what, when: the tables and the machine that obeys them."""

from __future__ import annotations

from .connection import Connection
from .state import State

__all__ = ["Connection", "State"]
