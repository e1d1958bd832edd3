from __future__ import annotations

from typing import Any

import pytest
from tests.flows.play import Play

from rawsmtp import Password, Reply, commands
from rawsmtp.errors import (
    AuthenticationFailed,
    ConnectionLost,
    GreetingRefused,
    HelloRefused,
    InsecureCredentials,
    LocalProtocolError,
    NotSupported,
    RemoteProtocolError,
    SMTPError,
    TLSFailed,
)
from rawsmtp.flows import Session, Terms, converse, establish, part
from rawsmtp.sasl import MECHANISMS, Mechanism, Responses

EHLO = "EHLO [192.0.2.1]"
PLAIN = Reply(250, "x\nAUTH PLAIN LOGIN")
STARTTLS = Reply(250, "x\nSTARTTLS")
CREDENTIAL = Password("u", "p", in_clear=True)


def terms(**options: Any) -> Terms:
    return Terms(**{"security": "none", **options})


SESSIONS: list[tuple[str, Terms, list[Any], list[str]]] = [
    ("EHLO", terms(), ["220 x", "250 x"], ["<open>", EHLO]),
    ("a name of one's own", terms(local_name="me.test"), ["220 x", "250 x"], ["<open>", "EHLO me.test"]),
    ("HELO", terms(), ["220 x", "500 ?", "250 x"], ["<open>", EHLO, "HELO [192.0.2.1]"]),
    ("TLS", terms(security="tls"), ["220 x", "250 x"], ["<open>", EHLO]),
    (
        "STARTTLS",
        terms(security="starttls"),
        ["220 x", STARTTLS, "220 go", "250 x"],
        ["<open>", EHLO, "STARTTLS", "<upgrade>", EHLO],
    ),
    ("opportunistic, not offered", terms(security="opportunistic"), ["220 x", "250 x"], ["<open>", EHLO]),
    (
        "opportunistic, refused",
        terms(security="opportunistic"),
        ["220 x", STARTTLS, "454 no"],
        ["<open>", EHLO, "STARTTLS"],
    ),
    (
        "AUTH PLAIN",
        terms(credential=CREDENTIAL),
        ["220 x", PLAIN, "235 ok"],
        ["<open>", EHLO, "AUTH PLAIN [redacted]"],
    ),
    (
        "AUTH LOGIN, whatever the prompts say",
        terms(credential=Password("u", "p", mechanism="login", in_clear=True)),
        ["220 x", PLAIN, "334 cXVpZW4/", "334 ", "235 ok"],
        ["<open>", EHLO, "AUTH LOGIN", "[redacted]", "[redacted]"],
    ),
    (
        "the next mechanism after 504",
        terms(credential=CREDENTIAL),
        ["220 x", PLAIN, "504 no", "334 ", "334 ", "235 ok"],
        ["<open>", EHLO, "AUTH PLAIN [redacted]", "AUTH LOGIN", "[redacted]", "[redacted]"],
    ),
    (
        "the next mechanism after a challenge that is not base64",
        terms(credential=CREDENTIAL),
        ["220 x", PLAIN, "334 !!!", "501 cancelled", "334 ", "334 ", "235 ok"],
        ["<open>", EHLO, "AUTH PLAIN [redacted]", "*", "AUTH LOGIN", "[redacted]", "[redacted]"],
    ),
    (
        "a long initial response waits for the challenge",
        terms(credential=Password("u", "p" * 10_000, in_clear=True)),
        ["220 x", PLAIN, "334 ", "235 ok"],
        ["<open>", EHLO, "AUTH PLAIN", "[redacted]"],
    ),
]


@pytest.mark.parametrize(("terms", "answers", "said"), [row[1:] for row in SESSIONS], ids=[row[0] for row in SESSIONS])
def test_session(terms: Terms, answers: list[Any], said: list[str]) -> None:
    session = Session(terms)
    play = Play(establish(session), answers)
    assert play.error is None
    assert play.said == said
    assert session.established
    assert session.greeting == Reply(220, "x")
    assert session.secure is (terms.security == "tls" or "<upgrade>" in said)


