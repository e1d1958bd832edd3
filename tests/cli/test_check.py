from __future__ import annotations

import json
import re
import socket
from typing import TYPE_CHECKING, Any

import pytest

from rawsmtp.cli import main
from rawsmtp.cli.check import host_and_port
from rawsmtp.cli.exits import Failure
from rawsmtp.testing import Server, authority

if TYPE_CHECKING:
    from pathlib import Path

Shown = pytest.CaptureFixture[str]
CODE = "ABCDEFGHIJKLMNOP"


@pytest.fixture(autouse=True)
def _trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(authority().pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


def check(server: Server, *words: str) -> int:
    return main(["check", f"localhost:{server.port}", *words])


def lines(shown: str) -> dict[tuple[str, str], str]:
    """Return the text of each line by its level and topic, the last one of a kind."""
    found = re.findall(r"^(OK|WARN|FAIL) +([A-Za-z]+(?: [A-Za-z]+)?)  +(.*)$", shown, re.MULTILINE)
    return {(level, topic): text for level, topic, text in found}


def test_a_good_server(capsys: Shown) -> None:
    with Server(tls="starttls", users={"me": CODE}) as server:
        server.hide("AUTH")
        assert check(server, "--security", "starttls") == 0
    shown = lines(capsys.readouterr().out)
    assert shown["OK", "greeting"] == "220 localhost ESMTP rawsmtp test server"
    assert shown["OK", "TLS"].startswith("TLSv1.3, ")
    assert "STARTTLS" in shown["OK", "in clear"]
    assert "STARTTLS" not in shown["OK", "inside TLS"]
    assert shown["OK", "limits"] == "messages of 35.9 MB at most"
    assert re.fullmatch(
        r"connect \d+ ms, greeting \d+ ms, EHLO \d+ ms, STARTTLS \d+ ms, tls \d+ ms", shown["OK", "times"]
    )
    assert not [key for key in shown if key[0] == "FAIL"]


def test_nothing_is_sent_and_the_session_ends_with_quit() -> None:
    with Server() as server:
        assert check(server) == 0
        server.assert_nothing_sent()
        server.assert_conversation("S: 220 ...\nC: EHLO ...\n...\nC: QUIT\nS: 221 ...")


def test_a_certificate_that_ends_soon_and_auth_in_clear(capsys: Shown) -> None:
    with Server(tls="starttls", users={"me": CODE}) as server:
        assert check(server, "--security", "starttls") == 0
    shown = lines(capsys.readouterr().out)
    assert "issued by rawsmtp test CA" in shown["WARN", "certificate"]
    assert "before TLS" in shown["WARN", "AUTH"]
    assert shown["OK", "AUTH"] == "PLAIN LOGIN"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("expired", "has expired"), ("wrong-host", "localhost"), ("self-signed", "self"), ("unknown-ca", "issuer")],
)
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_bad_certificate_fails_and_the_look_goes_on(kind: str, reason: str, tls: Any, capsys: Shown) -> None:
    with Server(tls=tls, certificate=kind, users={"me": CODE}) as server:
        assert check(server, "--security", "tls" if tls == "implicit" else "starttls") == 76
    shown = lines(capsys.readouterr().out)
    assert reason in shown["FAIL", "certificate"]
    assert "localhost" in shown["WARN", "chain"] or kind == "wrong-host"
    assert shown["OK", "AUTH"] == "PLAIN LOGIN"
    assert "SIZE" in shown["OK", "inside TLS"]


