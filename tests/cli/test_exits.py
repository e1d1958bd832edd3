from __future__ import annotations

import socket

import pytest

import rawsmtp
from rawsmtp import Reply, errors
from rawsmtp.cli.exits import Exit, Failure, status_of

PERMANENT, TRANSIENT = Reply(550, "5.0.0 no"), Reply(450, "4.0.0 later")


def connect_failed(cause: Exception) -> errors.ConnectFailed:
    failure = errors.ConnectFailed("no connection")
    failure.__cause__ = cause
    return failure


def recipients_refused(reply: Reply) -> errors.RecipientsRefused:
    return errors.RecipientsRefused("no", recipients={"a@b": reply}, reply=reply)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Failure(Exit.DATA, "a", "b"), 65),
        (FileNotFoundError(2, "No such file", "mail.eml"), 65),
        (errors.NotSupported("too big", extension="SIZE"), 65),
        (errors.NotSupported("8 bit", extension="8BITMIME"), 65),
        (recipients_refused(PERMANENT), 67),
        (connect_failed(socket.gaierror(socket.EAI_NONAME, "Name or service not known")), 68),
        (errors.SenderRefused("no", reply=PERMANENT), 69),
        (errors.MessageRefused("no", reply=PERMANENT), 69),
        (errors.GreetingRefused("no", reply=PERMANENT), 69),
        (errors.HelloRefused("no", reply=PERMANENT), 69),
        (connect_failed(socket.gaierror(socket.EAI_AGAIN, "Temporary failure")), 75),
        (connect_failed(ConnectionRefusedError(111, "Connection refused")), 75),
        (errors.ConnectionLost("gone"), 75),
        (errors.SMTPTimeout("late"), 75),
        (recipients_refused(TRANSIENT), 75),
        (errors.MessageRefused("later", reply=TRANSIENT), 75),
        (errors.AuthenticationFailed("later", reply=Reply(454, "4.7.0 later")), 75),
        (errors.ConnectionLost("gone", outcome="unknown"), 76),
        (errors.SMTPTimeout("late", outcome="unknown"), 76),
        (errors.TLSFailed("no"), 76),
        (errors.RemoteProtocolError("junk"), 76),
        (errors.AuthenticationFailed("no", reply=Reply(535, "no")), 77),
        (errors.InsecureCredentials("clear"), 77),
        (errors.NotSupported("no AUTH", extension="AUTH"), 77),
        (Failure(Exit.CONFIGURATION, "a", "b"), 78),
        (OSError(98, "Address already in use"), 78),
        (ValueError("no"), 64),
    ],
    ids=lambda value: value if isinstance(value, int) else type(value).__name__,
)
def test_status_of_an_error(error: Exception, status: int) -> None:
    assert status_of(error) == status


def every(kind: type[rawsmtp.SMTPError]) -> list[type[rawsmtp.SMTPError]]:
    return [kind, *(found for below in kind.__subclasses__() for found in every(below))]


@pytest.mark.parametrize("kind", every(rawsmtp.SMTPError))
@pytest.mark.parametrize("outcome", ["not_sent", "refused", "unknown"])
def test_try_again_is_said_only_of_what_cannot_deliver_twice(kind: type[rawsmtp.SMTPError], outcome: str) -> None:
    error = kind("x", outcome=outcome)  # type: ignore[arg-type]  # one of the three
    assert status_of(error) != Exit.OK
    if outcome == "unknown" and not isinstance(error, errors.ConnectFailed):
        assert status_of(error) != Exit.TRY_AGAIN
