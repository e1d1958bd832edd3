"""What a server does to its client, one step after the other: whoever has the connection performs them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    """Write these octets.

    trickle: seconds between one octet and the next; 0 writes all at once.
    """

    octets: bytes
    trickle: float = 0.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing for so many seconds, reading included."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StartTLS:
    """Begin the TLS handshake."""


@dataclass(frozen=True, slots=True)
class Cut:
    """End the connection.

    reset: with a TCP reset, so that what was not read yet is lost.
    abrupt: inside TLS, without the closing alert.
    """

    reset: bool = False
    abrupt: bool = False


Step = Say | Pause | StartTLS | Cut
