"""Both clients, against the scripted server: what a caller sees."""

from __future__ import annotations

import asyncio
import pickle
import socket
import ssl
from email.message import EmailMessage
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp import commands
from rawsmtp.testing import Login, MemoryServer, Server
from rawsmtp.testing.certificates import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import MakeClient, Talk

SENDER, RECIPIENT = "a@x.test", "b@x.test"
TEXT = b"Subject: x\r\n\r\nhello\r\n"
GREETING = b"220 x.test\r\n"
EHLO = b"250 x.test\r\n"
OK = b"250 ok\r\n"
GO_ON = b"354 go on\r\n"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def email() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Å <a@x.test>"
    message["To"] = "b@x.test, c@x.test"
    message["Bcc"] = "d@x.test"
    message["Subject"] = "你好"
    message.set_content("hello\n.dot\n")
    return message


def test_email_message_with_headers_as_envelope(make_client: MakeClient, server: Server) -> None:
    message = email()
    receipt = make_client(server.host, server.port).send(message)
    (mail,) = server.wait_for(1)
    assert mail.envelope.sender == "a@x.test"
    assert mail.envelope.recipients == ("b@x.test", "c@x.test", "d@x.test")
    assert tuple(receipt.accepted) == mail.envelope.recipients
    assert b"Bcc" not in mail.raw
    assert mail.raw.endswith(b"\r\n\r\nhello\r\n.dot\r\n")
    assert message["Bcc"] == "d@x.test"
    assert receipt.queue_id == "00000001"


@pytest.mark.parametrize(
    ("form", "arrives"),
    [
        (TEXT, TEXT),
        (bytearray(TEXT), TEXT),
        (memoryview(TEXT), TEXT),
        ("Subject: x\n\nü\n", "Subject: x\r\n\r\nü\r\n".encode()),
        (BytesIO, TEXT),
        ([b"Subject: x\r", b"\n\r\n.", b".a"], b"Subject: x\r\n\r\n..a\r\n"),
        (b"", b""),
        (b".", b".\r\n"),
        (b".\r\n.\n..\r.", b".\r\n.\r\n..\r\n.\r\n"),
    ],
    ids=["bytes", "bytearray", "memoryview", "str", "file", "iterable", "empty", "dot", "dots"],
)
def test_forms_of_a_message(make_client: MakeClient, server: Server, form: Any, arrives: bytes) -> None:
    message = form(TEXT) if form is BytesIO else form
    make_client(server.host, server.port).send(message, sender=SENDER, recipients=RECIPIENT)
    assert server.wait_for(1)[0].raw == arrives


def test_path(make_client: MakeClient, server: Server, tmp_path: Path) -> None:
    path = tmp_path / "message.eml"
    path.write_bytes(TEXT)
    make_client(server.host, server.port).send(path, sender=SENDER, recipients=RECIPIENT)
    assert server.wait_for(1)[0].raw == TEXT


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"recipients": "a@b\r\nRCPT TO:<c@d>"}, ValueError, r"control characters"),
        ({"recipients": "a@b\0"}, ValueError, r"'a@b\\x00'"),
        ({"recipients": []}, ValueError, "no recipients"),
        ({"recipients": None}, ValueError, "recipients="),
        ({"recipients": "a@b, c@d"}, ValueError, "as a list"),
        ({"recipients": b"a@b"}, TypeError, "bytes"),
        ({"recipients": [b"a@b"]}, TypeError, "bytes"),
        ({"recipients": {"a@b": 1}}, TypeError, "dict"),
        ({"recipients": 3}, TypeError, "int"),
        ({"sender": "a b@c"}, ValueError, "not an address"),
        ({"sender": None}, ValueError, "sender="),
        ({"sender": "Å <a@b>"}, ValueError, "without a name"),
        ({"message": 3}, TypeError, "int"),
        ({"message": "message.eml"}, ValueError, r"pathlib\.Path"),
        ({"message": {"a": "b"}}, TypeError, "dict"),
        ({"message": None}, TypeError, "NoneType"),
        ({"message": StringIO("x\n")}, TypeError, "opened in binary"),
        ({"message": ["a line\n"]}, TypeError, "made of bytes"),
        ({"message": Path("/nowhere/message.eml")}, FileNotFoundError, "nowhere"),
        ({"refused": "maybe"}, ValueError, "'abort', 'continue'"),
    ],
    ids=lambda value: repr(value).partition(" at 0x")[0] if isinstance(value, dict) else None,
)
def test_bad_input_is_refused_before_anything_is_connected(
    make_client: MakeClient, given: dict[str, Any], error: type[Exception], words: str
) -> None:
    client = make_client("host.invalid")
    options: dict[str, Any] = {"message": TEXT, "sender": SENDER, "recipients": RECIPIENT, **given}
    with pytest.raises(error, match=words):
        client.send(options.pop("message"), **options)
    assert len(client.transcript) == 0


