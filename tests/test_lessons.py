"""What went wrong in other clients, each as a test of this one: D1 to D19 were seen by running or reading them.

Three lessons have no test. CVE-2026-8286 (curl: a connection reused under other TLS settings) is about pools, and there
is none yet. CVE-2024-34083 (aiosmtpd) is about a server. CVE-2021-38371 (Exim) and CVE-2011-0411 (Postfix) are the
server's side of the reply injection that stands here as CVE-2021-22947.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp import (
    AsyncClient,
    AuthenticationFailed,
    InsecureCredentials,
    LocalProtocolError,
    MessageRefused,
    NotSupported,
    OAuth2,
    Password,
    RecipientsRefused,
    RemoteProtocolError,
    SMTPError,
    SMTPTimeout,
    Submission,
    TLSFailed,
    commands,
)
from rawsmtp.message.header_addresses import parse
from rawsmtp.testing import Cut, MemoryServer, Pause, ScriptedSession, Server
from rawsmtp.wire.content import DotStuffing

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from tests.conftest import Talk

    from rawsmtp.testing.script import Piece

SENDER, RECIPIENT, TEXT = "a@x.test", "b@x.test", b"Subject: x\r\n\r\nhello\r\n"
SECRET = "correct-horse-battery"
USER = ("me", SECRET)
IN_CLEAR = Password("me", SECRET, in_clear=True)
GREET, OK = b"220 x.test\r\n", b"250 ok\r\n"
OFFER = b"250-x.test\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n"
LOGIN = b"250-x.test\r\n250 AUTH PLAIN LOGIN\r\n"
GO = b"220 go\r\n"
FORGED = b"250-x.test\r\n250 AUTH PLAIN\r\n"
TO_DATA = [GREET, OK, OK, OK, b"354 go\r\n"]


def send(client: Any, message: Any = TEXT, **options: Any) -> rawsmtp.Receipt:
    receipt = client.send(message, **{"sender": SENDER, "recipients": RECIPIENT, **options})
    assert isinstance(receipt, rawsmtp.Receipt)
    return receipt


def received(server: MemoryServer) -> bytes:
    """Return all that a scripted server heard."""
    found = b""
    for session in server.sessions:
        assert isinstance(session, ScriptedSession)
        found += session.received
    return found


@dataclass(frozen=True)
class Lesson:
    """A server that does what it did there, the error that it must be, and what must never be on the wire."""

    id: str
    what: str
    script: list[Piece]
    error: type[SMTPError]
    never: tuple[bytes, ...] = (b"AUTH", b"MAIL", b"DATA\r\n")
    outcome: str = "not_sent"
    options: dict[str, Any] = field(default_factory=dict)


def in_tls(identity: str, what: str, *script: Piece, error: type[SMTPError] = TLSFailed) -> Lesson:
    return Lesson(
        identity, what, [GREET, *script], error, options={"security": "starttls", "auth": USER, "timeout": 20}
    )


def refusal(identity: str, what: str, *script: Piece, error: type[SMTPError], **options: Any) -> Lesson:
    return Lesson(identity, what, list(script), error, (), "refused", options)


SERVERS = [
    in_tls("D1", "a forged EHLO reply behind the 220", OFFER, GO + FORGED, error=RemoteProtocolError),
    in_tls("D14", "the beginning of a reply behind the 220", OFFER, GO + b"250-x", error=RemoteProtocolError),
    in_tls("CVE-2021-22947", "one octet behind the 220", OFFER, GO + b"2", error=RemoteProtocolError),
    in_tls("GHSA-f329-rp43-94r4", "a line end behind the 220", OFFER, GO + b"\r\n", error=RemoteProtocolError),
    in_tls("GHSA-vxj7-4xrp-5vr4", "plaintext before the handshake", OFFER, [GO, Pause(1), FORGED]),
    in_tls("D13", "STARTTLS stripped", LOGIN),
    in_tls("CVE-2016-0772", "STARTTLS refused", OFFER, b"454 TLS not available\r\n"),
    in_tls("CVE-2016-0772", "STARTTLS refused for good", OFFER, b"501 no\r\n", OK, OK),
    in_tls("CVE-2021-22946", "EHLO refused, so nothing is offered", b"502 no\r\n", OK, OK, OK),
    in_tls("CVE-2021-22946", "a success that is none", OFFER, OK, OK, error=RemoteProtocolError),
    in_tls("CVE-2021-22946", "the login is there already", OFFER, b"235 ok\r\n", OK, error=RemoteProtocolError),
    in_tls("CVE-2021-22946", "TLS is there already", OFFER, b"503 TLS is active\r\n", OK),
    refusal("D3", "554 to the dot", *TO_DATA, b"554 no\r\n", error=MessageRefused),
    *(
        refusal("D3", f"{code} to RCPT", GREET, OK, OK, b"%d no\r\n" % code, error=RecipientsRefused)
        for code in (554, 421, 454, 556)
    ),
    *(
        refusal("D3", f"{code} to AUTH", GREET, LOGIN, b"%d no\r\n" % code, error=AuthenticationFailed, auth=IN_CLEAR)
        for code in (421, 550)
    ),
    Lesson("D7", "one reply without an end", [GREET, b"250-x\r\n" * 20_000], RemoteProtocolError),
    Lesson("D7", "one line without an end", [GREET, b"250 " + b"x" * 100_000], RemoteProtocolError),
    Lesson("D7", "two codes in a reply", [GREET, b"250-a\r\n550 b\r\n"], RemoteProtocolError),
    Lesson("CVE-2017-15042", "AUTH offered in clear", [GREET, LOGIN], InsecureCredentials, options={"auth": USER}),
    Lesson(
        "D13", "opportunistic", [GREET, LOGIN], InsecureCredentials, options={"auth": USER, "security": "opportunistic"}
    ),
    Lesson("D17", "a login is wanted, and AUTH is not offered", [GREET, OK], NotSupported, options={"auth": IN_CLEAR}),
]


def named(lesson: Lesson) -> str:
    return f"{lesson.id}: {lesson.what}"


@pytest.mark.parametrize("chop", [None, 1], ids=["whole", "byte by byte"])
@pytest.mark.parametrize("lesson", SERVERS, ids=named)
def test_server(talk: Talk, lesson: Lesson, chop: int | None) -> None:
    server = MemoryServer(script=lesson.script, chop=chop)
    with pytest.raises(SMTPError) as caught:
        send(talk(server, **lesson.options))
    # Octet by octet, what stands behind a 220 may be the first octet of the handshake's answer.
    assert type(caught.value) is lesson.error or (chop and lesson.error is RemoteProtocolError)
    assert caught.value.outcome == lesson.outcome
    wire = received(server).partition(b"STARTTLS\r\n")
    assert not [word for word in lesson.never if word in wire[0] or word in wire[2]]
    assert base64.b64encode(SECRET.encode())[:-4] not in received(server) or lesson.error is AuthenticationFailed
    assert server.taken < 200_000


LINE_ENDS = ["\r\n", "\n", "\r", "\0", "\x0b", "\x7f", "\x85", "\u2028", "\ud800"]
ARGUMENTS: list[tuple[str, str, Callable[[str], object]]] = [
    ("D2", "Rcpt", lambda end: commands.Rcpt(f"x@y>{end}RCPT TO:<evil@z")),
    ("D2", "Mail", lambda end: commands.Mail(f"x@y>{end}RCPT TO:<evil@z")),
    ("bpo-43124", "Ehlo", lambda end: commands.Ehlo(f"x{end}MAIL FROM:<>")),
    ("bpo-43124", "Helo", lambda end: commands.Helo(f"x{end}MAIL FROM:<>")),
    ("bpo-43124", "Lhlo", lambda end: commands.Lhlo(f"x{end}MAIL FROM:<>")),
    ("bpo-43124", "Noop", lambda end: commands.Noop(f"x{end}MAIL FROM:<>")),
    ("bpo-43124", "Help", lambda end: commands.Help(f"x{end}MAIL FROM:<>")),
    ("bpo-43124", "Auth", lambda end: commands.Auth(f"PLAIN{end}QUIT")),
    ("bpo-43124", "Raw", lambda end: commands.Raw(f"XCLIENT a=b{end}QUIT")),
    ("GHSA-v3q9-hj7j-63hq", "Vrfy", lambda end: commands.Vrfy(f"x{end}QUIT")),
    ("GHSA-v3q9-hj7j-63hq", "Expn", lambda end: commands.Expn(f"x{end}QUIT")),
    ("GHSA-vvjj-xcjg-gr5g", "local_name", lambda end: rawsmtp.Client("x.test", local_name=f"x{end}MAIL FROM:<>")),
    ("GHSA-vvjj-xcjg-gr5g", "host", lambda end: rawsmtp.Client(f"x.test{end}MAIL FROM:<>")),
    ("GHSA-c7w3-x93f-qmm8", "SIZE", lambda end: commands.Mail("a@b.test", f"SIZE=1{end}RCPT TO:<evil@z>")),
    ("GHSA-c7w3-x93f-qmm8", "two in one", lambda end: commands.Mail("a@b.test", f"SIZE=1 {end}")),
    ("CVE-2015-9096", "quoted", lambda end: commands.Rcpt(f'"x{end}DATA"@y.test')),
    ("CVE-2015-8476", "behind", lambda end: commands.Rcpt(f"x@y.test{end}")),
    ("CVE-2025-59419", "before", lambda end: commands.Rcpt(f"{end}x@y.test")),
]


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
@pytest.mark.parametrize(
    "make", [row[2] for row in ARGUMENTS], ids=[f"{identity}: {what}" for identity, what, _ in ARGUMENTS]
)
def test_no_argument_begins_another_command(make: Callable[[str], object], end: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]") as caught:
        make(end)
    assert str(caught.value).isascii()


CALLS: list[tuple[str, Callable[[Any], object]]] = [
    ("GHSA-v3q9-hj7j-63hq: verify", lambda client: client.verify("a@b.test\r\nDATA")),
    ("GHSA-v3q9-hj7j-63hq: command", lambda client: client.command("NOOP\r\nDATA")),
    ("CVE-2025-7962: sender", lambda client: send(client, sender="a@b.test>\r\nDATA")),
    ("CVE-2026-45067: recipient", lambda client: send(client, recipients=["a@b.test\nDATA"])),
    ("CVE-2015-9096: to nobody", lambda client: send(client, recipients=[])),
]


@pytest.mark.parametrize("call", [call for _, call in CALLS], ids=[identity for identity, _ in CALLS])
def test_no_call_begins_another_command(talk: Talk, call: Callable[[Any], object]) -> None:
    server = MemoryServer(strict=True)
    client = talk(server)
    with pytest.raises(ValueError, match=r"[a-z]"):
        call(client)
    assert "DATA" not in server.transcript
    client.close()
    server.check_findings()


HEADERS = {
    "bpo-83254: a line end": b"Subject: x\x0cBcc: evil@x.test",
    "CVE-2024-6923: an encoded line end": b"Subject: =?utf-8?q?x=0D=0ABcc:_evil=40x.test?=" + b" word" * 40,
    "CVE-2024-6923: in base64": b"Subject: =?utf-8?b?eA0KQmNjOiBldmlsQHgudGVzdA==?=" + b" word" * 40,
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_no_header_begins_another(talk: Talk, header: bytes) -> None:
    server = MemoryServer()
    with pytest.raises(ValueError, match="the header Subject has a line end in it"):
        send(talk(server), message_from_bytes(header + b"\r\n\r\nx\r\n", policy=policy.default))
    assert not server.sessions


class Literal(str):
    """A header that folds to what its author wants, as `email.policy` lets it."""

    __slots__ = ()
    name = "Subject"

    def fold(self, *, policy: object) -> str:
        return "Subject: x\nBcc: evil@x.test\n"


def test_no_header_folds_to_another(talk: Talk) -> None:
    """CVE-2026-1299."""
    message = EmailMessage()
    message._headers.append(("Subject", Literal("x")))  # type: ignore[attr-defined]  # no policy would make it
    server = MemoryServer()
    with pytest.raises(ValueError, match="the header Subject has a line end in it"):
        send(talk(server), message)
    assert not server.sessions


def test_login_has_its_second_challenge(talk: Talk) -> None:
    """D4."""
    server = MemoryServer(users={"me": SECRET}, mechanisms=["LOGIN"], tls="starttls", strict=True)
    send(talk(server, auth=USER))
    assert server.last.auth is not None
    server.check_findings()


def test_rejected_token_is_a_refusal_and_is_renewed_once(talk: Talk) -> None:
    """D4."""
    tokens = iter(["old", "older"])
    server = MemoryServer(users={"me": "new"}, mechanisms=["XOAUTH2"], tls="implicit")
    client = talk(server, auth=OAuth2("me", lambda: next(tokens)))
    with pytest.raises(AuthenticationFailed):
        send(client)
    assert list(tokens) == []
    server.assert_nothing_sent()


@pytest.mark.parametrize("octets", ["请使用授权码登录".encode("gb18030"), b"\xff\xfe", "ü".encode()], ids=ascii)
@pytest.mark.parametrize("identity", ["D5", "D18"])
def test_reply_in_any_charset(talk: Talk, identity: str, octets: bytes) -> None:
    server = MemoryServer(script=[GREET, LOGIN, b"535 " + octets + b"\r\n"])
    with pytest.raises(AuthenticationFailed) as caught:
        send(talk(server, auth=IN_CLEAR))
    assert caught.value.reply is not None
    assert caught.value.reply.raw == b"535 " + octets + b"\r\n"


@pytest.mark.parametrize("identity", ["D5", "D18"])
def test_reply_without_text(talk: Talk, identity: str) -> None:
    bare = [b"220\r\n", b"250\r\n", b"250\r\n", b"250\r\n", b"354\r\n", b"250\r\n", b"221\r\n"]
    assert send(talk(MemoryServer(script=bare))).reply.code == 250


@pytest.mark.parametrize("message", [b"x", b"x\r", b"x\r\n.", b".", b""], ids=ascii)
def test_body_without_line_end_has_its_dot(talk: Talk, message: bytes) -> None:
    """D5."""
    server = MemoryServer(strict=True)
    client = talk(server)
    send(client, message)
    send(client)
    assert len(server.outbox) == 2
    server.check_findings()


def test_two_replies_in_one_read_are_two() -> None:
    """D5."""
    connection = rawsmtp.Connection()
    connection.receive(GREET)
    connection.send(commands.Ehlo("x"))
    connection.receive(b"250-x\r\n250 PIPELINING\r\n")
    connection.send(commands.Mail("a@b"), commands.Rcpt("c@d"))
    assert [reply.code for reply in connection.receive(b"250 ok\r\n550 no\r\n")] == [250, 550]


BAD = ["expired", "wrong-host", "self-signed", "unknown-ca", "common-name-only"]


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("certificate", ["good", *BAD])
@pytest.mark.parametrize("identity", ["D6", "CVE-2026-41132", "CVE-2026-41016", "CVE-2026-49267"])
def test_no_context_is_a_verified_one(talk: Talk, identity: str, certificate: str, tls: Any) -> None:
    server = MemoryServer(tls=tls, certificate=certificate, users={"me": SECRET})
    with pytest.raises(TLSFailed, match="certificate is not good"):
        send(talk(server, tls_context=None, auth=USER))
    server.assert_nothing_sent()
    assert "AUTH" not in re.sub("S: .*", "", server.transcript)


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("certificate", BAD)
@pytest.mark.parametrize("identity", ["CVE-2026-46428", "RUSTSEC-2026-0141"])
def test_certificate(talk: Talk, identity: str, certificate: str, tls: Any, client_context: ssl.SSLContext) -> None:
    send(talk(MemoryServer(tls=tls), tls_context=client_context))
    server = MemoryServer(tls=tls, certificate=certificate, users={"me": SECRET})
    with pytest.raises(TLSFailed, match="certificate is not good"):
        send(talk(server, tls_context=client_context, auth=USER))
    server.assert_nothing_sent()


def test_wrong_password_is_said_once(talk: Talk) -> None:
    """D8."""
    server = MemoryServer(
        users={"me": "another"}, mechanisms=["SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN"], tls="implicit"
    )
    client = talk(server, auth=USER)
    with pytest.raises(AuthenticationFailed):
        send(client)
    assert server.transcript.count("C: AUTH ") == 1
    assert not server.sessions[1:]


@pytest.mark.parametrize("octets", [b"\0\0\0", b"\0\0\0\r\n", b"junk\r\n", b"550 no\r\n", b""], ids=ascii)
def test_junk_for_quit_is_no_error(talk: Talk, octets: bytes) -> None:
    """D9."""
    server = MemoryServer()
    server.send_raw("QUIT", octets)
    client = talk(server, timeout=1)
    send(client)
    client.close()
    assert len(server.outbox) == 1


@pytest.mark.parametrize("second", [b"550 5.1.1 b unknown\r\n", b"250 b ok\r\n"])
def test_reply_too_many_answers_nothing_else(talk: Talk, second: bytes) -> None:
    """D10: of LMTP, where there is one for each recipient; rawsmtp does not speak it to a server yet."""
    server = MemoryServer(script=[*TO_DATA, b"250 queued as X1\r\n" + second, b"250 the NOOP\r\n"])
    client = talk(server)
    assert send(client, recipients=["a@x.test"]).queue_id == "X1"
    with pytest.raises(LocalProtocolError, match="nothing was asked for"):
        client.noop()


def test_8bit_body_is_declared_or_converted_or_refused(talk: Talk) -> None:
    """D11."""
    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content("grüße\n", cte="8bit")
    for extensions, declared in ((["8BITMIME"], True), ([], False)):
        server = MemoryServer(extensions=extensions)
        send(talk(server), message)
        assert ("BODY=8BITMIME" in server.transcript) is declared
        assert server.last.raw.isascii() is not declared
    server = MemoryServer(extensions=[])
    with pytest.raises(NotSupported, match="beyond ASCII"):
        send(talk(server), "grüße\n")
    assert "MAIL" not in server.transcript


def test_size_is_compared(talk: Talk) -> None:
    """D11."""
    server = MemoryServer(extensions=["SIZE"])
    server.limit(size=100)
    with pytest.raises(NotSupported, match="502 octets, and the server takes 100"):
        send(talk(server), b"x" * 500)
    assert "MAIL" not in server.transcript


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"])
def test_password_beyond_ascii(talk: Talk, mechanism: str) -> None:
    """D11."""
    server = MemoryServer(users={"me": "пароль"}, mechanisms=[mechanism], tls="implicit")
    send(talk(server, auth=("me", "пароль")))
    assert len(server.outbox) == 1


def test_every_header_counts(talk: Talk) -> None:
    """D11."""
    text = "From: a@x.test\nTo: b@x.test\nTo: c@x.test\nBcc: d@x.test\nBcc: e@x.test\n\nx\n"
    server = MemoryServer()
    client = talk(server)
    client.send(message_from_bytes(text.encode(), policy=policy.default))
    assert [address[0] for address in server.last.envelope.recipients] == ["b", "c", "d", "e"]
    assert b"Bcc" not in server.last.raw


def test_domain_becomes_a_labels(talk: Talk) -> None:
    """D11."""
    server = MemoryServer(extensions=[])
    send(talk(server), recipients="user@bücher.example")
    assert "C: RCPT TO:<user@xn--bcher-kva.example>" in server.transcript


def test_cancelled_client_is_never_out_of_step() -> None:
    """D12."""

    async def run(server: Server) -> None:
        client = AsyncClient(server.host, server.port)
        sending = asyncio.create_task(client.send(TEXT, sender=SENDER, recipients=RECIPIENT))
        while client.progress.phase != "rcpt":  # noqa: ASYNC110  # nothing tells of its progress but itself
            await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        with pytest.raises(LocalProtocolError, match="no connection"):
            await client.noop()
        await client.connect()
        assert (await client.noop()).code == 250
        await client.close()

    with Server(extensions=[]) as server:
        server.send_raw("RCPT", b"", times=1)
        asyncio.run(run(server))


def test_late_reply_answers_nothing_else(talk: Talk) -> None:
    """D12."""
    server = MemoryServer(script=[GREET, OK, OK, [Pause(100), b"550 5.1.1 late\r\n"], OK])
    client = talk(server, timeout=20)
    with pytest.raises(SMTPTimeout):
        send(client)
    with pytest.raises(LocalProtocolError, match="no connection"):
        client.noop()


def test_one_refused_recipient(talk: Talk) -> None:
    """D15."""
    server = MemoryServer()
    server.reply_to("RCPT", 550, "5.1.1 no", when="bad@x.test")
    client = talk(server)
    both = ["good@x.test", "bad@x.test"]
    with pytest.raises(RecipientsRefused) as caught:
        send(client, recipients=both)
    assert list(caught.value.recipients) == ["bad@x.test"]
    server.assert_nothing_sent()
    receipt = send(client, recipients=both, refused="continue")
    assert (list(receipt.accepted), list(receipt.refused)) == (["good@x.test"], ["bad@x.test"])
    assert len(server.sessions) == 1


@pytest.mark.parametrize("parameter", ["BY=120;R", "MT-PRIORITY=3"])
def test_parameters_are_on_the_command_that_they_are_given_to(talk: Talk, parameter: str) -> None:
    """D16."""
    offer = b"250-x.test\r\n250-DELIVERBY\r\n250-MT-PRIORITY\r\n250 8BITMIME\r\n"
    server = MemoryServer(script=[GREET, offer, OK, OK, b"354 go\r\n", OK])
    send(talk(server), sender=commands.Mail(SENDER, parameter))
    assert f"\r\nMAIL FROM:<{SENDER}> {parameter}\r\nRCPT TO:<{RECIPIENT}>\r\n".encode() in received(server)


def test_address_beyond_ascii_is_not_sent_raw(talk: Talk) -> None:
    """D17."""
    server = MemoryServer(extensions=["8BITMIME"])
    with pytest.raises(NotSupported, match=r"gé@h\.i") as caught:
        send(talk(server), recipients="gé@h.i")
    assert caught.value.extension == "SMTPUTF8"
    assert "MAIL" not in server.transcript


def test_what_users_paste_has_no_secret(talk: Talk) -> None:
    """D19."""
    server = MemoryServer(users={"me": "another"}, tls="implicit")
    client = talk(server, auth=USER)
    with pytest.raises(AuthenticationFailed) as caught:
        send(client)
    shown = f"{client.transcript} {caught.value} {caught.value!r} {client!r} {caught.value.transcript}"
    encoded = [base64.b64encode(f"{' ' * shift}{SECRET}".encode())[4:-4].decode() for shift in range(3)]
    assert not [secret for secret in (SECRET, *encoded) if secret in shown]


DOTS = [b".\r\nMAIL FROM:<evil@x>\r\n", b"\r\n.\r\n", b"x\r\n\r\n.\r\ny", b"..\r\n.", b"\n.\n", b"\r.\r", b"a\r\n.b"]


@pytest.mark.parametrize("octets", DOTS, ids=ascii)
def test_dots_are_doubled_at_every_border(octets: bytes) -> None:
    """CVE-2021-38189, RUSTSEC-2021-0069."""
    whole = DotStuffing()
    wanted = whole.convert(octets) + whole.end()
    assert wanted.index(b"\r\n.\r\n" if not wanted.startswith(b".\r\n") else b".\r\n") == len(wanted) - 5
    for cuts in itertools.combinations(range(len(octets) + 1), 2):
        first, second = cuts
        stuffing = DotStuffing()
        pieces = (octets[:first], octets[first:second], octets[second:])
        assert b"".join(map(stuffing.convert, pieces)) + stuffing.end() == wanted


BARE = [b"\n", b"\r", b"\r\n", b"\r\r\n", b"\n\r", b"\0\r\n"]


def as_email(octets: bytes) -> EmailMessage:
    message = EmailMessage()
    message.set_content(octets, "application", "octet-stream", cte="binary")
    return message


PATHS: dict[str, tuple[Callable[[bytes], Any], dict[str, Any]]] = {
    "bytes": (bytes, {}),
    "str": (lambda octets: octets.decode(), {}),
    "pieces": (lambda octets: [octets[place : place + 1] for place in range(len(octets))], {}),
    "email": (as_email, {}),
    "chunk": (bytes, {"chunking": "trust"}),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("before", BARE, ids=ascii)
def test_no_message_ends_before_its_end(talk: Talk, before: bytes, path: str) -> None:
    """RUSTSEC-2026-0561, VU#302671; and on every path that writes content: Postfix HISTORY 20260816."""
    make, options = PATHS[path]
    server = MemoryServer(strict=True)
    client = talk(server, **options)
    for number, behind in enumerate(BARE, 1):
        send(client, make(b"x" + before + b"." + behind + b"MAIL FROM:<evil@x>\r\n"))
        content = server.last.raw
        assert len(server.outbox) == number
        assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")
        assert b"evil" in content or path == "email"
    server.check_findings()


