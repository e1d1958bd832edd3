"""Every fault, through both clients in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp.testing import MemoryServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Talk

TEXT = b"Subject: x\r\n\r\nhello\r\n"


def send(client: Any, to: str = "b@x.test") -> rawsmtp.Receipt:
    receipt: rawsmtp.Receipt = client.send(TEXT, sender="a@x.test", recipients=to)
    return receipt


CASES: dict[str, tuple[Callable[[MemoryServer], None], type[rawsmtp.SMTPError], str, str]] = {
    "greeting": (lambda s: s.reply_to("greeting", 554, "no"), rawsmtp.GreetingRefused, "greeting", "refused"),
    "CONNECT is the greeting": (lambda s: s.reply_to("CONNECT", 421), rawsmtp.GreetingRefused, "greeting", "refused"),
    "MAIL": (lambda s: s.reply_to("MAIL", 550, "no"), rawsmtp.SenderRefused, "mail", "refused"),
    "RCPT": (lambda s: s.reply_to("rcpt", 450, "4.2.2 full"), rawsmtp.RecipientsRefused, "rcpt", "refused"),
    "DATA": (lambda s: s.reply_to("DATA", 451, "later"), rawsmtp.MessageRefused, "data", "refused"),
    "the end of the content": (lambda s: s.reply_to(".", 554, "spam"), rawsmtp.MessageRefused, "content", "refused"),
    "anything": (lambda s: s.reply_to("*", 421, "bye"), rawsmtp.GreetingRefused, "greeting", "refused"),
    "dropped": (lambda s: s.drop_after("MAIL"), rawsmtp.ConnectionLost, "mail", "not_sent"),
    "dropped at the dot": (lambda s: s.drop_after("."), rawsmtp.ConnectionLost, "content", "unknown"),
    "reset": (lambda s: s.reset_after("MAIL"), rawsmtp.ConnectionLost, "mail", "not_sent"),
    "delayed": (lambda s: s.delay("MAIL", 100), rawsmtp.SMTPTimeout, "mail", "not_sent"),
    "frozen": (lambda s: s.freeze_after("EHLO"), rawsmtp.SMTPTimeout, "mail", "not_sent"),
    "trickled": (lambda s: s.trickle("EHLO", 10), rawsmtp.SMTPTimeout, "hello", "not_sent"),
    "raw": (lambda s: s.send_raw("EHLO", b"250-broken\n"), rawsmtp.RemoteProtocolError, "hello", "not_sent"),
    "silent": (lambda s: s.send_raw("EHLO", b""), rawsmtp.SMTPTimeout, "hello", "not_sent"),
    "too big": (lambda s: s.limit(size=5), rawsmtp.NotSupported, "mail", "not_sent"),
    "too many": (lambda s: s.limit(recipients=0), rawsmtp.RecipientsRefused, "rcpt", "refused"),
}


@pytest.mark.parametrize(("ask", "error", "phase", "outcome"), CASES.values(), ids=CASES)
def test_fault(
    talk: Talk, ask: Callable[[MemoryServer], None], error: type[Exception], phase: str, outcome: str
) -> None:
    server = MemoryServer()
    ask(server)
    with pytest.raises(error) as caught:
        send(talk(server, timeout=30))
    assert isinstance(caught.value, rawsmtp.SMTPError)
    assert (caught.value.phase, caught.value.outcome) == (phase, outcome)
    assert server.outbox == []
    server.assert_all_faults_used()


def test_answered_and_then_dropped(talk: Talk) -> None:
    server = MemoryServer()
    server.drop_after(".", answer=True)
    assert send(talk(server)).reply.is_success
    assert len(server.outbox) == 1


def test_delay_within_the_timeout_changes_nothing(talk: Talk) -> None:
    server = MemoryServer()
    server.delay("MAIL", 29)
    server.trickle("RCPT", 0.001)
    send(talk(server, timeout=30))
    server.assert_all_faults_used()


def test_when_and_times(talk: Talk) -> None:
    server = MemoryServer()
    server.reply_to("RCPT", 450, "4.2.2 full", when="Full@x.test", times=2)
    client = talk(server)
    for _ in range(2):
        send(client)
        with pytest.raises(rawsmtp.RecipientsRefused, match=r"450 4\.2\.2 full"):
            send(client, "full@x.test")
    send(client, "full@x.test")
    server.assert_all_faults_used()


def test_unused_faults_are_named(talk: Talk) -> None:
    server = MemoryServer()
    server.reply_to("VRFY", 550, "no such user", when="x")
    server.reply_to("MAIL", 250, "fine", times=3)
    send(talk(server))
    with pytest.raises(AssertionError, match=r"VRFY for x: '550 no such user'; MAIL: '250 fine'"):
        server.assert_all_faults_used()


def test_hidden_extension_is_not_done_either(talk: Talk) -> None:
    server = MemoryServer(tls="starttls")
    server.hide("starttls", "AUTH")
    client = talk(server, security="none")
    client.connect()
    assert "STARTTLS" not in client.capabilities
    assert client.command("XSTARTTLS").code == 500


def test_refused_login(talk: Talk) -> None:
    server = MemoryServer(users={"u": "p", "v": "q"}, tls="starttls")
    server.reply_to("AUTH", 535, "5.7.8 not you", when="u")
    with pytest.raises(rawsmtp.AuthenticationFailed, match="not you"):
        talk(server, auth=("u", "p")).connect()
    talk(server, auth=("v", "q")).connect()


def test_handler_is_asked_first(talk: Talk) -> None:
    def handler(command: Any) -> rawsmtp.Reply | None:
        return rawsmtp.Reply(550, "not him") if str(command) == "RCPT TO:<him@x.test>" else None

    server = MemoryServer(handler=handler)
    client = talk(server)
    with pytest.raises(rawsmtp.RecipientsRefused, match="not him"):
        send(client, "him@x.test")
    send(client)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda s: s.reply_to("FOO", 550), "no such command: 'FOO'"),
        (lambda s: s.reply_to("MAIL", 199), "between 200 and 599"),
        (lambda s: s.drop_after("MAIL", times=0), "once at least"),
        (lambda s: s.refuse("nothing"), "this persona has none"),
    ],
)
def test_bad_arguments(ask: Callable[[MemoryServer], None], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ask(MemoryServer())
