"""Real servers for the tests of this folder: skipped with a reason where they are missing, required in CI."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.interop.dovecot import Dovecot
from tests.interop.exim import Exim, Jailed
from tests.interop.opensmtpd import OpenSMTPD
from tests.interop.postfix import Postfix

from rawsmtp.testing import authority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REQUIRED = "RAWSMTP_REQUIRE_INTEROP"


def need(*servers: type[Postfix | Dovecot | Jailed]) -> None:
    """Skip, or fail where they are required, if one of the servers cannot be had."""
    for server in servers:
        reason = server.missing()
        if reason is not None and os.environ.get(REQUIRED):
            pytest.fail(f"{REQUIRED} is set, and {reason}")
        if reason is not None:
            pytest.skip(reason)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of the servers, in one file."""
    leaf = authority().issue()
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.touch(mode=0o600)
    path.write_bytes(leaf.key_pem + leaf.certificate_pem)
    return path


@pytest.fixture(scope="session")
def running_postfix(certificate: Path) -> Iterator[Postfix]:
    need(Postfix)
    with Postfix(certificate=certificate) as server:
        yield server


@pytest.fixture
def postfix(running_postfix: Postfix) -> Postfix:
    """The Postfix of this run, its mailbox empty."""
    running_postfix.clear()
    return running_postfix


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """What checks the logins of `submission`."""
    need(Dovecot)
    with Dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def running_submission(certificate: Path, dovecot: Dovecot) -> Iterator[Postfix]:
    need(Postfix)
    with Postfix(certificate=certificate, logins=dovecot.path) as server:
        yield server


@pytest.fixture
def submission(running_submission: Postfix) -> Postfix:
    """A Postfix that offers AUTH inside TLS, its mailbox empty."""
    running_submission.clear()
    return running_submission


@pytest.fixture(scope="session")
def running_exim() -> Iterator[Exim]:
    need(Exim)
    with Exim() as server:
        yield server


@pytest.fixture(scope="session")
def running_opensmtpd() -> Iterator[OpenSMTPD]:
    need(OpenSMTPD)
    with OpenSMTPD() as server:
        yield server


@pytest.fixture
def exim(running_exim: Exim) -> Exim:
    """The Exim of this run, its mailbox empty."""
    running_exim.clear()
    return running_exim


@pytest.fixture
def opensmtpd(running_opensmtpd: OpenSMTPD) -> OpenSMTPD:
    """The OpenSMTPD of this run, its mailbox empty."""
    running_opensmtpd.clear()
    return running_opensmtpd


@pytest.fixture(params=["postfix", "exim", "opensmtpd"])
def server(request: pytest.FixtureRequest) -> Postfix | Jailed:
    """Each real mail server in turn, its mailbox empty."""
    found: Postfix | Jailed = request.getfixturevalue(request.param)
    return found
