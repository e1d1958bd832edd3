"""Mailbox grammar, RFC 5321 §4.1.2 and RFC 6531 §3.3; domains as A-labels, RFC 5891; xtext, RFC 3461 §4.

An address is an addr-spec and nothing else: no display name, no comment, no route, no list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .limits import DEFAULT_LIMITS

# Non-ASCII begins behind C1; the line separators, the bidirectional controls and the surrogates are no part of a name.
_UTF8 = "\u00a1-\u2027\u2030-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff"
_ATEXT = f"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~{_UTF8}-]+"
_DOT_STRING = rf"{_ATEXT}(?:\.{_ATEXT})*"
_QUOTED = rf'"(?:[ !#-\[\]-~{_UTF8}]|\\[ -~])*"'
# An underscore is no letter of a host name, but hosts in private networks have it, and it cannot be misread.
_LABEL = f"(?:[A-Za-z0-9_{_UTF8}](?:[A-Za-z0-9_{_UTF8}-]*[A-Za-z0-9_{_UTF8}])?)"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_LITERAL = r"\[[A-Za-z0-9.:-]+\]"
_MAILBOX = rf"({_DOT_STRING}|{_QUOTED})@({_DOMAIN}|{_LITERAL})"
_LOCAL = rf"{_DOT_STRING}|{_QUOTED}"
_DOMAIN_ONLY = rf"{_DOMAIN}|{_LITERAL}"
_PLAIN_DOMAIN = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")
_PLAIN = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9]+(?:(?:-+|\.)[A-Za-z0-9]+)*")
_LABEL_OCTETS = 63
_DOMAIN_OCTETS = 255
_LOCAL_OCTETS = 64

# IDNA 2003, which Python has, and IDNA 2008 lead these to two different domains: RFC 5894 §7.2.
_DEVIATIONS = frozenset("\u00df\u03c2\u200c\u200d")


def _match(grammar: str, text: str) -> re.Match[str] | None:
    # Compiled when first needed, and kept by `re`: the classes beyond ASCII take longer than importing all the rest.
    return re.fullmatch(grammar, text)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address in its two parts.

    local: the local part as it is written, quotes included.
    domain: the domain or the address literal; "" for a bare local part such as "postmaster".
    """

    local: str
    domain: str

    @classmethod
    def parse(cls, address: str) -> Mailbox:
        """Return the parts of an address.

        Raises TypeError if it is not a str, ValueError if it is not exactly one address. RFC 5321 §4.1.2.
        """
        match = _match(_MAILBOX, _check_type(address))
        if match:
            mailbox = cls(match[1], match[2])
        elif address.isascii() and _match(_LOCAL, address):
            mailbox = cls(address, "")
        else:
            raise ValueError(f"not an address: {address!a:.300}; {_advice(address)}")
        mailbox._check_lengths(address)
        return mailbox

    def _check_lengths(self, address: str) -> None:
        if len(address.encode()) > DEFAULT_LIMITS.address:
            raise ValueError(f"an address of more than {DEFAULT_LIMITS.address} octets: {address[:60]!a}…")
        if len(self.local.encode()) > _LOCAL_OCTETS:
            raise ValueError(f"a local part of more than {_LOCAL_OCTETS} octets: {address!a}")
        if self.domain:
            check_domain(self.domain)

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}" if self.domain else self.local

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only SMTPUTF8 can carry it: its local part is not ASCII. RFC 6531 §3.2."""
        return not self.local.isascii()

    def with_ascii_domain(self) -> Mailbox:
        """Return the mailbox with its domain as A-labels, so that it needs no SMTPUTF8 for the domain's sake."""
        return self if self.domain.isascii() else Mailbox(self.local, to_ascii(self.domain))


def check_address(address: str) -> str:
    """Return the address if it is exactly one; raises as `Mailbox.parse` does."""
    # Most addresses are of the plain kind, and every message has some: one match instead of the whole grammar.
    if type(address) is not str or len(address) > _LOCAL_OCTETS or not _PLAIN.fullmatch(address):
        Mailbox.parse(address)
    return address


def check_domain(domain: str) -> str:
    """Return the domain if it is a domain name or an address literal; ValueError otherwise. RFC 5321 §4.1.2, §4.1.3."""
    if not _PLAIN_DOMAIN.fullmatch(_check_type(domain)) and not _match(_DOMAIN_ONLY, domain):
        raise ValueError(f"not a domain or an address literal such as [192.0.2.1]: {domain!a}")
    if len(domain.encode()) > _DOMAIN_OCTETS or any(len(label.encode()) > _LABEL_OCTETS for label in domain.split(".")):
        raise ValueError(
            f"a domain of more than {_DOMAIN_OCTETS} octets, or a label of more than {_LABEL_OCTETS}: {domain!a}"
        )
    return domain


def to_ascii(domain: str) -> str:
    """Return the domain as A-labels ("bücher.example" becomes "xn--bcher-kva.example").

    Raises ValueError where the two versions of IDNA lead to different domains, and where the name would be changed on
    the way: mail must not go to a domain that the caller did not write.
    """
    if _DEVIATIONS & set(domain):
        raise ValueError(f"IDNA 2003 and 2008 disagree about {domain!a}: write the domain as A-labels (xn--…)")
    try:
        encoded = domain.encode("idna").decode("ascii")
        decoded = encoded.encode("ascii").decode("idna")
    except UnicodeError as error:
        raise ValueError(f"the domain {domain!a} has no ASCII form: {error}") from error
    if decoded != domain.lower() or any(map(_turns_ascii, domain.split("."))):
        raise ValueError(f"the domain {domain!a} is an unclear way to write {decoded!a}: write that, if you mean it")
    return check_domain(encoded)


def _turns_ascii(label: str) -> bool:
    # The Kelvin sign is a letter k to IDNA and to lower(), but not to who reads the address.
    return not label.isascii() and label.lower().isascii()


def to_xtext(text: str) -> str:
    """Return the text as xtext, RFC 3461 §4: printable ASCII but "+" and "=", the rest as +HH in upper case."""
    return "".join(
        chr(octet) if 33 <= octet <= 126 and octet not in b"+=" else f"+{octet:02X}" for octet in text.encode("utf-8")
    )


def _check_type(address: str) -> str:
    if not isinstance(address, str):
        raise TypeError(f"an address must be a str, not {type(address).__name__}: {address!a}")
    return address


def _advice(address: str) -> str:
    if not address:
        return "it is empty"
    if any(ord(char) < 32 or ord(char) == 127 for char in address):
        return "it has control characters"
    if "<" in address or ">" in address:
        return "give the address alone, without a name or angle brackets"
    if "," in address or ";" in address or address.count("@") > 1:
        return "give several addresses as a list of str"
    if address != address.strip():
        return "it has spaces around it"
    if ".." in address.partition("@")[0] or address.startswith(".") or ".@" in address:
        return 'a local part with such dots has to be quoted: "a..b"@example.com'
    return "it should look like user@example.com"
