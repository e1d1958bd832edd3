"""Servers that mean harm: each case says which error, which outcome, what was on the wire, and how much was taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from rawsmtp import (
    AuthenticationFailed,
    ConnectionLost,
    GreetingRefused,
    HelloRefused,
    MessageRefused,
    NotSupported,
    Password,
    RecipientsRefused,
    RemoteProtocolError,
    SenderRefused,
    SMTPError,
    SMTPTimeout,
    TLSFailed,
)
from rawsmtp.testing import Cut, MemoryServer, Pause, Say, ScriptedSession

if TYPE_CHECKING:
    from tests.conftest import Talk

    from rawsmtp.testing.script import Piece

SENDER, RECIPIENT, TEXT = "a@x.test", "b@x.test", b"Subject: x\r\n\r\nhello\r\n"
SECRET = "correct-horse-battery"
OK = b"250 ok\r\n"
MEGABYTE = 1_000_000

# A whole session, stage by stage: what the server says first, and what the client says to it.
STAGES: list[tuple[str, bytes, bytes]] = [
    ("greeting", b"220 x.test\r\n", b"EHLO me.test\r\n"),
    ("hello", b"250-x.test\r\n250 8BITMIME\r\n", b"MAIL FROM:<a@x.test>\r\n"),
    ("mail", OK, b"RCPT TO:<b@x.test>\r\n"),
    ("rcpt", OK, b"DATA\r\n"),
    ("data", b"354 go on\r\n", TEXT + b".\r\n"),
    ("content", b"250 queued as X1\r\n", b"QUIT\r\n"),
]
NAMES = [name for name, _, _ in STAGES]


def up_to(stage: str) -> list[Piece]:
    return [said for _, said, _ in STAGES[: NAMES.index(stage)]]


def written(stage: str) -> bytes:
    """Return all that a client has written when it waits for the reply of a stage."""
    return b"".join(line for _, _, line in STAGES[: NAMES.index(stage)])


def outcome(stage: str) -> str:
    return "unknown" if stage == "content" else "not_sent"


@dataclass(frozen=True)
class Case:
    """What the server does at a stage, and what must come of it.

    taken: octets that the client reads at most.
    whole: whether the phase is only certain if the server's octets come together.
    """

    name: str
    script: list[Piece]
    error: type[SMTPError] | None
    phase: str = ""
    outcome: str = "not_sent"
    wire: bytes | None = None
    words: str = ""
    taken: int | None = None
    close: bool = True
    whole: bool = False
    options: dict[str, Any] = field(default_factory=dict)


MALFORMED: dict[str, bytes] = {
    "two digits": b"25 ok\r\n",
    "four digits": b"2500 ok\r\n",
    "digits of another script": "２５０ ok\r\n".encode(),
    "a sign": b"+50 ok\r\n",
    "a negative code": b"-250 ok\r\n",
    "a space before": b" 250 ok\r\n",
    "a tab behind": b"250\tok\r\n",
    "a code under 200": b"199 ok\r\n",
    "a code over 599": b"650 ok\r\n",
    "letters": b"OK\r\n",
    "an empty line": b"\r\n",
    "NUL": b"\0\0\0\r\n",
    "a bare LF": b"250 ok\n250 ok\r\n",
    "a bare CR": b"250 ok\r250 ok\r\n",
    "two codes": b"250-a\r\n550 b\r\n",
    "two codes, the other way": b"550-a\r\n250 b\r\n",
    "a TLS alert": b"\x15\x03\x01\x00\x02\x02\x28\r\n",
}

CASES: list[Case] = []
for stage in NAMES:
    CASES += [
        Case(f"{stage}: {name}", [*up_to(stage), octets], RemoteProtocolError, stage, outcome(stage), written(stage))
        for name, octets in MALFORMED.items()
    ]
    before, wire, lost = up_to(stage), written(stage), outcome(stage)
    CASES += [
        Case(f"{stage}: closed", [*before, Cut()], ConnectionLost, stage, lost, wire),
        Case(f"{stage}: closed inside a line", [*before, b"25"], ConnectionLost, stage, lost, wire),
        Case(f"{stage}: closed before CRLF", [*before, b"250 ok\r"], ConnectionLost, stage, lost, wire),
        Case(f"{stage}: closed inside a reply", [*before, b"250-ok\r\n"], ConnectionLost, stage, lost, wire),
        Case(f"{stage}: reset", [*before, Cut(reset=True)], ConnectionLost, stage, lost, wire),
        Case(f"{stage}: silence", before, SMTPTimeout, stage, lost, wire, close=False),
        Case(f"{stage}: silence inside a line", [*before, b"2"], SMTPTimeout, stage, lost, wire, close=False),
        Case(
            f"{stage}: trickled",
            [*before, Say(b"250-" + b"x" * 3_000 + b"\r\n", trickle=1)],
            SMTPTimeout,
            stage,
            lost,
            wire,
            words="600 seconds" if stage == "content" else "20 seconds",
            taken=1_100,
            close=False,
            options={"deadline": 10_000.0},
        ),
        Case(
            f"{stage}: endless continuation",
            [*before, b"250-x\r\n" * (MEGABYTE // 7)],
            RemoteProtocolError,
            stage,
            lost,
            wire,
            words="65536 octets or 2048 lines",
            taken=2 * 65_536,
        ),
        Case(
            f"{stage}: endless line",
            [*before, b"250 " + b"x" * MEGABYTE],
            RemoteProtocolError,
            stage,
            lost,
            wire,
            words="4096 octets",
            taken=2 * 65_536,
        ),
        Case(
            f"{stage}: a reply that is not owed behind it",
            [*before, STAGES[NAMES.index(stage)][1] + b"250 ok\r\n"],
            None if stage == "content" else RemoteProtocolError,
            stage,
            lost,
            wire if stage != "content" else None,
            whole=True,
        ),
        Case(f"{stage}: 3yz where none is due", [*before, b"399 x\r\n"], RemoteProtocolError, stage, lost, wire),
    ]

REFUSALS: dict[str, type[SMTPError]] = {
    "greeting": GreetingRefused,
    "hello": HelloRefused,
    "mail": SenderRefused,
    "rcpt": RecipientsRefused,
    "data": MessageRefused,
    "content": MessageRefused,
}
CASES += [
    Case(f"{stage}: {reply[:3].decode()}, then closed", [*up_to(stage), reply], error, stage, "refused", written(stage))
    for stage, error in REFUSALS.items()
    for reply in (b"421 busy\r\n", b"450 later\r\n", b"554 go away\r\n")
    if not (stage == "hello" and reply.startswith(b"5"))
]

CASES += [
    Case("354 to MAIL", [*up_to("mail"), b"354 go\r\n"], RemoteProtocolError, "mail", "not_sent", written("mail")),
    Case("334 to MAIL", [*up_to("mail"), b"334 go\r\n"], RemoteProtocolError, "mail", "not_sent", written("mail")),
    Case("221 to MAIL", [*up_to("mail"), b"221 bye\r\n"], RemoteProtocolError, "mail", "not_sent", written("mail")),
    Case("220 to RCPT", [*up_to("rcpt"), b"220 hi\r\n"], RemoteProtocolError, "rcpt", "not_sent", written("rcpt")),
    Case("354 to RCPT", [*up_to("rcpt"), b"354 go\r\n"], RemoteProtocolError, "rcpt", "not_sent", written("rcpt")),
    Case("250 to DATA", [*up_to("data"), OK], RemoteProtocolError, "data", "not_sent", written("data")),
    Case("334 to DATA", [*up_to("data"), b"334 x\r\n"], RemoteProtocolError, "data", "not_sent", written("data")),
    Case("354 to the dot", [*up_to("content"), b"354 x\r\n"], RemoteProtocolError, "content", "unknown"),
    Case("221 to the dot", [*up_to("content"), b"221 x\r\n"], RemoteProtocolError, "content", "unknown"),
    Case("235 to the greeting", [b"235 x\r\n"], RemoteProtocolError, "greeting", "not_sent", b""),
    Case("250 for a greeting", [OK], RemoteProtocolError, "greeting", "not_sent", b""),
    Case("two greetings", [b"220 a\r\n220 b\r\n"], RemoteProtocolError, "greeting", "not_sent", b"", whole=True),
    Case(
        "success before the dot", [*up_to("data"), b"354 go\r\n250 done\r\n"], RemoteProtocolError, "data", whole=True
    ),
    Case("refusal before the content", [*up_to("data"), b"354 go\r\n552 no\r\n"], MessageRefused, "content", "refused"),
    Case(
        "an EHLO reply of 300 keywords",
        [b"220 x\r\n", b"".join(b"250-K%d\r\n" % number for number in range(300)) + b"250 END\r\n"],
        RemoteProtocolError,
        "hello",
        words="256 keywords",
    ),
    Case("a foreign server: Subversion", [b"( success ( 2 2 ( ) ( "], RemoteProtocolError, "greeting", words="Subver"),
    Case("a foreign server: SSH", [b"SSH-2.0-x\r\n"], RemoteProtocolError, "greeting", words="SSH server"),
    Case("a foreign server: IMAP", [b"* OK ready\r\n"], RemoteProtocolError, "greeting", words="IMAP server"),
    Case("a foreign server: POP3", [b"+OK ready\r\n"], RemoteProtocolError, "greeting", words="POP3 server"),
    Case("a foreign server: HTTP", [b"HTTP/1.1 400 Bad\r\n"], RemoteProtocolError, "greeting", words="web server"),
]
# Behind the end nothing is an error: the message has arrived.
QUITS: dict[str, list[Piece]] = {
    "junk": [b"junk\r\n"],
    "NUL": [b"\0\0\0"],
    "closed": [Cut()],
    "reset": [Cut(reset=True)],
    "a refusal": [b"550 no\r\n"],
    "421": [b"421 no\r\n"],
    "silence": [Pause(1e9)],
    "trickle": [Say(b"221 " + b"x" * 500, trickle=1)],
    "endless": [b"221-x\r\n" * 100_000],
}
CASES += [Case(f"at QUIT: {name}", [*up_to("content"), STAGES[-1][1], *octets], None) for name, octets in QUITS.items()]
CASES += [
    Case(f"behind the final reply: {name}", [*up_to("content"), b"250 queued as X1\r\n" + octets], None)
    for name, octets in {"junk": b"junk\r\n", "another reply": OK, "a refusal": b"550 no\r\n", "NUL": b"\0"}.items()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("chop", [None, 1], ids=["whole", "byte by byte"])
def test_hostile_server(talk: Talk, case: Case, chop: int | None) -> None:
    server = MemoryServer(script=case.script, close=case.close, chop=chop or 65_536)
    client = talk(server, local_name="me.test", **{"timeout": 20.0, "deadline": 1e6, **case.options})
    error = None
    try:
        receipt = client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    except SMTPError as caught:
        error = caught
    else:
        assert receipt.queue_id == "X1"
        client.close()
    check(case, server, error, exact=not (chop and case.whole))
    assert not client.tls


def check(case: Case, server: MemoryServer, error: SMTPError | None, *, exact: bool) -> None:
    assert type(error) is (case.error or type(None)), error
    assert case.taken is None or server.taken <= case.taken
    if error is not None:
        assert error.outcome == case.outcome
        assert error.phase == case.phase or not exact
        assert case.words in str(error)
        assert str(error).isprintable()
        assert len(str(error)) < 500
        assert error.transcript is not None
        assert not (error.outcome == "unknown" and error.retryable)
    (session,) = server.sessions
    assert isinstance(session, ScriptedSession)
    if case.wire is not None and exact:
        assert session.received == case.wire


def test_there_are_enough_of_them() -> None:
    assert len(CASES) + len(LOGINS) + len(TLS) >= 150
    assert len({case.name for case in CASES}) == len(CASES)


PLAIN = b"250-x.test\r\n250 AUTH PLAIN LOGIN\r\n"
GREET = b"220 x.test\r\n"
LOGINS = [
    Case("250 for 235", [GREET, PLAIN, OK], RemoteProtocolError, "auth"),
    Case("354 to AUTH", [GREET, PLAIN, b"354 x\r\n"], RemoteProtocolError, "auth"),
    Case("535", [GREET, PLAIN, b"535 no\r\n"], AuthenticationFailed, "auth", "refused"),
    Case("534", [GREET, PLAIN, b"534 no\r\n"], AuthenticationFailed, "auth", "refused"),
    Case("421 to AUTH", [GREET, PLAIN, b"421 no\r\n"], AuthenticationFailed, "auth", "refused"),
    Case("454 to AUTH", [GREET, PLAIN, b"454 no\r\n"], AuthenticationFailed, "auth", "refused"),
    Case(
        "334 to a response",
        [GREET, PLAIN, b"334 \r\n", b"501 x\r\n", b"535 no\r\n"],
        AuthenticationFailed,
        "auth",
        "refused",
    ),
    Case(
        "broken base64",
        [GREET, PLAIN, b"334 !\r\n", b"501 x\r\n", b"504 x\r\n"],
        AuthenticationFailed,
        "auth",
        "refused",
    ),
    Case("closed at AUTH", [GREET, PLAIN, Cut()], ConnectionLost, "auth"),
    Case("closed at a challenge", [GREET, PLAIN, b"334 !\r\n", Cut()], ConnectionLost, "auth"),
    Case(
        "the secret echoed",
        [GREET, PLAIN, b"535 you said " + SECRET.encode() + b"\r\n"],
        AuthenticationFailed,
        "auth",
        "refused",
    ),
    Case(
        "the secret echoed in junk", [GREET, PLAIN, b"huh? " + SECRET.encode() + b"\r\n"], RemoteProtocolError, "auth"
    ),
    Case("no AUTH", [GREET, OK], NotSupported, "auth"),
    Case("no mechanism", [GREET, b"250-x\r\n250 AUTH GSSAPI\r\n"], NotSupported, "auth"),
    Case("two replies to AUTH", [GREET, PLAIN, b"235 ok\r\n235 ok\r\n"], RemoteProtocolError, "auth"),
]


@pytest.mark.parametrize("case", LOGINS, ids=lambda case: case.name)
def test_hostile_login(talk: Talk, case: Case) -> None:
    server = MemoryServer(script=case.script, close=True)
    client = talk(server, auth=Password("user", SECRET, in_clear=True))
    with pytest.raises(case.error or SMTPError) as caught:
        client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert (caught.value.phase, caught.value.outcome) == (case.phase, case.outcome)
    (session,) = server.sessions
    assert isinstance(session, ScriptedSession)
    assert b"MAIL" not in session.received
    assert SECRET not in f"{caught.value!r} {caught.value} {caught.value.reply!r} {client.transcript}"


OFFER = b"250-x.test\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"
TLS = [
    Case("not offered", [GREET, OK], TLSFailed, "tls", words="does not offer"),
    Case("refused", [GREET, OFFER, b"454 no\r\n"], TLSFailed, "tls", words="454 no"),
    Case("refused for good", [GREET, OFFER, b"501 no\r\n"], TLSFailed, "tls", words="501 no"),
    Case("421", [GREET, OFFER, b"421 no\r\n"], TLSFailed, "tls", words="421 no"),
    Case("250 for 220", [GREET, OFFER, OK], RemoteProtocolError, "tls"),
    Case("a reply behind it", [GREET, OFFER, b"220 go\r\n250 AUTH PLAIN\r\n"], RemoteProtocolError, "tls"),
    Case("a part behind it", [GREET, OFFER, b"220 go\r\n2"], RemoteProtocolError, "tls", words="attack"),
    Case(
        "a part of a reply behind it",
        [GREET, OFFER, b"220 go\r\n250-x\r\n"],
        RemoteProtocolError,
        "tls",
        words="attack",
    ),
    Case(
        "plaintext in the handshake",
        [GREET, OFFER, [b"220 go\r\n", Pause(1), b"500 what\r\n"]],
        TLSFailed,
        "tls",
        close=False,
    ),
    Case("closed at STARTTLS", [GREET, OFFER, Cut()], ConnectionLost, "tls"),
    Case("closed in the handshake", [GREET, OFFER, [b"220 go\r\n", Pause(1), Cut()]], TLSFailed, "tls", words="closed"),
    Case("silence in the handshake", [GREET, OFFER, b"220 go\r\n"], SMTPTimeout, "tls", close=False),
]


@pytest.mark.parametrize("case", TLS, ids=lambda case: case.name)
def test_hostile_starttls(talk: Talk, case: Case) -> None:
    server = MemoryServer(script=case.script, close=case.close)
    client = talk(server, security="starttls", auth=("user", SECRET), timeout=20, local_name="me.test")
    with pytest.raises(SMTPError) as caught:
        client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert type(caught.value) is case.error, caught.value
    assert (caught.value.phase, caught.value.outcome) == (case.phase, case.outcome)
    assert case.words in str(caught.value)
    (session,) = server.sessions
    assert isinstance(session, ScriptedSession)
    clear = session.received.split(b"STARTTLS\r\n")[0]
    assert clear == b"EHLO me.test\r\n"
    assert not any(word in session.received for word in (b"AUTH", b"MAIL", b"DATA"))
