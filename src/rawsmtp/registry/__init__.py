"""What replies mean, and where providers take mail: data, and the questions that it answers."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import codes
    from .diagnosis import Diagnosis, explain

__all__ = ["Diagnosis", "codes", "explain"]


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: the tables are not needed to send a message."""
    if name in ("Diagnosis", "explain"):
        return getattr(importlib.import_module(f"{__name__}.diagnosis"), name)
    if name == "codes":
        return importlib.import_module(f"{__name__}.codes")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