def test_commands_return_any_reply(make_client: MakeClient) -> None:
    with Server() as server:
        server.reply_to("VRFY", 550, "5.1.1 no")
        client = make_client(server.host, server.port)
        assert client.verify("x").code == 550
        assert client.noop().is_success
        assert client.command("mail from:<a@b>").is_success
        assert client.command(commands.Rcpt("c@d")).is_success
        assert client.reset().is_success
        assert client.command("XYZZY").code == 500
        with pytest.raises(rawsmtp.LocalProtocolError, match=r"use send\(\)"):
            client.command("data")
        with pytest.raises(ValueError, match="line end"):
            client.command("noop\r\nquit")
        assert client.noop().is_success


def test_transaction_left_open_by_hand_is_reset(make_client: MakeClient, server: Server) -> None:
    client = make_client(server.host, server.port)
    client.command("mail from:<other@x.test>")
    client.command("rcpt to:<other@x.test>")
    client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert [(mail.envelope.sender, mail.envelope.recipients) for mail in server.wait_for(1)] == [(SENDER, (RECIPIENT,))]


def test_hello_said_by_hand_is_the_one_in_force(make_client: MakeClient, server: Server) -> None:
    client = make_client(server.host, server.port)
    client.command("helo x.test")
    assert len(client.capabilities) == 0
    client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    client.command(commands.Ehlo("x.test"))
    assert client.capabilities.pipelining
    client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert len(server.wait_for(2)) == 2


def test_what_the_client_knows(make_client: MakeClient, server: Server) -> None:
    client = make_client(server.host, server.port)
    assert len(client.capabilities) == 0
    greeting = client.greeting
    client.connect()
    assert client.greeting == rawsmtp.Reply(220, "localhost ESMTP rawsmtp test server")
    assert greeting is None
    assert client.capabilities.pipelining
    assert client.tls is None
    assert client.progress == ("hello", "not_sent")


TLS: dict[str, Any] = {"starttls": "starttls", "tls": "implicit"}


@pytest.mark.parametrize("security", TLS)
def test_tls(make_client: MakeClient, client_context: ssl.SSLContext, security: str) -> None:
    with Server(tls=TLS[security]) as server:
        client = make_client(server.host, server.port, security=security, tls_context=client_context)
        client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
        assert client.tls.version == "TLSv1.3"
        assert client.tls.certificate["subjectAltName"]
        client.close()
        assert client.tls is None
    assert server.outbox[0].tls
    assert {entry.tls for entry in client.transcript if entry.line.startswith("MAIL")} == {True}


@pytest.mark.parametrize("security", TLS)
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.GOOD], ids=lambda kind: kind.value)
def test_certificate_is_verified(
    make_client: MakeClient, client_context: ssl.SSLContext, kind: Kind, security: str
) -> None:
    with Server(tls=TLS[security], certificate=kind.value) as server:
        client = make_client(server.host, server.port, security=security, tls_context=client_context)
        with pytest.raises(rawsmtp.TLSFailed, match="certificate") as caught:
            client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert (caught.value.phase, caught.value.outcome) == ("tls", "not_sent")
    assert isinstance(caught.value.__cause__, ssl.SSLError)
    assert server.outbox == []


def test_default_context_trusts_no_unknown_authority(make_client: MakeClient) -> None:
    with Server(tls="implicit") as server:
        client = make_client(server.host, server.port, security="tls")
        with pytest.raises(rawsmtp.TLSFailed, match="unable to get local issuer"):
            client.connect()


