"""What becomes of messages at a real Postfix: beyond ASCII, over its size, refused in part, and at its sudden death."""

from __future__ import annotations

import os
import signal
import threading
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from tests.interop.conftest import need
from tests.interop.postfix import DOMAIN, UNKNOWN, Postfix

import rawsmtp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import MakeClient

SENDER, RECIPIENT = "sender@x.test", f"someone@{DOMAIN}"
HEADERS = b"From: sender@x.test\nTo: someone@example.test\nSubject: x\nDate: x\nMessage-ID: <x@x.test>\n\n"


def email(to: str, body: str = "hello\n") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, to, "你好"
    message["Date"], message["Message-ID"] = "Tue, 24 Nov 2026 12:00:00 +0000", "<x@x.test>"
    message.set_content(body)
    return message


@pytest.mark.parametrize(
    ("to", "says"),
    [
        (f"用户@{DOMAIN}", "SMTPUTF8"),
        ("someone@bücher.example", ""),
        ("用户@bücher.example", "SMTPUTF8"),
    ],
    ids=["local part", "domain", "both"],
)
def test_addresses_beyond_ascii(make_client: MakeClient, postfix: Postfix, to: str, says: str) -> None:
    client = make_client(postfix.host, postfix.port)
    client.send(email(to), sender=SENDER, recipients=to)
    (arrived,) = postfix.wait_for(1)
    (mail,) = [entry.line for entry in client.transcript if entry.line.startswith("MAIL")]
    assert ("SMTPUTF8" in mail) is bool(says)
    assert "xn--bcher-kva" in str(client.transcript) or "bücher" not in to
    assert (to.encode() in arrived) is bool(says)


def test_local_part_beyond_ascii_without_smtputf8(make_client: MakeClient, postfix: Postfix) -> None:
    client = make_client(postfix.host, postfix.port, ignore_extensions={"SMTPUTF8"})
    with pytest.raises(rawsmtp.NotSupported, match="用户") as caught:
        client.send(HEADERS, sender=SENDER, recipients=f"用户@{DOMAIN}")
    assert caught.value.extension == "SMTPUTF8"
    assert "MAIL" not in str(client.transcript)


@pytest.mark.parametrize("ignored", [set(), {"8BITMIME", "SMTPUTF8"}], ids=["8BITMIME", "7bit"])
def test_bodies_beyond_ascii(make_client: MakeClient, postfix: Postfix, ignored: set[str]) -> None:
    client = make_client(postfix.host, postfix.port, ignore_extensions=ignored)
    client.send(email(RECIPIENT, "你好，世界\n"))
    (arrived,) = postfix.wait_for(1)
    assert arrived.isascii() is bool(ignored)
    octets = HEADERS + "ü\n".encode()
    if ignored:
        with pytest.raises(rawsmtp.NotSupported, match="8BITMIME"):
            client.send(octets, sender=SENDER, recipients=RECIPIENT)
    else:
        client.send(octets, sender=SENDER, recipients=RECIPIENT)
        assert octets in postfix.wait_for(2)


def test_oversize(make_client: MakeClient, postfix: Postfix) -> None:
    octets = HEADERS + b"x\n" * 15_000_000
    client = make_client(postfix.host, postfix.port)
    with pytest.raises(rawsmtp.NotSupported, match="20000000") as caught:
        client.send(octets, sender=SENDER, recipients=RECIPIENT)
    assert (caught.value.extension, caught.value.outcome) == ("SIZE", "not_sent")
    client.send(HEADERS, sender=SENDER, recipients=RECIPIENT)
    unaware = make_client(postfix.host, postfix.port, ignore_extensions={"SIZE"})
    with pytest.raises(rawsmtp.MessageRefused, match="552") as refused:
        unaware.send(octets, sender=SENDER, recipients=RECIPIENT)
    assert refused.value.outcome == "refused"
    assert postfix.wait_for(1) == [HEADERS]


@pytest.mark.parametrize("policy", ["abort", "continue"])
def test_one_of_three_refused(make_client: MakeClient, postfix: Postfix, policy: Any) -> None:
    client = make_client(postfix.host, postfix.port)
    recipients = [RECIPIENT, UNKNOWN, f"other@{DOMAIN}"]
    if policy == "abort":
        with pytest.raises(rawsmtp.RecipientsRefused) as caught:
            client.send(HEADERS, sender=SENDER, recipients=recipients)
        assert set(caught.value.recipients) == {UNKNOWN}
        assert "nothing was sent" in str(caught.value)
    else:
        receipt = client.send(HEADERS, sender=SENDER, recipients=recipients, refused="continue")
        assert (set(receipt.accepted), set(receipt.refused)) == ({RECIPIENT, f"other@{DOMAIN}"}, {UNKNOWN})
    client.send(HEADERS + b"next\n", sender=SENDER, recipients=RECIPIENT)
    arrived = postfix.wait_for(1 if policy == "abort" else 3)
    assert arrived.count(HEADERS) == (0 if policy == "abort" else 2)
    assert arrived.count(HEADERS + b"next\n") == 1


def test_sudden_death_behind_the_final_dot_is_unknown(make_client: MakeClient) -> None:
    need(Postfix)
    with Postfix() as server:
        client = make_client(server.host, server.port, timeout=20)
        killer = threading.Thread(target=kill_behind_the_dot, args=(server, client))

        def pieces() -> Iterator[bytes]:
            yield HEADERS
            # From here on it answers nothing: the dot reaches the system, and no reply comes.
            os.killpg(server.process_group, signal.SIGSTOP)
            killer.start()

        with pytest.raises(rawsmtp.ConnectionLost) as caught:
            client.send(pieces(), sender=SENDER, recipients=RECIPIENT)
        killer.join()
    assert (caught.value.phase, caught.value.outcome, caught.value.retryable) == ("content", "unknown", False)


def kill_behind_the_dot(server: Postfix, client: Any) -> None:
    pause = threading.Event()
    while [entry.line for entry in client.transcript][-1:] != ["."]:
        pause.wait(0.01)
    pause.wait(0.1)
    server.kill()
