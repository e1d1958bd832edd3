"""Whole dialogues with the server's side: what the client says, and the exact octets of the answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp import Reply, commands
from rawsmtp.testing import Cut, Finding, Login, ReceivedMail, ReceivedTLS, Say, StartTLS
from rawsmtp.testing.faults import Fault, Faults
from rawsmtp.testing.persona import KEYWORDS, MODERN, Persona
from rawsmtp.testing.session import Setup
from rawsmtp.testing.transactions import ServerSession

GREETING = b"220 localhost ESMTP rawsmtp test server\r\n"
OFFER = (
    b"250-localhost\r\n250-PIPELINING\r\n250-SIZE 35882577\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n"
    b"250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n250 HELP\r\n"
)
OUT_OF_ORDER = b"503 5.5.1 Bad sequence of commands\r\n"
MAIL_OK = b"250 2.1.0 Ok\r\n"
RCPT_OK = b"250 2.1.5 Ok\r\n"
START_INPUT = b"354 End data with <CR><LF>.<CR><LF>\r\n"
TAKEN = b"250 2.0.0 Ok: queued as %08d\r\n"
BYE = b"221 2.0.0 Bye\r\n"
OK = b"250 2.0.0 Ok\r\n"
EHLO = (b"EHLO c.test\r\n", OFFER)
MAIL = (b"MAIL FROM:<a@x.test>\r\n", MAIL_OK)
RCPT = (b"RCPT TO:<b@x.test>\r\n", RCPT_OK)

Dialogue = list[tuple[bytes, bytes]]


class Talk:
    """A session whose answers are octets."""

    def __init__(self, **options: Any) -> None:
        self.mails: list[ReceivedMail] = []
        options.setdefault("deliver", self._deliver)
        self.session = ServerSession(Setup(**options))
        self.steps = self.session.greet()
        self.greeting = self._said(self.steps)

    def _deliver(self, mail: ReceivedMail) -> str:
        self.mails.append(mail)
        return f"{len(self.mails):08d}"

    def _said(self, steps: list[Any]) -> bytes:
        return b"".join(step.octets for step in steps if isinstance(step, Say))

    def say(self, octets: bytes, chop: int = 0) -> bytes:
        """Return the answer to octets, which come in pieces of so many."""
        self.steps = []
        size = chop or len(octets) or 1
        for start in range(0, len(octets), size):
            self.steps += self.session.receive(octets[start : start + size])
        return self._said(self.steps)


def users(**more: Any) -> dict[str, Any]:
    return {"users": {"me": "code"}, **more}


def persona(*keywords: str, **more: Any) -> Persona:
    return Persona(keywords=keywords, **more)


DIALOGUES: dict[str, tuple[dict[str, Any], Dialogue]] = {
    "a message": (
        {},
        [
            EHLO,
            MAIL,
            RCPT,
            (b"DATA\r\n", START_INPUT),
            (b"Subject: x\r\n\r\n..\r\n.\r\n", TAKEN % 1),
            (b"QUIT\r\n", BYE),
        ],
    ),
    "an envelope in one flight": (
        {},
        [
            EHLO,
            (MAIL[0] + RCPT[0] + RCPT[0] + b"DATA\r\n", MAIL_OK + RCPT_OK + RCPT_OK + START_INPUT),
            (b".\r\n" + MAIL[0] + RCPT[0] + b"DATA\r\n", TAKEN % 1 + MAIL_OK + RCPT_OK + START_INPUT),
            (b".\r\nQUIT\r\n", TAKEN % 2 + BYE),
        ],
    ),
    "HELO": ({}, [(b"HELO c.test\r\n", b"250 localhost\r\n"), MAIL]),
    "LHLO to SMTP": ({}, [(b"LHLO c.test\r\n", b"500 5.5.1 This is SMTP: say EHLO\r\n"), (MAIL[0], OUT_OF_ORDER)]),
    "HELO to LMTP": (
        {"lmtp": True},
        [
            (b"HELO c.test\r\n", b"500 5.5.1 This is LMTP: say LHLO\r\n"),
            (b"EHLO c.test\r\n", b"500 5.5.1 This is LMTP: say LHLO\r\n"),
            (b"LHLO c.test\r\n", OFFER),
        ],
    ),
    "LMTP has a reply for each recipient": (
        {
            "lmtp": True,
            "faults": Faults(
                [
                    Fault("RCPT", when="no@x.test", reply=Reply(550, "5.1.1 no")),
                    Fault(".", when="full@x.test", reply=Reply(452, "4.2.2 full")),
                ]
            ),
        },
        [
            (b"LHLO c.test\r\n", OFFER),
            MAIL,
            RCPT,
            (b"RCPT TO:<no@x.test>\r\n", b"550 5.1.1 no\r\n"),
            (b"RCPT TO:<full@x.test>\r\n", RCPT_OK),
            RCPT,
            (b"DATA\r\n", START_INPUT),
            (b".\r\n", TAKEN % 1 + b"452 4.2.2 full\r\n" + TAKEN % 2),
            MAIL,
            RCPT,
            (b"BDAT 0 LAST\r\n", TAKEN % 3),
            (b"QUIT\r\n", BYE),
        ],
    ),
    "LMTP that ends in the midst of its replies": (
        {
            "lmtp": True,
            "faults": Faults(
                [
                    Fault(".", when="b@x.test", reply=Reply(421, "4.3.2 over")),
                ]
            ),
        },
        [
            (b"LHLO c.test\r\n", OFFER),
            MAIL,
            RCPT,
            (b"RCPT TO:<c@x.test>\r\n", RCPT_OK),
            (b"DATA\r\n", START_INPUT),
            (b".\r\n", b"421 4.3.2 over\r\n"),
        ],
    ),
    "AUTH PLAIN": (
        users(),
        [
            (b"EHLO c.test\r\n", OFFER.replace(b"250 HELP\r\n", b"250-HELP\r\n250 AUTH PLAIN LOGIN\r\n")),
            (b"AUTH PLAIN AG1lAGNvZGU=\r\n", b"235 2.7.0 Authentication successful\r\n"),
            (b"AUTH PLAIN AG1lAGNvZGU=\r\n", OUT_OF_ORDER),
            MAIL,
        ],
    ),
    "AUTH PLAIN, asked for": (
        users(),
        [
            (b"HELO c.test\r\n", b"250 localhost\r\n"),
            (b"AUTH plain\r\n", b"334 \r\n"),
            (b"AG1lAGNvZGU=\r\n", b"235 2.7.0 Authentication successful\r\n"),
        ],
    ),
    "AUTH LOGIN": (
        users(),
        [
            (b"HELO c.test\r\n", b"250 localhost\r\n"),
            (b"AUTH LOGIN\r\n", b"334 VXNlcm5hbWU6\r\n"),
            (b"bWU=\r\n", b"334 UGFzc3dvcmQ6\r\n"),
            (b"Y29kZQ==\r\n", b"235 2.7.0 Authentication successful\r\n"),
        ],
    ),
    "AUTH refused": (
        users(),
        [
            (b"HELO c.test\r\n", b"250 localhost\r\n"),
            (b"AUTH PLAIN AG1lAG5v\r\n", b"535 5.7.8 Authentication credentials invalid\r\n"),
            (b"AUTH PLAIN AG1l\r\n", b"535 5.7.8 Authentication credentials invalid\r\n"),
            (b"AUTH LOGIN\r\n", b"334 VXNlcm5hbWU6\r\n"),
            (b"*\r\n", b"501 5.7.0 Authentication cancelled\r\n"),
            (b"AUTH LOGIN\r\n", b"334 VXNlcm5hbWU6\r\n"),
            (b"no base64\r\n", b"501 5.5.2 That is not base64\r\n"),
            (b"AUTH X\r\n", b"504 5.5.4 That mechanism is not offered\r\n"),
            (b"AUTH PLAIN AG1lAGNvZGU=\r\n", b"235 2.7.0 Authentication successful\r\n"),
        ],
    ),
    "AUTH where nobody can log in": ({}, [EHLO, (b"AUTH LOGIN\r\n", b"502 5.5.1 AUTH is not offered\r\n")]),
    "AUTH out of order": (
        users(),
        [
            (b"AUTH LOGIN\r\n", OUT_OF_ORDER),
            (b"HELO c.test\r\n", b"250 localhost\r\n"),
            MAIL,
            (b"AUTH LOGIN\r\n", OUT_OF_ORDER),
        ],
    ),
    "out of order": (
        {},
        [
            (MAIL[0], OUT_OF_ORDER),
            (RCPT[0], OUT_OF_ORDER),
            (b"DATA\r\n", OUT_OF_ORDER),
            EHLO,
            (RCPT[0], OUT_OF_ORDER),
            (b"DATA\r\n", OUT_OF_ORDER),
            (b"BDAT 3\r\nabc", b"503 5.5.1 No valid recipients\r\n"),
            MAIL,
            (MAIL[0], OUT_OF_ORDER),
            (b"DATA\r\n", b"554 5.5.1 No valid recipients\r\n"),
            (b"BDAT 5 LAST\r\nNOOP\n", b"503 5.5.1 No valid recipients\r\n"),
            RCPT,
            (MAIL[0], OUT_OF_ORDER),
        ],
    ),
    "EHLO ends a transaction": ({}, [EHLO, MAIL, RCPT, EHLO, (b"DATA\r\n", OUT_OF_ORDER), MAIL]),
    "RSET": (
        {},
        [
            (b"RSET\r\n", OK),
            (MAIL[0], OUT_OF_ORDER),
            EHLO,
            MAIL,
            RCPT,
            (b"RSET\r\n", OK),
            (b"DATA\r\n", OUT_OF_ORDER),
            MAIL,
        ],
    ),
    "other commands": (
        {},
        [
            (b"NOOP x\r\n", OK),
            (b"VRFY b@x.test\r\n", b"252 2.5.0 Cannot verify, but will take a message\r\n"),
            (b"EXPN list\r\n", b"502 5.5.1 Not done here\r\n"),
            (b"HELP\r\n", b"214 2.0.0 RFC 5321\r\n"),
            (b"XCLIENT A=b\r\n", b"500 5.5.1 Command not known\r\n"),
            (b"\r\n", b"500 5.5.2 A command begins with its verb\r\n"),
            (b" MAIL FROM:<a@x.test>\r\n", b"500 5.5.2 A command begins with its verb\r\n"),
            (b"NOOP \x01\r\n", b"500 5.5.2 Control characters or broken UTF-8 in a command\r\n"),
            (b"QUIT\r\n", BYE),
        ],
    ),
    "STARTTLS that is not offered": ({}, [EHLO, (b"STARTTLS\r\n", b"502 5.5.1 Not offered\r\n")]),
    "MAIL parameters": (
        {},
        [
            EHLO,
            (b"MAIL FROM:<a@x.test> X=1\r\n", b"555 5.5.4 X is not known here\r\n"),
            (b"MAIL FROM:<a@x.test> NOTIFY=NEVER\r\n", b"555 5.5.4 NOTIFY is not known here\r\n"),
            (b"MAIL FROM:<a@x.test> AUTH=<>\r\n", b"555 5.5.4 AUTH is not known here\r\n"),
            (b"MAIL FROM:<a@x.test> SIZE=35882578\r\n", b"552 5.3.4 The message is too big\r\n"),
            (b"MAIL FROM:<a@x.test> SIZE=big\r\n", b"501 5.5.4 SIZE has another value\r\n"),
            (b"MAIL FROM:<a@x.test> SIZE\r\n", b"501 5.5.4 SIZE has another value\r\n"),
            (b"MAIL FROM:<a@x.test> BODY=BINARYMIME\r\n", b"501 5.5.4 BODY has another value\r\n"),
            (b"MAIL FROM:<a@x.test> SMTPUTF8=yes\r\n", b"501 5.5.4 SMTPUTF8 has another value\r\n"),
            (b"MAIL FROM:<a@x.test> RET=ALL\r\n", b"501 5.5.4 RET has another value\r\n"),
            ("MAIL FROM:<é@x.test>\r\n".encode(), b"553 5.6.7 Say SMTPUTF8 for such an address\r\n"),
            ("MAIL FROM:<é@x.test> SMTPUTF8 SIZE=35882577 BODY=8bitmime RET=HDRS ENVID=a+2Bb\r\n".encode(), MAIL_OK),
            (b"RCPT TO:<b@x.test> X\r\n", b"555 5.5.4 X is not known here\r\n"),
            (b"RCPT TO:<b@x.test> SIZE=1\r\n", b"555 5.5.4 SIZE is not known here\r\n"),
            (b"RCPT TO:<b@x.test> NOTIFY=NEVER,DELAY\r\n", b"501 5.5.4 NOTIFY has another value\r\n"),
            (b"RCPT TO:<b@x.test> ORCPT=b\r\n", b"501 5.5.4 ORCPT has another value\r\n"),
            ("RCPT TO:<ü@x.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@x.test\r\n".encode(), RCPT_OK),
            (b"RSET\r\n", OK),
            MAIL,
            ("RCPT TO:<ü@x.test>\r\n".encode(), b"553 5.6.7 Say SMTPUTF8 for such an address\r\n"),
        ],
    ),
    "AUTH on MAIL": (
        users(),
        [(b"HELO c.test\r\n", b"250 localhost\r\n"), (b"MAIL FROM:<a@x.test> AUTH=me+40x\r\n", MAIL_OK)],
    ),
    "BDAT": (
        {},
        [
            EHLO,
            MAIL,
            RCPT,
            (b"BDAT 4\r\na\r\n.", b"250 2.0.0 4 octets taken\r\n"),
            (b"DATA\r\n", OUT_OF_ORDER),
            (b"BDAT 3\r\n\r\n\n", b"250 2.0.0 3 octets taken\r\n"),
            (b"BDAT 0 LAST\r\n", TAKEN % 1),
            (MAIL[0] + RCPT[0] + b"BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n", MAIL_OK + RCPT_OK + TAKEN % 2 + OK),
        ],
    ),
    "BDAT that is not offered": (
        {"persona": persona("PIPELINING", "ENHANCEDSTATUSCODES")},
        [
            (b"HELO c.test\r\n", b"250 localhost\r\n"),
            MAIL,
            RCPT,
            (b"BDAT 6 LAST\r\nNOOP\r\n", b"502 5.5.1 BDAT is not offered\r\n" + OK),
            (b"BDAT x\r\n", b"501 5.5.4 It is BDAT octets, or BDAT octets LAST\r\n"),
        ],
    ),
    "BDAT refused": (
        {"faults": Faults([Fault("BDAT", times=1, reply=Reply(452, "4.3.1 full"))])},
        [
            EHLO,
            MAIL,
            RCPT,
            (b"BDAT 6\r\nNOOP\r\nBDAT 6 LAST\r\nQUIT\r\n", b"452 4.3.1 full\r\n503 5.5.1 No valid recipients\r\n"),
            (MAIL[0], OUT_OF_ORDER),
            (b"RSET\r\n", OK),
            MAIL,
        ],
    ),
    "BDAT LAST refused": (
        {"faults": Faults([Fault("BDAT", times=1, reply=Reply(452, "4.3.1 full"))])},
        [
            EHLO,
            MAIL,
            RCPT,
            (b"BDAT 6 LAST\r\nNOOP\r\n", b"452 4.3.1 full\r\n"),
            (MAIL[0], OUT_OF_ORDER),
            (b"RSET\r\n", OK),
            MAIL,
            RCPT,
            (b"BDAT 0 LAST\r\n", TAKEN % 1),
            MAIL,
        ],
    ),
    "content that is too big": (
        {"faults": Faults(size=4)},
        [
            (b"EHLO c.test\r\n", OFFER.replace(b"35882577", b"4")),
            (b"MAIL FROM:<a@x.test> SIZE=5\r\n", b"552 5.3.4 The message is too big\r\n"),
            (b"MAIL FROM:<a@x.test> SIZE=4\r\n", MAIL_OK),
            RCPT,
            (b"DATA\r\n", START_INPUT),
            (b"abc\r\n.\r\n", b"552 5.3.4 The message is too big\r\n"),
            MAIL,
            RCPT,
            (b"DATA\r\n", START_INPUT),
            (b"ab\r\n.\r\n", TAKEN % 1),
            MAIL,
            RCPT,
            (b"BDAT 3\r\nabc", b"250 2.0.0 3 octets taken\r\n"),
            (b"BDAT 2 LAST\r\nde", b"552 5.3.4 The message is too big\r\n"),
        ],
    ),
    "too many recipients": (
        {"faults": Faults(recipients=1)},
        [
            EHLO,
            MAIL,
            RCPT,
            (b"RCPT TO:<c@x.test>\r\n", b"452 4.5.3 Too many recipients\r\n"),
            (b"DATA\r\n", START_INPUT),
            (b".\r\n", TAKEN % 1),
            MAIL,
            RCPT,
        ],
    ),
    "hidden keywords are refused": (
        {
            "users": {"me": "code"},
            "starttls": True,
            "faults": Faults(hidden={"SIZE", "8BITMIME", "SMTPUTF8", "CHUNKING", "DSN", "STARTTLS", "AUTH"}),
        },
        [
            (b"EHLO c.test\r\n", b"250-localhost\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 HELP\r\n"),
            (b"STARTTLS\r\n", b"502 5.5.1 Not offered\r\n"),
            (b"AUTH LOGIN\r\n", b"502 5.5.1 AUTH is not offered\r\n"),
            (b"MAIL FROM:<a@x.test> SIZE=1\r\n", b"555 5.5.4 SIZE is not known here\r\n"),
            (b"MAIL FROM:<a@x.test> BODY=7BIT\r\n", b"555 5.5.4 BODY is not known here\r\n"),
            ("MAIL FROM:<é@x.test> SMTPUTF8\r\n".encode(), b"555 5.5.4 SMTPUTF8 is not known here\r\n"),
            (b"MAIL FROM:<a@x.test> AUTH=<>\r\n", b"555 5.5.4 AUTH is not known here\r\n"),
            MAIL,
            (b"RCPT TO:<b@x.test> NOTIFY=NEVER\r\n", b"555 5.5.4 NOTIFY is not known here\r\n"),
            RCPT,
            (b"BDAT 6 LAST\r\nNOOP\r\n", b"502 5.5.1 BDAT is not offered\r\n" + OK),
        ],
    ),
    "no enhanced codes": (
        {
            "persona": persona("PIPELINING"),
            "faults": Faults([Fault("RCPT", when="c@x.test", reply=Reply(550, "5.1.1 as asked"))]),
        },
        [
            (b"EHLO c.test\r\n", b"250-localhost\r\n250 PIPELINING\r\n"),
            (b"MAIL FROM:<a@x.test> X=1\r\n", b"555 X is not known here\r\n"),
            (RCPT[0], b"503 Bad sequence of commands\r\n"),
            (b"\r\n", b"500 A command begins with its verb\r\n"),
            (b"MAIL FROM:<a@x.test>\r\n", b"250 Ok\r\n"),
            (RCPT[0], b"250 Ok\r\n"),
            (b"RCPT TO:<c@x.test>\r\n", b"550 5.1.1 as asked\r\n"),
            (b"AUTH LOGIN\r\n", b"502 AUTH is not offered\r\n"),
            (b"DATA\r\n", START_INPUT),
            (b".\r\n", b"250 Ok: queued as 00000001\r\n"),
            (b"QUIT\r\n", b"221 Bye\r\n"),
        ],
    ),
    "a reply of several lines without enhanced codes": (
        {"persona": persona(words={"HELP": "214 2.0.0 one\n2.0.0 two"})},
        [
            (b"HELP\r\n", b"214-one\r\n214 two\r\n"),
        ],
    ),
}


@pytest.mark.parametrize("chop", [0, 1, 3], ids=["whole", "octets", "threes"])
@pytest.mark.parametrize(("options", "dialogue"), DIALOGUES.values(), ids=DIALOGUES)
def test_dialogue(options: dict[str, Any], dialogue: Dialogue, chop: int) -> None:
    for fault in options.get("faults", Faults()).asked:
        fault.used = 0
    talk = Talk(**options)
    assert talk.greeting.startswith(b"220 ")
    for said, expected in dialogue:
        assert talk.say(said, chop) == expected


@pytest.mark.parametrize(("options", "dialogue"), DIALOGUES.values(), ids=DIALOGUES)
def test_dialogue_in_one_piece(options: dict[str, Any], dialogue: Dialogue) -> None:
    for fault in options.get("faults", Faults()).asked:
        fault.used = 0
    said, expected = (b"".join(side) for side in zip(*dialogue, strict=True))
    assert Talk(**options).say(said) == expected


@pytest.mark.parametrize("octets", [b"N", b"NOOP\r", b"EHLO c.test\r\nMAIL FROM:<a@x", b"\xff"])
def test_line_that_is_not_complete_waits(octets: bytes) -> None:
    talk = Talk()
    complete = octets.rpartition(b"\n")[1:2] == (b"\n",)
    assert talk.say(octets) == (OFFER if complete else b"")


@pytest.mark.parametrize("fault", ["MAIL", "RCPT", "DATA", "."])
def test_reply_421_is_the_last(fault: str) -> None:
    talk = Talk(faults=Faults([Fault(fault, reply=Reply(421, "4.3.2 over"))]))
    answer = talk.say(EHLO[0] + MAIL[0] + RCPT[0] + b"DATA\r\n.\r\nNOOP\r\n")
    assert answer.endswith(b"421 4.3.2 over\r\n")
    assert isinstance(talk.steps[-1], Cut)
    assert talk.say(b"NOOP\r\n") == b""
    assert not talk.mails


def test_quit_is_the_end() -> None:
    talk = Talk()
    assert talk.say(b"QUIT\r\nNOOP\r\n") == BYE
    assert talk.steps[-1] == Cut()
    assert talk.say(b"NOOP\r\n") == b""


def test_line_without_end_is_the_end() -> None:
    talk = Talk()
    assert talk.say(b"x" * 70_000, 10_000) == b"500 5.5.2 The line does not end\r\n"
    assert talk.steps[-1] == Cut()


def test_answer_to_a_challenge_without_end_is_the_end() -> None:
    talk = Talk(users={"me": "code"})
    talk.say(b"EHLO c.test\r\nAUTH LOGIN\r\n")
    assert talk.say(b"x" * 70_000) == b"500 5.5.2 The line does not end\r\n"
    assert "xxx" not in "\n".join(talk.session.transcript)


def test_content_has_no_longest_line() -> None:
    talk = Talk()
    talk.say(EHLO[0] + MAIL[0] + RCPT[0] + b"DATA\r\n")
    assert talk.say(b"x" * 200_000 + b"\r\n.\r\n") == TAKEN % 1
    assert len(talk.mails[0].raw) == 200_002


RAW = {
    "empty": (b".\r\n", b""),
    "a dot": (b"..\r\n.\r\n", b".\r\n"),
    "dots": (b"..a\r\n...\r\nb.\r\n..\r\n.\r\n", b".a\r\n..\r\nb.\r\n.\r\n"),
    "a bare dot between bare line feeds": (b"a\n.\nb\r\n.\r\n", b"a\n.\nb\r\n"),
    "a dot line with a bare LF is no end": (b"a\r\n.\nQUIT\r\n.\r\n", b"a\r\n\nQUIT\r\n"),
    "8-bit": (b"\xff\xfe\r\n.\r\n", b"\xff\xfe\r\n"),
}


@pytest.mark.parametrize("chop", [0, 1])
@pytest.mark.parametrize(("wire", "raw"), RAW.values(), ids=RAW)
def test_raw_is_what_the_client_meant(wire: bytes, raw: bytes, chop: int) -> None:
    talk = Talk()
    talk.say(EHLO[0] + MAIL[0] + RCPT[0] + b"DATA\r\n")
    assert talk.say(wire, chop) == TAKEN % 1
    assert talk.mails[0].raw == raw


def test_chunks_are_joined_as_they_are() -> None:
    talk = Talk()
    talk.say(EHLO[0] + MAIL[0] + RCPT[0] + b"BDAT 4\r\na\r\n.BDAT 3\r\n\r\n\nBDAT 1 LAST\r\n.")
    assert talk.mails[0].raw == b"a\r\n.\r\n\n."


def test_what_is_known_of_a_message() -> None:
    talk = Talk(users={"me": "code"})
    talk.session.tls = ReceivedTLS("TLSv1.3", "AES")
    talk.say(b"EHLO c.test\r\nAUTH PLAIN AG1lAGNvZGU=\r\nMAIL FROM:<> SIZE=5 BODY=8BITMIME\r\n")
    talk.say(b"RCPT TO:<b@x.test> NOTIFY=NEVER\r\nRCPT TO:<c@x.test>\r\nDATA\r\nabc\r\n.\r\n")
    (mail,) = talk.mails
    assert mail.envelope.sender == ""
    assert mail.envelope.recipients == ("b@x.test", "c@x.test")
    assert mail.envelope.parameters == {"SIZE": "5", "BODY": "8BITMIME"}
    assert mail.envelope.recipient_parameters == {"b@x.test": {"NOTIFY": "NEVER"}, "c@x.test": {}}
    assert mail.auth == Login("me", "PLAIN")
    assert mail.tls == ReceivedTLS("TLSv1.3", "AES")
    assert mail.transcript[-2:] == ("C: [5 octets]", "C: .")


def test_nothing_of_a_transaction_is_left_in_the_next() -> None:
    talk = Talk()
    talk.say(EHLO[0] + b"MAIL FROM:<a@x.test> SIZE=1\r\nRCPT TO:<b@x.test> NOTIFY=NEVER\r\nRSET\r\n")
    talk.say(b"MAIL FROM:<c@x.test>\r\nRCPT TO:<d@x.test>\r\nBDAT 1\r\nxRSET\r\n")
    talk.say(b"MAIL FROM:<e@x.test>\r\nRCPT TO:<f@x.test>\r\nBDAT 1 LAST\r\ny")
    (mail,) = talk.mails
    assert (mail.envelope.sender, mail.envelope.recipients, mail.raw) == ("e@x.test", ("f@x.test",), b"y")
    assert mail.envelope.parameters == {}
    assert mail.envelope.recipient_parameters == {"f@x.test": {}}


@pytest.mark.parametrize("fault", [Fault("BDAT", trickle=0.1), Fault("BDAT", octets=b"250 x\r\n")], ids=["slow", "raw"])
def test_fault_that_refuses_nothing_does_not_lose_the_last_chunk(fault: Fault) -> None:
    talk = Talk(faults=Faults([fault]))
    talk.say(EHLO[0] + MAIL[0] + RCPT[0] + b"BDAT 1 LAST\r\nx")
    assert [mail.raw for mail in talk.mails] == [b"x"]


def test_starttls_forgets_everything() -> None:
    talk = Talk(users={"me": "code"}, starttls=True)
    assert b"250-STARTTLS\r\n" in talk.say(b"EHLO c.test\r\n")
    assert talk.say(b"STARTTLS\r\nMAIL FROM:<evil@x.test>\r\n") == b"220 2.0.0 Go ahead\r\n"
    assert talk.steps == [Say(b"220 2.0.0 Go ahead\r\n"), StartTLS()]
    assert talk.session.begin_tls(ReceivedTLS("TLSv1.3", "")) == []
    assert talk.say(MAIL[0]) == OUT_OF_ORDER
    again = talk.say(b"EHLO c.test\r\n")
    assert b"STARTTLS" not in again
    assert b"AUTH" in again
    assert talk.say(b"STARTTLS\r\n") == b"502 5.5.1 Not offered\r\n"


def test_secrets_are_not_in_the_transcript() -> None:
    talk = Talk(users={"me": "code"})
    talk.say(b"EHLO c.test\r\nAUTH PLAIN AG1lAG5v\r\nAUTH PLAIN AG1lAG5\r\nauth  plain c2VjcmV0 c2VjcmV0\r\n")
    talk.say(b"AUTH LOGIN\r\nbWU=\r\nc2VjcmV0\r\n")
    transcript = "\n".join(talk.session.transcript)
    for secret in ("AG1lAG5", "c2VjcmV0", "bWU="):
        assert secret not in transcript
    assert "C: AUTH PLAIN [redacted]" in transcript
    assert transcript.count("\nC: [redacted]") == 2


def test_handler_is_asked_first() -> None:
    asked: list[str] = []

    def handler(command: object) -> Reply | None:
        asked.append(str(command))
        return Reply(450, "4.2.1 not now") if isinstance(command, commands.Rcpt) else None

    talk = Talk(handler=handler)
    answer = talk.say(EHLO[0] + MAIL[0] + RCPT[0] + b"DATA\r\nRSET\r\n")
    assert answer == OFFER + MAIL_OK + b"450 4.2.1 not now\r\n554 5.5.1 No valid recipients\r\n" + OK
    assert asked == ["EHLO c.test", "MAIL FROM:<a@x.test>", "RCPT TO:<b@x.test>", "DATA", "RSET"]


@pytest.mark.parametrize("content", [b"DATA\r\n.\r\n", b"BDAT 0 LAST\r\n"], ids=["DATA", "BDAT"])
def test_handler_answers_the_end_of_the_content(content: bytes) -> None:
    last = commands.EndOfData if content.startswith(b"DATA") else commands.Bdat
    talk = Talk(handler=lambda item: Reply(554, "5.7.1 spam") if isinstance(item, last) else None)
    assert talk.say(EHLO[0] + MAIL[0] + RCPT[0] + content).endswith(b"554 5.7.1 spam\r\n")
    assert not talk.mails


def test_handler_that_agrees_has_the_command_done_in_its_words() -> None:
    talk = Talk(handler=lambda item: Reply(250, "as you like") if isinstance(item, commands.Mail) else None)
    assert talk.say(EHLO[0] + MAIL[0] + RCPT[0]) == OFFER + b"250 as you like\r\n" + RCPT_OK


LINES = [
    *(said for said, _ in DIALOGUES["out of order"][1]),
    *(said for said, _ in DIALOGUES["other commands"][1]),
    *(
        b"AUTH LOGIN\r\n",
        b"AUTH PLAIN =\r\n",
        b"*\r\n",
        b"STARTTLS\r\n",
        b"LHLO x\r\n",
        b".\r\n",
        b"\n",
        b"\r",
        b"BDAT 9\r\n",
    ),
]


@given(
    st.lists(st.sampled_from(LINES) | st.binary(max_size=20), max_size=20),
    st.booleans(),
    st.sampled_from([(), ("PIPELINING",), KEYWORDS]),
)
def test_any_octets_are_answered(pieces: list[bytes], lmtp: bool, keywords: tuple[str, ...]) -> None:
    talk = Talk(users={"me": "code"}, starttls=True, lmtp=lmtp, persona=Persona(keywords=keywords))
    for piece in pieces:
        talk.say(piece)
        if any(isinstance(step, StartTLS) for step in talk.steps):
            talk.session.begin_tls(ReceivedTLS("TLSv1.3", ""))
        assert all(isinstance(step, (Say, Cut, StartTLS)) for step in talk.steps)
    assert all(isinstance(finding, Finding) for finding in talk.session.findings)
    assert all("\r" not in line and "\n" not in line for line in talk.session.transcript)


@given(st.lists(st.sampled_from(LINES), max_size=12), st.integers(1, 9))
def test_pieces_do_not_matter(lines: list[bytes], chop: int) -> None:
    said = b"".join(lines).replace(b"STARTTLS\r\n", b"")
    whole, chopped = Talk(users={"me": "code"}), Talk(users={"me": "code"})
    assert chopped.say(said, chop) == whole.say(said)
    assert chopped.session.transcript == whole.session.transcript


def test_domain_and_greeting_are_the_personas() -> None:
    assert Talk(persona=Persona(domain="mx.test")).greeting == GREETING.replace(b"localhost", b"mx.test")
    assert MODERN.reply("EHLO") == Reply(250, "localhost")
