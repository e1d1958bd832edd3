"""The article's telnet session, byte for byte: through `Connection`, and through both clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

import rawsmtp
from rawsmtp import commands
from rawsmtp.protocol import Connection, State
from rawsmtp.testing import Login, ScriptedSession, Server, article

if TYPE_CHECKING:
    from tests.conftest import MakeClient

    from rawsmtp.wire.mail_data import Item

QUEUE_ID = "smtp10,DsCowADHAgQS1IBcwtExJA--.62308S2"
CREDENTIAL = rawsmtp.Password(article.USER, article.CODE, mechanism="LOGIN", in_clear=True)

# What the server said, and the line that was then typed; the article's text, both columns.
SESSION: list[tuple[str, str]] = [
    ("220 163.com Anti-spam GT for Coremail System (163com[20141201])", "helo 163.com"),
    ("250 OK", "auth login"),
    ("334 dXNlcm5hbWU6", "dGVzdGZvcm15Ym9vaw=="),
    ("334 UGFzc3dvcmQ6", "MjAxOWhoeHh0dHhz"),
    ("235 Authentication successful", "mail from: <testformybook@163.com>"),
    ("250 Mail OK", "rcpt to:  <balloonwj@qq.com>"),
    ("250 Mail OK", "data"),
    (
        "354 End data with <CR><LF>.<CR><LF>",
        (
            "from:testformybook@163.com\r\nto: balloonwj@qq.com\r\nsubject: Test\r\n\r\n"
            "Hello, this is a message from 163.\r\n\r\n."
        ),
    ),
    ("250 Mail OK queued as smtp10,DsCowADHAgQS1IBcwtExJA--.62308S2 1551946998", "quit"),
]

CONTENT = (commands.Content(article.MESSAGE), commands.EndOfData())
USER = commands.AuthAnswer(article.USER.encode())
CODE = commands.AuthAnswer(article.CODE.encode())

TYPED: list[tuple[Item, ...]] = [
    (commands.Raw("helo 163.com"),),
    (commands.Raw("auth login"),),
    (USER,),
    (CODE,),
    (commands.Raw("mail from: <testformybook@163.com>"),),
    (commands.Raw("rcpt to:  <balloonwj@qq.com>"),),
    (commands.Raw("data"),),
    CONTENT,
    (commands.Raw("quit"),),
]

VALUES: list[tuple[Item, ...]] = [
    (commands.Helo("163.com"),),
    (commands.Auth("LOGIN"),),
    (USER,),
    (CODE,),
    (commands.Mail(article.SENDER),),
    (commands.Rcpt(article.RECIPIENT),),
    (commands.Data(),),
    CONTENT,
    (commands.Quit(),),
]


def whole(octets: bytes) -> list[bytes]:
    return [octets]


def bytewise(octets: bytes) -> list[bytes]:
    return [octets[place : place + 1] for place in range(len(octets))]


Feed = Callable[[bytes], list[bytes]]


def as_typed(line: bytes) -> bytes:
    """Return a line with its verb in lower case and without the spaces that RFC 5321 does not have."""
    verb, colon, path = line.partition(b":")
    return verb.lower() + colon + path.lstrip(b" ") if colon and line[:4].lower() in (b"mail", b"rcpt") else line


@pytest.mark.parametrize("feed", [whole, bytewise])
@pytest.mark.parametrize("items", [TYPED, VALUES], ids=["typed", "values"])
def test_connection_says_the_articles_lines(items: list[tuple[Item, ...]], feed: Feed) -> None:
    connection = Connection()
    for (server_line, client_line), said in zip(SESSION, items, strict=True):
        replies = [reply for octets in feed(f"{server_line}\r\n".encode()) for reply in connection.receive(octets)]
        code, _, text = server_line.partition(" ")
        assert replies == [rawsmtp.Reply(int(code), text)]
        written = connection.send(*said)
        expected = f"{client_line}\r\n".encode()
        if items is TYPED or said is CONTENT or said in [(USER,), (CODE,)]:
            assert written == expected
        else:
            assert as_typed(written).lower() == as_typed(expected).lower()
    assert connection.receive(b"221 Bye\r\n") == [rawsmtp.Reply(221, "Bye")]
    connection.receive_eof()
    assert connection.state is State.CLOSED


@pytest.mark.parametrize("chop", [None, 1], ids=["whole", "byte by byte"])
def test_both_clients_send_the_articles_mail(make_client: MakeClient, chop: int | None) -> None:
    with Server(persona="163", users={article.USER: article.CODE}, chop=chop) as server:
        client = make_client(server.host, server.port, auth=CREDENTIAL, local_name="163.com")
        client.connect()
        receipt = client.send(article.MESSAGE, sender=article.SENDER, recipients=article.RECIPIENT)
        client.close()
    assert receipt.reply == rawsmtp.Reply(250, f"Mail OK queued as {QUEUE_ID} 1551946998")
    assert receipt.queue_id == QUEUE_ID
    assert receipt.accepted == {article.RECIPIENT: rawsmtp.Reply(250, "Mail OK")}
    assert receipt.refused == {}
    (mail,) = server.outbox
    assert mail.raw == article.MESSAGE
    assert (mail.envelope.sender, mail.envelope.recipients) == (article.SENDER, (article.RECIPIENT,))
    assert mail.auth == Login(article.USER, "LOGIN")


def test_clients_lines_are_the_articles_lines(make_client: MakeClient) -> None:
    replies = [line for line, _ in SESSION]
    script = [replies[0], "250-163.com\r\n250 AUTH LOGIN PLAIN", *replies[2:], "221 Bye"]
    with Server(script=[f"{reply}\r\n".encode() for reply in script], close=True) as server:
        client = make_client(server.host, server.port, auth=CREDENTIAL, local_name="163.com")
        client.send(article.MESSAGE, sender=article.SENDER, recipients=article.RECIPIENT)
        client.close()
    (session,) = server.sessions
    assert isinstance(session, ScriptedSession)
    said = [as_typed(line).lower() for line in session.received.split(b"\r\n")]
    typed = [as_typed(line.encode()).lower() for _, lines in SESSION for line in lines.split("\r\n")]
    assert said == [b"ehlo 163.com", *typed[1:], b""]


@pytest.mark.parametrize("chop", [None, 1], ids=["whole", "byte by byte"])
def test_replies_glued_to_their_neighbours(make_client: MakeClient, chop: int | None) -> None:
    """Where commands are said ahead, the first of them may be answered together with the last."""
    replies = [f"{line}\r\n".encode() for line, _ in SESSION]
    ehlo = b"250-163.com\r\n250-AUTH LOGIN PLAIN\r\n250 PIPELINING\r\n"
    lines = article.MESSAGE.count(b"\r\n")
    script = [replies[0], ehlo, *replies[2:5], b"", b"", b"".join(replies[5:8]), *[b""] * lines]
    script += [replies[8], b"221 Bye\r\n"]
    with Server(script=script, chop=chop, close=True) as server:
        client = make_client(server.host, server.port, auth=CREDENTIAL, local_name="163.com")
        receipt = client.send(article.MESSAGE, sender=article.SENDER, recipients=article.RECIPIENT)
        client.close()
    assert receipt.reply == rawsmtp.Reply(250, f"Mail OK queued as {QUEUE_ID} 1551946998")
    assert receipt.queue_id == QUEUE_ID
    assert receipt.accepted == {article.RECIPIENT: rawsmtp.Reply(250, "Mail OK")}
    assert str(client.transcript).endswith("QUIT\n221 Bye\nConnection closed.")


def test_connection_takes_replies_glued_to_their_neighbours() -> None:
    connection = Connection()
    connection.receive(b"220 163.com\r\n")
    connection.send(commands.Ehlo("163.com"))
    connection.receive(b"250-163.com\r\n250 PIPELINING\r\n")
    flight = connection.send(commands.Mail(article.SENDER), commands.Rcpt(article.RECIPIENT), commands.Data())
    assert flight == b"MAIL FROM:<testformybook@163.com>\r\nRCPT TO:<balloonwj@qq.com>\r\nDATA\r\n"
    glued = b"250 Mail OK\r\n250 Mail OK\r\n354 End data with <CR><LF>.<CR><LF>\r\n"
    assert [code for code, _ in connection.receive(glued)] == [250, 250, 354]
    connection.send(*CONTENT, commands.Quit())
    final = b"250 Mail OK queued as x 1\r\n221 Bye\r\n"
    assert [code for code, _ in connection.receive(final)] == [250, 221]


SVN = b"( success ( 2 2 ( ) ( edit-pipeline svndiff1 absent-entries commit-revprops depth log-revprops "


@pytest.mark.parametrize("chop", [None, 1], ids=["whole", "byte by byte"])
def test_subversion_server_is_named(make_client: MakeClient, chop: int | None) -> None:
    with Server(script=[SVN], chop=chop) as server:
        client = make_client(server.host, server.port, timeout=5)
        with pytest.raises(rawsmtp.RemoteProtocolError, match="Subversion server") as caught:
            client.connect()
    assert "465, 587 or 25" in str(caught.value)
    assert (caught.value.phase, caught.value.outcome) == ("greeting", "not_sent")


def test_silent_web_server_is_suspected(make_client: MakeClient) -> None:
    with Server(script=[]) as server:
        client = make_client(server.host, server.port, timeout=0.2)
        with pytest.raises(rawsmtp.SMTPTimeout, match="web server") as caught:
            client.connect()
    assert caught.value.phase == "greeting"
    assert 'security="tls"' in str(caught.value)


def test_web_server_that_answers_is_named(make_client: MakeClient) -> None:
    answer = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
    with Server(script=[answer], close=True) as server:
        client = make_client(server.host, server.port, timeout=5)
        with pytest.raises(rawsmtp.RemoteProtocolError, match="web server") as caught:
            client.connect()
    assert "465, 587 or 25" in str(caught.value)


def test_tls_to_a_plaintext_port(make_client: MakeClient) -> None:
    with Server() as server:
        client = make_client(server.host, server.port, security="tls", timeout=5)
        with pytest.raises(rawsmtp.TLSFailed, match=r"does not speak TLS on this port.* said '220 ") as caught:
            client.connect()
    assert 'security="starttls"' in str(caught.value)
    assert caught.value.phase == "tls"


@pytest.mark.parametrize("chop", [None, 1], ids=["whole", "byte by byte"])
@pytest.mark.parametrize(
    ("said", "name"),
    [(SVN, "Subversion server"), (b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "web server")],
)
def test_tls_to_a_server_of_something_else(make_client: MakeClient, said: bytes, name: str, chop: int | None) -> None:
    with Server(script=[said], chop=chop) as server:
        client = make_client(server.host, server.port, security="tls", timeout=5)
        with pytest.raises(rawsmtp.TLSFailed, match=name) as caught:
            client.connect()
    assert "465, 587 or 25" in str(caught.value)
    assert caught.value.phase == "tls"


def test_plaintext_to_a_tls_port(make_client: MakeClient) -> None:
    with Server(tls="implicit") as server:
        client = make_client(server.host, server.port, timeout=0.2)
        with pytest.raises(rawsmtp.SMTPTimeout, match="TLS from the first byte") as caught:
            client.connect()
    assert 'security="tls"' in str(caught.value)
