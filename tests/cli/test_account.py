from __future__ import annotations

import argparse
import io
import sys
import types
from typing import TYPE_CHECKING

import pytest

from rawsmtp import InsecureCredentials, OAuth2, Password
from rawsmtp.cli.account import add_server_arguments, find, own_address
from rawsmtp.cli.exits import Failure
from rawsmtp.cli.output import Output

if TYPE_CHECKING:
    from pathlib import Path

    from rawsmtp.client.location import Location

SECRET = "hunter2hunter2"


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_server_arguments(parser)
    return parser.parse_args(words)


def output() -> Output:
    return Output("en", json=False, verbose=False, colour=False, stdout=io.StringIO(), stderr=io.StringIO())


def found(*words: str, sender: str | None = None, login: bool = True) -> Location:
    return find(options(*words), output(), sender, login=login)


def login(location: Location) -> Password:
    credential = location.options["auth"]
    assert isinstance(credential, Password)
    return credential


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWSMTP_PASSWORD", SECRET)


@pytest.mark.usefixtures("password")
@pytest.mark.parametrize(
    ("words", "environment", "sender", "place", "user"),
    [
        ("--url smtps://me@mail.example", {}, None, ("mail.example", 465, "tls"), "me"),
        ("--url smtp://me@mail.example", {}, None, ("mail.example", 587, "starttls"), "me"),
        ("--url smtps://mail.example --user me", {}, None, ("mail.example", 465, "tls"), "me"),
        ("--url smtps://me@a.example", {"RAWSMTP_URL": "smtps://you@b.example"}, None, ("a.example", 465, "tls"), "me"),
        ("-H mail.example --user me", {}, None, ("mail.example", 587, "starttls"), "me"),
        ("-H mail.example -p 465 --user me", {}, None, ("mail.example", 465, "tls"), "me"),
        ("-H mail.example --security tls --user me", {}, None, ("mail.example", 465, "tls"), "me"),
        (
            "-H m.example --user me",
            {"RAWSMTP_URL": "smtps://you@b.example"},
            None,
            ("m.example", 587, "starttls"),
            "me",
        ),
        ("", {"RAWSMTP_URL": "smtps://me@mail.example"}, "you@163.com", ("mail.example", 465, "tls"), "me"),
        ("", {"SMTP_URL": "smtps://me@mail.example"}, "you@163.com", ("mail.example", 465, "tls"), "me"),
        ("", {}, "you@163.com", ("smtp.163.com", 465, "tls"), "you@163.com"),
        ("--user other", {}, "you@163.com", ("smtp.163.com", 465, "tls"), "other"),
        ("--security starttls", {}, "you@gmail.com", ("smtp.gmail.com", 587, "starttls"), "you@gmail.com"),
    ],
)
def test_server_and_user(
    words: str,
    environment: dict[str, str],
    sender: str | None,
    place: tuple[str, int, str],
    user: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    location = found(*words.split(), sender=sender)
    assert (location.host, location.port, location.options["security"]) == place
    assert (login(location).user, login(location).secret) == (user, SECRET)


def test_further_options_are_in_the_location() -> None:
    location = found("-H", "127.0.0.1", "--timeout", "2.5", "--local-name", "me.example")
    assert location.options == {"security": "none", "timeout": 2.5, "local_name": "me.example"}


@pytest.mark.usefixtures("password")
def test_nobody_logs_in_at_a_server_that_was_given_without_a_user() -> None:
    assert "auth" not in found("-H", "mail.example").options
    assert "auth" not in found("--url", "smtp://mail.example").options


@pytest.mark.usefixtures("password")
def test_without_a_login_no_credential() -> None:
    assert "auth" not in found("--url", "smtps://me@mail.example", login=False).options


def test_without_a_login_no_password_is_needed() -> None:
    assert found(sender="me@163.com", login=False).host == "smtp.163.com"


def test_password_of_the_url_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWSMTP_URL", f"smtps://me:{SECRET}@mail.example")
    monkeypatch.setenv("RAWSMTP_PASSWORD", "another")
    assert login(found()) == Password("me", SECRET)


def test_in_clear_is_of_the_option_or_the_url(password: None) -> None:
    assert login(found("-H", "127.0.0.1", "--user", "me", "--in-clear")).in_clear
    assert login(found("--url", "smtp+insecure://me@mail.example")).in_clear
    assert not login(found("-H", "127.0.0.1", "--security", "tls", "--user", "me")).in_clear
    with pytest.raises(InsecureCredentials):
        found("-H", "127.0.0.1", "--user", "me")


def test_oauth2(password: None) -> None:
    assert found("--oauth2", sender="me@gmail.com").options["auth"] == OAuth2("me@gmail.com", SECRET)


def test_provider_without_passwords_wants_a_token(password: None) -> None:
    with pytest.raises(Failure, match="--oauth2") as caught:
        found(sender="me@outlook.com")
    assert caught.value.status == 77
    assert found("--oauth2", sender="me@outlook.com").options["auth"] == OAuth2("me@outlook.com", SECRET)


@pytest.mark.parametrize(
    ("words", "environment", "sender", "status", "text"),
    [
        ("", {}, None, 78, "no server"),
        ("", {}, "me@nowhere.example", 78, "no provider is known for 'nowhere.example'"),
        ("", {}, "me@sina.com", 78, "unverified: rawsmtp providers sina"),
        ("", {"RAWSMTP_URL": "http://x"}, None, 78, "RAWSMTP_URL: the scheme"),
        ("", {"RAWSMTP_URL": "", "SMTP_URL": "http://x"}, None, 78, "SMTP_URL: the scheme"),
        ("--url http://x", {}, None, 64, "--url: the scheme"),
        ("--url smtp://x -H y", {}, None, 64, "exclude"),
        ("--url smtp://x -p 25", {}, None, 64, "says port"),
        ("--url smtp://me@x --user you", {}, None, 64, "differ"),
        ("-p 25", {}, "me@163.com", 64, "--port wants --host"),
        ("-H a..b", {}, None, 64, "a..b"),
        ("-H x --local-name -", {}, None, 64, "'-'"),
        ("--security none", {}, "me@163.com", 64, "none"),
        ("-H mail.example --user me", {}, None, 77, "no password for me at mail.example"),
        ("--password-file nowhere", {}, "me@163.com", 78, "No such file"),
        ("--password-command false", {}, "me@163.com", 78, "status 1"),
        ("--password-command true", {}, "me@163.com", 78, "status 0"),
    ],
)
def test_what_cannot_be(
    words: str,
    environment: dict[str, str],
    sender: str | None,
    status: int,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Failure) as caught:
        found(*words.split(), sender=sender)
    assert caught.value.status == status
    assert text in caught.value.en
    assert not caught.value.zh.isascii()


@pytest.mark.parametrize("environment", ["smtps://me:hunter2@", "smtps://me:hun/ter2@x.example", "smtp//me:hunter2@x"])
def test_a_url_that_cannot_be_does_not_show_its_password(environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWSMTP_URL", environment)
    with pytest.raises(Failure) as caught:
        found()
    assert "ter2" not in caught.value.en + caught.value.zh


def password_file(tmp_path: Path, mode: int = 0o600) -> str:
    path = tmp_path / "password"
    path.write_text(f"{SECRET}\r\nsecond line\n", encoding="utf-8")
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, True), (0o604, True)])
def test_password_file(mode: int, warned: bool, tmp_path: Path) -> None:
    out = output()
    location = find(options("--password-file", password_file(tmp_path, mode)), out, "me@163.com")
    assert login(location).secret == SECRET
    assert isinstance(out.stderr, io.StringIO)
    assert ("chmod 600" in out.stderr.getvalue()) is warned


