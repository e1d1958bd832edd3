"""The clients: the only code that waits."""

from __future__ import annotations
