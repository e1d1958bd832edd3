from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp.testing import ConformanceError, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = b"Subject: x\r\n\r\nhello\r\n.dot\r\n"


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "rawsmtp.testing"]


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    assert threads() == []


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_addresses(host: str) -> None:
    try:
        socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        pytest.skip(f"no {host} here: {error}")
    with Server(host=host) as server:
        rawsmtp.send(TEXT, server.host, server.port, sender="a@x.test", recipients="b@x.test")
        shown = f"[{host}]" if ":" in host else host
        assert server.url == f"smtp://{shown}:{server.port}"
    assert server.last.raw == TEXT


def test_unix_socket(tmp_path: Path) -> None:
    for path in (tmp_path / "smtp", str(tmp_path / "smtp")):
        with Server(path=path) as server:
            rawsmtp.send(TEXT, tmp_path / "smtp", sender="a@x.test", recipients="b@x.test")
            with pytest.raises(RuntimeError, match="has no port: it listens on"):
                _ = server.url
        assert len(server.outbox) == 1
        assert not list(tmp_path.iterdir())


def test_async_with() -> None:
    async def send() -> Server:
        async with Server() as server:
            await rawsmtp.asend(TEXT, server.host, server.port, sender="a@x.test", recipients="b@x.test")
        return server

    assert len(asyncio.run(send()).outbox) == 1


def test_smtplib_is_no_offender() -> None:
    with Server(users={"me": "code"}, tls="starttls", strict=True) as server:
        with smtplib.SMTP(server.host, server.port) as client:
            client.starttls(context=server.client_context())
            client.login("me", "code")
            refused = client.sendmail("a@x.test", ["b@x.test", "c@x.test"], TEXT)
        assert refused == {}
    mail = server.last
    assert mail.raw == TEXT
    assert mail.envelope.recipients == ("b@x.test", "c@x.test")
    assert mail.auth is not None
    assert mail.auth.user == "me"
    assert mail.tls is not None
    assert mail.transcript[-1] == "C: ."


def test_smtplib_over_implicit_tls_and_lmtp() -> None:
    with Server(tls="implicit", strict=True) as server:
        with smtplib.SMTP_SSL(server.host, server.port, context=server.client_context()) as client:
            client.sendmail("a@x.test", "b@x.test", TEXT)
        assert server.url.startswith("smtps://")
    with Server(lmtp=True) as server, smtplib.LMTP(server.host, server.port) as lmtp:
        lmtp.sendmail("a@x.test", ["b@x.test"], TEXT)
    assert len(server.outbox) == 1


def test_refusals_reach_smtplib() -> None:
    with Server() as server:
        server.reply_to("RCPT", 550, "5.1.1 nobody", when="no@x.test")
        with smtplib.SMTP(server.host, server.port) as client:
            assert client.sendmail("a@x.test", ["b@x.test", "no@x.test"], TEXT) == {"no@x.test": (550, b"5.1.1 nobody")}
    assert server.last.envelope.recipients == ("b@x.test",)


def talk_raw(server: Server, *lines: bytes) -> None:
    with socket.create_connection((server.host, server.port)) as sock, sock.makefile("rwb") as file:
        file.readline()
        for line in lines:
            file.write(line)
            file.flush()
            file.readline()


def test_strict_server_fails_the_test() -> None:
    with pytest.raises(ConformanceError, match="bare-line-end"), Server(strict=True) as server:
        talk_raw(server, b"NOOP\n")


@pytest.mark.parametrize("tls", [None, "implicit"])
def test_command_behind_the_last_reply_is_found(tls: Any) -> None:
    with Server(tls=tls) as server, socket.create_connection((server.host, server.port), timeout=5) as bare:
        sock = server.client_context().wrap_socket(bare, server_hostname=server.host) if tls else bare
        assert sock.recv(1_000).startswith(b"220")
        sock.sendall(b"QUIT\r\n")
        assert sock.recv(1_000).startswith(b"221")
        sock.sendall(b"NOOP\r\n")
        sock.close()
        server.wait_until_closed()
    assert [finding.rule for finding in server.findings] == ["after-quit"]


def test_findings_without_strict() -> None:
    with Server() as server:
        talk_raw(server, b"NOOP\n", b"DATA\r\n")
    assert [finding.rule for finding in server.findings] == ["bare-line-end", "sequence"]


def test_error_of_the_tests_own_handler_is_raised_in_the_test() -> None:
    def handler(command: Any) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"), Server(handler=handler) as server:
        talk_raw(server, b"NOOP\r\n")


def test_handler_that_returns_something_else_is_told_what_it_returns() -> None:
    handler: Any = lambda command: (250, "fine")  # noqa: E731  # what is to be refused
    with pytest.raises(TypeError, match=r"returned \(250, 'fine'\) for 'NOOP'"), Server(handler=handler) as server:
        talk_raw(server, b"NOOP\r\n")


