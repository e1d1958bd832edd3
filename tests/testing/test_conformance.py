"""Every rule of the judge: what is found, and what is nearly the same and right."""

from __future__ import annotations

import pytest

from rawsmtp import Reply
from rawsmtp.testing.faults import Fault
from rawsmtp.testing.mail import ReceivedTLS
from rawsmtp.testing.persona import KEYWORDS, Persona
from rawsmtp.testing.session import Setup
from rawsmtp.testing.transactions import ServerSession

HELLO = b"EHLO c.test\r\n"
ENVELOPE = b"MAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\n"
PLAIN = b"AUTH PLAIN AG1lAGNvZGU=\r\n"
LOCK_STEP = tuple(keyword for keyword in KEYWORDS if keyword != "PIPELINING")


def findings(
    *flights: bytes,
    chop: int = 0,
    keywords: tuple[str, ...] = KEYWORDS,
    refuse: str = "",
    code: int = 550,
    tls: bool = False,
    lmtp: bool = False,
) -> list[str]:
    """Return the rules that a client broke which said this, each flight after all replies to the one before."""
    setup = Setup(
        deliver=lambda mail: "1",
        persona=Persona(keywords=keywords),
        users={"me": "code"},
        starttls=True,
        lmtp=lmtp,
    )
    session = ServerSession(setup)
    if refuse:
        setup.faults.add(Fault(refuse, reply=Reply(code, "no")))
    if tls:
        session.begin_tls(ReceivedTLS("TLSv1.3", ""))
    else:
        session.greet()
    for flight in flights:
        size = chop or len(flight)
        for start in range(0, len(flight), size):
            session.receive(flight[start : start + size])
    return [finding.rule for finding in session.findings]


RIGHT: dict[str, tuple[bytes, ...]] = {
    "a session": (HELLO, ENVELOPE + b"DATA\r\n", b"Subject: x\r\n\r\n..\r\n..x\r\n.\r\n", b"QUIT\r\n"),
    "lock-step": (HELLO, b"MAIL FROM:<a@x.test>\r\n", b"RCPT TO:<b@x.test>\r\n", b"DATA\r\n", b".\r\n", b"QUIT\r\n"),
    "the next envelope behind the dot": (
        HELLO,
        ENVELOPE + b"DATA\r\n",
        b"x\r\n.\r\n" + ENVELOPE + b"DATA\r\n",
        b".\r\n",
    ),
    "RSET at any time": (b"RSET\r\n", HELLO, b"RSET\r\n", ENVELOPE + b"RSET\r\n", b"RSET\r\n"),
    "NOOP, HELP and VRFY at any time": (b"NOOP\r\n", b"HELP\r\n", b"VRFY x\r\n", HELLO, ENVELOPE + b"NOOP\r\n"),
    "EHLO again": (HELLO, HELLO),
    "EHLO in a transaction, which it ends": (HELLO, ENVELOPE, HELLO, ENVELOPE),
    "HELO behind EHLO": (HELLO, b"HELO c.test\r\n", ENVELOPE),
    "an unknown command": (HELLO, b"XCLIENT NAME=x\r\n"),
    "QUIT first": (b"QUIT\r\n",),
    "chunks behind their command": (HELLO, ENVELOPE + b"BDAT 3\r\na\r\nBDAT 0 LAST\r\n" + ENVELOPE),
    "LF inside a chunk of another line end": (HELLO, ENVELOPE + b"BDAT 6 LAST\r\na\r\nb\r\n"),
    "8-bit in a chunk, declared": (
        HELLO,
        b"MAIL FROM:<a@x.test> BODY=8BITMIME\r\n",
        b"RCPT TO:<b@x.test>\r\n",
        b"BDAT 1 LAST\r\n\xff",
    ),
    "8-bit content, declared": (
        HELLO,
        b"MAIL FROM:<a@x.test> body=8bitmime\r\nRCPT TO:<b@x.test>\r\nDATA\r\n",
        b"\xff\r\n.\r\n",
    ),
    "8-bit content, declared by SMTPUTF8": (
        HELLO,
        b"MAIL FROM:<a@x.test> SMTPUTF8\r\nRCPT TO:<b@x.test>\r\nDATA\r\n",
        b"\xc3\xa9\r\n.\r\n",
    ),
    "a declared address": (HELLO, "MAIL FROM:<é@x.test> SMTPUTF8\r\nRCPT TO:<ü@x.test>\r\n".encode()),
    "a line of 998 octets": (HELLO, ENVELOPE + b"DATA\r\n", b"x" * 998 + b"\r\n.\r\n"),
    "a line of one dot, doubled": (HELLO, ENVELOPE + b"DATA\r\n", b"..\r\n.\r\n"),
    "a dot within a line": (HELLO, ENVELOPE + b"DATA\r\n", b"a.b\r\n.\r\n"),
    "a dot at a line's start in a chunk": (HELLO, ENVELOPE + b"BDAT 4 LAST\r\n.x\r\n"),
    "AUTH by a mechanism that is not offered": (HELLO, b"AUTH CRAM\r\n"),
}

