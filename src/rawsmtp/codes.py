"""What reply codes and enhanced codes say: `codes.lookup(550)`, `codes.lookup("5.1.1")`."""

from __future__ import annotations

from .registry.codes import REGISTRY, Kind, Meaning, StatusCode, lookup, search, status

__all__ = ["REGISTRY", "Kind", "Meaning", "StatusCode", "lookup", "search", "status"]
