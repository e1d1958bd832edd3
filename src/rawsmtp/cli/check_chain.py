"""The certificates of a server, good or not: whom each is for, who issued it, when it ends. X.509, RFC 5280."""

from __future__ import annotations

import ssl
from calendar import timegm
from contextlib import suppress
from dataclasses import dataclass
from time import strptime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_VERSION, _UTC_TIME = 0xA0, 0x17
_COMMON_NAME, _ORGANIZATION = b"\x55\x04\x03", b"\x55\x04\x0a"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate.

    subject, issuer: the common name, else the organisation.
    ends: when it ends, in seconds since the epoch.
    """

    subject: str
    issuer: str
    ends: int


def watched(context: ssl.SSLContext, chain: list[Certificate]) -> ssl.SSLContext:
    """Return the context, which fills in the chain at each handshake: the server's own certificate first."""

    class Watched(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            with suppress(ValueError, IndexError):  # for what OpenSSL reads and `read` does not
                chain[:] = map(read, _chain(self))

    context.sslobject_class = Watched
    return context


def _chain(tls: ssl.SSLObject) -> list[bytes]:
    """Return the certificates in DER up to the authority that is trusted; as they were sent, if nothing is verified."""
    name = "get_unverified_chain" if tls.context.verify_mode == ssl.CERT_NONE else "get_verified_chain"
    chain: Callable[[], list[bytes]] | None = getattr(tls, name, None)  # Python 3.13 has it
    if chain is not None:
        return chain()
    own = tls.getpeercert(binary_form=True)
    return [own] if own else []


def read(der: bytes) -> Certificate:
    """Return what is to be known of a certificate. Raises ValueError or IndexError for what is none."""
    ((_, certificate),) = _elements(der)
    (_, signed), *_rest = _elements(certificate)
    fields = [content for tag, content in _elements(signed) if tag != _VERSION]
    _serial, _signature, issuer, validity, subject = fields[:5]
    _, (tag, ends) = _elements(validity)
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return Certificate(_name(subject), _name(issuer), timegm(strptime(ends.decode("ascii"), form)))


def _elements(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Return tag and content of each element, X.690 §8.1."""
    place = 0
    while place < len(octets):
        tag, size = octets[place], octets[place + 1]
        place += 2
        if size & 0x80:
            more = size & 0x7F
            size = int.from_bytes(octets[place : place + more], "big")
            place += more
        yield tag, octets[place : place + size]
        place += size


def _name(octets: bytes) -> str:
    parts = {}
    for _, relative in _elements(octets):
        for _, attribute in _elements(relative):
            (_, kind), (_, value) = _elements(attribute)
            parts[kind] = value.decode("utf-8", "replace")
    return parts.get(_COMMON_NAME) or parts.get(_ORGANIZATION) or "?"
