"""Mail through a real Postfix, from both clients, and what the maildir holds."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from tests.interop.postfix import DOMAIN, UNKNOWN, Postfix

import rawsmtp

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from tests.conftest import MakeClient

SENDER, RECIPIENT = "sender@x.test", f"someone@{DOMAIN}"
HEADERS = b"From: sender@x.test\nTo: someone@example.test\nSubject: x\n\n"

AWKWARD = {
    "leading dots": HEADERS + b".\n..\n...\n.a\n..b\na.\n",
    "a lone dot line": HEADERS + b"before\n.\nafter\n",
    "dots and CRLF": HEADERS.replace(b"\n", b"\r\n") + b".\r\n..\r\n\r\n.\r\n",
    "UTF-8 body": HEADERS + "你好，世界\nü\n".encode(),
    "no final newline": HEADERS + b"no newline",
    "dot without newline": HEADERS + b".",
    "bare LF": HEADERS + b"a\nb\n\n\nc\n",
    "bare CR": HEADERS + b"a\rb\r\rc\r",
    "smuggled end of data": HEADERS + b"a\n.\nMAIL FROM:<evil@x.test>\n",
    "5 MB": HEADERS + b"0123456789abcdef.\n" * 300_000,
    "an empty body": HEADERS,
    "998-octet lines": HEADERS + (b"x" * 998 + b"\n") * 5 + b"." + b"y" * 997 + b"\n",
}


def as_lines(octets: bytes) -> bytes:
    """Return the octets with LF line ends and one at the end, as a maildir has them."""
    lines = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return lines if not lines or lines.endswith(b"\n") else lines + b"\n"


@pytest.mark.parametrize("content", AWKWARD.values(), ids=AWKWARD)
def test_awkward_messages_arrive_octet_for_octet(make_client: MakeClient, postfix: Postfix, content: bytes) -> None:
    client = make_client(postfix.host, postfix.port)
    receipt = client.send(content, sender=SENDER, recipients=RECIPIENT)
    client.close()
    assert receipt.queue_id is not None
    assert receipt.queue_id in postfix.log()
    assert postfix.wait_for(1) == [as_lines(content)]


def test_several_on_one_connection(make_client: MakeClient, postfix: Postfix) -> None:
    client = make_client(postfix.host, postfix.port)
    sent = [HEADERS + b"%d\n" % number for number in range(5)]
    receipts = [client.send(content, sender=SENDER, recipients=RECIPIENT) for content in sent]
    assert sorted(postfix.wait_for(5)) == sent
    assert len({receipt.queue_id for receipt in receipts}) == 5


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_inside_tls(make_client: MakeClient, postfix: Postfix, client_context: ssl.SSLContext, security: Any) -> None:
    port = postfix.tls_port if security == "tls" else postfix.port
    client = make_client(postfix.host, port, security=security, tls_context=client_context)
    client.send(HEADERS + b"secret\n", sender=SENDER, recipients=RECIPIENT)
    assert client.tls.version == "TLSv1.3"
    assert postfix.wait_for(1) == [HEADERS + b"secret\n"]


def test_refused_recipient(make_client: MakeClient, postfix: Postfix) -> None:
    client = make_client(postfix.host, postfix.port)
    with pytest.raises(rawsmtp.RecipientsRefused) as caught:
        client.send(HEADERS, sender=SENDER, recipients=[RECIPIENT, UNKNOWN])
    assert caught.value.recipients[UNKNOWN].enhanced == "5.1.1"
    receipt = client.send(HEADERS, sender=SENDER, recipients=[RECIPIENT, UNKNOWN], refused="continue")
    assert set(receipt.refused) == {UNKNOWN}
    assert postfix.wait_for(1) == [HEADERS]


def test_email_message_in_one_shot(send_once: Callable[..., rawsmtp.Receipt], postfix: Postfix) -> None:
    message = EmailMessage()
    message["From"] = SENDER
    message["To"] = f"Jemand <{RECIPIENT}>"
    message["Bcc"] = f"hidden@{DOMAIN}"
    message["Subject"] = "Größe"
    message.set_content("ü\n")
    receipt = send_once(message, postfix.host, postfix.port)
    assert set(receipt.accepted) == {RECIPIENT, f"hidden@{DOMAIN}"}
    arrived = postfix.wait_for(2)
    assert b"Bcc" not in arrived[0]
    assert arrived[0] == arrived[1]