WRONG: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "a command that ends with LF": ("bare-line-end", (b"EHLO c.test\n",)),
    "LF in the content": ("bare-line-end", (HELLO, ENVELOPE + b"DATA\r\n", b"a\nb\r\n.\r\n")),
    "CR in the content": ("bare-line-end", (HELLO, ENVELOPE + b"DATA\r\n", b"a\rb\r\n.\r\n")),
    "LF in a chunk": ("bare-line-end", (HELLO, ENVELOPE + b"BDAT 2 LAST\r\na\n")),
    "a dot that is not doubled": ("dot-stuffing", (HELLO, ENVELOPE + b"DATA\r\n", b"a\r\n.x\r\n.\r\n")),
    "a dot that is not doubled, first": ("dot-stuffing", (HELLO, ENVELOPE + b"DATA\r\n", b".x\r\n.\r\n")),
    "MAIL before EHLO": ("sequence", (b"MAIL FROM:<a@x.test>\r\n",)),
    "MAIL in a transaction": ("sequence", (HELLO, ENVELOPE + b"NOOP\r\n", b"MAIL FROM:<c@x.test>\r\n")),
    "MAIL twice in a group": ("sequence", (HELLO, ENVELOPE + b"MAIL FROM:<c@x.test>\r\n")),
    "RCPT before MAIL": ("sequence", (HELLO, b"RCPT TO:<b@x.test>\r\n")),
    "DATA before RCPT": ("sequence", (HELLO, b"MAIL FROM:<a@x.test>\r\n", b"DATA\r\n")),
    "DATA before EHLO": ("sequence", (b"DATA\r\n",)),
    "BDAT outside a transaction": ("sequence", (HELLO, b"BDAT 1 LAST\r\nx")),
    "BDAT behind BDAT LAST": ("sequence", (HELLO, ENVELOPE + b"BDAT 0 LAST\r\n", b"BDAT 0 LAST\r\n")),
    "DATA behind BDAT": ("sequence", (HELLO, ENVELOPE + b"BDAT 0\r\n", b"DATA\r\n")),
    "STARTTLS in a transaction": ("sequence", (HELLO, ENVELOPE + b"STARTTLS\r\n")),
    "AUTH in a transaction": ("sequence", (HELLO, ENVELOPE + b"AUTH LOGIN\r\n")),
    "something behind EHLO": ("pipelining", (HELLO + b"NOOP\r\n",)),
    "content before the 354": ("pipelining", (HELLO, ENVELOPE + b"DATA\r\nx\r\n.\r\n")),
    "something behind STARTTLS": ("pipelining", (HELLO, b"STARTTLS\r\nEHLO c.test\r\n")),
    "something behind QUIT": ("after-quit", (b"QUIT\r\nNOOP\r\n",)),
    "something behind the 221": ("after-quit", (HELLO, b"QUIT\r\n", b"NOOP\r\n")),
    "8-bit content": ("undeclared-8bit", (HELLO, ENVELOPE + b"DATA\r\n", b"\xff\r\n.\r\n")),
    "8-bit content declared as 7-bit": (
        "undeclared-8bit",
        (HELLO, b"MAIL FROM:<a@x.test> BODY=7BIT\r\nRCPT TO:<b@x.test>\r\nDATA\r\n", b"\xff\r\n.\r\n"),
    ),
    "8-bit in a chunk": ("undeclared-8bit", (HELLO, ENVELOPE + b"BDAT 1 LAST\r\n\xff")),
    "an address beyond ASCII in MAIL": ("smtputf8", (HELLO, "MAIL FROM:<é@x.test>\r\n".encode())),
    "an address beyond ASCII in RCPT": ("smtputf8", (HELLO, "MAIL FROM:<a@x.test>\r\nRCPT TO:<é@x.test>\r\n".encode())),
    "a line of 999 octets": ("long-line", (HELLO, ENVELOPE + b"DATA\r\n", b"x" * 999 + b"\r\n.\r\n")),
    "a parameter of nothing": ("parameter", (HELLO, b"MAIL FROM:<a@x.test> X=1\r\n")),
    "a parameter of MAIL on RCPT": ("parameter", (HELLO, b"MAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test> SIZE=1\r\n")),
    "an unreadable line": ("syntax", (HELLO, b"MAIL FROM:a@x.test\r\n")),
    "an empty line": ("syntax", (HELLO, b"\r\n")),
    "EHLO without a name": ("syntax", (b"EHLO\r\n",)),
    "a space before the path": ("syntax", (HELLO, b"MAIL FROM: <a@x.test>\r\n")),
    "a line without end": ("syntax", (b"x" * 70_000,)),
    "the secret in clear": ("credentials-in-clear", (HELLO, PLAIN)),
    "the secret in clear, asked for": (
        "credentials-in-clear",
        (HELLO, b"AUTH LOGIN\r\n", b"bWU=\r\n", b"Y29kZQ==\r\n"),
    ),
}


