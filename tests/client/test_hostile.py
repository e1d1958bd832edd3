"""Servers that mean harm: each case says which error, which outcome, what was on the wire, and how much was taken."""

from __future__ import annotations

import base64
import tracemalloc
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from rawsmtp import (
    AuthenticationFailed,
    ConnectionLost,
    GreetingRefused,
    HelloRefused,
    Limits,
    MessageRefused,
    NotSupported,
    Password,
    RecipientsRefused,
    Refused,
    RemoteProtocolError,
    SenderRefused,
    SMTPError,
    SMTPTimeout,
    TLSFailed,
    Transcript,
)
from rawsmtp.client.link import Link
from rawsmtp.client.redaction import Redactor
from rawsmtp.testing import Cut, MemoryServer, Pause, Say, ScriptedSession
from rawsmtp.testing.steps import StartTLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Talk

    from rawsmtp.testing.script import Piece

SENDER, RECIPIENT, TEXT = "a@x.test", "b@x.test", b"Subject: x\r\n\r\nhello\r\n"
SECRET = "correct-horse-battery"
OK = b"250 ok\r\n"
MEGABYTE = 1_000_000

USER = "me"


class Stage(NamedTuple):
    """One turn of a session: the phase it belongs to, what the server says in it, and what the client says to that."""

    phase: str
    said: Piece
    line: bytes


def encoded(text: str) -> bytes:
    return base64.b64encode(text.encode()) + b"\r\n"


GREETING = Stage("greeting", b"220 x.test\r\n", b"EHLO me.test\r\n")
ENVELOPE = [
    Stage("mail", OK, b"RCPT TO:<b@x.test>\r\n"),
    Stage("rcpt", OK, b"DATA\r\n"),
    Stage("data", b"354 go on\r\n", TEXT + b".\r\n"),
    Stage("content", b"250 queued as X1\r\n", b"QUIT\r\n"),
]
MAIL = b"MAIL FROM:<a@x.test>\r\n"

# Whole sessions, stage by stage, and the options of the client that has them.
SESSIONS: dict[str, list[Stage]] = {
    "plain": [GREETING, Stage("hello", b"250-x.test\r\n250 8BITMIME\r\n", MAIL), *ENVELOPE],
    "ahead": [
        GREETING,
        Stage("hello", b"250-x.test\r\n250 PIPELINING\r\n", MAIL + b"RCPT TO:<b@x.test>\r\nDATA\r\n"),
        Stage("mail", OK, b""),
        Stage("rcpt", OK, b""),
        *ENVELOPE[2:],
    ],
    "login": [
        GREETING,
        Stage("hello", b"250-x.test\r\n250 AUTH LOGIN\r\n", b"AUTH LOGIN\r\n"),
        Stage("auth", b"334 \r\n", encoded(USER)),
        Stage("auth", b"334 \r\n", encoded(SECRET)),
        Stage("auth", b"235 ok\r\n", MAIL),
        *ENVELOPE,
    ],
    "starttls": [
        GREETING,
        Stage("hello", b"250-x.test\r\n250 STARTTLS\r\n", b"STARTTLS\r\n"),
        Stage("tls", [b"220 go\r\n", StartTLS()], b"EHLO me.test\r\n"),
        Stage("hello", b"250-x.test\r\n250 AUTH PLAIN\r\n", b"AUTH PLAIN " + encoded(f"\0{USER}\0{SECRET}")),
        Stage("auth", b"235 ok\r\n", MAIL),
        *ENVELOPE,
    ],
}
OPTIONS: dict[str, dict[str, Any]] = {
    "login": {"auth": Password(USER, SECRET, in_clear=True)},
    "starttls": {"security": "starttls", "auth": (USER, SECRET)},
}
# Where each is taken apart: what they have in common once is enough.
STAGES: list[tuple[str, int]] = [
    *(("plain", number) for number in range(6)),
    *(("ahead", number) for number in range(2, 6)),
    *(("login", number) for number in range(2, 5)),
    *(("starttls", number) for number in range(2, 9)),
]


