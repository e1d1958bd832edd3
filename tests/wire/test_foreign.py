from __future__ import annotations

import pytest

from rawsmtp.wire.foreign import identify


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        (b"( success ( 2 2 ( )", "Subversion"),
        (b"(", "Subversion"),
        (b"HTTP/1.1 400 Bad Request", "web server"),
        (b"<html>", "web server"),
        (b"SSH-2.0-x", "SSH"),
        (b"* OK x", "IMAP"),
        (b"+OK x", "POP3"),
        (b"\x15\x03\x03", "TLS"),
    ],
)
def test_known_servers(octets: bytes, name: str) -> None:
    found = identify(octets)
    assert found is not None
    assert name in found[0]
    assert found[1]


@pytest.mark.parametrize("octets", [b"", b"220 x", b"hello", b"\0"])
def test_unknown_servers(octets: bytes) -> None:
    assert identify(octets) is None
