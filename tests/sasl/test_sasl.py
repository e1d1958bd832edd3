from __future__ import annotations

import pickle
import re
import subprocess
import sys
from binascii import a2b_base64
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.sasl import MECHANISMS, External, Mechanism, MechanismFailed, OAuth2, Password, Responses, choose
from rawsmtp.sasl.credentials import access_token
from rawsmtp.sasl.login import login
from rawsmtp.sasl.plain import plain

if TYPE_CHECKING:
    from rawsmtp.sasl import Credential


def finish(responses: Responses) -> bool:
    """Say 235 and return whether the mechanism is satisfied."""
    try:
        responses.send(None)
    except StopIteration:
        return True
    return False


@pytest.mark.parametrize(
    ("credential", "response"),
    [
        (Password("tim", "tanstaaftanstaaf"), b"\0tim\0tanstaaftanstaaf"),  # RFC 4616 §4
        (Password("Kurt", "xipj3plmq", authzid="Ursel"), b"Ursel\0Kurt\0xipj3plmq"),  # RFC 4616 §4
        (Password("ü", "授权码"), "\0ü\0授权码".encode()),
        (Password("I\u00adX", "u\u0308\u3000\u2168", authzid="\ufb01"), "fi\0IX\0ü IX".encode()),
        (Password("u", "a\u00a0\x07"), "\0u\0a\u00a0\x07".encode()),  # SASLprep refuses it, and servers have such
        (Password("u", "\U0001f600"), "\0u\0\U0001f600".encode()),
    ],
)
def test_plain(credential: Password, response: bytes) -> None:
    responses = plain(credential)
    assert next(responses) == response
    assert finish(responses)


def test_plain_takes_no_second_challenge() -> None:
    responses = plain(Password("u", "p"))
    next(responses)
    with pytest.raises(MechanismFailed):
        responses.send(b"more")


@pytest.mark.parametrize("prompts", [(b"username:", b"Password:"), (b"", b""), (b"Password:", b"Username:")])
def test_login_answers_by_position(prompts: tuple[bytes, bytes]) -> None:
    responses = login(Password("ü", "p"))
    assert next(responses) is None
    assert [responses.send(prompt) for prompt in prompts] == ["ü".encode(), b"p"]
    assert finish(responses)


def test_login_is_not_satisfied_early_and_takes_no_third_challenge() -> None:
    early = login(Password("u", "p"))
    next(early)
    early.send(b"")
    assert not finish(early)
    late = login(Password("u", "p"))
    next(late)
    late.send(b"")
    late.send(b"")
    with pytest.raises(MechanismFailed):
        late.send(b"")


ALL = ["EXTERNAL", "XOAUTH2", "CRAM-MD5", "LOGIN", "OAUTHBEARER", "PLAIN", "SCRAM-SHA-1", "GSSAPI", "SCRAM-SHA-256"]


