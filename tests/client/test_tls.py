"""TLS as both clients see it: what it protects, how it may fail, and how it ends."""

from __future__ import annotations

import ssl
import threading
from contextlib import suppress
from traceback import TracebackException
from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp.client.link import Link
from rawsmtp.client.tls import default_context
from rawsmtp.testing import MemoryServer, Pause, Server, authority
from rawsmtp.wire.command import Ehlo

if TYPE_CHECKING:
    from tests.conftest import MakeClient, Talk

TEXT = b"Subject: x\r\n\r\nhello\r\n"
MODES: list[Any] = ["implicit", "starttls"]


def send(client: Any) -> rawsmtp.Receipt:
    receipt: rawsmtp.Receipt = client.send(TEXT, sender="a@x.test", recipients="b@x.test")
    return receipt


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("certificate", "advice"),
    [
        ("expired", "whoever runs the server has to renew it"),
        ("wrong-host", "connect by a name that the certificate has"),
        ("self-signed", "trust its issuer by tls_context="),
        ("unknown-ca", "trust its issuer by tls_context="),
        ("common-name-only", "connect by a name that the certificate has"),
    ],
)
def test_bad_certificates(talk: Talk, mode: Any, certificate: str, advice: str) -> None:
    server = MemoryServer(tls=mode, certificate=certificate, users={"u": "secret"})
    context = default_context()
    context.load_verify_locations(cadata=authority().pem.decode())
    client = talk(server, tls_context=context, auth=("u", "secret"))
    with pytest.raises(rawsmtp.TLSFailed, match="certificate") as caught:
        send(client)
    assert (caught.value.phase, caught.value.outcome) == ("tls", "not_sent")
    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
    assert advice in (caught.value.hint or "")
    assert not any(word in server.transcript for word in ("AUTH PLAIN [", "MAIL", "DATA"))


def test_tls_older_than_1_2_is_refused(talk: Talk) -> None:
    context = authority().issue().server_context()
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(rawsmtp.TLSFailed):
        talk(MemoryServer(tls="implicit", context=context), tls_context=default_context()).connect()


def test_default_context_does_not_rely_on_the_defaults_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    lax = ssl.create_default_context()
    lax.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    monkeypatch.setattr(ssl, "create_default_context", lambda: lax)
    context = default_context()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert not context.hostname_checks_common_name


@pytest.mark.parametrize("mode", MODES)
def test_capabilities_are_forgotten_at_the_handshake(talk: Talk, mode: Any) -> None:
    server = MemoryServer(tls=mode)
    client = talk(server)
    client.connect()
    assert "STARTTLS" not in client.capabilities
    assert server.transcript.count("C: EHLO") == (2 if mode == "starttls" else 1)
    assert client.tls.version == "TLSv1.3"
    assert client.tls.cipher.startswith("TLS_")
    assert client.tls.certificate["subjectAltName"]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "."])
def test_end_without_an_alert_inside_a_session_is_a_lost_connection(talk: Talk, command: str) -> None:
    server = MemoryServer(tls="implicit")
    server.drop_after(command)
    with pytest.raises(rawsmtp.ConnectionLost) as caught:
        send(talk(server))
    assert caught.value.outcome == ("unknown" if command == "." else "not_sent")


def test_end_without_an_alert_inside_a_reply_is_a_lost_connection(talk: Talk) -> None:
    server = MemoryServer(tls="implicit")
    server.send_raw("MAIL", b"250-half")
    server.drop_after("RCPT")
    with pytest.raises(rawsmtp.SMTPError) as caught:
        send(talk(server))
    assert caught.value.outcome == "not_sent"


def test_end_without_an_alert_behind_221_is_nothing(talk: Talk) -> None:
    server = MemoryServer(tls="implicit")
    server.drop_after("QUIT", answer=True)
    client = talk(server)
    send(client)
    client.close()
    assert len(server.outbox) == 1


UNVERIFIED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
UNVERIFIED.check_hostname = False
UNVERIFIED.verify_mode = ssl.CERT_NONE


def test_opportunistic_says_secrets_only_to_whom_it_has_verified(talk: Talk) -> None:
    server = MemoryServer(tls="starttls", users={"u": "secret"})
    talk(server, security="opportunistic", auth=("u", "secret")).connect()
    assert server.transcript.count("C: AUTH") == 1
    with pytest.raises(rawsmtp.InsecureCredentials, match="nobody verified") as caught:
        talk(server, security="opportunistic", auth=("u", "secret"), tls_context=UNVERIFIED).connect()
    assert caught.value.phase == "auth"
    assert server.transcript.count("C: AUTH") == 1


