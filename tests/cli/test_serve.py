from __future__ import annotations

import json
import mailbox
import re
import ssl
from typing import TYPE_CHECKING

import pytest

from rawsmtp import AuthenticationFailed, Client, MessageRefused, Password, SMTPError
from rawsmtp.cli import main
from rawsmtp.testing import LOGINS, Server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Start, Terminal

MESSAGE = "From: me@a.example\r\nTo: you@b.example\r\nSubject: 你好\r\n\r\nHello \x1b[31mred\r\n".encode()
LISTENING = re.compile(r"smtps?://127\.0\.0\.1:(\d+)")


def port_of(started: Terminal, last: str = "Ctrl-C") -> int:
    found = LISTENING.search(started.read_until(last))
    assert found is not None
    return int(found[1])


def send(port: int, auth: Password | None = None) -> None:
    with Client("127.0.0.1", port, auth=auth) as client:
        client.send(MESSAGE, sender="me@a.example", recipients="you@b.example")


def test_a_message_is_shown(terminal: Start) -> None:
    started = terminal("serve", "--port", "0", "--no-color")
    send(port_of(started))
    shown = started.read_until("red")
    assert "1: from <me@a.example> for you@b.example" in shown
    assert "in clear" in shown
    assert "Subject: 你好" in shown
    assert "\\x1b[31mred" in shown
    started.interrupt()
    assert started.end() == 0
    assert "Ended; 1 arrived." in started.shown


def test_in_chinese(terminal: Start) -> None:
    started = terminal("serve", "--port", "0", "--no-color", "--lang", "zh")
    send(port_of(started))
    started.read_until("发件人 <me@a.example>")
    started.interrupt()
    assert started.end() == 0
    assert "共收到 1 封" in started.shown


def test_json_lines(terminal: Start) -> None:
    started = terminal("serve", "--port", "0", "--json")
    port = port_of(started)
    send(port)
    send(port)
    started.interrupt()
    assert started.end() == 0
    values = [json.loads(line) for line in started.shown.splitlines() if line.startswith("{")]
    assert [value["schema"] for value in values] == ["rawsmtp.serve/1"] * 2
    assert (values[0]["sender"], values[0]["recipients"]) == ("me@a.example", ["you@b.example"])
    assert (values[0]["subject"], values[0]["tls"], values[0]["user"]) == ("你好", None, None)


def test_files_are_never_overwritten(terminal: Start, tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.mkdir()
    (box / "000001.eml").write_bytes(b"mine")
    started = terminal("serve", "--port", "0", "--save", str(box))
    port = port_of(started)
    send(port)
    send(port)
    started.interrupt()
    assert started.end() == 0
    assert {path.name: path.read_bytes() for path in box.iterdir()} == {
        "000001.eml": b"mine",
        "000002.eml": MESSAGE,
        "000003.eml": MESSAGE,
    }
    assert "saved as" in started.shown


def test_mbox(terminal: Start, tmp_path: Path) -> None:
    path = tmp_path / "all.mbox"
    started = terminal("serve", "--port", "0", "--save", str(path))
    port = port_of(started)
    send(port)
    send(port)
    started.interrupt()
    assert started.end() == 0
    box = mailbox.mbox(path)
    try:
        assert [message.get_from().split()[0] for message in box] == ["me@a.example"] * 2
    finally:
        box.close()


def test_what_cannot_be_saved_is_not_accepted(terminal: Start, tmp_path: Path) -> None:
    box = tmp_path / "box"
    started = terminal("serve", "--port", "0", "--save", str(box))
    port = port_of(started)
    box.rmdir()
    with pytest.raises(SMTPError) as caught:
        send(port)
    assert not isinstance(caught.value, MessageRefused)
    started.read_until("a connection failed")
    started.interrupt()
    assert started.end() == 0


def test_a_user_with_a_password(terminal: Start) -> None:
    started = terminal("serve", "--port", "0", "--user", "me", "--no-color", RAWSMTP_PASSWORD="code1234")
    port = port_of(started)
    with pytest.raises(AuthenticationFailed):
        send(port, Password("me", "wrong", in_clear=True))
    send(port, Password("me", "code1234", in_clear=True))
    started.read_until("logged in as me")
    started.interrupt()
    assert started.end() == 0
    assert "code1234" not in started.shown


def test_the_password_is_asked_for(terminal: Start) -> None:
    started = terminal("serve", "--port", "0", "--user", "me", "--no-color")
    started.read_until("Password of me")
    started.type("typed-code\n")
    send(port_of(started), Password("me", "typed-code", in_clear=True))
    started.interrupt()
    assert started.end() == 0
    assert "typed-code" not in started.shown


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_any_user(mechanism: str, terminal: Start) -> None:
    started = terminal("serve", "--port", "0", "--any-user", "--no-color")
    send(port_of(started), Password("whoever", "whatever", mechanism=mechanism, in_clear=True))
    started.read_until(f"logged in as whoever ({mechanism})")
    started.interrupt()
    assert started.end() == 0


def test_tls_that_clients_can_trust(terminal: Start, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    started = terminal("serve", "--port", "0", "--tls", "implicit", "--authority", str(authority), "--no-color")
    port = port_of(started)
    context = ssl.create_default_context(cafile=str(authority))
    with Client("127.0.0.1", port, security="tls", tls_context=context) as client:
        client.send(MESSAGE, sender="me@a.example", recipients="you@b.example")
    started.read_until("TLSv1.3")
    started.interrupt()
    assert started.end() == 0


def test_a_persona(terminal: Start) -> None:
    started = terminal("serve", "--port", "0", "--persona", "163")
    with Client("127.0.0.1", port_of(started)) as client:
        assert client.greeting is not None
        assert "Coremail" in client.greeting.text
    started.interrupt()
    assert started.end() == 0


def test_a_port_that_is_taken(smtp_server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", str(smtp_server.port)]) == 78
    assert "--port 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["--port", "70000"],
        ["--host", "example.org"],
        ["--user", "me", "--any-user"],
        ["--password-file", "x"],
        ["--authority", "x"],
        ["--password", "x"],
    ],
    ids=lambda words: words[0],
)
def test_what_cannot_be_meant(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status: object = main(["serve", "--port", "0", *words])
    except SystemExit as end:
        status = end.code
    assert status == 64
    assert capsys.readouterr().err


def test_logins_are_as_they_were() -> None:
    from rawsmtp.cli.serve import _everybody

    before = dict(LOGINS)
    with _everybody(active=True):
        assert before["PLAIN"] != LOGINS["PLAIN"]
    assert before == LOGINS
