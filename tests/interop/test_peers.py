"""Clients that are not ours against the test kit: what they send arrives, and what they do wrong is found."""

from __future__ import annotations

import asyncio
import os
from email.message import EmailMessage
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from tests.interop.conftest import REQUIRED

from rawsmtp.testing import Server

if TYPE_CHECKING:
    from rawsmtp.testing import Capture


pytestmark = pytest.mark.usefixtures("untidy")


def peer(name: str) -> Any:
    """Import a peer; skip, or fail where it is required, if it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{REQUIRED} is set, and {name} is not installed")
        pytest.skip(f"{name} is not installed")


def email() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@x.test", "b@x.test, c@x.test", "你好"
    message.set_content("hello\n.dot\n")
    return message


def test_aiosmtplib() -> None:
    aiosmtplib = peer("aiosmtplib")

    async def send(server: Server) -> None:
        context = server.client_context()
        await aiosmtplib.send(
            email(),
            hostname=server.host,
            port=server.port,
            start_tls=True,
            tls_context=context,
            username="me",
            password="code",
        )

    with Server(users={"me": "code"}, tls="starttls", strict=True) as server:
        asyncio.run(send(server))
    assert server.last.envelope.recipients == ("b@x.test", "c@x.test")
    assert server.last.text == "hello\n.dot\n"
    assert server.last.auth is not None


def test_aiosmtplib_is_captured_by_name(smtp_capture: Capture) -> None:
    aiosmtplib = peer("aiosmtplib")
    smtp_capture("smtp.163.com", 465, persona="163", users={"me": "code"})
    asyncio.run(
        aiosmtplib.send(email(), hostname="smtp.163.com", port=465, use_tls=True, username="me", password="code")
    )
    assert smtp_capture.outbox.wait_for(subject="你好").tls is not None


def test_aiosmtplib_says_its_password_in_clear_where_starttls_is_hidden() -> None:
    aiosmtplib = peer("aiosmtplib")
    with Server(users={"me": "code"}, tls="starttls") as server:
        server.hide("STARTTLS")
        asyncio.run(aiosmtplib.send(email(), hostname=server.host, port=server.port, username="me", password="code"))
    assert "credentials-in-clear" in [finding.rule for finding in server.findings]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_smtpproto() -> None:
    smtpproto = peer("smtpproto.client")
    with Server(tls="starttls") as server:
        client = smtpproto.SyncSMTPClient(
            server.host, server.port, domain="x.test", ssl_context=server.client_context()
        )
        with client.connect() as session:
            session.send_message(email())
    assert server.last.subject == "你好"


@pytest.fixture
def django() -> Any:
    """Django with settings of its own."""
    settings = peer("django.conf").settings
    if not settings.configured:
        settings.configure(USE_TZ=True)
    return peer("django.core.mail")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
def test_django(django: Any) -> None:
    with Server(strict=True) as server:
        connection = django.get_connection(
            "django.core.mail.backends.smtp.EmailBackend", host=server.host, port=server.port
        )
        sent = django.send_mail("Welcome", "hello\n", "a@x.test", ["b@x.test"], connection=connection)
    assert sent == 1
    assert server.last.subject == "Welcome"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
def test_django_by_its_settings(django: Any) -> None:
    override = peer("django.test").override_settings
    with Server() as server, override(**server.django_settings()):
        django.send_mail("Welcome", "hello\n", "a@x.test", ["b@x.test"])
    assert server.last.envelope.sender == "a@x.test"


def test_django_by_its_mailers(django: Any) -> None:
    if peer("django").VERSION < (6, 1):
        pytest.skip("MAILERS came with Django 6.1")
    with Server(strict=True) as server, peer("django.test").override_settings(MAILERS=server.django_mailers()):
        django.send_mail("Welcome", "hello\n", "a@x.test", ["b@x.test"])
    assert server.last.envelope.sender == "a@x.test"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
def test_django_is_captured_by_name(django: Any, smtp_capture: Capture) -> None:
    server = smtp_capture("smtp.163.com", 465, users={"me": "code"}, strict=True)
    settings = {"EMAIL_HOST": "smtp.163.com", "EMAIL_PORT": 465, "EMAIL_HOST_USER": "me", "EMAIL_HOST_PASSWORD": "code"}
    with peer("django.test").override_settings(**{**server.django_settings(), **settings}):
        django.send_mail("Welcome", "hello\n", "a@x.test", ["b@x.test"])
    assert smtp_capture.outbox.last.auth is not None
    assert smtp_capture.outbox.last.tls is not None
