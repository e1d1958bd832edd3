"""What a server said: a reply and its enhanced status code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

# Bidirectional controls are among them: they make a terminal show a text in another order than it is in.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ENHANCED = re.compile(r"([245])\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})(?= |$)", re.MULTILINE)


def printable(text: str) -> str:
    """Return the text with every control character escaped, so that it can be shown on a terminal or logged.

    Tab and line feed stay: they are what separates the columns and the lines of a reply.
    """
    if text.isprintable():
        return text
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def decode(octets: bytes) -> str:
    """Return the text of a reply line: UTF-8, else GB18030 (NetEase and Tencent send it), else latin-1."""
    if octets.isascii():
        return octets.decode("ascii")
    for encoding in ("utf-8", "gb18030"):
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    return octets.decode("latin-1")


class EnhancedCode(str):
    """An enhanced status code such as "5.1.1"; it is that text and compares as it. RFC 3463 §2.

    Raises ValueError for anything that is not class.subject.detail with a class of 2, 4 or 5.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check the grammar: no leading zeros, three digits at most in each part."""
        if not _ENHANCED.fullmatch(text):
            raise ValueError(f"not an enhanced status code: {text!a}; it looks like '5.1.1'")
        return super().__new__(cls, text)

    @classmethod
    def parse(cls, text: str) -> EnhancedCode | None:
        """Return the enhanced code that a reply's text begins with, or None. RFC 2034 §4."""
        match = _ENHANCED.match(text)
        return cls(match[0]) if match else None

    @property
    def klass(self) -> int:
        """The class: 2 success, 4 persistent transient failure, 5 permanent failure."""
        return int(self[0])

    @property
    def subject(self) -> int:
        """The subject: 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy."""
        return int(self.split(".")[1])

    @property
    def detail(self) -> int:
        """The detail within the subject."""
        return int(self.split(".")[2])


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of a server, RFC 5321 §4.2; it unpacks as `code, text`, and `str()` is its form on the wire.

    code: the three-digit reply code.
    text: the text of all lines, joined by line feeds, without codes.
    raw: the octets as they came, the last CRLF included; made from code and text when not given.
    """

    code: int
    text: str = ""
    raw: bytes = field(default=b"", repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.raw:
            object.__setattr__(self, "raw", (str(self).replace("\n", "\r\n") + "\r\n").encode("utf-8", "replace"))

    def __iter__(self) -> Iterator[int | str]:
        return iter((self.code, self.text))

    def __str__(self) -> str:
        *first, last = printable(self.text).split("\n")
        return "".join(f"{self.code}-{line}\n" for line in first) + f"{self.code} {last}".rstrip()

    @property
    def lines(self) -> tuple[str, ...]:
        """The text, line by line."""
        return tuple(self.text.split("\n"))

    @property
    def enhanced(self) -> EnhancedCode | None:
        """The enhanced code at the start of the text; None without one, or if its class is not the code's. RFC 2034."""
        found = EnhancedCode.parse(self.text)
        return found if found and found.klass == self.code // 100 else None

    @property
    def is_success(self) -> bool:
        """2yz: done."""
        return 200 <= self.code < 300

    @property
    def is_intermediate(self) -> bool:
        """3yz: go on."""
        return 300 <= self.code < 400

    @property
    def is_transient_failure(self) -> bool:
        """4yz: not now."""
        return 400 <= self.code < 500

    @property
    def is_permanent_failure(self) -> bool:
        """5yz: no."""
        return 500 <= self.code < 600

    @property
    def is_refusal(self) -> bool:
        """4yz or 5yz."""
        return 400 <= self.code < 600
