"""The addresses in a header, read strictly and in one pass: RFC 5322 §3.4. What is unclear is refused, never guessed.

Python's own header parser recurses, raises whatever it likes on hostile headers, and guesses on malformed ones: a guess
about who gets a message is a leak.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rawsmtp.wire.address import Mailbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_TOKEN = re.compile(
    r"(?P<space>[ \t]+|(?:\r\n|\r|\n)[ \t]+)"
    r'|(?P<word>"(?:[^"\\\r\n]|\\[^\r\n])*"|\[[^\[\]\\\r\n]*\]|[^\s\x00-\x20\x7f()<>@,;:\\"\[\]]+|@)'
    r"|(?P<mark>[<>,:;(])"
)
_COMMENT = re.compile(r"[^()\\\r\n]+|\\[^\r\n]|[()]|(?:\r\n|\r|\n)[ \t]")


def header_addresses(fields: Iterable[tuple[str, object]], name: str) -> list[str]:
    """Return the addresses in every header of this name, in order; groups give their members.

    fields: names and values as `Message.raw_items()` gives them: parsing them is what Python's own parser fails at.
    Raises ValueError for a header that is not, by the grammar, a list of addresses.
    """
    wanted = name.lower()
    values = [value for header, value in fields if header.lower() == wanted]
    found = []
    for value in values:
        try:
            found += parse(_text(value))
        except ValueError as error:
            raise ValueError(f"the addresses in {name} are unclear: {error}") from None
    return found


def _text(value: object) -> str:
    encode = getattr(value, "encode", None)
    if not isinstance(value, str) and encode is not None:
        return str(encode())  # an email.header.Header: decoded, its names would lose their quotes
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def parse(text: str) -> list[str]:
    """Return the addresses in the text of a header.

    text: unfolded or folded; names and comments are passed over.
    Raises ValueError for anything that RFC 5322 does not have, obsolete routes and bare words included.
    """
    return list(_Reader(text).addresses())


def with_other_forms(text: str, forms: Mapping[str, str]) -> str:
    """Return the text of a header with these addresses in other forms; its names and comments stay as they are.

    Raises ValueError as `parse` does.
    """
    written: list[str] = []
    words = ""
    place = 0
    for kind, token, end in _tokens(text):
        if kind == "word":
            words += token
        else:
            written += (forms.get(words, words), text[place:end])
            words = ""
        place = end
    return "".join((*written, forms.get(words, words)))


class _Reader:
    """One pass over a header: the words of the element that is being read, and where it stands."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._text = text
        self._words: list[str] = []
        self._address: str | None = None
        self._in_group = False
        self._after_group = False

    def addresses(self) -> Iterator[str]:
        for kind, token, _ in self._tokens:
            if kind == "mark":
                yield from self._mark(token)
            elif kind == "word" and (self._address is not None or self._after_group):
                raise self._unclear(f"{token!a} behind the end of an address")
            else:
                self._words.append(token)
        yield from self._element()
        if self._in_group:
            raise self._unclear("a group without its semicolon")

    def _mark(self, mark: str) -> Iterator[str]:
        if mark == "<":
            self._name()
            self._address = self._angle()
        elif mark == ":":
            if self._in_group or self._address is not None or not "".join(self._words).strip():
                raise self._unclear("a colon where no group begins")
            self._name()
            self._in_group = True
        elif mark in ",;":
            yield from self._element()
            if mark == ";" and not self._in_group:
                raise self._unclear("a semicolon where no group ends")
            self._after_group = mark == ";"
            self._in_group = self._in_group and mark == ","
        else:
            raise self._unclear(f"{mark!a} where none is due")

    def _name(self) -> None:
        if "@" in self._words or self._address is not None or self._after_group:
            raise self._unclear("a name with an @ in it has to be in quotes")
        self._words.clear()

    def _angle(self) -> str:
        words: list[str] = []
        for kind, text, _ in self._tokens:
            if kind == "mark":
                if text == ">":
                    return self._checked("".join(words))
                break
            words.append(text)
        raise self._unclear("an angle bracket that is not closed behind one address")

    def _element(self) -> Iterator[str]:
        words, self._words = "".join(self._words).strip(" "), []
        address, self._address = self._address, None
        self._after_group = False
        if address is not None:
            yield address
        elif words:
            yield self._checked(words)

    def _checked(self, address: str) -> str:
        mailbox = Mailbox.parse(address.strip(" "))
        if not mailbox.domain:
            raise self._unclear(f"{address.strip()!a} has no @")
        return str(mailbox)

    def _unclear(self, why: str) -> ValueError:
        return ValueError(f"{why}: {self._text!a:.120}")


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Return each token: its kind, itself, a comment being a space, and where it ends."""
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise ValueError(f"{text[place]!a} where none is due: {text!a:.120}")
        place = match.end()
        if match[0] == "(":
            place = _comment_end(text, place)
            yield "space", " ", place
        else:
            yield match.lastgroup, " " if match.lastgroup == "space" else match[0], place


def _comment_end(text: str, place: int) -> int:
    depth = 1
    while depth:
        match = _COMMENT.match(text, place)
        if match is None:
            raise ValueError(f"a comment that does not end: {text!a:.120}")
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        place = match.end()
    return place
