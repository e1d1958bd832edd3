"""No secret in anything that the library can print, log or pickle: in clear, or in base64 at any alignment."""

from __future__ import annotations

import base64
import logging
import pickle
import traceback
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp import Limits
from rawsmtp.client.link import Link
from rawsmtp.client.redaction import Redactor
from rawsmtp.client.tls import default_context
from rawsmtp.testing import LOGINS, Cut, MemoryServer, Server
from rawsmtp.wire.command import Ehlo, StartTls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import MakeClient, Talk

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
    yield from map(repr, (client._settings.terms, client._settings.terms.credential, client._link))
    for found in chain(error):
        yield from (str(found), repr(found), repr(found.args), repr(vars(found)))
        yield "".join(traceback.format_exception(found))
        # Even with its locals; only the frames of the test and of its server know the secret.
        for frame in traceback.TracebackException.from_exception(found, capture_locals=True).stack:
            if not any(place in frame.filename for place in ("rawsmtp/testing", "/tests/")):
                yield repr(frame.locals)
        yield pickle.dumps(found).decode("latin-1") if isinstance(found, rawsmtp.SMTPError) else ""


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Return an error and all that it came from, what `from None` hides included."""
    waiting, seen = [error], set()
    while waiting:
        found = waiting.pop()
        if found is not None and id(found) not in seen:
            seen.add(id(found))
            yield found
            waiting += [found.__cause__, found.__context__]


def check(client: Any, error: BaseException | None, log: str) -> None:
    for shown in (*everything(client, error), log):
        assert not [needle for needle in needles(SECRET) if needle in shown]


def credential(name: str) -> Any:
    if name in OAUTH:
        return rawsmtp.OAuth2(USER, SECRET, mechanism=name)
    return rawsmtp.Password(USER, SECRET, mechanism=name, authzid="")


OAUTH = ("XOAUTH2", "OAUTHBEARER")
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


PLAIN, FIRST = b"250-x\r\n250 AUTH PLAIN\r\n", b"334 " + base64.b64encode(b"r=oursX,s=QQ==,i=4096") + b"\r\n"
DOCUMENT = b"334 " + base64.b64encode(b'{"status":"400"}') + b"\r\n"

# The mechanism, and what the server answers to it: ways for an exchange to go wrong.
ENDS: dict[str, tuple[str, list[Any]]] = {
    "a challenge behind the response": ("PLAIN", [b"334 \r\n", b"501 x\r\n"]),
    "a cut": ("PLAIN", [Cut()]),
    "junk": ("PLAIN", [b"what\r\n"]),
    "success before the secret": ("LOGIN", [b"334 \r\n", b"235 x\r\n"]),
    "a cut behind the secret": ("LOGIN", [b"334 \r\n", b"334 \r\n", Cut()]),
    "a third challenge": ("LOGIN", [b"334 \r\n"] * 3 + [b"235 x\r\n"]),
    "success before the challenge": ("CRAM-MD5", [b"235 x\r\n"]),
    "success before the proof": ("SCRAM-SHA-256", [b"235 x\r\n"]),
    "success before the signature": ("SCRAM-SHA-256", [FIRST, b"235 x\r\n"]),
    "another signature": ("SCRAM-SHA-1", [FIRST, b"334 dj1RUT09\r\n", b"501 x\r\n"]),
    "it goes on": ("SCRAM-SHA-256", [FIRST, b"334 eA==\r\n", b"334 x\r\n"]),
    "success behind an error document": ("XOAUTH2", [DOCUMENT, b"235 x\r\n"]),
    "a challenge behind an error document": ("OAUTHBEARER", [DOCUMENT, b"334 \r\n", b"501 x\r\n"]),
    "an expired token": ("OAUTHBEARER", [DOCUMENT, b"535 x\r\n", b"535 x\r\n"]),
}


@pytest.mark.parametrize(("name", "answers"), ENDS.values(), ids=ENDS)
def test_no_secret_where_a_login_goes_wrong(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, name: str, answers: list[Any]
) -> None:
    monkeypatch.setattr("rawsmtp.sasl.scram._nonce", lambda: "ours")
    script = [b"220 x\r\n", b"250-x\r\n250 AUTH %s\r\n" % name.encode(), *answers]
    login = credential(name)
    given = replace(login, in_clear=True, **({"token": lambda: SECRET} if name in OAUTH else {}))
    client = talk(MemoryServer(script=script, close=True), auth=given)
    with pytest.raises(rawsmtp.SMTPError) as caught:
        client.connect()
    check(client, caught.value, "")


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_over_sockets(make_client: MakeClient, place: str) -> None:
    said = PLACES[place].replace(b"%s", SECRET.encode())
    with Server(script=[b"220 x\r\n", PLAIN, said], close=True) as server:
        login = rawsmtp.Password(USER, SECRET, in_clear=True)
        client = make_client(server.host, server.port, auth=login)
        with pytest.raises(rawsmtp.SMTPError) as caught:
            client.connect()
        check(client, caught.value, "")


@pytest.mark.parametrize("chop", [None, 1])
def test_server_that_knows_the_secret_from_the_connection_before(talk: Talk, chop: int | None) -> None:
    server = MemoryServer(script=[b"220 x\r\n", PLAIN, b"235 ok\r\n"], close=True, chop=chop)
    client = talk(server, auth=rawsmtp.Password(USER, SECRET, in_clear=True))
    with suppress(rawsmtp.SMTPError):
        client.connect()
        client.noop()
    server._script = [b"554 " + SECRET.encode() + b"\r\n"]  # it is another one now
    with pytest.raises(rawsmtp.GreetingRefused) as caught:
        client.connect()
    check(client, caught.value, "")


def test_what_waits_for_the_end_of_its_line_stands_behind_starttls_too() -> None:
    """The second connection holds parts of lines back, and must not hide them from the check for injections."""
    link = Link(rawsmtp.Transcript(), Limits(), (), "x", (), Redactor([SECRET]))
    link.receive(b"220 x\r\n")
    link.say([Ehlo("x")])
    link.receive(b"250-x\r\n250 STARTTLS\r\n")
    link.say([StartTls()])
    link.receive(b"220 go\r\n250-")
    with pytest.raises(rawsmtp.RemoteProtocolError, match="attack"):
        link.begin_tls(default_context(), "x", from_first_byte=False)


def test_later_replies_are_redacted_too(talk: Talk) -> None:
    script = [b"220 x\r\n", b"250-x\r\n250 AUTH PLAIN\r\n", b"235 ok\r\n", b"550 not with %s\r\n" % SECRET.encode()]
    client = talk(MemoryServer(script=script), auth=rawsmtp.Password(USER, SECRET, in_clear=True))
    with pytest.raises(rawsmtp.SenderRefused, match=r"not with \[redacted\]") as caught:
        client.send(MESSAGE, sender=USER, recipients="b@x.test")
    check(client, caught.value, "")


def test_codes_and_line_ends_stay() -> None:
    redactor = Redactor(["250 "])
    assert redactor.feed(b"250 ok 250 x\r\n250-") == b"250 ok [redacted]x\r\n"
    assert redactor.feed(b"250 \r\n") == b""
    assert redactor.feed(b"250 250 x\r\n") == b"250-[redacted]\r\n250 [redacted]x\r\n"
    assert redactor.end() == b""


# What the server says of "correct-horse", and what is left of it.
HIDDEN: dict[str, tuple[bytes, bytes]] = {
    "whole": (b"535 no correct-horse\r\n", b"535 no [redacted]\r\n"),
    "in capitals": (b"535 no CORRECT-Horse.\r\n", b"535 no [redacted].\r\n"),
    "twice": (b"535 correct-horse correct-horse\r\n", b"535 [redacted] [redacted]\r\n"),
    "over two lines": (b"535-no correct\r\n535 -horse x\r\n", b"535-no [redacted]\r\n535 [redacted] x\r\n"),
    "over three": (b"535-corre\r\n535-ct-ho\r\n535 rse\r\n", b"535-[redacted]\r\n535-[redacted]\r\n535 [redacted]\r\n"),
    "with enhanced codes": (
        b"535-5.7.8 correct\r\n535 5.7.8 -horse\r\n",
        b"535-5.7.8 [redacted]\r\n535 5.7.8 [redacted]\r\n",
    ),
    "base64 over lines": (b"500-Y29ycmVj\r\n500 dC1ob3JzZQ==\r\n", b"500-[redacted]\r\n500 [redacted]Q==\r\n"),
    "base64 in capitals": (b"500 Y29YCMVJDC1OB3JZZQ==\r\n", b"500 [redacted]Q==\r\n"),
    "two that overlap": (b"500 correct-horsecorrect-horse\r\n", b"500 [redacted]\r\n"),
    "nothing of it": (b"500-corr\r\n500 ect horse\r\n", b"500-corr\r\n500 ect horse\r\n"),
    "two replies": (b"250 correct\r\n250 -horse\r\n", b"250 correct\r\n250 -horse\r\n"),
}


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(("said", "shown"), HIDDEN.values(), ids=HIDDEN)
def test_secret_however_it_is_cut(said: bytes, shown: bytes, size: int) -> None:
    redactor = Redactor(["correct-horse"])
    pieces = [said[place : place + size] for place in range(0, len(said), size)]
    assert b"".join(map(redactor.feed, pieces)) == shown
    assert redactor.end() == b""


def test_reply_that_never_ends_is_not_held_back_for_ever() -> None:
    redactor = Redactor(["secret"], Limits(reply=1_000))
    held = 0
    for _ in range(1_000):
        held += 8 - len(redactor.feed(b"250-se\r\n"))
        assert held <= 1_016


def test_end_inside_a_reply_gives_what_is_held() -> None:
    redactor = Redactor(["secret"])
    assert redactor.feed(b"250-a sec\r\n250-ret\r\n250 sec") == b""
    assert redactor.end() == b"250-a [redacted]\r\n250-[redacted]\r\n250 sec"


def test_challenges_are_cut_for_long_matches_alone() -> None:
    redactor = Redactor(["abcd"])
    assert redactor.feed(b"334 abcd\r\n") == b"334 abcd\r\n"
    assert redactor.feed(b"250 abcd\r\n") == b"250 [redacted]\r\n"


def test_line_that_never_ends_is_not_held_back_for_ever() -> None:
    redactor = Redactor(["secret"], Limits(line=16))
    assert redactor.feed(b"250 " + b"x" * 20 + b"secret") == b"250 " + b"x" * 20 + b"[redacted]"