def test_required_tls_that_is_not_offered(make_client: MakeClient, server: Server) -> None:
    client = make_client(server.host, server.port, security="starttls", auth=("u", "p"))
    with pytest.raises(rawsmtp.TLSFailed, match="does not offer STARTTLS"):
        client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert [entry.line for entry in client.transcript if entry.direction == "sent"] == ["EHLO [127.0.0.1]"]


def test_octets_behind_the_reply_to_starttls_are_an_attack(make_client: MakeClient) -> None:
    script = [GREETING, b"250-x.test\r\n250 STARTTLS\r\n", b"220 go\r\n250-forged\r\n250 AUTH PLAIN\r\n"]
    with Server(script=script) as server:
        client = make_client(server.host, server.port, security="starttls", timeout=5)
        with pytest.raises(rawsmtp.RemoteProtocolError, match="an attack") as caught:
            client.connect()
    assert caught.value.phase == "tls"


def test_no_password_in_clear(make_client: MakeClient) -> None:
    with Server(users={"u": "p"}) as server:
        client = make_client(server.host, server.port, auth=("u", "p"))
        with pytest.raises(rawsmtp.InsecureCredentials, match="in_clear=True"):
            client.connect()
    assert len(client.transcript) == 0


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", None])
def test_login(make_client: MakeClient, mechanism: str | None) -> None:
    credential = rawsmtp.Password("ü", "päss", mechanism=mechanism, in_clear=True)
    with Server(users={"ü": "päss"}) as server:
        client = make_client(server.host, server.port, auth=credential)
        client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert server.outbox[0].auth == Login("ü", mechanism or "PLAIN")
    shown = str(client.transcript)
    assert "[redacted]" in shown
    assert "cMOkc3M" not in shown
    assert "päss" not in shown


def test_wrong_password_is_tried_once(make_client: MakeClient) -> None:
    credential = rawsmtp.Password("u", "wrong", in_clear=True)
    with Server(users={"u": "p"}) as server:
        client = make_client(server.host, server.port, auth=credential)
        with pytest.raises(rawsmtp.AuthenticationFailed, match="535") as caught:
            client.connect()
    assert (caught.value.phase, caught.value.retryable) == ("auth", False)
    assert [entry.line for entry in client.transcript if entry.line.startswith("AUTH")] == ["AUTH PLAIN [redacted]"]


def test_auth_that_is_not_offered(make_client: MakeClient, server: Server) -> None:
    client = make_client(server.host, server.port, auth=rawsmtp.Password("u", "p", in_clear=True))
    with pytest.raises(rawsmtp.NotSupported, match="does not offer AUTH") as caught:
        client.connect()
    assert caught.value.extension == "AUTH"


@pytest.mark.parametrize(
    ("verb", "error", "phase"),
    [
        ("MAIL", rawsmtp.SenderRefused, "mail"),
        ("RCPT", rawsmtp.RecipientsRefused, "rcpt"),
        ("DATA", rawsmtp.MessageRefused, "data"),
        (".", rawsmtp.MessageRefused, "content"),
    ],
)
@pytest.mark.parametrize(("code", "retryable"), [(450, True), (554, False)])
def test_refusal(
    make_client: MakeClient, verb: str, error: type[rawsmtp.Refused], phase: str, code: int, retryable: bool
) -> None:
    with Server() as server:
        server.reply_to(verb, code, "a\nb")
        client = make_client(server.host, server.port)
        with pytest.raises(error) as caught:
            client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
        assert client.noop().is_success
    refusal = caught.value
    assert (refusal.phase, refusal.outcome, refusal.retryable) == (phase, "refused", retryable)
    assert refusal.reply == rawsmtp.Reply(code, "a\nb")
    assert refusal.transcript is not None
    assert pickle.loads(pickle.dumps(refusal)) == refusal
    assert server.outbox == []


def test_next_message_after_a_refusal(make_client: MakeClient) -> None:
    with Server() as server:
        server.reply_to("RCPT", 550, "no", when="no@x.test")
        client = make_client(server.host, server.port)
        with pytest.raises(rawsmtp.RecipientsRefused):
            client.send(TEXT, sender="first@x.test", recipients=["yes@x.test", "no@x.test"])
        client.send(TEXT, sender="second@x.test", recipients="other@x.test")
    assert [(mail.envelope.sender, mail.envelope.recipients) for mail in server.outbox] == [
        ("second@x.test", ("other@x.test",))
    ]