# What is written, and whose mail it is; None is refused.
WRITTEN: list[tuple[str, str, str | None]] = [
    ("CVE-2025-13033", '"evil@a.test x"@b.test', '"evil@a.test x"@b.test'),
    ("CVE-2025-13033", '"evil@a.test"@b.test', '"evil@a.test"@b.test'),
    ("CVE-2025-13033", "evil@a.test x@b.test", None),
    ("CVE-2025-13033", "<evil@a.test>@b.test", None),
    ("CVE-2026-100699", "evil@a.test(@b.test)", "evil@a.test"),
    ("CVE-2026-100699", "x@b.test <evil@a.test>", None),
    ("CVE-2026-121424", "@relay.test:evil@a.test", None),
    ("CVE-2026-121424", "evil%a.test@b.test", "evil%a.test@b.test"),
    ("CVE-2026-121425", "x@a.test\\@b.test", None),
    ("CVE-2026-121425", "=?utf-8?q?evil=40a.test?=@b.test", "=?utf-8?q?evil=40a.test?=@b.test"),
    ("CVE-2026-125755", "x@y@b.test", None),
    ("GHSA-wmmp-3585-3rmp", "x@a.test,y@b.test;z@c.test", None),
]


@pytest.mark.parametrize("row", WRITTEN, ids=[f"{row[0]}: {row[1]!a}" for row in WRITTEN])
def test_parser_and_checker_agree(row: tuple[str, str, str | None]) -> None:
    _, text, address = row
    if address is None:
        with pytest.raises(ValueError, match=r"[a-z]"):
            parse(text)
    else:
        assert parse(text) == [address]
    if address == text:
        assert bytes(commands.Rcpt(text)) == f"RCPT TO:<{text}>\r\n".encode()
    else:
        with pytest.raises(ValueError, match="not an address"):
            commands.Rcpt(text)


