"""ECDSA over P-256, in integers: enough to sign the certificates of a test. FIPS 186-5, SEC 1.

It is not constant in time, so it is for tests alone.
"""

from __future__ import annotations

import hashlib
import secrets

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)

Point = tuple[int, int, int]  # Jacobian: x/z², y/z³; z is 0 at infinity
_INFINITY: Point = (1, 1, 0)


def _double(point: Point) -> Point:
    x, y, z = point
    if not z:
        return point
    y2 = y * y % _P
    s = 4 * x * y2 % _P
    z2 = z * z % _P
    m = 3 * (x - z2) * (x + z2) % _P
    x3 = (m * m - 2 * s) % _P
    return x3, (m * (s - x3) - 8 * y2 * y2) % _P, 2 * y * z % _P


def _add(point: Point, x2: int, y2: int) -> Point:
    x1, y1, z1 = point
    if not z1:
        return x2, y2, 1
    z2 = z1 * z1 % _P
    h = (x2 * z2 - x1) % _P
    r = (y2 * z2 * z1 - y1) % _P
    if not h:
        return _double(point) if not r else _INFINITY
    h2 = h * h % _P
    h3 = h * h2 % _P
    v = x1 * h2 % _P
    x3 = (r * r - h3 - 2 * v) % _P
    return x3, (r * (v - x3) - y1 * h3) % _P, h * z1 % _P


def _multiply(factor: int) -> tuple[int, int]:
    point = _INFINITY
    for bit in format(factor, "b"):
        point = _double(point)
        if bit == "1":
            point = _add(point, *_G)
    x, y, z = point
    inverse = pow(z, -1, _P)
    return x * inverse**2 % _P, y * inverse**3 % _P


class PrivateKey:
    """A new key; neither it nor its number is ever shown."""

    __slots__ = ("_point", "_secret")

    def __init__(self) -> None:
        self._secret = secrets.randbelow(_N - 1) + 1
        self._point = _multiply(self._secret)

    @property
    def secret(self) -> bytes:
        """The number, 32 octets."""
        return self._secret.to_bytes(32, "big")

    @property
    def public(self) -> bytes:
        """The public point, uncompressed. SEC 1 §2.3.3."""
        x, y = self._point
        return b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")

    def sign(self, octets: bytes) -> tuple[int, int]:
        """Return the signature (r, s) of the octets' SHA-256."""
        digest = int.from_bytes(hashlib.sha256(octets).digest(), "big")
        while True:
            nonce = secrets.randbelow(_N - 1) + 1
            r = _multiply(nonce)[0] % _N
            s = pow(nonce, -1, _N) * (digest + r * self._secret) % _N
            if r and s:
                return r, s
