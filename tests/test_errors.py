from __future__ import annotations

import pickle

import pytest

import rawsmtp
from rawsmtp import Reply, errors
from rawsmtp.client.transcript import Transcript

KINDS = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.SMTPError)]
PERMANENT, TRANSIENT = Reply(550, "5.1.1 no"), Reply(450, "4.2.0 later")


def transcript(lines: int) -> Transcript:
    record = Transcript()
    for number in range(lines):
        record.note(str(number))
    return record


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_pickles(kind: type[errors.SMTPError]) -> None:
    error = kind(
        "what happened", phase="rcpt", outcome="unknown", reply=PERMANENT, hint="do this", transcript=transcript(100)
    )
    error.replies = [TRANSIENT]
    copied = pickle.loads(pickle.dumps(error))
    assert type(copied) is kind
    assert copied == error
    assert hash(copied) == hash(error)
    assert str(copied) == str(error) == "what happened (do this)"
    assert (copied.phase, copied.outcome, copied.reply) == ("rcpt", "unknown", PERMANENT)
    assert str(copied.transcript).split("\n") == [str(number) for number in range(68, 100)]


def test_own_attributes_pickle() -> None:
    refused = errors.RecipientsRefused("x", recipients={"a@b": PERMANENT})
    assert pickle.loads(pickle.dumps(refused)).recipients == {"a@b": PERMANENT}
    missing = errors.NotSupported("x", extension="SIZE")
    assert pickle.loads(pickle.dumps(missing)).extension == "SIZE"
    assert missing != errors.NotSupported("x", extension="DSN")
    assert missing != errors.SMTPError("x")


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (errors.ConnectFailed("x"), True),
        (errors.ConnectionLost("x"), True),
        (errors.ConnectionLost("x", outcome="unknown"), False),
        (errors.SMTPTimeout("x"), True),
        (errors.SMTPTimeout("x", outcome="unknown"), False),
        (errors.TLSFailed("x"), False),
        (errors.NotSupported("x"), False),
        (errors.InsecureCredentials("x"), False),
        (errors.LocalProtocolError("x"), False),
        (errors.RemoteProtocolError("x"), False),
        (errors.SenderRefused("x", reply=TRANSIENT), True),
        (errors.SenderRefused("x", reply=PERMANENT), False),
        (errors.MessageRefused("x", reply=TRANSIENT), True),
        (errors.RecipientsRefused("x", recipients={"a": TRANSIENT, "b": TRANSIENT}), True),
        (errors.RecipientsRefused("x", recipients={"a": TRANSIENT, "b": PERMANENT}), False),
        (errors.RecipientsRefused("x"), False),
        (errors.RecipientsRefused("x", recipients={"a": TRANSIENT}, outcome="unknown"), False),
        (errors.MessageRefused("x", reply=TRANSIENT, outcome="unknown"), False),
    ],
    ids=lambda value: repr(value) if isinstance(value, Exception) else str(value),
)
def test_retryable(error: errors.SMTPError, retryable: bool) -> None:
    assert error.retryable is retryable


def test_a_refusal_is_refused() -> None:
    assert errors.MessageRefused("x").outcome == "refused"
    assert errors.SMTPError("x").outcome == "not_sent"


def test_standard_relatives() -> None:
    assert issubclass(rawsmtp.ConnectFailed, ConnectionError)
    assert issubclass(rawsmtp.ConnectionLost, ConnectionError)
    assert issubclass(rawsmtp.SMTPTimeout, TimeoutError)


def test_every_public_error_is_exported() -> None:
    assert all(getattr(rawsmtp, kind.__name__) is kind for kind in KINDS)


def test_message_that_quotes_a_long_reply_is_cut() -> None:
    error = errors.MessageRefused("x" * 60_000, reply=PERMANENT)
    assert len(str(error)) < 5_000
    assert str(error).endswith("x…")
    assert error.args == (error.message,)
    assert pickle.loads(pickle.dumps(error)) == error