def test_one_of_several_refused(make_client: MakeClient) -> None:
    with Server() as server:
        server.reply_to("RCPT", 550, "no", when="no@x.test")
        client = make_client(server.host, server.port)
        with pytest.raises(rawsmtp.RecipientsRefused, match=r"nothing was sent") as caught:
            client.send(TEXT, sender=SENDER, recipients=["yes@x.test", "no@x.test"])
        assert caught.value.recipients == {"no@x.test": rawsmtp.Reply(550, "no")}
        receipt = client.send(TEXT, sender=SENDER, recipients=["yes@x.test", "no@x.test"], refused="continue")
        assert set(receipt.accepted) == {"yes@x.test"}
        assert set(receipt.refused) == {"no@x.test"}
        with pytest.raises(rawsmtp.RecipientsRefused):
            client.send(TEXT, sender=SENDER, recipients=["no@x.test"], refused="continue")
    assert [mail.envelope.recipients for mail in server.outbox] == [("yes@x.test",)]


def test_domain_beyond_ascii_is_told_of_as_it_was_given(talk: Talk) -> None:
    server = MemoryServer(extensions=["PIPELINING"])
    server.reply_to("RCPT", 550, "no", when="no@xn--bcher-kva.example")
    client = talk(server)
    yes, no = "yes@bücher.example", "no@bücher.example"
    options: dict[str, Any] = {"sender": "a@bücher.example", "recipients": [yes, no]}
    with pytest.raises(rawsmtp.RecipientsRefused, match="no@bücher") as caught:
        client.send(TEXT, **options)
    assert list(caught.value.recipients) == [no]
    receipt = client.send(TEXT, refused="continue", **options)
    assert (receipt.sender, list(receipt.accepted), list(receipt.refused)) == ("a@bücher.example", [yes], [no])
    server.reply_to("MAIL", 550, "no")
    with pytest.raises(rawsmtp.SenderRefused, match="a@bücher"):
        client.send(TEXT, **options)


@pytest.mark.parametrize("many", [False, True])
def test_recipient_in_two_forms_that_is_refused(talk: Talk, many: bool) -> None:
    server = MemoryServer(extensions=["PIPELINING"])
    server.reply_to("RCPT", 550, "no")
    server.reply_to("DATA", 354, "go on")
    both = ["a@bücher.example", "a@xn--bcher-kva.example"]
    client = talk(server)
    if many:
        items = [rawsmtp.Submission(TEXT, sender=SENDER, recipients=both, refused="continue")]
        assert isinstance(client.send_all(items)[0].error, rawsmtp.RecipientsRefused)
    else:
        with pytest.raises(rawsmtp.RecipientsRefused):
            client.send(TEXT, sender=SENDER, recipients=both, refused="continue")
    assert "[" + str(len(TEXT)) not in str(client.transcript)


LOST = [
    ("greeting", [b""], rawsmtp.ConnectionLost, "not_sent"),
    ("greeting", [b"220 x"], rawsmtp.ConnectionLost, "not_sent"),
    ("hello", [GREETING, b"250-x\r\n"], rawsmtp.ConnectionLost, "not_sent"),
    ("mail", [GREETING, EHLO, b""], rawsmtp.ConnectionLost, "not_sent"),
    ("rcpt", [GREETING, EHLO, OK, b"25"], rawsmtp.ConnectionLost, "not_sent"),
    ("data", [GREETING, EHLO, OK, OK, b"354"], rawsmtp.ConnectionLost, "not_sent"),
    ("content", [GREETING, EHLO, OK, OK, GO_ON, b""], rawsmtp.ConnectionLost, "unknown"),
    ("content", [GREETING, EHLO, OK, OK, GO_ON, b"250 ok"], rawsmtp.ConnectionLost, "unknown"),
    ("content", [GREETING, EHLO, OK, OK, GO_ON, b"2 x\r\n"], rawsmtp.RemoteProtocolError, "unknown"),
    ("content", [GREETING, EHLO, OK, OK, GO_ON, b"221 x\r\n"], rawsmtp.RemoteProtocolError, "unknown"),
    ("mail", [GREETING, EHLO, b"354 x\r\n"], rawsmtp.RemoteProtocolError, "not_sent"),
    ("data", [GREETING, EHLO, OK, OK, OK], rawsmtp.RemoteProtocolError, "not_sent"),
    ("mail", [GREETING, EHLO, b"250-x\r\n550 y\r\n"], rawsmtp.RemoteProtocolError, "not_sent"),
    ("greeting", [b"421 busy\r\n"], rawsmtp.GreetingRefused, "refused"),
    ("hello", [GREETING, b"550 no\r\n", b"550 no\r\n"], rawsmtp.HelloRefused, "refused"),
    ("mail", [GREETING, EHLO, b"421 bye\r\n"], rawsmtp.SenderRefused, "refused"),
    ("content", [GREETING, EHLO, OK, OK, GO_ON, b"421 bye\r\n"], rawsmtp.MessageRefused, "refused"),
]