@pytest.mark.parametrize("octets", [b"", b"\nsecond", b"\xff\xfe\n"])
def test_password_file_without_a_password(octets: bytes, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_bytes(octets)
    path.chmod(0o600)
    with pytest.raises(Failure, match="no password in the first line") as caught:
        found("--password-file", str(path), sender="me@163.com")
    assert caught.value.status == 78


def test_password_command_is_a_shell_command_whose_first_line_counts() -> None:
    location = found("--password-command", f"printf '{SECRET}\\nmore\\n' | cat", sender="me@163.com")
    assert login(location).secret == SECRET


def test_password_option_is_for_the_sender_where_no_user_is_named(tmp_path: Path) -> None:
    location = found("-H", "mail.example", "--password-file", password_file(tmp_path), sender="me@mail.example")
    assert login(location).user == "me@mail.example"


def test_password_options_go_before_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAWSMTP_PASSWORD", "another")
    monkeypatch.setenv("RAWSMTP_URL", "smtps://me:third@mail.example")
    assert login(found("--password-file", password_file(tmp_path))).secret == SECRET


NETRC = f"machine mail.example login me password {SECRET}\ndefault login anonymous password guest\n"


def test_netrc(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text(NETRC, encoding="utf-8")
    (tmp_path / ".netrc").chmod(0o644)
    out = output()
    assert login(find(options("-H", "mail.example"), out, None)) == Password("me", SECRET)
    assert isinstance(out.stderr, io.StringIO)
    assert "others can read" in out.stderr.getvalue()
    assert "auth" not in found("-H", "other.example").options
    with pytest.raises(Failure, match="no password for you"):
        found("-H", "mail.example", "--user", "you")


def test_netrc_elsewhere_and_unreadable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NETRC", str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere").write_text(NETRC, encoding="utf-8")
    assert login(found("-H", "mail.example")).secret == SECRET
    (tmp_path / "elsewhere").write_text("machine mail.example nonsense", encoding="utf-8")
    assert "auth" not in found("-H", "mail.example").options


def test_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = types.ModuleType("keyring")
    keyring.get_password = lambda *names: {("mail.example", "me"): SECRET}.get(names)  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    assert login(found("-H", "mail.example", "--user", "me")).secret == SECRET
    with pytest.raises(Failure, match="no password"):
        found("-H", "mail.example", "--user", "you")


def test_keyring_that_fails_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = types.ModuleType("keyring")
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    with pytest.raises(Failure, match="no password"):
        found("-H", "mail.example", "--user", "me")


@pytest.mark.parametrize(
    ("words", "environment", "address"),
    [
        ("--user me@a.example", {}, "me@a.example"),
        ("--user me", {}, None),
        ("--url smtps://me%40a.example@mail.example", {}, "me@a.example"),
        ("", {"RAWSMTP_URL": "smtps://me@a.example:secret@mail.example"}, "me@a.example"),
        ("-H x", {"RAWSMTP_URL": "smtps://me@a.example@mail.example"}, None),
        ("", {}, None),
    ],
)
def test_own_address(
    words: str, environment: dict[str, str], address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert own_address(options(*words.split())) == address
