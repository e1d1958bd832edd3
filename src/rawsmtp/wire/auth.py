"""AUTH and the answers to its challenges: what they show has no secret in it. RFC 4954 §4."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .command import Command, set_line
from .gate import check_text
from .verb import Verb

_MECHANISM = re.compile(r"[A-Za-z0-9_-]{1,20}")


@dataclass(frozen=True, slots=True)
class Auth(Command):
    """AUTH, RFC 4954 §4.

    mechanism: its SASL name.
    initial: the initial response, octets before base64; b"" is an empty one ("="), None is none.
    """

    mechanism: str
    initial: bytes | None = field(default=None, repr=False)
    line: bytes = field(init=False, repr=False, compare=False)
    verb = Verb.AUTH

    def __post_init__(self) -> None:
        if not _MECHANISM.fullmatch(check_text(self.mechanism, "the name of a SASL mechanism")):
            raise ValueError(f"not the name of a SASL mechanism: {self.mechanism!a}")
        words = ["AUTH", self.mechanism]
        if self.initial is not None:
            words.append(_base64(self.initial) or "=")
        set_line(self, " ".join(words))

    def __str__(self) -> str:
        return f"AUTH {self.mechanism}" + ("" if self.initial is None else " [redacted]")


@dataclass(frozen=True, slots=True)
class AuthAnswer(Command):
    """The answer to a challenge, RFC 4954 §4; None is the `*` that cancels.

    response: octets before base64.
    """

    response: bytes | None = field(repr=False)
    line: bytes = field(init=False, repr=False, compare=False)
    verb = Verb.AUTH_ANSWER

    def __post_init__(self) -> None:
        set_line(self, "*" if self.response is None else _base64(self.response))

    def __str__(self) -> str:
        return "*" if self.response is None else "[redacted]"


def _base64(octets: bytes) -> str:
    from binascii import b2a_base64

    return b2a_base64(octets, newline=False).decode("ascii")
