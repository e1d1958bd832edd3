"""What the migration pages say of the other libraries, where the README's table does not say it as well."""

from __future__ import annotations

import asyncio
import smtplib
from email.message import EmailMessage
from email.parser import Parser

import pytest
from tests.interop.test_peers import peer

from rawsmtp.testing import Server

pytestmark = pytest.mark.usefixtures("untidy")

TEXT = b"Subject: x\r\n\r\nhello\r\n"


def smtp(server: Server) -> smtplib.SMTP:
    return smtplib.SMTP(server.host, server.port, local_hostname="x.test")


def test_smtplib_sends_8_bit_to_a_server_without_8bitmime() -> None:
    with Server(extensions=[]) as server, smtp(server) as client:
        client.sendmail("a@x.test", "b@x.test", "Subject: x\r\n\r\n你\r\n".encode())
        assert [finding.rule for finding in server.findings] == ["undeclared-8bit"]


def test_smtplib_leaves_the_size_to_the_server() -> None:
    with Server() as server, smtp(server) as client:
        server.limit(size=10)
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail("a@x.test", "b@x.test", TEXT)


def test_smtplib_drops_the_addresses_of_a_second_header() -> None:
    message = Parser().parsestr("From: a@x.test\nTo: b@x.test\nTo: c@x.test\nBcc: d@x.test\nBcc: e@x.test\n\nx\n")
    with Server() as server, smtp(server) as client:
        client.send_message(message)
        assert server.last.envelope.recipients == ("b@x.test", "d@x.test")


def test_smtplib_refuses_a_domain_that_has_an_a_label() -> None:
    message = EmailMessage()
    message["From"], message["To"] = "a@x.test", "user@bücher.example"
    with Server(extensions=[]) as server, smtp(server) as client, pytest.raises(smtplib.SMTPNotSupportedError):
        client.send_message(message)


def test_smtplib_raises_behind_a_delivered_mail() -> None:
    with Server() as server:
        server.send_raw("QUIT", b"\x00\x00\x00\r\n")
        with pytest.raises(smtplib.SMTPResponseException), smtp(server) as client:
            client.sendmail("a@x.test", "b@x.test", TEXT)
        server.assert_sent(1)


def test_smtplib_holds_a_reply_of_any_length() -> None:
    line = b"250-" + b"x" * 1_000 + b"\r\n"
    with Server(script=[b"220 x\r\n", line * 2_000 + b"250 x\r\n"]) as server:
        client = smtp(server)
        assert len(client.ehlo()[1]) > 2_000_000
        client.close()


def test_aiosmtplib_takes_a_late_reply_for_that_of_the_next_command() -> None:
    aiosmtplib = peer("aiosmtplib")

    async def talk(server: Server) -> None:
        client = aiosmtplib.SMTP(hostname=server.host, port=server.port, start_tls=False)
        await client.connect()
        await client.mail("a@x.test")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.rcpt("b@x.test"), 0.1)
        with pytest.raises(aiosmtplib.SMTPResponseException, match="the answer to RCPT"):
            await client.noop()
        client.close()

    late = b"550 the answer to RCPT\r\n250 that to NOOP\r\n"
    with Server(script=[b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"", late]) as server:
        asyncio.run(talk(server))