@pytest.mark.parametrize(("phase", "script", "error", "outcome"), LOST)
def test_what_breaks_says_where_and_what_of_the_message(
    make_client: MakeClient, phase: str, script: list[bytes], error: type[rawsmtp.SMTPError], outcome: str
) -> None:
    with Server(script=script, close=True) as server:
        client = make_client(server.host, server.port, timeout=5)
        with pytest.raises(error) as caught:
            client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert type(caught.value) is error
    assert (caught.value.phase, caught.value.outcome) == (phase, outcome)
    if outcome == "unknown":
        assert not caught.value.retryable


@pytest.mark.parametrize("behind", [b"junk\r\n", b"250 again\r\n", b"\0\0\0"], ids=["junk", "another reply", "NUL"])
def test_nothing_behind_the_final_reply_makes_it_an_error(make_client: MakeClient, behind: bytes) -> None:
    script = [GREETING, EHLO, OK, OK, GO_ON, b"250 queued as 1\r\n" + behind]
    with Server(script=script, close=True) as server:
        client = make_client(server.host, server.port, timeout=5)
        receipt = client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
        client.close()
    assert receipt.reply.code == 250


@pytest.mark.parametrize("answer", [b"", b"junk\r\n", b"\0\0\0", b"550 no\r\n"])
def test_nothing_at_quit_is_an_error(send_once: Callable[..., rawsmtp.Receipt], answer: bytes) -> None:
    script = [GREETING, EHLO, OK, OK, GO_ON, b"250 queued as 1\r\n", answer]
    with Server(script=script, close=True) as server:
        receipt = send_once(TEXT, server.host, server.port, sender=SENDER, recipients=RECIPIENT)
    assert receipt.queue_id == "1"


def test_broken_client_says_so(make_client: MakeClient) -> None:
    with Server(script=[GREETING, EHLO], close=True) as server:
        client = make_client(server.host, server.port, timeout=5)
        with pytest.raises(rawsmtp.ConnectionLost):
            client.noop()
        client.close()
        with pytest.raises(rawsmtp.LocalProtocolError, match=r"connect\(\) makes a new one"):
            client.noop()


def test_call_on_a_broken_client_tells_nothing_of_the_message_before(talk: Talk) -> None:
    server = MemoryServer()
    server.drop_after(".", times=1)
    client = talk(server)
    with pytest.raises(rawsmtp.ConnectionLost) as caught:
        client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert caught.value.outcome == "unknown"
    calls = [lambda: client.send(TEXT, sender=SENDER, recipients=RECIPIENT), lambda: client.send_all([TEXT])]
    for call in (*calls, client.noop):
        with pytest.raises(rawsmtp.LocalProtocolError, match="no connection") as local:
            call()
        assert (local.value.phase, local.value.outcome) == ("connect", "not_sent")
    assert len(server.sessions) == 1


def test_closed_client_says_so(talk: Talk) -> None:
    server = MemoryServer()
    client = talk(server)
    client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    client.close()
    with pytest.raises(rawsmtp.LocalProtocolError, match="it was closed") as caught:
        client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert (caught.value.outcome, len(server.sessions)) == ("not_sent", 1)
    client.connect()
    client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert len(server.outbox) == 2


