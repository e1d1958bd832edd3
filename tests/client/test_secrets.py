"""No secret in anything that the library can print, log or pickle: in clear, or in base64 at any alignment."""

from __future__ import annotations

import base64
import logging
import pickle
import traceback
from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp.client.redaction import Redactor
from rawsmtp.testing import LOGINS, MemoryServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Talk

SECRET = "correct-horse-battery-staple"
USER = "me@x.test"
MESSAGE = b"Subject: x\r\n\r\nx\r\n"


def needles(secret: str) -> list[str]:
    """Return the secret and the part of its base64 that every text with the secret in it has, at each alignment."""
    octets = secret.encode()
    found = [secret]
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + octets).decode()
        found.append(encoded[(8 * shift + 5) // 6 : 8 * (shift + len(octets)) // 6])
    return found


def everything(client: Any, error: BaseException | None) -> Iterator[str]:
    """Return all that can be shown of a client and its error."""
    yield from (repr(client), str(client.transcript), repr(list(client.transcript)), repr(client.capabilities))
    yield pickle.dumps(client.transcript).decode("latin-1")
    yield from map(repr, (client.greeting, client.progress, client._settings, client._session))
    while error is not None:
        yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
        yield "".join(traceback.format_exception(error))
        # Even with its locals; the frames of the test, its server, and the octets on the wire know the secret.
        for frame in traceback.TracebackException.from_exception(error, capture_locals=True).stack:
            if not any(place in frame.filename for place in ("rawsmtp/testing", "/tests/", "client/link.py")):
                yield repr(frame.locals)
        yield pickle.dumps(error).decode("latin-1") if isinstance(error, rawsmtp.SMTPError) else ""
        error = error.__cause__ or error.__context__


def check(client: Any, error: BaseException | None, log: str) -> None:
    for shown in (*everything(client, error), log):
        assert not [needle for needle in needles(SECRET) if needle in shown]


def credential(name: str) -> Any:
    if name in ("XOAUTH2", "OAUTHBEARER"):
        return rawsmtp.OAuth2(USER, SECRET, mechanism=name)
    return rawsmtp.Password(USER, SECRET, mechanism=name, authzid="")


MECHANISMS = sorted(set(LOGINS) - {"EXTERNAL"})


@pytest.mark.parametrize("name", MECHANISMS)
@pytest.mark.parametrize("right", [True, False], ids=["accepted", "refused"])
def test_no_secret_after_a_login(talk: Talk, caplog: pytest.LogCaptureFixture, name: str, right: bool) -> None:
    caplog.set_level(logging.DEBUG)
    server = MemoryServer(users={USER: SECRET if right else "another"}, tls="starttls", mechanisms=[name])
    client = talk(server, auth=credential(name))
    error = None
    try:
        client.send(MESSAGE, sender=USER, recipients="b@x.test")
    except rawsmtp.AuthenticationFailed as caught:
        error = caught
    assert (error is None) is right
    check(client, error, caplog.text)


def echoes() -> dict[str, bytes]:
    found = {"in clear": SECRET.encode(), "the line": base64.b64encode(f"\0{USER}\0{SECRET}".encode())}
    for shift in range(3):
        found[f"base64, shifted by {shift}"] = base64.b64encode(b"abc"[:shift] + SECRET.encode() + b"xyz"[: 3 - shift])
    return found


PLACES = {
    "a refusal": b"535 5.7.8 wrong: %s\r\n",
    "a refusal of several lines": b"535-5.7.8 wrong:\r\n535-%s\r\n535 %s\r\n",
    "junk": b"what is %s?\r\n",
    "a line that does not end": b"535 you said %s",
    "a challenge": b"334 %s\r\n",
    "a 421": b"421 %s\r\n",
}


@pytest.mark.parametrize("echo", echoes().values(), ids=echoes())
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("chop", [None, 1, 7])
def test_no_secret_that_the_server_echoes(talk: Talk, place: str, echo: bytes, chop: int | None) -> None:
    said = PLACES[place].replace(b"%s", echo)
    script = [b"220 x\r\n", b"250-x\r\n250 AUTH PLAIN LOGIN\r\n", said, b"501 %s\r\n" % echo, b"535 %s\r\n" % echo]
    server = MemoryServer(script=script, close=True, chop=chop)
    client = talk(server, auth=rawsmtp.Password(USER, SECRET, in_clear=True))
    with pytest.raises(rawsmtp.SMTPError) as caught:
        client.connect()
    check(client, caught.value, "")


def test_later_replies_are_redacted_too(talk: Talk) -> None:
    script = [b"220 x\r\n", b"250-x\r\n250 AUTH PLAIN\r\n", b"235 ok\r\n", b"550 not with %s\r\n" % SECRET.encode()]
    client = talk(MemoryServer(script=script), auth=rawsmtp.Password(USER, SECRET, in_clear=True))
    with pytest.raises(rawsmtp.SenderRefused, match=r"not with \[redacted\]") as caught:
        client.send(MESSAGE, sender=USER, recipients="b@x.test")
    check(client, caught.value, "")


def test_codes_and_line_ends_stay() -> None:
    redactor = Redactor(["250 "], 4_096)
    assert redactor.feed(b"250 ok 250 x\r\n250-") == b"250 ok [redacted]x\r\n"
    assert redactor.feed(b"250 \r\n") == b"250-[redacted]\r\n"
    assert redactor.end() == b""


def test_challenges_are_cut_for_long_matches_alone() -> None:
    redactor = Redactor(["abcd"], 4_096)
    assert redactor.feed(b"334 abcd\r\n") == b"334 abcd\r\n"
    assert redactor.feed(b"250 abcd\r\n") == b"250 [redacted]\r\n"


def test_line_that_never_ends_is_not_held_back_for_ever() -> None:
    redactor = Redactor(["secret"], 16)
    assert redactor.feed(b"250 " + b"x" * 20 + b"secret") == b"250 " + b"x" * 20 + b"[redacted]"
