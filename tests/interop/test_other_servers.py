"""The same mail through three real servers: Postfix, Exim, and OpenSMTPD, which takes one command at a time only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.interop.postfix import DOMAIN, UNKNOWN, Postfix

import rawsmtp

if TYPE_CHECKING:
    from tests.conftest import MakeClient
    from tests.interop.exim import Exim, Jailed
    from tests.interop.opensmtpd import OpenSMTPD

    Server = Postfix | Jailed

SENDER, RECIPIENT = "sender@x.test", f"someone@{DOMAIN}"
DOTS = b".\n..\n.a\n..b\na.\n"


def content(number: int, body: bytes = b"") -> bytes:
    """Return a message with all header fields that a server would add, so that none is added."""
    lines = (
        b"From: sender@x.test",
        b"To: someone@example.test",
        b"Subject: number %d" % number,
        b"Date: Tue, 24 Nov 2026 12:00:00 +0000",
        b"Message-ID: <%d@x.test>" % number,
    )
    return b"\n".join(lines) + b"\n\nbody %d\n" % number + body


def test_ten_messages_on_one_connection(make_client: MakeClient, server: Server) -> None:
    client = make_client(server.host, server.port)
    sent = [content(number, DOTS) for number in range(10)]
    for message in sent:
        receipt = client.send(message, sender=SENDER, recipients=[UNKNOWN, RECIPIENT], refused="continue")
        assert set(receipt.accepted) == {RECIPIENT}
        assert set(receipt.refused) == {UNKNOWN}
        assert receipt.refused[UNKNOWN].code == 550
    assert str(client.transcript).count("Connected to") == 1
    assert sorted(server.wait_for(10)) == sorted(sent)


def test_refused_ones_between_accepted_ones(make_client: MakeClient, server: Server) -> None:
    client = make_client(server.host, server.port)
    sent = [content(number, DOTS) for number in range(4)]
    for message in sent:
        client.send(message, sender=SENDER, recipients=RECIPIENT)
        with pytest.raises(rawsmtp.RecipientsRefused) as caught:
            client.send(content(99), sender=SENDER, recipients=[RECIPIENT, UNKNOWN])
        assert set(caught.value.recipients) == {UNKNOWN}
        assert caught.value.outcome == "refused"
    assert str(client.transcript).count("Connected to") == 1
    assert sorted(server.wait_for(4)) == sorted(sent)


def test_what_each_server_offers(make_client: MakeClient, exim: Exim, opensmtpd: OpenSMTPD) -> None:
    """Without this the tests above would not show what they are for."""
    offers = []
    for server in (exim, opensmtpd):
        client = make_client(server.host, server.port)
        client.connect()
        offers.append((client.capabilities.pipelining, client.capabilities.chunking))
    assert offers == [(True, True), (False, False)]
