"""Real servers for the tests of this folder: skipped with a reason where they are missing, required in CI."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.interop.postfix import Postfix

from rawsmtp.testing import authority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REQUIRED = "RAWSMTP_REQUIRE_INTEROP"


@pytest.fixture(scope="session")
def running_postfix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postfix]:
    reason = Postfix.missing()
    if reason is not None:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{REQUIRED} is set, and {reason}")
        pytest.skip(reason)
    with Postfix(certificate=write_certificate(tmp_path_factory.mktemp("tls"))) as server:
        yield server


@pytest.fixture
def postfix(running_postfix: Postfix) -> Postfix:
    """The Postfix of this run, its mailbox empty."""
    running_postfix.clear()
    return running_postfix


def write_certificate(folder: Path) -> Path:
    leaf = authority().issue()
    path = folder / "server.pem"
    path.touch(mode=0o600)
    path.write_bytes(leaf.key_pem + leaf.certificate_pem)
    return path
