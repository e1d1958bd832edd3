"""Takes secrets out of what a server says, before anything reads, records or shows it.

A server knows the secret once AUTH has been said, and some echo what they were told. RFC 4954 §9.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = b"[redacted]"
_BEARER = re.compile(rb"auth=Bearer ([^\x01]+)")
_SHORTEST = 4
"""Octets of a secret that is looked for: cutting a shorter one out everywhere would show it, not hide it."""
_LONG = 8
"""Octets of a secret that are looked for in a challenge too."""
_SHORTEST_BASE64 = 6
"""Base64 digits that are looked for: fewer stand in a challenge by chance."""


class Redactor:
    """Replaces secrets, in clear or in base64, in the text of reply lines; codes and line ends stay.

    secrets: what must not be seen.
    longest: octets of a line that are held back until its end has come.
    """

    def __init__(self, secrets: Iterable[str], longest: int) -> None:
        self._longest = longest
        self._rest = b""
        self._clear: set[bytes] = set()
        self._encoded: set[bytes] = set()
        for secret in secrets:
            self._learn_secret(secret.encode("utf-8", "replace"))

    def _learn_secret(self, secret: bytes) -> None:
        if len(secret) >= _SHORTEST:
            self._clear.add(secret)
        for shift in range(3):
            digits = b2a_base64(bytes(shift) + secret, newline=False)
            # Only the digits that depend on the secret alone: those at its borders depend on its neighbours too.
            self._learn_digits(digits[-(-8 * shift // 6) : 8 * (shift + len(secret)) // 6])

    def _learn_digits(self, digits: bytes) -> None:
        if len(digits) >= _SHORTEST_BASE64:
            self._encoded.add(digits)

    def learn(self, response: bytes) -> None:
        """Take note of a response that was said in AUTH."""
        self._learn_digits(b2a_base64(response, newline=False).rstrip(b"="))
        for token in _BEARER.findall(response):
            self._learn_secret(token)

    def feed(self, octets: bytes) -> bytes:
        """Return the complete lines of what came so far, secrets out; a part of a line waits for its end."""
        *lines, rest = (self._rest + octets).split(b"\r\n")
        if len(rest) > self._longest:
            rest = self._scrub(rest)
            lines, self._rest = [*lines, rest], b""
            return b"\r\n".join([*map(self._scrub, lines[:-1]), rest])
        self._rest = rest
        return b"".join([self._scrub(line) + b"\r\n" for line in lines])

    def end(self) -> bytes:
        """Return the part of a line that has no end."""
        rest, self._rest = self._rest, b""
        return self._scrub(rest)

    def _scrub(self, line: bytes) -> bytes:
        code, text = line[:4], line[4:]
        for secret in self._encoded:
            text = text.replace(secret, SHOWN)
        for secret in self._clear:
            # A challenge is base64, in which a few letters may stand by chance; changed, it would be another one.
            if code[:3] != b"334" or len(secret) >= _LONG:
                text = text.replace(secret, SHOWN)
        return code + text