def script_of(session: str, number: int) -> list[Piece]:
    """Return what a server says before a stage."""
    return [stage.said for stage in SESSIONS[session][:number]]


def up_to(phase: str) -> list[Piece]:
    """Return what a server says in a plain session before a phase."""
    return script_of("plain", [stage.phase for stage in SESSIONS["plain"]].index(phase))


def written(phase: str) -> bytes:
    """Return all that a client has written in a plain session when it waits for the reply of a phase."""
    phases = [stage.phase for stage in SESSIONS["plain"]]
    return b"".join(stage.line for stage in SESSIONS["plain"][: phases.index(phase)])


@dataclass(frozen=True)
class Case:
    """What the server does at a stage, and what must come of it.

    wire: all that the client has said when it is over; None says no more than what `never` does not allow.
    never: what is nowhere on the wire.
    piece: octets that come at a time where it does not come whole.
    taken: octets that the client reads at most: what it holds is less.
    whole: whether the phase is only certain if the server's octets come together.
    """

    name: str
    script: list[Piece]
    error: type[SMTPError] | None
    phase: str = ""
    outcome: str = "not_sent"
    wire: bytes | None = None
    words: str = ""
    never: tuple[bytes, ...] = ()
    taken: int = 2 * 65_536
    piece: int = 1
    session: str = "plain"
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


def take_apart(session: str, number: int) -> Iterator[Case]:
    """Return what may go wrong at one stage of a session."""
    stages = SESSIONS[session]
    phase, said, _ = stages[number]
    title = phase if session == "plain" else f"{session}, {number}. {phase}"
    before = script_of(session, number)
    wire = b"".join(stage.line for stage in stages[:number])
    lost = "unknown" if phase == "content" else "not_sent"

    def case(what: str, *pieces: Piece, error: type[SMTPError] | None, **more: Any) -> Case:
        common = {"phase": phase, "outcome": lost, "wire": wire, "session": session}
        options = {**OPTIONS.get(session, {}), **more.pop("options", {})}
        return Case(f"{title}: {what}", [*before, *pieces], error, **{**common, **more, "options": options})

    for name, octets in MALFORMED.items():
        yield case(name, octets, error=RemoteProtocolError)
    yield case("closed", Cut(), error=ConnectionLost)
    yield case("closed without an alert", Cut(abrupt=True), error=ConnectionLost)
    yield case("closed inside a line", b"25", error=ConnectionLost)
    yield case("closed before CRLF", b"250 ok\r", error=ConnectionLost)
    yield case("closed inside a reply", b"250-ok\r\n", error=ConnectionLost)
    yield case("reset", Cut(reset=True), error=ConnectionLost)
    yield case("silence", error=SMTPTimeout, close=False)
    yield case("silence inside a line", b"2", error=SMTPTimeout, close=False)
    yield case(
        "trickled",
        Say(b"250-" + b"x" * 3_000 + b"\r\n", trickle=1),
        error=SMTPTimeout,
        words="600 seconds" if phase == "content" else "20 seconds",
        close=False,
        options={"deadline": 10_000.0},
    )
    yield case(
        "endless continuation",
        b"250-x\r\n" * (MEGABYTE // 7),
        error=RemoteProtocolError,
        words="65536 octets or 2048 lines",
        piece=97,
    )
    yield case("endless line", b"250 " + b"x" * MEGABYTE, error=RemoteProtocolError, words="4096 octets", piece=97)
    yield case("3yz where none is due", b"399 x\r\n", error=RemoteProtocolError)
    for reply in (b"421 busy\r\n", b"450 later\r\n", b"554 go away\r\n"):
        name, result = f"{reply[:3].decode()}, then closed", "not_sent" if phase == "tls" else "refused"
        yield case(name, reply, error=REFUSALS[phase], outcome=result)
    # One too many for a reply that others are to follow is taken for the first of those, and then they do not fit.
    if isinstance(said, bytes) and not (session == "ahead" and phase in ("mail", "rcpt")):
        arrived = phase == "content"
        yield case(
            "a reply that is not owed behind it",
            said + b"250 ok\r\n",
            error=None if arrived else RemoteProtocolError,
            wire=None if arrived else wire,
            whole=True,
        )


REFUSALS: dict[str, type[SMTPError]] = {
    "greeting": GreetingRefused,
    "hello": HelloRefused,
    "tls": TLSFailed,
    "auth": AuthenticationFailed,
    "mail": SenderRefused,
    "rcpt": RecipientsRefused,
    "data": MessageRefused,
    "content": MessageRefused,
}
CASES += [case for session, number in STAGES for case in take_apart(session, number)]

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
CASES += [
    Case(f"at QUIT: {name}", [*up_to("content"), ENVELOPE[-1].said, *octets], None) for name, octets in QUITS.items()
]
CASES += [
    Case(f"behind the final reply: {name}", [*up_to("content"), b"250 queued as X1\r\n" + octets], None)
    for name, octets in {"junk": b"junk\r\n", "a refusal": b"550 no\r\n", "NUL": b"\0"}.items()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "in pieces"])