@pytest.mark.parametrize("many", [False, True])
def test_transcript_of_an_error_ends_with_it(talk: Talk, many: bool) -> None:
    server = MemoryServer()
    server.reply_to("RCPT", 550, "no", times=1)
    client = talk(server)
    if many:
        (result,) = client.send_all([rawsmtp.Submission(TEXT, sender=SENDER, recipients=RECIPIENT)])
        error: Any = result.error
    else:
        with pytest.raises(rawsmtp.RecipientsRefused) as caught:
            client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
        error = caught.value
    before = str(error.transcript)
    client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert str(error.transcript) == before
    assert before.count("RCPT") == 1


@pytest.mark.parametrize("wrong", [None, 3])
def test_items_that_cannot_be_iterated_over_leave_the_client_alone(talk: Talk, wrong: Any) -> None:
    client = talk(MemoryServer())
    with pytest.raises(TypeError, match="itera"):
        client.send_all(wrong)
    assert client.noop().is_success


def test_idle_connection_that_the_server_closed_is_replaced(make_client: MakeClient) -> None:
    with Server() as server:
        server.drop_after("NOOP", answer=True, times=1)
        client = make_client(server.host, server.port, timeout=5)
        assert client.noop().is_success
        server.wait_until_closed()
        assert client.noop().is_success
    assert len(server.sessions) == 2


