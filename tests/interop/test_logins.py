"""Logins at Postfix that Dovecot checks, by every mechanism that both sides have, from both clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.interop.dovecot import SECRET, USER, WITH_PASSWORD, WITH_TOKEN, Dovecot
from tests.interop.postfix import MEMBERS, Postfix

import rawsmtp
from rawsmtp import OAuth2, Password

if TYPE_CHECKING:
    import ssl

    from tests.conftest import AnyClient, MakeClient

CONTENT = b"From: user@example.test\nTo: members@example.test\nSubject: x\n\nbehind the login\n"

Credential = Password | OAuth2
ClientWith = Callable[[Credential | None], "AnyClient"]
"""Makes a client of `submission` with a credential."""


@pytest.fixture(params=["starttls", "tls"])
def client_with(
    request: pytest.FixtureRequest, make_client: MakeClient, submission: Postfix, client_context: ssl.SSLContext
) -> ClientWith:
    security = request.param
    port = submission.tls_port if security == "tls" else submission.port

    def make(credential: Credential | None) -> AnyClient:
        return make_client(submission.host, port, security=security, tls_context=client_context, auth=credential)

    return make


def send_to_members(client: AnyClient) -> None:
    client.send(CONTENT, sender=USER, recipients=MEMBERS)
    client.close()


def good(dovecot: Dovecot, mechanism: str) -> Credential:
    if mechanism in WITH_TOKEN:
        return OAuth2(USER, dovecot.token(), mechanism=mechanism)
    return Password(USER, SECRET, mechanism=mechanism)


def bad(dovecot: Dovecot, mechanism: str) -> Credential:
    if mechanism in WITH_TOKEN:
        return OAuth2(USER, dovecot.token(lasts=-60), mechanism=mechanism)
    return Password(USER, "wrong", mechanism=mechanism)


@pytest.mark.parametrize("mechanism", WITH_PASSWORD + WITH_TOKEN)
def test_login(client_with: ClientWith, submission: Postfix, dovecot: Dovecot, mechanism: str) -> None:
    before = dovecot.attempts()
    client = client_with(good(dovecot, mechanism))
    client.connect()
    assert mechanism in client.capabilities.auth
    send_to_members(client)
    assert submission.wait_for(1) == [CONTENT]
    assert dovecot.attempts() == before + 1


def test_nothing_for_members_without_a_login(client_with: ClientWith, submission: Postfix) -> None:
    client = client_with(None)
    with pytest.raises(rawsmtp.RecipientsRefused):
        send_to_members(client)
    assert submission.messages() == []


@pytest.mark.parametrize("mechanism", WITH_PASSWORD + WITH_TOKEN)
def test_refused_login(client_with: ClientWith, dovecot: Dovecot, mechanism: str) -> None:
    check_refused(client_with(bad(dovecot, mechanism)), dovecot)


@pytest.mark.parametrize("kind", ["password", "token"])
def test_another_mechanism_is_not_tried_with_a_refused_secret(
    client_with: ClientWith, dovecot: Dovecot, kind: str
) -> None:
    credential = Password(USER, "wrong") if kind == "password" else OAuth2(USER, dovecot.token(lasts=-60))
    check_refused(client_with(credential), dovecot)


def check_refused(client: AnyClient, dovecot: Dovecot) -> None:
    before = dovecot.attempts()
    with pytest.raises(rawsmtp.AuthenticationFailed) as caught:
        client.connect()
    assert (caught.value.phase, caught.value.outcome) == ("auth", "refused")
    assert caught.value.reply is not None
    assert caught.value.reply.code == 535
    assert dovecot.attempts() == before + 1


@pytest.mark.parametrize("mechanism", WITH_TOKEN)
def test_an_expired_token_is_replaced_once(
    client_with: ClientWith, submission: Postfix, dovecot: Dovecot, mechanism: str
) -> None:
    before = dovecot.attempts()
    tokens = iter([dovecot.token(lasts=-60), dovecot.token()])
    client = client_with(OAuth2(USER, lambda: next(tokens), mechanism=mechanism))
    client.connect()
    send_to_members(client)
    assert submission.wait_for(1) == [CONTENT]
    assert dovecot.attempts() == before + 2


def test_a_token_that_stays_expired_is_replaced_once_only(client_with: ClientWith, dovecot: Dovecot) -> None:
    before = dovecot.attempts()
    tokens = iter([dovecot.token(lasts=-60), dovecot.token(lasts=-61)])
    client = client_with(OAuth2(USER, lambda: next(tokens)))
    with pytest.raises(rawsmtp.AuthenticationFailed):
        client.connect()
    assert dovecot.attempts() == before + 2
