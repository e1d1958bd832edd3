"""The server's halves of SASL, each against the client's half."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp.sasl import MECHANISMS
from rawsmtp.testing import LOGINS, Login, MemoryServer

if TYPE_CHECKING:
    from tests.conftest import Talk

USER, SECRET = "me@x.test", "pässwörd, =1"
TOKEN = "ya29.token"
CREDENTIALS: dict[str, tuple[Any, Any]] = {
    "XOAUTH2": (rawsmtp.OAuth2(USER, TOKEN, mechanism="XOAUTH2"), rawsmtp.OAuth2(USER, "old", mechanism="XOAUTH2")),
    "OAUTHBEARER": (
        rawsmtp.OAuth2(USER, TOKEN, mechanism="OAUTHBEARER"),
        rawsmtp.OAuth2(USER, "old", mechanism="OAUTHBEARER"),
    ),
    "EXTERNAL": (rawsmtp.External(USER), rawsmtp.External("other@x.test")),
}


def credentials(name: str) -> tuple[Any, Any]:
    """Return the right credential and a wrong one."""
    password = (rawsmtp.Password(USER, secret, mechanism=name) for secret in (SECRET, "wrong"))
    return CREDENTIALS.get(name) or tuple(password)  # type: ignore[return-value]  # two of them


def server_for(name: str) -> MemoryServer:
    secret = TOKEN if name in ("XOAUTH2", "OAUTHBEARER") else SECRET
    return MemoryServer(users={USER: secret}, tls="starttls", mechanisms=[name])


def test_every_mechanism_of_the_client_has_its_half() -> None:
    assert set(LOGINS) == set(MECHANISMS)


@pytest.mark.parametrize("name", sorted(LOGINS))
def test_right_credential(talk: Talk, name: str) -> None:
    server = server_for(name)
    client = talk(server, auth=credentials(name)[0])
    client.send(b"Subject: x\r\n\r\nx\r\n", sender=USER, recipients="b@x.test")
    assert server.outbox[0].auth == Login(USER, name)
    assert server.findings == []
    assert SECRET not in server.transcript
    assert TOKEN not in server.transcript


@pytest.mark.parametrize("name", sorted(LOGINS))
def test_wrong_credential(talk: Talk, name: str) -> None:
    server = server_for(name)
    client = talk(server, auth=credentials(name)[1])
    with pytest.raises(rawsmtp.AuthenticationFailed, match="535") as caught:
        client.connect()
    assert (caught.value.phase, caught.value.outcome) == ("auth", "refused")
    assert server.transcript.count("C: AUTH") == 1


@pytest.mark.parametrize("name", sorted(LOGINS))
def test_secret_in_clear_is_found_where_the_mechanism_shows_it(talk: Talk, name: str) -> None:
    secret = TOKEN if name in ("XOAUTH2", "OAUTHBEARER") else SECRET
    server = MemoryServer(users={USER: secret}, mechanisms=[name])
    talk(server, auth=replace(credentials(name)[0], in_clear=True)).connect()
    shows = name in ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER")
    assert [finding.rule for finding in server.findings] == ["credentials-in-clear"] * shows


@pytest.mark.parametrize("name", ["XOAUTH2", "OAUTHBEARER"])
def test_expired_token_is_asked_for_again_once(talk: Talk, name: str) -> None:
    tokens = iter(["old", TOKEN])
    server = server_for(name)
    client = talk(server, auth=rawsmtp.OAuth2(USER, lambda: next(tokens)))
    client.connect()
    assert server.transcript.count("C: AUTH") == 2


@pytest.mark.parametrize("name", ["XOAUTH2", "OAUTHBEARER"])
def test_token_that_stays_expired_is_asked_for_twice_in_all(talk: Talk, name: str) -> None:
    tokens = iter(["old", "old", TOKEN])
    client = talk(server_for(name), auth=rawsmtp.OAuth2(USER, lambda: next(tokens)))
    with pytest.raises(rawsmtp.AuthenticationFailed, match=r"status.*schemes"):
        client.connect()
    assert next(tokens) == TOKEN


def test_best_mechanism_is_chosen(talk: Talk) -> None:
    server = MemoryServer(users={USER: SECRET}, mechanisms=sorted(LOGINS))
    talk(server, auth=rawsmtp.Password(USER, SECRET, in_clear=True)).connect()
    assert "C: AUTH SCRAM-SHA-256" in server.transcript


@pytest.mark.parametrize(("tls", "expected"), [("starttls", "PLAIN"), (None, "CRAM-MD5")])
def test_order_of_the_others(talk: Talk, tls: Any, expected: str) -> None:
    server = MemoryServer(users={USER: SECRET}, tls=tls, mechanisms=["CRAM-MD5", "LOGIN", "PLAIN"])
    talk(server, auth=rawsmtp.Password(USER, SECRET, in_clear=True)).connect()
    assert f"C: AUTH {expected}" in server.transcript