def test_no_server(make_client: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = make_client("127.0.0.1", port)
    with pytest.raises(rawsmtp.ConnectFailed, match=f"127.0.0.1:{port}.*refused") as caught:
        client.connect()
    assert isinstance(caught.value, ConnectionError)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.retryable


def test_addresses_are_tried_in_turn(make_client: MakeClient, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    stream = (socket.SOCK_STREAM, 6, "")
    found = [
        (socket.AF_INET, *stream, ("127.0.0.1", closed)),
        (socket.AF_INET, *stream, ("127.0.0.1", server.port)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    client = make_client("mail.test", 25, security="none")
    assert client.noop().is_success


def test_unix_socket(make_client: MakeClient, tmp_path: Path) -> None:
    with Server(path=tmp_path / "smtp.sock") as server:
        client = make_client(tmp_path / "smtp.sock")
        client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
        assert "EHLO localhost" in str(client.transcript)
    assert len(server.outbox) == 1


def test_socket_of_the_callers_making(make_client: MakeClient, server: Server) -> None:
    asked: list[tuple[str, int]] = []

    def connect(host: str, port: int, timeout: float) -> socket.socket:
        asked.append((host, port))
        return socket.create_connection((server.host, server.port), timeout)

    client = make_client("mail.test", 2525, security="none", connect=connect)
    assert client.noop().is_success
    assert asked == [("mail.test", 2525)]


def test_one_shot(send_once: Callable[..., rawsmtp.Receipt], server: Server) -> None:
    receipt = send_once(email(), server.host, server.port)
    assert receipt.sender == "a@x.test"
    assert len(server.wait_for(1)) == 1


@pytest.mark.parametrize("error", [RuntimeError("mine"), OSError("disk")])
def test_source_that_raises_never_completes_the_message(
    make_client: MakeClient, server: Server, error: Exception
) -> None:
    def pieces() -> Iterator[bytes]:
        yield TEXT
        raise error

    client = make_client(server.host, server.port)
    with pytest.raises(type(error)) as caught:
        client.send(pieces(), sender=SENDER, recipients=RECIPIENT)
    assert caught.value is error
    assert "not_sent" in error.__notes__[-1]
    assert client.progress == ("content", "not_sent")
    server.stop()
    assert server.outbox == []


@pytest.mark.parametrize("form", ["list", "file", "async"])
def test_none_in_the_midst_never_completes_the_message(talk: Talk, form: str) -> None:
    pieces = [TEXT, None, TEXT]

    class File:
        def read(self, octets: int) -> Any:
            return pieces.pop(0)

    async def later() -> Any:
        for piece in pieces:
            yield piece

    server = MemoryServer()
    client = talk(server)
    message = {"list": pieces, "file": File(), "async": later()}[form]
    with pytest.raises(TypeError, match=r"NoneType|async"):
        client.send(message, sender=SENDER, recipients=RECIPIENT)
    assert client.progress.outcome == "not_sent"
    assert server.outbox == []


def test_stream_beyond_ascii_without_8bitmime(talk: Talk) -> None:
    server = MemoryServer(extensions=["PIPELINING"])
    client = talk(server)
    stream = [b"Subject: x\r\n\r\n", "grüße\r\n".encode()]
    with pytest.raises(rawsmtp.NotSupported, match="beyond ASCII") as caught:
        client.send(stream, sender=SENDER, recipients=RECIPIENT)
    assert (caught.value.extension, caught.value.phase, caught.value.outcome) == ("8BITMIME", "content", "not_sent")
    client.connect()
    items = [rawsmtp.Submission(message, sender=SENDER, recipients=RECIPIENT) for message in (TEXT, stream, TEXT, TEXT)]
    results = client.send_all(items)
    assert [type(result.error) for result in results] == [type(None), rawsmtp.NotSupported, type(None), type(None)]
    assert [mail.raw for mail in server.outbox] == [TEXT] * 3


def test_async_source_of_the_blocking_client() -> None:
    async def pieces() -> Any:
        yield TEXT

    server = MemoryServer()
    with pytest.raises(TypeError, match="for AsyncClient"):
        server.client().send(pieces(), sender=SENDER, recipients=RECIPIENT)
    (result,) = server.client().send_many(
        [rawsmtp.Submission(pieces(), sender=SENDER, recipients=RECIPIENT)],
    )
    assert isinstance(result.error, TypeError)
    assert server.outbox == []


def test_early_refusal_in_the_midst_of_content(make_client: MakeClient) -> None:
    script = [GREETING, EHLO, OK, OK, GO_ON + b"552 too much\r\n"]
    with Server(script=script) as server:
        client = make_client(server.host, server.port, timeout=5)
        with pytest.raises(rawsmtp.MessageRefused, match="552 too much") as caught:
            client.send(b"x" * 10_000_000, sender=SENDER, recipients=RECIPIENT)
    assert (caught.value.phase, caught.value.outcome) == ("content", "refused")


def test_ten_megabytes_while_the_server_reads_slowly(make_client: MakeClient, server: Server) -> None:
    content = (b"." * 70 + b"\r\n") * 70_000
    make_client(server.host, server.port).send(content, sender=SENDER, recipients=RECIPIENT)
    assert server.wait_for(1)[0].raw == content


def test_async_source(server: Server) -> None:
    async def pieces() -> Any:
        yield b"Subject: x\r\n"
        await asyncio.sleep(0)
        yield b"\r\nhello\r\n"

    asyncio.run(rawsmtp.asend(pieces(), server.host, server.port, sender=SENDER, recipients=RECIPIENT))
    assert server.outbox[0].raw == TEXT


def test_cancellation_closes_and_tells_the_outcome() -> None:
    async def cancelled(server: Server) -> rawsmtp.AsyncClient:
        client = rawsmtp.AsyncClient(server.host, server.port)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
        with pytest.raises(rawsmtp.LocalProtocolError, match="cancelled"):
            await client.noop()
        return client

    with Server(script=[GREETING, EHLO, OK, OK, GO_ON]) as server:
        client = asyncio.run(cancelled(server))
    assert client.progress == ("content", "unknown")


def test_event_loop_that_cannot_watch_sockets(server: Server) -> None:
    class Blind(asyncio.SelectorEventLoop):
        def add_reader(self, *_: Any) -> None:  # type: ignore[override]  # it refuses whatever it is given
            raise NotImplementedError

    with asyncio.Runner(loop_factory=Blind) as runner:
        client = rawsmtp.AsyncClient(server.host, server.port)
        runner.run(client.send(TEXT, sender=SENDER, recipients=RECIPIENT))
        runner.run(client.close())
    assert server.outbox[0].raw == TEXT


class Interrupting(socket.socket):
    """Is interrupted when the system has the final dot and nobody knows it yet."""

    def send(self, data: Any, *flags: Any) -> int:
        written = super().send(data, *flags)
        if b"\r\n.\r\n" in bytes(data):
            raise KeyboardInterrupt
        return written


def test_interruption_while_the_last_octet_is_handed_over_is_unknown(make_client: MakeClient, server: Server) -> None:
    def connect(host: str, port: int, timeout: float) -> socket.socket:
        sock = Interrupting()
        sock.connect((server.host, server.port))
        return sock

    client = make_client(server.host, server.port, connect=connect)
    with pytest.raises(KeyboardInterrupt):
        client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert client.progress == ("content", "unknown")
    assert server.wait_for(1)