def test_error_that_comes_out_of_the_block_is_told_what_went_wrong_at_the_server() -> None:
    with pytest.raises(RuntimeError, match="mine") as caught, Server(strict=True) as server:  # noqa: PT012  # the block is what fails
        talk_raw(server, b"NOOP\n")
        raise RuntimeError("mine")
    (note,) = caught.value.__notes__
    assert "ConformanceError: the client broke the protocol:\n  bare-line-end" in note


def test_check_raises_each_once() -> None:
    server = Server(strict=True).start()
    for line in (b"NOOP\n", b"DATA\r\n"):
        talk_raw(server, line)
        with pytest.raises(ConformanceError) as caught:
            server.check()
        assert str(caught.value).count("RFC") == 1
        server.check()
    server.stop()
    with pytest.raises(ConformanceError, match=r"(?s)bare-line-end.*sequence"):
        server.check_findings()


def test_error_of_the_test_is_not_hidden() -> None:
    server = Server(strict=True).start()
    talk_raw(server, b"NOOP\n")
    server.__exit__(RuntimeError, RuntimeError(), None)
    assert server.findings


def test_environment_and_settings() -> None:
    with Server() as server:
        assert server.env()["RAWSMTP_URL"] == server.url == server.env()["EMAIL_URL"]
        assert server.env()["SMTP_PORT"] == str(server.port)
        assert server.django_settings()["EMAIL_PORT"] == server.port
        assert server.django_mailers()["default"]["OPTIONS"] == {
            "host": server.host,
            "port": server.port,
            "use_ssl": False,
            "use_tls": False,
        }
        client = rawsmtp.Client.from_url(server.url)
        assert client.noop().is_success
        client.close()


def test_client_that_hangs_does_not_keep_it() -> None:
    with Server() as server:
        sock = socket.create_connection((server.host, server.port))
        sock.recv(100)
    sock.close()


def test_two_at_once_and_none_twice() -> None:
    with Server() as one, Server() as other:
        assert one.port != other.port
        with pytest.raises(RuntimeError, match="started already"):
            one.start()
    with pytest.raises(RuntimeError, match="with statement"):
        _ = Server().port


def test_bad_options() -> None:
    with pytest.raises(TypeError, match="no such option: nonsense"):
        Server(nonsense=1)  # type: ignore[call-arg]  # what is to be refused
    with pytest.raises(ValueError, match="no such persona: 'aol'"):
        Server(persona="aol")
    with pytest.raises(ValueError, match="tls='maybe'"):
        Server(tls="maybe")  # type: ignore[arg-type]  # what is to be refused
    with pytest.raises(ValueError, match="no such certificate: there are good, expired"):
        Server(tls="implicit", certificate="bad")


@pytest.mark.parametrize("option", ["names", "extensions", "mechanisms"])
def test_one_str_is_no_list(option: str) -> None:
    with pytest.raises(TypeError, match=f"{option}='PLAIN' is one str"):
        Server(**{option: "PLAIN"})  # type: ignore[arg-type]  # what is to be refused


def test_what_arrived_is_at_the_server_too(tmp_path: Path) -> None:
    with Server() as server:
        one, other = server.new_address(), server.new_address()
        for to in (one, other, one):
            rawsmtp.send(TEXT, server.host, server.port, sender="a@x.test", recipients=to)
        server.assert_sent(2, to=one)
        assert server.wait_for(to=other) is server.outbox[1]
        server.save(tmp_path / "box")
        server.clear()
        server.assert_nothing_sent()
    assert (tmp_path / "box").read_bytes().count(b"hello") == 3


def descriptors() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


KINDS: list[tuple[dict[str, Any], Any]] = [
    ({}, "none"),
    ({"tls": "implicit"}, "tls"),
    ({"tls": "starttls"}, "starttls"),
    ({"path": "./socket"}, "none"),
]


def test_thousand_starts_and_stops_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where the keys are for a moment
    monkeypatch.chdir(tmp_path)
    with Server():
        before = descriptors()
    for number in range(1_000):
        options, security = KINDS[number % len(KINDS)]
        with Server(**options) as server:
            if number % 50 < len(KINDS):
                where = (options["path"], None) if "path" in options else (server.host, server.port)
                context = server.client_context()
                with rawsmtp.Client(*where, security=security, tls_context=context) as client:
                    client.send(TEXT, sender="a@x.test", recipients="b@x.test")
                assert len(server.outbox) == 1
    with Server():
        assert descriptors() <= before
    assert threads() == []
    assert list(tmp_path.iterdir()) == []


def test_context_of_ones_own() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with Server(context=context) as server:
        client = rawsmtp.Client(server.host, server.port)
        client.connect()
        assert client.capabilities.starttls
        client.close()
