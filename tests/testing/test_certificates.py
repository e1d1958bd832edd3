from __future__ import annotations

import os
import ssl
import stat
import tempfile
from typing import TYPE_CHECKING

import pytest

from rawsmtp.client.tls import default_context
from rawsmtp.testing.certificates import Authority, Kind, Leaf

if TYPE_CHECKING:
    from pathlib import Path

AUTHORITY = Authority()


def trusting_context() -> ssl.SSLContext:
    context = default_context()
    context.load_verify_locations(cadata=AUTHORITY.pem.decode())
    return context


def handshake(leaf: Leaf, host: str, client_context: ssl.SSLContext | None = None) -> str:
    """Shake hands in memory and return the TLS version."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = client_context or trusting_context()
    client = context.wrap_bio(to_client, to_server, server_hostname=host)
    server = leaf.server_context().wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server) * 3:
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return client.version() or ""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "smtp.163.com"])
def test_good_certificate_is_accepted_under_strict_verification(host: str) -> None:
    context = AUTHORITY.client_context()
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    names = ("localhost", "127.0.0.1", "::1", "smtp.163.com")
    assert handshake(AUTHORITY.issue(*names), host, context) == "TLSv1.3"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (Kind.EXPIRED, "expired"),
        (Kind.WRONG_HOST, "not valid for 'localhost'"),
        (Kind.SELF_SIGNED, "self-signed"),
        (Kind.UNKNOWN_CA, "unable to get local issuer"),
        (Kind.COMMON_NAME_ONLY, "not valid for 'localhost'"),
    ],
)
def test_bad_certificate_is_refused_for_its_reason(kind: Kind, reason: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=reason) as caught:
        handshake(AUTHORITY.issue("localhost", kind=kind), "localhost")
    assert reason in str(caught.value)


def test_another_authority_does_not_vouch() -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(Authority().issue(), "localhost")


def test_key_is_in_a_private_file_while_it_is_read_and_in_none_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []

    load = ssl.SSLContext.load_cert_chain

    def watched(context: ssl.SSLContext, file: Path) -> None:
        modes.extend(stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent))
        load(context, file)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watched)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    AUTHORITY.issue().server_context()
    if os.name == "posix":
        assert modes == [0o600, 0o700]
    assert list(tmp_path.iterdir()) == []


def test_key_is_not_shown() -> None:
    leaf = AUTHORITY.issue()
    assert "PRIVATE" not in repr(leaf)
    assert "key_pem" not in repr(leaf)