@pytest.mark.parametrize("chop", [0, 1, 7], ids=["whole", "octets", "sevens"])
@pytest.mark.parametrize("flights", RIGHT.values(), ids=RIGHT)
def test_nothing_is_found(flights: tuple[bytes, ...], chop: int) -> None:
    assert findings(*flights, chop=chop) == []


@pytest.mark.parametrize(("rule", "flights"), WRONG.values(), ids=WRONG)
def test_found(rule: str, flights: tuple[bytes, ...]) -> None:
    assert rule in findings(*flights)
    assert set(findings(*flights)) - {rule, "pipelining"} == set()


@pytest.mark.parametrize("chop", [0, 1, 7], ids=["whole", "octets", "sevens"])
@pytest.mark.parametrize("refused", ["MAIL", "RCPT", "RSET", "BDAT"])
def test_group_behind_a_refusal_that_was_not_seen_yet(refused: str, chop: int) -> None:
    content = b"BDAT 3\r\na\r\nBDAT 0 LAST\r\n" if refused == "BDAT" else b"DATA\r\n"
    assert findings(HELLO, b"RSET\r\n" + ENVELOPE + content, refuse=refused, chop=chop) == []


def test_content_behind_a_refused_data_is_found() -> None:
    assert "syntax" in findings(HELLO, ENVELOPE + b"DATA\r\n", b"Subject: x\r\n\r\nwords\r\n.\r\n", refuse="DATA")


