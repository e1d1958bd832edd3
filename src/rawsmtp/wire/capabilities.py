"""What a server offers: its EHLO reply as a mapping. RFC 5321 §4.1.1.1."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from rawsmtp.errors import RemoteProtocolError

from .limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from .reply import Reply

# Exchange's name for the AUTH of its own clients.
_ALIASES = {"X-EXPS": "AUTH"}


class Capabilities(Mapping[str, tuple[str, ...]]):
    """Keyword → parameters, keywords in upper case and looked up in any case; empty after HELO.

    keywords: the keywords with their parameters, as `parse` finds them.
    """

    __slots__ = ("_keywords", "limits", "pipelining", "size")

    # These are asked for at each message or command, so they are found once.
    pipelining: bool
    """PIPELINING, RFC 2920."""
    size: int | None
    """The largest message in octets that SIZE declares; None if it declares none. RFC 1870 §4."""
    limits: Mapping[str, int]
    """The LIMITS that it declares, such as MAILMAX, RCPTMAX and RCPTDOMAINMAX; others are passed over. RFC 9422."""

    def __init__(self, keywords: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._keywords = {keyword.upper(): parameters for keyword, parameters in (keywords or {}).items()}
        self.pipelining = "PIPELINING" in self._keywords
        self.size = _size(self._keywords.get("SIZE", ()))
        self.limits = _limits(self._keywords.get("LIMITS", ()))

    @classmethod
    def parse(cls, reply: Reply, limits: Limits = DEFAULT_LIMITS, ignore: Collection[str] = ()) -> Capabilities:
        """Return what an EHLO reply offers.

        reply: the reply to EHLO or LHLO; its first line is the server's name.
        limits: bounds on the number of keywords.
        ignore: keywords to leave out, in any case.
        Raises RemoteProtocolError for more keywords than the limits allow.
        """
        if reply.text.count("\n") > limits.keywords:
            raise RemoteProtocolError(f"an EHLO reply with more than {limits.keywords} keywords", reply=reply)
        return _parsed(cls, reply.text, frozenset(ignore))

    def __getitem__(self, keyword: str) -> tuple[str, ...]:
        return self._keywords[keyword.upper()]

    def __contains__(self, keyword: object) -> bool:
        return isinstance(keyword, str) and keyword.upper() in self._keywords

    def __iter__(self) -> Iterator[str]:
        return iter(self._keywords)

    def __len__(self) -> int:
        return len(self._keywords)

    def __repr__(self) -> str:
        return f"Capabilities({self._keywords!r})"

    @property
    def auth(self) -> tuple[str, ...]:
        """The SASL mechanisms offered, in upper case and in the server's order. RFC 4954 §3."""
        return tuple(mechanism.upper() for mechanism in self.get("AUTH", ()))

    @property
    def chunking(self) -> bool:
        """CHUNKING, RFC 3030."""
        return "CHUNKING" in self

    @property
    def smtputf8(self) -> bool:
        """SMTPUTF8, RFC 6531."""
        return "SMTPUTF8" in self

    @property
    def eight_bit_mime(self) -> bool:
        """8BITMIME, RFC 6152; SMTPUTF8 implies it, RFC 6531 §3.1."""
        return "8BITMIME" in self or self.smtputf8

    @property
    def dsn(self) -> bool:
        """DSN, RFC 3461."""
        return "DSN" in self

    @property
    def starttls(self) -> bool:
        """STARTTLS, RFC 3207."""
        return "STARTTLS" in self

    @property
    def enhanced_status_codes(self) -> bool:
        """ENHANCEDSTATUSCODES, RFC 2034."""
        return "ENHANCEDSTATUSCODES" in self


def _size(parameters: tuple[str, ...]) -> int | None:
    value = next(iter(parameters), "")
    return int(value) or None if _is_number(value) else None


def _limits(parameters: tuple[str, ...]) -> dict[str, int]:
    pairs = (parameter.upper().partition("=") for parameter in parameters)
    return {name: int(value) for name, _, value in pairs if _is_number(value) and int(value)}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 20


def _keyword(line: str) -> tuple[str, list[str]]:
    # The old form has "=" where the space is due: AUTH=LOGIN PLAIN.
    words = line.split()
    if words and words[0].upper().startswith("AUTH="):
        words[:1] = words[0].split("=", 1)
    keyword = words[0].upper() if words else ""
    return _ALIASES.get(keyword, keyword), [word for word in words[1:] if word]


# A server says the same on each connection, and each connection asks more than once.
@lru_cache(maxsize=16)
def _parsed(kind: type[Capabilities], text: str, ignore: frozenset[str]) -> Capabilities:
    ignored = {keyword.upper() for keyword in ignore}
    keywords: dict[str, tuple[str, ...]] = {}
    for line in text.split("\n")[1:]:
        keyword, parameters = _keyword(line)
        if keyword and keyword not in ignored:
            # Several AUTH lines are one: some servers say the old form beside the new one.
            keywords[keyword] = tuple(dict.fromkeys((*keywords.get(keyword, ()), *parameters)))
    return kind(keywords)
