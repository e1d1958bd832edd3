"""What a SASL mechanism is to the conversation above it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

Responses = Generator[bytes | None, bytes | None, None]
"""The client's side of one exchange, in octets before base64.

It yields the initial response first, or None where the server speaks first; then it is sent each challenge and yields
the response to it. When the server says 235 it is sent None, and returns if it is satisfied.
"""


class MechanismFailed(Exception):
    """The server's side of the exchange is not what the mechanism takes."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A SASL mechanism.

    name: as in EHLO's AUTH list.
    start: the generator function that takes a credential.
    credential: the class of the credentials that it takes.
    """

    name: str
    start: Callable[[Any], Responses]
    credential: type
