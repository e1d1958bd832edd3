"""The blocks of docs/howto-oauth2.md, with servers of ours in place of those that give tokens and take mail."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from tests.docs.pages import ROOT, blocks, run

import rawsmtp
from rawsmtp.testing import authority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rawsmtp.testing import Capture

PAGE = ROOT / "docs" / "howto-oauth2.md"
GMAIL, OUTLOOK, ASYNCIO = blocks(PAGE, "python")
ENDPOINTS = {
    "oauth2.googleapis.com": ("/token", {"client_id", "client_secret"}),
    "login.microsoftonline.com": ("/consumers/oauth2/v2.0/token", {"client_id", "scope"}),
}


class Tokens:
    """HTTPS servers that give access tokens, the last one again and again, for refresh tokens."""

    def __init__(self) -> None:
        self.access = ["the-token"]
        self.refresh = "refresh-0"
        self.asked = 0

    def answer(self, host: str, path: str, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        where, fields = ENDPOINTS[host]
        assert path == where
        assert form.keys() == fields | {"grant_type", "refresh_token"}
        assert form["grant_type"] == ["refresh_token"]
        if form["refresh_token"] != [self.refresh]:
            return 400, {"error": "invalid_grant"}
        self.asked += 1
        token = self.access.pop(0) if len(self.access) > 1 else self.access[0]
        if host == "oauth2.googleapis.com":
            return 200, {"access_token": token, "expires_in": 3599}
        self.refresh = f"refresh-{self.asked}"
        return 200, {"access_token": token, "expires_in": 3599, "refresh_token": self.refresh}


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Tokens]:
    kept = Tokens()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            status, told = kept.answer(self.headers["Host"], self.path, form)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = authority().issue(*ENDPOINTS).server_context().wrap_socket(server.socket, server_side=True)
        real, port = socket.getaddrinfo, server.server_port

        def getaddrinfo(host: Any, service: Any, *more: Any, **named: Any) -> Any:
            return real("127.0.0.1", port, *more, **named) if host in ENDPOINTS else real(host, service, *more, **named)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        for variable in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.chdir(tmp_path)
        for variable in ("CLIENT_ID", "CLIENT_SECRET"):
            monkeypatch.setenv(variable, "x")
        monkeypatch.setenv("REFRESH_TOKEN", kept.refresh)
        (tmp_path / "outlook-refresh-token").write_text(kept.refresh)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield kept
        server.shutdown()
        thread.join()


@pytest.fixture
def providers(tokens: Tokens, smtp_capture: Capture) -> Capture:
    smtp_capture("smtp.gmail.com", 465, persona="gmail", users={"me@gmail.com": "the-token"})
    smtp_capture("smtp-mail.outlook.com", 587, mechanisms=["LOGIN", "XOAUTH2"], users={"me@outlook.com": "the-token"})
    return smtp_capture


@pytest.mark.parametrize("code", [GMAIL, OUTLOOK], ids=["gmail", "outlook"])
@pytest.mark.parametrize("access", [["the-token"], ["expired", "the-token"]], ids=["good", "expired"])
def test_token_is_asked_for_until_it_is_good(code: str, access: list[str], tokens: Tokens, providers: Capture) -> None:
    tokens.access = list(access)
    run(PAGE, code)
    assert tokens.asked == len(access)
    login = providers.outbox[0].auth
    assert login is not None
    assert login.mechanism in ("OAUTHBEARER", "XOAUTH2")


def test_next_refresh_token_is_kept(tokens: Tokens, providers: Capture) -> None:
    for _ in range(2):
        run(PAGE, OUTLOOK)
    assert len(providers.outbox) == 2


@pytest.mark.parametrize("code", [GMAIL, OUTLOOK], ids=["gmail", "outlook"])
def test_a_refresh_token_that_is_gone(code: str, tokens: Tokens, providers: Capture) -> None:
    tokens.refresh = "another"
    with pytest.raises(OSError, match="400"):
        run(PAGE, code)
    assert not providers.outbox


def test_a_token_that_is_not_for_this_mailbox(tokens: Tokens, providers: Capture) -> None:
    tokens.access = ["wrong"]
    with pytest.raises(rawsmtp.AuthenticationFailed, match='"status": "400"'):
        run(PAGE, OUTLOOK)


def test_asyncio() -> None:
    run(PAGE, ASYNCIO)


def test_a_password_where_a_token_is_wanted() -> None:
    with pytest.raises(ValueError, match="OAuth2"):
        rawsmtp.Client.for_account("me@outlook.com", "password")
    rawsmtp.Client.for_account("me@x.test", rawsmtp.OAuth2("me@x.test", "the-token"), provider="office365")
