from __future__ import annotations

import ssl
import time

import pytest

from rawsmtp.cli.check_chain import read
from rawsmtp.testing import authority


def der() -> bytes:
    return ssl.PEM_cert_to_DER_cert(authority().pem.decode())


def test_a_certificate_is_read() -> None:
    found = read(der())
    assert (found.subject, found.issuer) == ("rawsmtp test CA", "rawsmtp test CA")
    assert 0 < found.ends - time.time() < 2 * 86_400


@pytest.mark.parametrize("octets", [b"", b"\x30", b"\x30\x00", b"\x30\x02\x30\x00", der()[:40]])
def test_what_is_no_certificate(octets: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        read(octets)
