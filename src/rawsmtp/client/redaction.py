"""Takes secrets out of what a server says, before anything reads, records or shows it.

A server knows the secret once AUTH has been said, and some echo what they were told. RFC 4954 §9.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from typing import TYPE_CHECKING

from rawsmtp.wire.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHOWN = b"[redacted]"
_BEARER = re.compile(rb"auth=Bearer ([^\x01]+)")
_SHORTEST = 4
"""Octets of a secret that is looked for: cutting a shorter one out everywhere would show it, not hide it."""
_LONG = 8
"""Octets of a secret that are looked for in a challenge too."""
_SHORTEST_BASE64 = 6
"""Base64 digits that are looked for: fewer stand in a challenge by chance."""
_HEAD = re.compile(rb".{0,4}(?:[245]\.[0-9]{1,3}\.[0-9]{1,3} )?", re.DOTALL)
"""What stands in front of the text of each line: a secret that goes over several lines is cut by it."""


class Redactor:
    """Replaces secrets, in clear or in base64, in the text of replies; codes and line ends stay.

    Whatever a line or a reply is cut into, and whether letters are changed to upper or lower case, does not hide them.

    secrets: what must not be seen.
    limits: how much of a line and of a reply is held back until its end has come.
    """

    def __init__(self, secrets: Iterable[str], limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._clear: set[bytes] = set()
        self._encoded: set[bytes] = set()
        self.restart()
        for secret in secrets:
            self._learn_secret(secret.encode("utf-8", "replace"))

    def restart(self) -> None:
        """Begin a new stream, with what is known."""
        self._rest = b""
        self._lines: list[bytes] = []
        self._held = 0

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
        """Return the complete replies of what came so far, secrets out; a part of one waits for its end."""
        *lines, self._rest = (self._rest + octets).split(b"\r\n")
        done = b"".join(map(self._take, lines))
        if len(self._rest) > self._limits.line + self._rest.endswith(b"\r"):
            return done + self.end()
        return done

    def end(self) -> bytes:
        """Return the part of a reply that has no end."""
        rest, self._rest = self._rest, b""
        return self._scrub(rest)

    def _take(self, line: bytes) -> bytes:
        if line[3:4] == b"-" and self._held < self._limits.reply and len(self._lines) < self._limits.lines:
            self._lines.append(line)
            self._held += len(line) + 2
            return b""
        return self._scrub(line) + b"\r\n"

    def _scrub(self, last: bytes) -> bytes:
        lines, self._lines, self._held = [*self._lines, last], [], 0
        heads = [_HEAD.match(line)[0] for line in lines]  # type: ignore[index]  # it fits whatever there is
        texts = [line[len(head) :] for head, line in zip(heads, lines, strict=True)]
        spans = self._spans(b"".join(texts), is_challenge=last[:3] == b"334")
        if spans:
            texts = _without(texts, spans)
        return b"\r\n".join(head + text for head, text in zip(heads, texts, strict=True))

    def _spans(self, text: bytes, *, is_challenge: bool) -> list[tuple[int, int]]:
        """Return where the secrets are, in order and apart from each other."""
        needles = self._clear | self._encoded
        if is_challenge:
            # A challenge is base64, in which a few letters may stand by chance; changed, it would be another one.
            needles = {secret for secret in self._clear if len(secret) >= _LONG} | self._encoded
        else:
            text = text.lower()
            needles = {needle.lower() for needle in needles}
        spans: list[tuple[int, int]] = []
        for begin, end in sorted(found for needle in needles if needle in text for found in _places(needle, text)):
            if spans and begin <= spans[-1][1]:
                spans[-1] = spans[-1][0], max(end, spans[-1][1])
            else:
                spans.append((begin, end))
        return spans


def _places(needle: bytes, text: bytes) -> Iterator[tuple[int, int]]:
    begin = text.find(needle)
    while begin >= 0:
        yield begin, begin + len(needle)
        begin = text.find(needle, begin + 1)


def _without(texts: list[bytes], spans: list[tuple[int, int]]) -> list[bytes]:
    """Return the texts with what is in the spans of all of them together replaced."""
    shown = []
    start = 0
    for text in texts:
        place, kept = 0, b""
        for begin, end in spans:
            first, behind = max(begin - start, 0), min(end - start, len(text))
            if first < behind:
                kept += text[place:first] + SHOWN
                place = behind
        shown.append(kept + text[place:])
        start += len(text)
    return shown