FAILURES: list[tuple[str, Terms, list[Any], type[SMTPError], str]] = [
    ("greeting", terms(), ["554 no"], GreetingRefused, "554 no"),
    ("EHLO and HELO", terms(), ["220 x", "500 ?", "550 no"], HelloRefused, "550 no"),
    ("EHLO, for now", terms(), ["220 x", "450 later"], HelloRefused, "450 later"),
    ("no STARTTLS", terms(security="starttls"), ["220 x", "250 x"], TLSFailed, "does not offer"),
    ("STARTTLS refused", terms(security="starttls"), ["220 x", STARTTLS, "454 no"], TLSFailed, "454 no"),
    ("no AUTH", terms(credential=CREDENTIAL), ["220 x", "250 x"], NotSupported, "does not offer AUTH"),
    (
        "no such mechanism",
        terms(credential=Password("u", "p", mechanism="CRAM-MD5", in_clear=True)),
        ["220 x", PLAIN],
        NotSupported,
        "wanted: CRAM-MD5",
    ),
    ("535", terms(credential=CREDENTIAL), ["220 x", PLAIN, "535 no"], AuthenticationFailed, "535 no"),
    ("534", terms(credential=CREDENTIAL), ["220 x", PLAIN, "534 no"], AuthenticationFailed, "534 no"),
    (
        "535 to LOGIN's user",
        terms(credential=Password("u", "p", mechanism="LOGIN", in_clear=True)),
        ["220 x", PLAIN, "334 ", "535 no"],
        AuthenticationFailed,
        "535 no",
    ),
    (
        "235 before the password",
        terms(credential=Password("u", "p", mechanism="LOGIN", in_clear=True)),
        ["220 x", PLAIN, "334 ", "235 fine"],
        RemoteProtocolError,
        "too early",
    ),
    (
        "all given up",
        terms(credential=CREDENTIAL),
        ["220 x", PLAIN, "504 no", "504 no either"],
        AuthenticationFailed,
        "504 no either",
    ),
    ("clear", terms(credential=Password("u", "p")), [], InsecureCredentials, "in_clear=True"),
    (
        "opportunistic in clear",
        terms(security="opportunistic", credential=Password("u", "p")),
        ["220 x", PLAIN],
        InsecureCredentials,
        "TLS did not come up",
    ),
    ("a cut", terms(), [ConnectionLost("gone")], ConnectionLost, "an SMTP server speaks first"),
]


@pytest.mark.parametrize(
    ("terms", "answers", "error", "words"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES]
)
def test_failure(terms: Terms, answers: list[Any], error: type[SMTPError], words: str) -> None:
    session = Session(terms)
    play = Play(establish(session), answers)
    assert type(play.error) is error
    assert words in str(play.error)
    assert not session.established
    assert not any("MAIL" in line or "DATA" in line for line in play.said)


def test_connection_that_ends_with_a_word_is_not_called_silent() -> None:
    play = Play(establish(Session(terms())), [ConnectionLost("ended", reply=Reply(421, "bye"))])
    assert str(play.error) == "ended"


def test_endless_challenges_end() -> None:
    def ask_on(credential: Password) -> Responses:
        challenge = yield None
        while challenge is not None:
            challenge = yield b"more"

    MECHANISMS["X-ENDLESS"] = Mechanism("X-ENDLESS", ask_on, Password)
    try:
        credential = Password("u", "p", mechanism="x-endless", in_clear=True)
        offer = Reply(250, "x\nAUTH X-ENDLESS")
        play = Play(establish(Session(terms(credential=credential))), ["220 x", offer, *["334 "] * 9])
    finally:
        del MECHANISMS["X-ENDLESS"]
    assert type(play.error) is RemoteProtocolError
    assert "more than 8 challenges" in str(play.error)
    assert play.said[2:] == ["AUTH X-ENDLESS", *["[redacted]"] * 8]


def test_command_by_hand_marks_the_transaction() -> None:
    session = Session(terms())
    Play(converse(session, commands.Mail("a@b")), ["250 ok"])
    assert session.needs_reset
    Play(converse(session, commands.Rset()), ["250 ok"])
    assert not session.needs_reset


@pytest.mark.parametrize(
    "command", [commands.Data(), commands.StartTls(), commands.Auth("PLAIN"), commands.Bdat(1), commands.Raw("data")]
)
def test_commands_that_do_not_end_with_their_reply(command: commands.Command) -> None:
    play = Play(converse(Session(terms()), command), [])
    assert isinstance(play.error, LocalProtocolError)
    assert play.error.hint
    assert play.said == []


def test_quit() -> None:
    assert Play(part(Session(terms())), ["221 bye"]).said == ["QUIT"]