def test_no_login_without_verification(monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    monkeypatch.setenv("RAWSMTP_PASSWORD", CODE)
    with Server(tls="implicit", certificate="expired", users={"me": CODE}) as server:
        assert check(server, "--security", "tls", "--login", "--user", "me") == 76
        assert "C: AUTH" not in server.transcript
    assert ("FAIL", "login") in lines(capsys.readouterr().out)


def test_a_server_in_clear(capsys: Shown) -> None:
    with Server() as server:
        assert check(server) == 0
    assert "in clear" in lines(capsys.readouterr().out)["WARN", "TLS"]


def test_starttls_that_is_not_offered(capsys: Shown) -> None:
    with Server() as server:
        assert check(server, "--security", "starttls") == 76
    shown = lines(capsys.readouterr().out)
    assert "does not offer STARTTLS" in shown["FAIL", "TLS"]
    assert "SIZE" in shown["OK", "in clear"]


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("en", "me can log in", "authorization code"),
        ("zh", "me 登录成功", "授权码"),
    ],
)
def test_login(language: str, right: str, wrong: str, monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    words = ["--security", "starttls", "--user", "me", "--login", "--lang", language]
    with Server(tls="starttls", users={"me": CODE}, persona="163") as server:
        monkeypatch.setenv("RAWSMTP_PASSWORD", CODE)
        assert check(server, *words) == 0
        assert right in capsys.readouterr().out
        monkeypatch.setenv("RAWSMTP_PASSWORD", "not-the-code")
        assert check(server, *words) == 77
        shown = capsys.readouterr()
        assert "535 Error: authentication failed" in shown.out
        assert wrong in shown.out
        assert "not-the-code" not in shown.out + shown.err
        server.assert_nothing_sent()


def test_login_in_clear_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    monkeypatch.setenv("RAWSMTP_PASSWORD", CODE)
    with Server(users={"me": CODE}) as server:
        assert check(server, "--user", "me", "--login") == 77
        assert "C: AUTH" not in server.transcript
        assert "--in-clear" in capsys.readouterr().out
        assert check(server, "--user", "me", "--login", "--in-clear") == 0


def test_login_as_nobody(capsys: Shown) -> None:
    with Server(users={"me": CODE}) as server:
        assert check(server, "--login") == 64
    assert "--user" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("script", "en", "zh"),
    [
        ([b"( success ( 2 2 ( ) ( edit-pipeline ) ) ) "], "Subversion", "连接"),
        ([b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"], "a web server", "网页服务器"),
        ([b"* OK IMAP4rev1 ready\r\n"], "IMAP", "IMAP"),
    ],
    ids=["svn", "http", "imap"],
)
def test_what_is_no_smtp_server(script: list[bytes], en: str, zh: str, capsys: Shown) -> None:
    for language, expected in (("en", en), ("zh", zh)):
        with Server(script=script) as server:
            assert check(server, "--timeout", "0.2", "--lang", language) == 76
        assert expected in capsys.readouterr().out


def test_a_port_that_waits_for_tls(capsys: Shown) -> None:
    with Server(tls="implicit") as server:
        assert check(server, "--timeout", "0.2") == 76
    assert "--security tls" in lines(capsys.readouterr().out)["FAIL", "greeting"]


def test_tls_at_a_port_without(capsys: Shown) -> None:
    with Server() as server:
        assert check(server, "--security", "tls") == 76
    assert "does not speak TLS" in lines(capsys.readouterr().out)["FAIL", "TLS"]


def test_a_greeting_that_refuses(capsys: Shown) -> None:
    with Server() as server:
        server.reply_to("greeting", 554, "5.7.1 Your address is blocked")
        assert check(server) == 69
    assert "turns connections away" in lines(capsys.readouterr().out)["FAIL", "greeting"]


def test_nobody_answers(capsys: Shown) -> None:
    with Server() as server:
        port = server.port
    assert main(["check", f"127.0.0.1:{port}"]) == 75
    assert "no connection to" in lines(capsys.readouterr().out)["FAIL", "connection"]


def test_no_such_host(capsys: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert main(["check", "mail.example.invalid:465", "--lang", "zh"]) == 68
    assert "连接不上服务器" in capsys.readouterr().out


def test_control_characters_of_a_server_are_escaped(capsys: Shown) -> None:
    with Server(script=[b"220 hi \x1b[31m\r\n", b"250 \x1b[2J\r\n", b"221 bye\r\n"]) as server:
        assert check(server) == 0
    shown = capsys.readouterr()
    assert "\x1b" not in shown.out + shown.err


def test_json(capsys: Shown) -> None:
    with Server(tls="starttls", users={"me": CODE}) as server:
        assert check(server, "--security", "starttls", "--json") == 0
    value = json.loads(capsys.readouterr().out)
    (found,) = value["servers"]
    assert (value["schema"], value["status"]) == ("rawsmtp.check/1", 0)
    assert (found["tls"]["version"], found["auth"]) == ("TLSv1.3", ["PLAIN", "LOGIN"])
    assert found["certificate"]["issuer"] == "rawsmtp test CA"
    assert (found["chain"][0]["subject"], found["chain"][0]["issuer"]) == ("localhost", "rawsmtp test CA")
    assert found["chain"][0]["not_after"] == found["certificate"]["not_after"]
    assert "STARTTLS" in found["extensions"]["in_clear"]
    assert found["limits"] == {"SIZE": 35_882_577}
    assert set(found["seconds"]) == {"connect", "greeting", "EHLO", "STARTTLS", "tls"}
    assert {"level": "OK", "topic": "AUTH", "text": "PLAIN LOGIN"} in found["verdicts"]


def test_verbose_shows_the_conversation(capsys: Shown) -> None:
    with Server() as server:
        assert check(server, "-v") == 0
    assert "EHLO " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail.example", ("mail.example", None)),
        ("mail.example:465", ("mail.example", 465)),
        ("::1", ("::1", None)),
        ("[::1]", ("[::1]", None)),
        ("[::1]:2525", ("[::1]", 2525)),
        ("/run/smtp.sock", ("/run/smtp.sock", None)),
    ],
)
def test_host_and_port(text: str, expected: tuple[str, int | None]) -> None:
    assert host_and_port(text) == expected


@pytest.mark.parametrize("text", ["mail.example:", "mail.example:x", "mail.example:70000", ":25", "mail.example:٢٥"])
def test_no_host_and_port(text: str) -> None:
    with pytest.raises(Failure):
        host_and_port(text)


def test_a_url(capsys: Shown) -> None:
    with Server(tls="implicit") as server:
        assert main(["check", f"smtps://localhost:{server.port}"]) == 0
    assert "localhost" in capsys.readouterr().out


def test_a_url_with_a_password_is_refused(capsys: Shown) -> None:
    with pytest.raises(SystemExit, match="64"):
        main(["check", "smtps://me:hunter22@localhost"])
    assert "hunter22" not in capsys.readouterr().err


class Names:
    """Names of hosts that lead to servers of this machine, and what was asked for."""

    def __init__(self, places: dict[str, int]) -> None:
        self.asked: list[str] = []
        self._places = places
        self._look_up = socket.getaddrinfo

    def __call__(self, host: str, port: int, *arguments: Any, **options: Any) -> Any:
        self.asked.append(f"{host}:{port}")
        if f"{host}:{port}" not in self._places:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._look_up("127.0.0.1", self._places[f"{host}:{port}"], *arguments, **options)


def test_the_server_of_an_unknown_provider_is_looked_for(monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    names = ("localhost", "mail.univ.example")
    monkeypatch.setenv("RAWSMTP_PASSWORD", CODE)
    monkeypatch.setenv("RAWSMTP_URL", "smtps://another@elsewhere.example")
    with Server() as bad, Server(tls="starttls", names=names, users={"me@univ.example": CODE}) as good:
        places = {"mail.univ.example:465": bad.port, "mail.univ.example:994": bad.port}
        looked_up = Names({**places, "mail.univ.example:587": good.port})
        monkeypatch.setattr(socket, "getaddrinfo", looked_up)
        assert main(["check", "me@univ.example", "--login"]) == 0
        assert "235" in good.transcript
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1] == "RAWSMTP_URL=smtp+starttls://me%40univ.example@mail.univ.example:587"
    hosts = ["smtp.univ.example:465", *(f"mail.univ.example:{port}" for port in (465, 994, 587))]
    assert list(dict.fromkeys(looked_up.asked)) == hosts


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_unknown_provider_without_a_server(language: str, monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    looked_up = Names({})
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    assert main(["check", "me@nowhere.invalid", "--lang", language]) == 68
    shown = capsys.readouterr()
    assert "RAWSMTP_URL" not in shown.out
    assert "--host" in shown.err
    assert looked_up.asked == ["smtp.nowhere.invalid:465", "mail.nowhere.invalid:465"]


def test_a_wrong_password_is_tried_at_one_server(monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    monkeypatch.setenv("RAWSMTP_PASSWORD", "not-the-code")
    with Server(tls="implicit", names=("smtp.univ.example",), users={"me@univ.example": CODE}) as server:
        looked_up = Names({f"smtp.univ.example:{port}": server.port for port in (465, 994)})
        monkeypatch.setattr(socket, "getaddrinfo", looked_up)
        assert main(["check", "me@univ.example", "--login", "--json"]) == 77
        assert server.transcript.count("C: AUTH PLAIN") == 1
    value = json.loads(capsys.readouterr().out)
    assert value["url"] == "smtps://me%40univ.example@smtp.univ.example:465"
    assert set(looked_up.asked) == {"smtp.univ.example:465"}


def test_a_variable_for_the_address_itself(monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    with Server(tls="implicit") as server:
        monkeypatch.setenv("RAWSMTP_URL", f"smtps://me%40univ.example@localhost:{server.port}")
        assert main(["check", "me@univ.example"]) == 0


def test_an_address_of_a_known_provider(monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    monkeypatch.setenv("RAWSMTP_URL", "smtps://another@elsewhere.example")
    monkeypatch.setattr(socket, "getaddrinfo", Names({}))
    assert main(["check", "me@163.com"]) == 68
    assert "smtp.163.com:465 (tls)" in capsys.readouterr().out
