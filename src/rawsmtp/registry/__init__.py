"""What replies mean, and where providers take mail: data, and the questions that it answers."""

from __future__ import annotations
