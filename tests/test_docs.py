"""Every Python block of the README and the docs runs, with the article's server where it dials out."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rawsmtp.testing import Behaviour, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rawsmtp.testing.certificates import Authority

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(
        match[1], id=f"{page.relative_to(ROOT)}:{page.read_text(encoding='utf-8')[: match.start()].count(chr(10)) + 1}"
    )
    for page in PAGES
    for match in BLOCK.finditer(page.read_text(encoding="utf-8"))
]
HOST = "smtp.163.com"


@pytest.fixture
def netease(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A local server in the place of smtp.163.com, with a certificate of that name; no other name has an address."""
    monkeypatch.setenv("CODE", "the-code")
    trusted = tmp_path / "ca.pem"
    trusted.write_bytes(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with Server(
        Behaviour(users={"me@163.com": "the-code"}), context=authority.issue(HOST).server_context(), tls=True
    ) as server:

        def local(host: str, port: int, **_: Any) -> list[Any]:
            assert (host, port) == (HOST, 465), f"{host}:{port} is dialled"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (server.host, server.port))]

        monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, *_, **named: local(host, port, **named))
        yield server


@pytest.mark.parametrize("code", BLOCKS)
def test_block_runs(code: str, netease: Server) -> None:
    assert os.environ["CODE"] == "the-code"
    exec(compile(code, "block", "exec"), {"__name__": "block"})
    if "auth=" in code and "wrong" not in code:
        assert len(netease.outbox) == 1
        assert netease.outbox[0].user == "me@163.com"


def test_blocks_are_found() -> None:
    assert len(BLOCKS) >= 6


def test_readme_shows_the_real_session() -> None:
    run = subprocess.run([sys.executable, "-m", "rawsmtp", "demo"], capture_output=True, text=True, check=True)
    session = run.stdout.split("\n\n", 1)[1].split("\n\nThe same", 1)[0]
    shown = re.search(r"^```text\n(Trying.*?)^```$", PAGES[0].read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert shown is not None
    assert re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:2525", session) == shown[1].rstrip("\n")


def test_verification_is_on_in_these_tests() -> None:
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED
