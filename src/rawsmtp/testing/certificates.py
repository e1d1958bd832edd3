"""Certificates for tests, made at run time by the standard library alone; good ones, and the bad ones to be refused.

Keys live in memory, and in a private file for the moment in which `ssl` reads it. RFC 5280.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from rawsmtp.wire.address import to_ascii

from . import _der as der
from ._p256 import PrivateKey

if TYPE_CHECKING:
    import ssl

_COMMON_NAME = "2.5.4.3"
_ECDSA_SHA256 = der.sequence(der.identifier("1.2.840.10045.4.3.2"))
_P256_KEY = der.sequence(der.identifier("1.2.840.10045.2.1"), der.identifier("1.2.840.10045.3.1.7"))
_TRUE = der.element(0x01, b"\xff")
_SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Kind(Enum):
    """What is wrong with a certificate, if something is."""

    GOOD = "good"
    EXPIRED = "expired"
    WRONG_HOST = "wrong-host"
    SELF_SIGNED = "self-signed"
    UNKNOWN_CA = "unknown-ca"
    COMMON_NAME_ONLY = "common-name-only"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A server's certificate and its key.

    certificate_pem: the certificate.
    key_pem: the key, never shown.
    """

    certificate_pem: bytes
    key_pem: bytes = field(repr=False)

    def server_context(self) -> ssl.SSLContext:
        """Return a context for the server's side, TLS 1.2 or later."""
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # load_cert_chain takes a file and nothing else; the folder is private, and gone at the end of the block.
        with tempfile.TemporaryDirectory(prefix="rawsmtp-") as folder:
            path = Path(folder, "server.pem")
            path.touch(mode=0o600)
            path.write_bytes(self.certificate_pem + self.key_pem)
            context.load_cert_chain(path)
        return context


class Authority:
    """A certificate authority that lives as long as its object, and its certificates for a day."""

    def __init__(self) -> None:
        self._key = PrivateKey()
        self._name = _name("rawsmtp test CA")
        constraints = _extension("2.5.29.19", der.sequence(_TRUE), critical=True)
        usage = _extension("2.5.29.15", der.bits(b"\x06", unused=1), critical=True)
        extensions = [constraints, usage, _subject_key(self._key), _authority_key(self._key)]
        self.pem = _pem("CERTIFICATE", _certificate(self._name, self._key, self._name, self._key, extensions))

    def client_context(self) -> ssl.SSLContext:
        """Return a verifying context for the client's side that trusts this authority alone."""
        import ssl

        return ssl.create_default_context(cadata=self.pem.decode())

    def issue(self, *names: str, kind: Kind = Kind.GOOD) -> Leaf:
        """Return a certificate for these host names and addresses; default: localhost, 127.0.0.1 and ::1."""
        wanted = names or LOOPBACK
        key = PrivateKey()
        subject = _name(wanted[0])
        issuer, signer = self._name, self._key
        if kind is Kind.UNKNOWN_CA:
            signer = PrivateKey()
            issuer = _name("another CA")
        elif kind is Kind.SELF_SIGNED:
            issuer, signer = subject, key
        extensions = [
            _extension("2.5.29.37", der.sequence(der.identifier(_SERVER_AUTH))),
            _extension("2.5.29.15", der.bits(b"\x80", unused=7), critical=True),
            _subject_key(key),
            _authority_key(signer),
        ]
        if kind is not Kind.COMMON_NAME_ONLY:
            alternatives = ("elsewhere.invalid",) if kind is Kind.WRONG_HOST else wanted
            extensions.append(_extension("2.5.29.17", der.sequence(*map(_alternative, alternatives))))
        age = timedelta(days=2) if kind is Kind.EXPIRED else timedelta(hours=1)
        octets = _certificate(issuer, signer, subject, key, extensions, age)
        return Leaf(_pem("CERTIFICATE", octets), _key_pem(key))


def _name(common_name: str) -> bytes:
    return der.sequence(der.element(0x31, der.sequence(der.identifier(_COMMON_NAME), der.text(common_name))))


def _extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    return der.sequence(der.identifier(oid), _TRUE if critical else b"", der.octet_string(value))


def _key_id(key: PrivateKey) -> bytes:
    return hashlib.sha1(key.public, usedforsecurity=False).digest()  # RFC 5280 §4.2.1.2 names SHA-1


def _subject_key(key: PrivateKey) -> bytes:
    return _extension("2.5.29.14", der.octet_string(_key_id(key)))


def _authority_key(key: PrivateKey) -> bytes:
    return _extension("2.5.29.35", der.sequence(der.element(0x80, _key_id(key))))


def _alternative(name: str) -> bytes:
    try:
        return der.element(0x87, ip_address(name).packed)
    except ValueError:
        return der.element(0x82, to_ascii(name).encode())


def _certificate(
    issuer: bytes,
    signer: PrivateKey,
    subject: bytes,
    key: PrivateKey,
    extensions: list[bytes],
    age: timedelta = timedelta(hours=1),
) -> bytes:
    begins = datetime.now(UTC) - age
    body = der.sequence(
        der.element(0xA0, der.integer(2)),
        der.integer(secrets.randbits(126) + 1),
        _ECDSA_SHA256,
        issuer,
        der.sequence(der.moment(begins), der.moment(begins + timedelta(days=1))),
        subject,
        der.sequence(_P256_KEY, der.bits(key.public)),
        der.element(0xA3, der.sequence(*extensions)),
    )
    r, s = signer.sign(body)
    return der.sequence(body, _ECDSA_SHA256, der.bits(der.sequence(der.integer(r), der.integer(s))))


def _key_pem(key: PrivateKey) -> bytes:
    private = der.sequence(der.integer(1), der.octet_string(key.secret), der.element(0xA1, der.bits(key.public)))
    return _pem("PRIVATE KEY", der.sequence(der.integer(0), _P256_KEY, der.octet_string(private)))


def _pem(label: str, octets: bytes) -> bytes:
    body = base64.encodebytes(octets).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n".encode()