@pytest.mark.parametrize("domain", ["a。test", "ａ.test", "a\u00ad.test", "faß.test", "a\u200d.test"], ids=ascii)
def test_domain_that_idna_would_change_is_refused(talk: Talk, domain: str) -> None:
    """GHSA-mm7p-fcc7-pg87."""
    server = MemoryServer()
    with pytest.raises(ValueError, match="domain"):
        send(talk(server), recipients=f"x@{domain}")
    server.assert_nothing_sent()
    assert "RCPT" not in server.transcript


DEEP = ["(" * 100_000, "a:" * 100_000, '"' * 99_999, "<" * 100_000, "(" * 50_000 + ")" * 50_000 + "x", "a(" * 50_000]


@pytest.mark.parametrize("text", DEEP, ids=lambda text: f"{text[:6]} x {len(text)}")
@pytest.mark.parametrize("identity", ["CVE-2025-14874", "CVE-2026-90776"])
def test_deep_headers_are_refused(talk: Talk, identity: str, text: str) -> None:
    server = MemoryServer()
    message = message_from_bytes(f"From: a@x.test\nTo: {text}\n\nx\n".encode())
    with pytest.raises(ValueError, match=r"[a-z]") as caught:
        talk(server).send(message)
    assert len(str(caught.value)) < 500
    assert not server.sessions


