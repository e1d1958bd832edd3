"""The part of DER that a certificate is made of. X.690."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def element(tag: int, *contents: bytes) -> bytes:
    """Return one element: tag, length, contents."""
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*contents: bytes) -> bytes:
    """Return a SEQUENCE."""
    return element(0x30, *contents)


def integer(value: int) -> bytes:
    """Return a non-negative INTEGER."""
    return element(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def identifier(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    octets = bytearray([40 * first + second])
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | number & 0x7F)
        octets += bytes(reversed(groups))
    return element(0x06, bytes(octets))


def bits(octets: bytes, unused: int = 0) -> bytes:
    """Return a BIT STRING."""
    return element(0x03, bytes((unused,)), octets)


def octet_string(*contents: bytes) -> bytes:
    """Return an OCTET STRING."""
    return element(0x04, *contents)


def text(value: str) -> bytes:
    """Return a UTF8String."""
    return element(0x0C, value.encode())


def moment(when: datetime) -> bytes:
    """Return a time as certificates have it: UTCTime before 2050, else GeneralizedTime. RFC 5280 §4.1.2.5."""
    if when.year < 2050:
        return element(0x17, when.strftime("%y%m%d%H%M%SZ").encode())
    return element(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())
