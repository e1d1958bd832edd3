"""Which mechanism is tried behind which end of the one before, and with which token."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from tests.flows.play import Play

from rawsmtp import AuthenticationFailed, OAuth2, Password, RemoteProtocolError, Reply
from rawsmtp.errors import ConnectionLost, HelloRefused, NotSupported, SMTPError
from rawsmtp.flows import Session, Terms, establish
from rawsmtp.sasl import scram

PASSWORD = Password("u", "p", in_clear=True)
GONE = ConnectionLost("gone")


def log_in(credential: Any, offer: str, *answers: Any) -> Play:
    """Play a session that ends with the login; `said` is what is said from AUTH on."""
    hello = Reply(250, f"x\nAUTH {offer}")
    session = Session(Terms(security="none", credential=credential))
    play = Play(establish(session), ["220 x", hello, *answers])
    play.said = play.said[2:]
    assert session.established is (play.error is None)
    return play


def challenge(text: str) -> str:
    return f"334 {b64encode(text.encode()).decode()}"


@pytest.fixture(autouse=True)
def known_nonce(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scram, "_nonce", lambda: "ours")


PLAIN, LOGIN, SCRAM = "AUTH PLAIN [redacted]", "AUTH LOGIN", "AUTH SCRAM-SHA-256 [redacted]"
FIRST = challenge("r=oursX,s=QQ==,i=4096")

# What the server offers and answers; what is said; which error, and a word of it.
ENDS: dict[str, tuple[str, list[Any], list[str], type[SMTPError], str]] = {
    "421 to *": ("PLAIN LOGIN", ["334 !", "421 bye"], [PLAIN, "*"], AuthenticationFailed, "given up"),
    "534 to *": ("PLAIN LOGIN", ["334 !", "534 no"], [PLAIN, "*"], AuthenticationFailed, "given up"),
    "535 to *": ("PLAIN LOGIN", ["334 !", "535 no"], [PLAIN, "*"], AuthenticationFailed, "given up"),
    "501 to *": ("PLAIN", ["334 !", "501 no"], [PLAIN, "*"], AuthenticationFailed, "mechanism="),
    "235 to *": ("PLAIN LOGIN", ["334 !", "235 ok"], [PLAIN, "*"], RemoteProtocolError, "cancelled"),
    "334 to *": ("PLAIN LOGIN", ["334 !", "334 "], [PLAIN, "*"], RemoteProtocolError, "cancelled"),
    "a cut behind *": ("PLAIN LOGIN", ["334 !", GONE], [PLAIN, "*"], ConnectionLost, "gone"),
    "a cut behind 504": ("PLAIN LOGIN", ["504 no", GONE], [PLAIN, LOGIN], AuthenticationFailed, "504 no"),
    "a cut in the next one": (
        "PLAIN LOGIN",
        ["504 no", "334 ", GONE],
        [PLAIN, LOGIN, "[redacted]"],
        ConnectionLost,
        "",
    ),
    "a cut": ("PLAIN LOGIN", [GONE], [PLAIN], ConnectionLost, "gone"),
    "421 to AUTH": ("PLAIN LOGIN", ["421 bye"], [PLAIN], AuthenticationFailed, "421 bye"),
    "an error of SCRAM": (
        "SCRAM-SHA-256 SCRAM-SHA-1",
        [challenge("e=unknown-user"), "501 cancelled"],
        [SCRAM, "*"],
        AuthenticationFailed,
        "the server says unknown-user",
    ),
    "a proof that SCRAM refuses": (
        "SCRAM-SHA-256 SCRAM-SHA-1",
        [FIRST, challenge("e=invalid-proof"), "501 cancelled"],
        [SCRAM, "[redacted]", "*"],
        AuthenticationFailed,
        "the server says invalid-proof",
    ),
    "a server that does not know the secret": (
        "SCRAM-SHA-256 SCRAM-SHA-1",
        [FIRST, challenge("v=QQ=="), "501 cancelled"],
        [SCRAM, "[redacted]", "*"],
        AuthenticationFailed,
        "it does not know the secret",
    ),
    "235 without the server's signature": (
        "SCRAM-SHA-256 PLAIN",
        [FIRST, "235 ok"],
        [SCRAM, "[redacted]"],
        RemoteProtocolError,
        "too early",
    ),
    "235 at once": ("SCRAM-SHA-256 PLAIN", ["235 ok"], [SCRAM], RemoteProtocolError, "too early"),
}


@pytest.mark.parametrize(("offer", "answers", "said", "error", "words"), ENDS.values(), ids=ENDS)
def test_nothing_is_tried_behind(
    offer: str, answers: list[Any], said: list[str], error: type[SMTPError], words: str
) -> None:
    play = log_in(PASSWORD, offer, *answers)
    assert play.said == said
    assert type(play.error) is error
    assert words in str(play.error)


BROKEN = ["!", "Zm9v!", "Zm9v Zm9v", "Zg==Zg==", "=Zm9v", "Zg", "Zg=", "Z\tg==", "Zm9v====", "Zm9vü", "-_-_"]


@pytest.mark.parametrize("text", BROKEN, ids=ascii)
def test_challenge_that_is_not_quite_base64_is_cancelled(text: str) -> None:
    """LOGIN would take whatever a lenient decoder makes of it."""
    play = log_in(Password("u", "p", mechanism="LOGIN", in_clear=True), "LOGIN", f"334 {text}", "501 cancelled")
    assert play.said == [LOGIN, "*"]
    assert "not base64" in str(play.error)


@pytest.mark.parametrize("text", ["", " ", "Zm9v", "Zm9v ", "VXNlcm5hbWU6"])
def test_challenge_that_is_base64_is_answered(text: str) -> None:
    play = log_in(Password("u", "p", mechanism="LOGIN", in_clear=True), "LOGIN", f"334 {text}", "334 ", "235 ok")
    assert play.error is None
    assert play.said == [LOGIN, "[redacted]", "[redacted]"]


def test_what_is_no_error_of_scram_has_another_one_tried_but_in_clear_none_that_shows_the_secret() -> None:
    one_too_few = challenge("r=oursX,s=QQ==,i=1")
    play = log_in(PASSWORD, "SCRAM-SHA-256 SCRAM-SHA-1 PLAIN", one_too_few, "501 x", one_too_few, "501 x")
    assert play.said == [SCRAM, "*", "AUTH SCRAM-SHA-1 [redacted]", "*"]
    assert type(play.error) is AuthenticationFailed


def test_refused_hello_and_a_cut_is_the_refusal() -> None:
    play = Play(establish(Session(Terms(security="none"))), ["220 x", "554 no", GONE])
    assert type(play.error) is HelloRefused
    assert play.error.reply == Reply(554, "no")


def test_opportunistic_is_in_clear_on_a_new_connection_behind_421() -> None:
    offer = Reply(250, "x\nSTARTTLS")
    play = Play(establish(Session(Terms(security="opportunistic"))), ["220 x", offer, "421 bye", "220 x", "250 x"])
    assert play.error is None
    assert play.said.count("<open>") == 2
    assert play.said.count("STARTTLS") == 1


EXPIRED = "535 the token has expired"
BEARER, X_OAUTH = "AUTH OAUTHBEARER [redacted]", "AUTH XOAUTH2 [redacted]"
BOTH = "XOAUTH2 OAUTHBEARER"

# What the callable gives, what the server answers, what is said, and the error.
TOKENS: dict[str, tuple[list[str], list[Any], list[str], type[SMTPError] | None]] = {
    "good": (["a"], ["235 ok"], [BEARER], None),
    "expired": (["a", "b"], [EXPIRED, "235 ok"], [BEARER, BEARER], None),
    "expired, by its document": (
        ["a", "b"],
        [challenge('{"status":"invalid_token"}'), "535 no", "235 ok"],
        [BEARER, "[redacted]", BEARER],
        None,
    ),
    "expired again": (["a", "b"], [EXPIRED, EXPIRED], [BEARER, BEARER], AuthenticationFailed),
    "the same again": (["a", "a"], [EXPIRED], [BEARER], AuthenticationFailed),
    "refused": (["a"], ["535 no"], [BEARER], AuthenticationFailed),
    "expired and closed": (["a"], ["421 expired"], [BEARER], AuthenticationFailed),
    "expired, and a cut": (["a", "b"], [EXPIRED, GONE], [BEARER, BEARER], AuthenticationFailed),
    "the mechanism is not taken": (["a"], ["504 no", "235 ok"], [BEARER, X_OAUTH], None),
    "and then it has expired": (["a", "b"], ["504 no", EXPIRED, "235 ok"], [BEARER, X_OAUTH, X_OAUTH], None),
    "and is not taken then": (["a", "b"], [EXPIRED, "504 no"], [BEARER, BEARER], AuthenticationFailed),
}


@pytest.mark.parametrize(("tokens", "answers", "said", "error"), TOKENS.values(), ids=TOKENS)
def test_token_is_asked_for_again_once_and_only_when_it_has_expired(
    tokens: list[str], answers: list[Any], said: list[str], error: type[SMTPError] | None
) -> None:
    left = list(tokens)
    play = log_in(OAuth2("u", lambda: left.pop(0), in_clear=True), BOTH, *answers)
    assert type(play.error) is (error or type(None))
    assert play.said == said
    assert left == []


def test_token_that_is_given_is_not_said_again() -> None:
    play = log_in(OAuth2("u", "t", in_clear=True), BOTH, EXPIRED)
    assert play.said == [BEARER]
    assert type(play.error) is AuthenticationFailed


def test_token_is_not_asked_for_where_it_is_of_no_use() -> None:
    play = log_in(OAuth2("u", lambda: pytest.fail("it was asked for"), in_clear=True), "PLAIN")
    assert type(play.error) is NotSupported


@pytest.mark.parametrize("length", [5_000, 9_500, 100_000])
def test_token_of_any_length_can_be_said(length: int) -> None:
    waits = length > 9_000
    play = log_in(OAuth2("u", "t" * length, in_clear=True), "XOAUTH2", *["334 "] * waits, "235 ok")
    assert play.said == (["AUTH XOAUTH2", "[redacted]"] if waits else [X_OAUTH])