@pytest.mark.parametrize(
    ("credential", "tls", "offered", "chosen"),
    [
        (Password("u", "p"), True, ALL, ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5"]),
        (Password("u", "p"), False, ALL, ["SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"]),
        (OAuth2("u", "t"), True, ALL, ["OAUTHBEARER", "XOAUTH2"]),
        (OAuth2("u", "t"), False, ALL, ["OAUTHBEARER", "XOAUTH2"]),
        (OAuth2("u", "t"), True, ["PLAIN", "XOAUTH2"], ["XOAUTH2"]),
        (OAuth2("u", "t", mechanism="XOAuth2"), True, ALL, ["XOAUTH2"]),
        (External("z"), True, ALL, ["EXTERNAL"]),
        (Password("u", "p"), True, ["LOGIN", "PLAIN"], ["PLAIN", "LOGIN"]),
        (Password("u", "p"), True, ["login"], ["LOGIN"]),
        (Password("u", "p", mechanism="login"), True, ["LOGIN", "PLAIN"], ["LOGIN"]),
        (Password("u", "p", mechanism="PLAIN"), True, ["LOGIN"], []),
        (Password("u", "p", mechanism="cram-md5"), True, ALL, ["CRAM-MD5"]),
        (Password("u", "p", mechanism="XOAUTH2"), True, ALL, []),
        (Password("u", "p", mechanism="GSSAPI"), True, ALL, []),
        (Password("u", "p", authzid="z"), True, ALL, ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"]),
        (Password("u", "p", authzid="z"), False, ALL, ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"]),
        (Password("u", "p", authzid="z", mechanism="LOGIN"), True, ALL, []),
        (Password("u", "p", authzid=""), True, ["LOGIN"], ["LOGIN"]),
        (Password("u", "p"), True, ["GSSAPI", "SCRAM-SHA-256-PLUS"], []),
        (Password("u", "p"), True, [], []),
        (OAuth2("u", "t"), True, ["PLAIN", "LOGIN"], []),
        (External(), True, ["PLAIN"], []),
    ],
)
def test_choice(credential: Credential, tls: bool, offered: list[str], chosen: list[str]) -> None:
    assert [mechanism.name for mechanism in choose(credential, offered, tls=tls)] == chosen


def test_one_can_be_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MECHANISMS, "X-MINE", Mechanism("X-MINE", plain, Password))
    chosen = choose(Password("u", "p", mechanism="x-mine"), ["X-MINE"], tls=True)
    assert [mechanism.name for mechanism in chosen] == ["X-MINE"]


def test_one_that_was_added_is_behind_the_others_and_has_no_authzid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MECHANISMS, "X-MINE", Mechanism("X-MINE", plain, Password))
    chosen = choose(Password("u", "p"), ["X-MINE", "LOGIN"], tls=True)
    assert [mechanism.name for mechanism in chosen] == ["LOGIN", "X-MINE"]
    assert choose(Password("u", "p", authzid="z"), ["X-MINE"], tls=True) == []


def test_error_documents_are_of_oauth2_alone() -> None:
    assert {name for name, mechanism in MECHANISMS.items() if mechanism.error_document} == {"OAUTHBEARER", "XOAUTH2"}


INITIAL = {
    "SCRAM-SHA-256": rb"n,,n=u,r=[\w-]{24}",
    "SCRAM-SHA-1": rb"n,,n=u,r=[\w-]{24}",
    "PLAIN": rb"\x00u\x00p",
    "LOGIN": None,
    "CRAM-MD5": None,
    "OAUTHBEARER": rb"n,a=u,\x01auth=Bearer t\x01\x01",
    "XOAUTH2": rb"user=u\x01auth=Bearer t\x01\x01",
    "EXTERNAL": rb"z",
}
CREDENTIALS: dict[type, Credential] = {
    Password: Password("u", "p"),
    OAuth2: OAuth2("u", "t"),
    External: External("z"),
}


@pytest.mark.parametrize("name", MECHANISMS)
def test_each_is_under_its_name(name: str) -> None:
    mechanism = MECHANISMS[name]
    initial = next(mechanism.start(CREDENTIALS[mechanism.credential]))
    expected = INITIAL[name]
    assert mechanism.name == name
    assert initial is None if expected is None else re.fullmatch(expected, initial or b"")


def test_the_two_of_scram_differ() -> None:
    def proof(name: str) -> int:
        responses = MECHANISMS[name].start(Password("u", "p"))
        nonce = (next(responses) or b"").partition(b",r=")[2]
        final = responses.send(b"r=" + nonce + b"x,s=QQ==,i=4096") or b""
        return len(a2b_base64(final.partition(b",p=")[2]))

    assert (proof("SCRAM-SHA-256"), proof("SCRAM-SHA-1")) == (32, 20)


def test_import_brings_in_no_mechanism_that_is_not_used() -> None:
    heavy = {"hashlib", "hmac", "secrets", "base64", "stringprep", "unicodedata", "rawsmtp.sasl.scram"}
    code = f"import sys, rawsmtp.sasl; print(*{heavy} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


@pytest.mark.parametrize("name", MECHANISMS)
@given(challenges=st.lists(st.none() | st.binary(max_size=64) | st.from_regex(rb"(r|v|e|m)=[!-~]{0,40}"), max_size=6))
def test_any_challenges_are_answered_or_refused(name: str, challenges: list[bytes | None]) -> None:
    mechanism = MECHANISMS[name]
    responses = mechanism.start(CREDENTIALS[mechanism.credential])
    next(responses)
    for challenge in challenges:
        try:
            response = responses.send(challenge)
        except (MechanismFailed, StopIteration):
            return
        assert isinstance(response, bytes)
        assert challenge is not None or name == "LOGIN"


@pytest.mark.parametrize("token", ["t", "mF_9.B5f-4.1JqM", "a+b/c~==", "!|~"])
def test_token(token: str) -> None:
    asked = []

    def ask() -> str:
        asked.append(token)
        return token

    assert access_token(OAuth2("u", token)) == token
    assert access_token(OAuth2("u", ask)) == token
    assert len(asked) == 1


NO_TOKENS = [
    "",
    "5ecret x",
    "5ecret\x01",
    "5ecret\r\n",
    "5ecret\0",
    "5ecret\x7f",
    "5ecretü",
    "5ecret\ud800",
    b"5ecret",
    None,
    5,
]


@pytest.mark.parametrize("token", NO_TOKENS, ids=ascii)
def test_what_is_no_token_is_refused_unseen(token: object) -> None:
    error = ValueError if isinstance(token, str) else TypeError
    with pytest.raises(error, match="the token of an OAuth2") as asked:
        access_token(OAuth2("u", lambda: token))  # type: ignore[arg-type, return-value]  # what is tested
    with pytest.raises(error, match="the token of an OAuth2") as given_at_once:
        OAuth2("u", token)  # type: ignore[arg-type]  # what is tested
    assert "5ecret" not in f"{asked.value}{given_at_once.value}"


def test_user_of_a_token_cannot_end_its_name() -> None:
    with pytest.raises(ValueError, match="%x01"):
        OAuth2("u\x01auth=Bearer x", "t")


@pytest.mark.parametrize("credential", [Password("u", "5ecret", authzid="z"), OAuth2("u", "5ecret")])
def test_secret_is_not_shown(credential: Password | OAuth2) -> None:
    assert "5ecret" not in repr(credential)
    assert "5ecret" not in str(credential)
    assert "5ecret" not in repr(pickle.loads(pickle.dumps(credential)))


@pytest.mark.parametrize("secret", ["", "5ecret\0", "5ecret\ud800", b"5ecret", None])
def test_what_is_no_secret_is_refused_unseen(secret: object) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        Password("u", secret)  # type: ignore[arg-type]  # what is tested
    assert "5ecret" not in str(caught.value)
