"""EXTERNAL, RFC 4422 appendix A."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .mechanism import MechanismFailed

if TYPE_CHECKING:
    from .credentials import External
    from .mechanism import Responses


def external(credential: External) -> Responses:
    """Send the identity to act as; an empty one is the one that the connection has proved."""
    if (yield credential.identity.encode("utf-8")) is not None:
        raise MechanismFailed("EXTERNAL takes no challenge behind its response")