@pytest.mark.parametrize(
    ("refused", "following"),
    [
        ("MAIL", b"RCPT TO:<b@x.test>\r\n"),
        ("RCPT", b"DATA\r\n"),
        ("RCPT", b"MAIL FROM:<a@x.test>\r\n"),
        ("BDAT", b"BDAT 0 LAST\r\n"),
    ],
)
def test_command_behind_a_refusal_that_was_seen_is_found(refused: str, following: bytes) -> None:
    flights = (HELLO, b"MAIL FROM:<a@x.test>\r\n", b"RCPT TO:<b@x.test>\r\n", b"BDAT 0\r\n")
    said = flights[: 2 + ["MAIL", "RCPT", "BDAT"].index(refused)]
    assert findings(*said, following, refuse=refused, keywords=LOCK_STEP) == ["sequence"]
    assert findings(*said, b"NOOP\r\n", following, refuse=refused) == ["sequence"]


@pytest.mark.parametrize(
    "flights",
    [
        (HELLO, ENVELOPE),
        (HELLO, b"MAIL FROM:<a@x.test>\r\n", b"RCPT TO:<b@x.test>\r\n", b"DATA\r\n", b".\r\nMAIL FROM:<a@x.test>\r\n"),
        (HELLO, b"MAIL FROM:<a@x.test>\r\n", b"RCPT TO:<b@x.test>\r\n", b"BDAT 1\r\nxBDAT 0 LAST\r\n"),
    ],
    ids=["envelope", "behind the dot", "behind a chunk"],
)
def test_pipelining_that_is_not_offered(flights: tuple[bytes, ...]) -> None:
    assert findings(*flights) == []
    assert findings(*flights, keywords=LOCK_STEP) == ["pipelining"]


def test_chunk_behind_its_command_is_no_pipelining() -> None:
    flights = (HELLO, b"MAIL FROM:<a@x.test>\r\n", b"RCPT TO:<b@x.test>\r\n", b"BDAT 1 LAST\r\nx", b"QUIT\r\n")
    assert findings(*flights, keywords=LOCK_STEP) == []


@pytest.mark.parametrize(
    ("parameter", "keyword"),
    [("SIZE=1", "SIZE"), ("BODY=8BITMIME", "8BITMIME"), ("SMTPUTF8", "SMTPUTF8"), ("RET=HDRS", "DSN")],
)
def test_parameter_whose_extension_is_not_offered(parameter: str, keyword: str) -> None:
    mail = f"MAIL FROM:<a@x.test> {parameter}\r\n".encode()
    assert findings(HELLO, mail) == []
    assert findings(HELLO, mail, keywords=tuple(set(KEYWORDS) - {keyword})) == ["parameter"]


@pytest.mark.parametrize("flights", [(HELLO, PLAIN), (HELLO, b"AUTH LOGIN\r\n", b"bWU=\r\n", b"Y29kZQ==\r\n")])
def test_secret_inside_tls_is_right(flights: tuple[bytes, ...]) -> None:
    assert findings(*flights, tls=True) == []


def test_answer_before_the_challenge_is_found() -> None:
    assert findings(HELLO, b"AUTH LOGIN\r\nbWU=\r\n", tls=True) == ["pipelining"]


def test_lmtp_is_judged_the_same() -> None:
    assert findings(b"LHLO c.test\r\n", ENVELOPE + b"DATA\r\n", b"x\r\n.\r\n", b"QUIT\r\n", lmtp=True) == []


def test_session_that_the_server_ended_has_no_quit_to_come_behind() -> None:
    assert findings(HELLO, b"NOOP\r\n", b"NOOP\r\n", refuse="NOOP", code=421) == []


def test_what_comes_behind_the_end_is_found_once() -> None:
    assert findings(b"QUIT\r\nNOOP\r\n", b"NOOP\r\n", b"RSET\r\n") == ["after-quit"]
    assert findings(b"QUIT\r\n", b"NOOP\r\n", b"RSET\r\n") == ["after-quit"]


def test_finding_says_what_and_where_it_is_forbidden() -> None:
    session = ServerSession(Setup(deliver=lambda mail: "1"))
    session.greet()
    session.receive(b"EHLO c.test\n")
    assert [str(finding) for finding in session.findings] == [
        "bare-line-end: a bare LF behind b'EHLO c.test' (RFC 5321 §2.3.8)"
    ]
