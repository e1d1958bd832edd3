from __future__ import annotations

import asyncio
import contextlib
import os
import smtplib
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import rawsmtp
from rawsmtp.testing import Capture, UnexpectedHost

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "smtp.163.com"


def legacy_script() -> None:
    """Send a mail, as scripts that nobody wants to touch do."""
    client = smtplib.SMTP_SSL(HOST, 465, context=ssl.create_default_context())
    client.login("me@163.com", "code")
    client.sendmail("me@163.com", ["you@x.test"], "Subject: hi\n\nhello\n")
    client.quit()


async def asyncio_script() -> None:
    """Greet and part, by asyncio's own streams."""
    reader, writer = await asyncio.open_connection(HOST, 465, ssl=ssl.create_default_context())
    assert (await reader.readline()).startswith(b"220 163.com")
    writer.write(b"QUIT\r\n")
    assert (await reader.readline()).startswith(b"221")
    writer.close()
    with contextlib.suppress(ssl.SSLError):
        await writer.wait_closed()


@pytest.mark.usefixtures("untidy")
def test_legacy_script_is_captured_unchanged(smtp_capture: Capture) -> None:
    server = smtp_capture(HOST, 465, persona="163", users={"me@163.com": "code"})
    legacy_script()
    asyncio.run(asyncio_script())
    asyncio.run(
        rawsmtp.asend(
            "Subject: x\n\nx\n", HOST, 465, auth=("me@163.com", "code"), sender="me@163.com", recipients="b@x.test"
        )
    )
    assert [mail.envelope.recipients for mail in smtp_capture.outbox] == [("you@x.test",), ("b@x.test",)]
    assert smtp_capture.outbox[0].tls is not None
    server.assert_conversation("S: 220 ...\nC: QUIT\nS: 221 ...", connection=1)


@pytest.mark.parametrize("dialled", ["MAIL.b\u00fccher.test.", "mail.xn--bcher-kva.test", b"mail.xn--bcher-kva.test"])
def test_name_is_one_however_it_is_written(smtp_capture: Capture, dialled: str | bytes) -> None:
    server = smtp_capture("mail.b\u00fccher.test", 465)
    assert socket.getaddrinfo(dialled, 465)[0][4] == (server.host, server.port)
    smtplib.SMTP_SSL("mail.bücher.test", 465, context=ssl.create_default_context()).quit()


def test_other_ports_offer_starttls(smtp_capture: Capture) -> None:
    smtp_capture("smtp.x.test", 587)
    rawsmtp.send("Subject: x\n\nx\n", "smtp.x.test", sender="a@x.test", recipients="b@x.test")
    assert smtp_capture.outbox[0].tls is not None


@pytest.mark.parametrize("dialled", [("smtp.qq.com", 25), ("192.0.2.1", 465), (HOST, 25), ("mail.x.test", "smtp")])
def test_another_host_fails_and_is_named(dialled: tuple[str, int | str]) -> None:
    capture = Capture()
    capture.__enter__()
    capture(HOST, 465)
    # A program may swallow what went wrong; the test fails all the same.
    with contextlib.suppress(UnexpectedHost):
        socket.getaddrinfo(*dialled)
    with pytest.raises(UnexpectedHost, match=f"{dialled[0]}:\\d+; the test expects {HOST}:465"):
        capture.__exit__(None, None, None)


def test_what_the_program_raised_itself_is_not_told_twice() -> None:
    with pytest.raises(UnexpectedHost) as caught, Capture():
        socket.getaddrinfo("smtp.qq.com", 25)
    assert not hasattr(caught.value, "__notes__")


def test_other_look_ups_go_through(smtp_capture: Capture) -> None:
    assert socket.getaddrinfo("127.0.0.1", 25)
    assert socket.getaddrinfo("localhost", 5432)


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", "/before")
    yield
    assert os.environ["SSL_CERT_FILE"] == "/before"


def test_everything_is_put_back(variable: None) -> None:
    before = socket.getaddrinfo
    with Capture() as capture:
        capture(HOST, 465)
        path = Path(os.environ["SSL_CERT_FILE"])
    assert socket.getaddrinfo is before
    assert not path.exists()