@pytest.mark.parametrize("identity", ["CVE-2020-7769", "CVE-2020-28247", "CVE-2026-45068"])
def test_no_program_is_run(identity: str) -> None:
    files = [file for file in Path(rawsmtp.__file__).parent.rglob("*.py") if file.parent.name != "cli"]
    assert len(files) > 50
    for file in files:
        assert not re.search(
            r"(import|from) subprocess|os\.(system|popen|exec|spawn)", file.read_text(encoding="utf-8")
        )


@pytest.mark.parametrize("address", ["-oQ/tmp@x.test", "-X@x.test"])
def test_address_like_an_option_is_an_address(talk: Talk, address: str) -> None:
    """CVE-2020-7769."""
    server = MemoryServer()
    send(talk(server), recipients=address)
    assert f"C: RCPT TO:<{address}>" in server.transcript


@pytest.mark.parametrize("count", ["1", "4095", "600001", "2147483648", "9" * 5_000, "-1", "0", "4096x", "٤٠٩٦"])
@pytest.mark.parametrize("identity", ["CVE-2026-42256", "CVE-2026-42198"])
def test_server_does_not_decide_how_much_work_scram_is(
    talk: Talk, identity: str, count: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashlib, "pbkdf2_hmac", lambda *given: pytest.fail("it began to work"))
    monkeypatch.setattr("rawsmtp.sasl.scram._nonce", lambda: "ours")
    challenge = base64.b64encode(f"r=oursX,s=c2FsdA==,i={count}".encode())
    offer = b"250-x.test\r\n250 AUTH SCRAM-SHA-256 PLAIN\r\n"
    server = MemoryServer(script=[GREET, offer, b"334 " + challenge + b"\r\n", b"501 cancelled\r\n", b"535 no\r\n"])
    with pytest.raises(SMTPError) as caught:
        send(talk(server, auth=IN_CLEAR))
    assert caught.value.phase == "auth"
    assert b"AUTH PLAIN" not in received(server)
    assert b"\r\n*\r\n" in received(server) or len(count) > 3_000


def test_pipelined_envelope_has_one_reply_each(talk: Talk) -> None:
    """D15: the refusals of a flight are all read, and the next message is in step."""
    server = MemoryServer()
    server.reply_to("RCPT", 550, "no", when="bad@x.test")
    results = talk(server).send_all(
        Submission(TEXT, sender=SENDER, recipients=[name], refused="continue") for name in ("bad@x.test", RECIPIENT)
    )
    assert [type(result.error) for result in results] == [RecipientsRefused, type(None)]
    assert [mail.envelope.recipients for mail in server.outbox] == [server.last.envelope.recipients]


def test_greeting_that_closes_is_no_crash(talk: Talk) -> None:
    """D3, before anything was said."""
    with pytest.raises(SMTPError) as caught:
        send(talk(MemoryServer(script=[[b"554 no\r\n", Cut()]])))
    assert (caught.value.phase, caught.value.outcome) == ("greeting", "refused")
