from __future__ import annotations

import pickle

import pytest

from rawsmtp.sasl import MECHANISMS, External, Mechanism, MechanismFailed, OAuth2, Password, Responses, choose
from rawsmtp.sasl.login import login
from rawsmtp.sasl.plain import plain


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


@pytest.mark.parametrize(
    ("credential", "offered", "chosen"),
    [
        (Password("u", "p"), ["LOGIN", "PLAIN"], ["PLAIN", "LOGIN"]),
        (Password("u", "p"), ["login"], ["LOGIN"]),
        (Password("u", "p", mechanism="login"), ["LOGIN", "PLAIN"], ["LOGIN"]),
        (Password("u", "p", mechanism="PLAIN"), ["LOGIN"], []),
        (Password("u", "p"), ["GSSAPI"], []),
        (OAuth2("u", "t"), ["PLAIN", "LOGIN"], []),
        (External(), ["PLAIN"], []),
    ],
)
def test_choice(credential: Password, offered: list[str], chosen: list[str]) -> None:
    assert [mechanism.name for mechanism in choose(credential, offered, tls=True)] == chosen


def test_one_can_be_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MECHANISMS, "X-MINE", Mechanism("X-MINE", plain, Password))
    chosen = choose(Password("u", "p", mechanism="x-mine"), ["X-MINE"], tls=True)
    assert [mechanism.name for mechanism in chosen] == ["X-MINE"]


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
