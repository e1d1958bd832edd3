from __future__ import annotations

import ssl
import time

import pytest

from rawsmtp import Client
from rawsmtp.cli.check_chain import Certificate, read, watched
from rawsmtp.cli.check_probe import Probe
from rawsmtp.cli.check_verdicts import judge
from rawsmtp.client.location import Location
from rawsmtp.testing import Server, authority


def der() -> bytes:
    return ssl.PEM_cert_to_DER_cert(authority().pem.decode())


def test_a_certificate_is_read() -> None:
    found = read(der())
    assert (found.subject, found.issuer) == ("rawsmtp test CA", "rawsmtp test CA")
    assert 0 < found.ends - time.time() < 2 * 86_400


@pytest.mark.parametrize("octets", [0, 1, 2, 40])
def test_what_is_no_certificate(octets: int) -> None:
    with pytest.raises((ValueError, IndexError)):
        read(der()[:octets])


@pytest.mark.parametrize(("days", "level"), [(20, "WARN"), (22, "OK"), (-1, "WARN")])
def test_one_that_ends_soon_is_pointed_out(days: int, level: str) -> None:
    soon, late = (int(time.time() + left * 86_400) for left in (days, 900))
    chain = [Certificate("mail.example", "an authority", late), Certificate("an authority", "a root", soon)]
    (verdict,) = judge(Probe(Location("mail.example", 465, {}), chain=chain))
    assert (verdict.level, verdict.topic[0]) == (level, "chain")
    assert [line.partition(",")[0] for line in verdict.text[0].split("\n")] == ["mail.example", "an authority"]


def test_the_chain_of_a_handshake() -> None:
    chain: list[Certificate] = []
    context = watched(authority().client_context(), chain)
    with Server(tls="implicit") as server, Client("localhost", server.port, security="tls", tls_context=context):
        assert [each.subject for each in chain][:1] == ["localhost"]