def test_hostile_server(talk: Talk, case: Case, whole: bool) -> None:
    run(talk, case, whole=whole)


def run(talk: Talk, case: Case, *, whole: bool = True) -> None:
    """Send a message to the server of a case, and see that all is as the case says."""
    server = MemoryServer(script=case.script, close=case.close, chop=65_536 if whole else case.piece, tls=tls_of(case))
    client = talk(
        server, local_name="me.test", **{"timeout": 20.0, "deadline": 1e6, "security": "none", **case.options}
    )
    error = None
    try:
        receipt = client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    except SMTPError as caught:
        error = caught
    else:
        assert receipt.queue_id == "X1"
        client.close()
    # Octet by octet, what stands behind a reply is seen when the next thing was said, or inside the next exchange.
    exact = whole or not case.whole
    assert type(error) is (case.error or type(None)), error
    if error is not None:
        check_error(case, error, exact=exact)
    check_wire(case, server, exact=exact)
    check_end(client, server, error)


def tls_of(case: Case) -> Any:
    return "starttls" if any(StartTLS() in piece for piece in case.script if isinstance(piece, list)) else None


def check_error(case: Case, error: SMTPError, *, exact: bool) -> None:
    assert error.outcome == case.outcome
    assert error.phase == case.phase or not exact
    assert case.words in str(error)
    assert str(error).isprintable()
    assert len(str(error)) < 500
    assert error.transcript is not None
    assert not (error.outcome == "unknown" and error.retryable)
    assert SECRET not in f"{error!r} {error} {error.reply!r} {error.transcript}"


def check_wire(case: Case, server: MemoryServer, *, exact: bool) -> None:
    assert server.taken <= case.taken
    (session,) = server.sessions
    assert isinstance(session, ScriptedSession)
    if case.wire is not None and exact:
        assert session.received == case.wire
    assert not [word for word in case.never if word in session.received]
    if case.options.get("security") == "starttls":
        clear = session.received.partition(b"STARTTLS\r\n")[0]
        assert not [word for word in (b"AUTH", b"MAIL", b"RCPT", b"DATA") if word in clear]


def check_end(client: Any, server: MemoryServer, error: SMTPError | None) -> None:
    """Nothing is said on a connection that is out of step, and what was learnt on it does not outlive it."""
    (session,) = server.sessions
    assert isinstance(session, ScriptedSession)
    before = session.received
    if error is not None and not isinstance(error, Refused):
        assert client.tls is None
        with suppress(SMTPError):
            client.noop()
        assert session.received == before
    client.abort()
    assert client.tls is None
    assert session.received == before or isinstance(error, Refused)


