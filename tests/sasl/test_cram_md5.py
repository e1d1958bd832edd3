from __future__ import annotations

import hmac

import pytest

from rawsmtp.sasl import MechanismFailed, Password
from rawsmtp.sasl.cram_md5 import cram_md5


@pytest.mark.parametrize(
    ("credential", "challenge", "response"),
    [
        (  # RFC 2195 §2
            Password("tim", "tanstaaftanstaaf"),
            b"<1896.697170952@postoffice.reston.mci.net>",
            b"tim b913a602c7eda7a495b4e6e7334d3890",
        ),
        (  # RFC 2104, the second vector: the key and the text of it
            Password("a user", "Jefe"),
            b"what do ya want for nothing?",
            b"a user 750c783e6ab0b503eaa86e310a5db738",
        ),
    ],
)
def test_response(credential: Password, challenge: bytes, response: bytes) -> None:
    responses = cram_md5(credential)
    assert next(responses) is None
    assert responses.send(challenge) == response
    with pytest.raises(StopIteration):
        responses.send(None)


def test_names_and_secrets_are_utf_8() -> None:
    responses = cram_md5(Password("ü", "授权码"))
    next(responses)
    digest = hmac.new("授权码".encode(), b"\xff", "md5").hexdigest()
    assert responses.send(b"\xff") == f"ü {digest}".encode()


@pytest.mark.parametrize(("challenge", "words"), [(b"", "empty challenge"), (None, "takes a challenge")])
def test_first_challenge_that_is_none(challenge: bytes | None, words: str) -> None:
    responses = cram_md5(Password("u", "p"))
    next(responses)
    with pytest.raises(MechanismFailed, match=words):
        responses.send(challenge)


def test_no_second_challenge() -> None:
    responses = cram_md5(Password("u", "p"))
    next(responses)
    responses.send(b"x")
    with pytest.raises(MechanismFailed, match="one challenge"):
        responses.send(b"y")


def test_python_without_md5(monkeypatch: pytest.MonkeyPatch) -> None:
    def digest(*_: object) -> bytes:
        raise ValueError("[digital envelope routines] unsupported")

    monkeypatch.setattr(hmac, "digest", digest)
    responses = cram_md5(Password("u", "p"))
    next(responses)
    with pytest.raises(MechanismFailed, match="no MD5"):
        responses.send(b"x")