def test_opportunistic_goes_on_in_clear_but_without_secrets(talk: Talk) -> None:
    server = MemoryServer(tls="starttls", certificate="expired", users={"u": "secret"})
    send(talk(server, security="opportunistic"))
    assert server.outbox[0].tls is None
    with pytest.raises(rawsmtp.InsecureCredentials):
        talk(server, security="opportunistic", auth=("u", "secret")).connect()
    assert "C: AUTH" not in server.transcript


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_unverified_context_is_the_callers_own_word(talk: Talk, security: Any) -> None:
    server = MemoryServer(tls="implicit" if security == "tls" else "starttls", certificate="self-signed")
    client = talk(server, tls_context=UNVERIFIED)
    send(client)
    assert client.tls.certificate == {}


def test_handshake_has_a_time_limit(make_client: MakeClient) -> None:
    with Server(script=[]) as mute:
        client = make_client(mute.host, mute.port, security="tls", timeout=0.2)
        with pytest.raises(rawsmtp.SMTPTimeout, match="handshake"):
            client.connect()


def over_tls(version: ssl.TLSVersion) -> tuple[Link, ssl.SSLObject, ssl.MemoryBIO]:
    """Return a link inside TLS, and the server's side of it with what that has to say."""
    context = authority().client_context()
    context.maximum_version = version
    link = Link(rawsmtp.Transcript(), rawsmtp.Limits(), (), "x")
    link.begin_tls(context, "localhost", from_first_byte=True)
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = authority().issue().server_context().wrap_bio(coming, going, server_side=True)
    while not link.shake_hands():
        coming.write(link.outgoing)
        link.wrote(len(link.outgoing))
        with suppress(ssl.SSLWantReadError):
            server.do_handshake()
        if answer := going.read():
            link.receive(answer)
    return link, server, going


JUNK = {
    "a record that is not theirs": b"\x17\x03\x03\x00\x20" + b"j" * 32,
    "an alert in clear": b"\x15\x03\x03\x00\x02\x02\x28",
    "no record": b"250 ok\r\n250 ok\r\n",
    "a record without an end": b"\x17\x03\x03\xff\xff",
}


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda version: version.name)
def test_tls_that_breaks_behind_a_reply_is_a_lost_connection(version: ssl.TLSVersion, junk: bytes) -> None:
    link, server, going = over_tls(version)
    server.write(b"220 x\r\n")
    link.receive(going.read() + junk)
    assert [reply.code for reply in link.take_replies()] == [220]
    with pytest.raises(rawsmtp.ConnectionLost) as caught:
        link.say([Ehlo("x")])
    assert isinstance(caught.value.__cause__, ssl.SSLError)
    assert not link.has_handed_over
    for error in (caught.value, caught.value.__cause__):
        frames = TracebackException.from_exception(error, capture_locals=True).stack
        assert "b'EHLO x" not in "".join(repr(frame.locals) for frame in frames if frame.filename != __file__)


def test_server_that_stops_reading_in_the_midst_of_content(make_client: MakeClient) -> None:
    with Server(read=1024) as server:
        server.freeze_after("DATA")
        client = make_client(server.host, server.port, timeout=rawsmtp.Timeouts(data=0.3))
        with pytest.raises(rawsmtp.SMTPTimeout, match="did not read on") as caught:
            client.send(b"x" * 30_000_000, sender="a@x.test", recipients="b@x.test")
    assert (caught.value.phase, caught.value.outcome) == ("content", "not_sent")


def test_server_that_reads_an_octet_at_a_time_and_replies_at_once(make_client: MakeClient) -> None:
    with Server(read=1) as server:
        client = make_client(server.host, server.port)
        results = client.send_all(
            [rawsmtp.Submission(TEXT, sender=f"s{number}@x.test", recipients="b@x.test") for number in range(30)]
        )
    assert all(result.receipt is not None for result in results)
    assert len(server.outbox) == 30


def test_nothing_is_left_open(make_client: MakeClient) -> None:
    with Server() as server:
        client = make_client(server.host, server.port)
        send(client)
        client.close()
        server.wait_until_closed()
    assert not [thread for thread in threading.enumerate() if thread.name == "rawsmtp.testing"]


def test_words_in_clear_in_place_of_the_handshake(talk: Talk) -> None:
    behind: list[Any] = [b"220 go\r\n", Pause(1), b"500 what?\r\n"]
    server = MemoryServer(script=[b"220 x.test\r\n", b"250-x.test\r\n250 STARTTLS\r\n", behind])
    with pytest.raises(rawsmtp.TLSFailed, match=r"behind its 220 to STARTTLS; it said '500 what\?") as caught:
        talk(server, security="starttls").connect()
    assert "try" not in str(caught.value)


def test_what_is_tls_and_broken_is_not_taken_for_clear(talk: Talk) -> None:
    server = MemoryServer(script=[b"\x16\x03\x03\xff\xff" + bytes(100)])
    with pytest.raises(rawsmtp.TLSFailed, match="the TLS handshake failed"):
        talk(server, security="tls").connect()