def test_there_are_enough_of_them() -> None:
    cases = [*CASES, *LOGINS, *TLS]
    assert len(cases) >= 150
    assert len({case.name for case in cases}) == len(cases)
    assert len({f"{case.script} {case.close} {case.options}" for case in cases}) == len(cases)


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


NO_MAIL = (b"MAIL", b"RCPT", b"DATA\r\n")
LOGINS = [
    replace(case, name=f"AUTH: {case.name}", never=NO_MAIL, options=OPTIONS["login"], whole=True) for case in LOGINS
]


@pytest.mark.parametrize("case", LOGINS, ids=lambda case: case.name)
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "in pieces"])
def test_hostile_login(talk: Talk, case: Case, whole: bool) -> None:
    run(talk, case, whole=whole)


OFFER = b"250-x.test\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"
TLS = [
    Case("not offered", [GREET, OK], TLSFailed, "tls", words="does not offer"),
    Case("refused", [GREET, OFFER, b"454 no\r\n"], TLSFailed, "tls", words="454 no"),
    Case("refused for good", [GREET, OFFER, b"501 no\r\n"], TLSFailed, "tls", words="501 no"),
    Case("421", [GREET, OFFER, b"421 no\r\n"], TLSFailed, "tls", words="421 no"),
    Case("250 for 220", [GREET, OFFER, OK], RemoteProtocolError, "tls"),
    Case(
        "a reply behind it", [GREET, OFFER, b"220 go\r\n250 AUTH PLAIN\r\n"], RemoteProtocolError, "tls", words="attack"
    ),
    Case("421 behind it", [GREET, OFFER, b"220 go\r\n421 bye\r\n"], RemoteProtocolError, "tls", words="attack"),
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


TLS = [
    replace(case, name=f"STARTTLS: {case.name}", never=(b"AUTH", *NO_MAIL), options=OPTIONS["starttls"]) for case in TLS
]


@pytest.mark.parametrize("case", TLS, ids=lambda case: case.name)
def test_hostile_starttls(talk: Talk, case: Case) -> None:
    run(talk, case)


def test_refusal_as_long_as_may_be_fills_no_log(talk: Talk) -> None:
    refusal = b"554-" + b"x" * 4_000 + b"\r\n"
    server = MemoryServer(script=[*up_to("mail"), refusal * 15 + b"554 no\r\n"])
    with pytest.raises(SenderRefused) as caught:
        talk(server).send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert caught.value.reply is not None
    assert len(caught.value.reply.raw) > 60_000
    assert len(str(caught.value)) < 5_000
    assert len(str(caught.value.transcript)) < 6_000


# What comes without an end, a piece at a time: a server has no end of octets.
ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "a line": (b"220 ", b"x" * 1_000),
    "a reply": (b"220-x\r\n", b"220-x\r\n" * 100),
    "lines without a text": (b"220-\r\n", b"220-\r\n" * 100),
    "a reply of long lines": (b"220-x\r\n", b"220-" + b"x" * 4_000 + b"\r\n"),
    "a line with NULs": (b"220 ", bytes(1_000)),
}


@pytest.mark.parametrize("knows", [False, True], ids=["", "behind a login"])
@pytest.mark.parametrize(("first", "piece"), ENDLESS.values(), ids=ENDLESS)
def test_what_has_no_end_takes_no_memory(first: bytes, piece: bytes, knows: bool) -> None:
    redactor = Redactor([SECRET]) if knows else None
    link = Link(Transcript(), Limits(), (), "x", (), redactor)

    def receive_without_end() -> None:
        link.receive(first)
        for _ in range(100_000):
            link.receive(piece)

    tracemalloc.start()
    try:
        with pytest.raises(RemoteProtocolError):
            receive_without_end()
        assert tracemalloc.get_traced_memory()[1] < 600_000
    finally:
        tracemalloc.stop()
