from __future__ import annotations

import json
import threading
from base64 import b64encode
from math import inf
from typing import TYPE_CHECKING

import pytest

from rawsmtp.cli import main
from rawsmtp.cli.shell_help import LOCAL
from rawsmtp.cli.shell_lines import Terminal as Lines
from rawsmtp.cli.shell_wire import visible
from rawsmtp.testing import Cut, Pause, Server, article, authority
from rawsmtp.wire.verb import Verb

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Start

    from rawsmtp.commands import Command, EndOfData

    Typed = Callable[[bytes], None]
    Shell = Callable[..., int]

Shown = pytest.CaptureFixture[str]
CODE = "ABCDEFGHIJKLMNOP"


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.fixture(autouse=True)
def _trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(authority().pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


@pytest.fixture
def shell(typed: Typed) -> Shell:
    """Runs the shell with a script: `shell(server, "EHLO x", …, options=[…])`."""

    def run(server: Server, *lines: str, options: list[str] | None = None) -> int:
        typed("".join(f"{line}\n" for line in lines).encode())
        return main(["shell", f"localhost:{server.port}", *(options or [])])

    return run


ARTICLE = [
    "helo 163.com",
    "auth login",
    base64(article.USER),
    base64(article.CODE),
    f"mail from: <{article.SENDER}>",
    f"rcpt to:  <{article.RECIPIENT}>",
    "data",
    *article.MESSAGE.decode().removesuffix("\r\n").split("\r\n"),
    ".",
]


def test_the_article(shell: Shell, capsys: Shown, tmp_path: Path) -> None:
    saved = tmp_path / "session.txt"
    with Server(persona="163", users={article.USER: article.CODE}) as server:
        assert shell(server, *ARTICLE, f".save {saved}", "quit") == 0
        assert [mail.raw for mail in server.outbox] == [article.MESSAGE]
    shown = capsys.readouterr()
    assert shown.out.splitlines()[1:4] == ["250 OK", "334 dXNlcm5hbWU6", "334 UGFzc3dvcmQ6"]
    assert "username:" in shown.err
    session = saved.read_text(encoding="utf-8")
    assert base64(article.CODE) not in session + shown.out + shown.err
    assert session.splitlines()[3:11] == [
        "helo 163.com",
        "250 OK",
        "auth login",
        "334 dXNlcm5hbWU6",
        "[redacted]",
        "334 UGFzc3dvcmQ6",
        "[redacted]",
        "235 Authentication successful",
    ]


def test_replies_are_explained_in_chinese(shell: Shell, capsys: Shown) -> None:
    with Server() as server:
        assert shell(server, "RCPT TO:<a@b.example>", "quit", options=["--lang", "zh"]) == 0
    shown = capsys.readouterr()
    assert "503 5.5.1 Bad sequence of commands" in shown.out
    assert "服务准备就绪" in shown.err


def test_dots_and_octets_arrive_as_they_are_typed(typed: Typed) -> None:
    with Server() as server:
        typed(
            b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n\r\n.quit\r\n..\r\n\tcaf\xe9\r\n.\r\nQUIT\r\n"
        )
        assert main(["shell", f"localhost:{server.port}"]) == 0
        assert server.last.raw == b"\r\n.quit\r\n..\r\n\tcaf\xe9\r\n"


def test_the_end_of_the_input_is_quit(shell: Shell) -> None:
    with Server() as server:
        assert shell(server, "NOOP") == 0
        server.assert_conversation("S: 220 ...\nC: NOOP\nS: 250 ...\nC: QUIT\nS: 221 ...")


def test_a_message_without_an_end_is_not_sent(shell: Shell, capsys: Shown) -> None:
    with Server() as server:
        assert shell(server, "EHLO x", "MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>", "DATA", "unfinished") == 65
        server.wait_until_closed()
        server.assert_nothing_sent()
    assert "not sent" in capsys.readouterr().err


def test_a_file(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(b"Subject: x\n\n.dot\n" + b"line\n" * 100_000 + b"no end")
    with Server() as server:
        envelope = ["EHLO x", "MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>"]
        assert shell(server, *envelope, f".data {path}", ".quit") == 0
        assert server.last.raw == path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n"


def test_a_file_for_a_server_that_does_not_want_it(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(b"QUIT\n")
    with Server() as server:
        assert shell(server, "EHLO x", f".data {path}", "NOOP") == 0
        server.assert_conversation("...\nC: DATA\nS: 503 ...\nC: NOOP\nS: 250 ...\nC: QUIT\nS: 221 ...")


@pytest.mark.parametrize("line", ["STARTTLS", "starttls", ".starttls"])
def test_starttls(line: str, shell: Shell, capsys: Shown) -> None:
    with Server(tls="starttls") as server:
        assert shell(server, "EHLO x", line, "EHLO x") == 0
        assert server.transcript.count("C: EHLO x") == 2
    assert "TLSv1.3" in capsys.readouterr().err


def test_what_was_offered_in_clear_counts_no_more_in_tls(shell: Shell, capsys: Shown) -> None:
    with Server(tls="starttls", users={"me": CODE}) as server:
        assert shell(server, "EHLO x", ".starttls", ".auth me") == 64
    assert "say EHLO first" in capsys.readouterr().err


def test_a_reply_that_comes_unasked_answers_nothing(shell: Shell, capsys: Shown) -> None:
    replies = [b"220 hi\r\n", b"250 one\r\n451 unasked\r\n", b"250 two\r\n", b"221 bye\r\n"]
    with Server(script=replies) as server:
        assert shell(server, "NOOP", "NOOP", "QUIT") == 0
        assert server.transcript.count("C: QUIT") == 1
    assert capsys.readouterr().out.splitlines()[1:] == ["250 one", "451 unasked", "250 two", "221 bye"]


def test_a_reply_in_the_midst_of_content_ends_it(shell: Shell, capsys: Shown) -> None:
    with Server(script=[b"220 hi\r\n", b"354 go\r\n451 no\r\n"]) as server:
        # The end of the input is QUIT, which this server takes for content; in content it would be a mistake, 65.
        assert shell(server, "DATA", "x", options=["--timeout", "1"]) == 75
    assert capsys.readouterr().out.splitlines() == ["220 hi", "354 go", "451 no"]


def test_starttls_at_the_beginning(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWSMTP_PASSWORD", CODE)
    with Server(tls="starttls", users={"me": CODE}) as server:
        lines = ["EHLO x", ".auth me", "MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>", "DATA", "", "x", "."]
        assert shell(server, *lines, options=["--starttls"]) == 0
        assert server.last.auth is not None
        assert server.last.auth.user == "me"
        assert server.last.tls is not None


def test_tls_from_the_first_byte(shell: Shell, capsys: Shown) -> None:
    with Server(tls="implicit") as server:
        assert shell(server, "EHLO x", options=["--tls"]) == 0
    assert "220 localhost" in capsys.readouterr().out


def test_octets_behind_starttls_are_an_attack(shell: Shell, capsys: Shown) -> None:
    with Server(script=[b"220 hi\r\n", b"220 go\r\n250 forged\r\n"]) as server:
        assert shell(server, "STARTTLS") == 76
    assert "attack" in capsys.readouterr().err


def test_a_certificate_that_is_not_good(shell: Shell, capsys: Shown) -> None:
    with Server(tls="implicit", certificate="expired") as server:
        assert shell(server, "EHLO x", options=["--tls"]) == 76
    assert "expired" in capsys.readouterr().err


def test_a_login_that_fails(shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    monkeypatch.setenv("RAWSMTP_PASSWORD", "not-the-code")
    with Server(tls="implicit", users={"me": CODE}) as server:
        assert shell(server, "EHLO x", ".auth me", options=["--tls", "-v"]) == 77
    shown = capsys.readouterr()
    assert "535 5.7.8" in shown.out
    assert "AUTH PLAIN [redacted]" in shown.err
    assert "not-the-code" not in shown.out + shown.err
    assert base64("\0me\0not-the-code") not in shown.out + shown.err


def test_a_login_in_clear(shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    monkeypatch.setenv("RAWSMTP_PASSWORD", CODE)
    with Server(users={"me": CODE}) as server:
        assert shell(server, "EHLO x", ".auth me") == 77
        assert "C: AUTH" not in server.transcript
        assert "--in-clear" in capsys.readouterr().err
        assert shell(server, "EHLO x", ".auth me", options=["--in-clear"]) == 0
        assert "235" in server.transcript


def test_a_server_that_echoes_a_secret(shell: Shell, tmp_path: Path, capsys: Shown) -> None:
    secret = base64("\0me\0" + CODE)
    saved = tmp_path / "session.txt"
    with Server(script=[b"220 hi\r\n", f"535 no such login: {secret}\r\n".encode(), b"221 bye\r\n"]) as server:
        assert shell(server, f"AUTH PLAIN {secret}", f".save {saved}") == 0
    shown = capsys.readouterr()
    assert secret.rstrip("=") not in saved.read_text() + shown.out + shown.err


@pytest.mark.parametrize(
    ("line", "is_challenged", "expected"),
    [
        ("AUTH PLAIN AGEAYg==", False, "AUTH PLAIN [redacted]"),
        ("  auth  plain  AGEAYg==", False, "auth plain [redacted]"),
        ("AUTH LOGIN", False, "AUTH LOGIN"),
        ("EHLO auth plain x", False, "EHLO auth plain x"),
        ("AGEAYg==", True, "[redacted]"),
        ("*", True, "*"),
        ("", True, ""),
        (".quit", True, ".quit"),
        ("MjAxOWhoeHh0dHhz", False, "[redacted]"),
        (" YWJjZGVm ", False, "[redacted]"),
        ("c2VjcmV0cw==", False, "[redacted]"),
        ("starttls", False, "starttls"),
        ("NOOP", False, "NOOP"),
        ("hello", False, "hello"),
    ],
)
def test_what_may_be_seen_of_a_line(line: str, is_challenged: bool, expected: str) -> None:
    assert visible(line, is_challenged=is_challenged) == expected


@pytest.mark.parametrize(
    "line", ["EHLO a\rQUIT", "NOOP \x00", "NOOP \x85", "NOOP \u2028", "BDAT 5 LAST", ".nothing", ".data", ".save"]
)
def test_what_is_not_sent(line: str, shell: Shell) -> None:
    with Server() as server:
        assert shell(server, line, "NOOP") == 64
        server.assert_conversation("S: 220 ...")


def test_octets_that_are_no_text_are_not_sent(typed: Typed) -> None:
    with Server() as server:
        typed(b"EHLO \xff\n")
        assert main(["shell", f"localhost:{server.port}"]) == 64
        server.assert_conversation("S: 220 ...")


def test_base64(shell: Shell, capsys: Shown) -> None:
    with Server() as server:
        assert shell(server, ".b64 testformybook") == 0
    assert "dGVzdGZvcm15Ym9vaw==" in capsys.readouterr().out.splitlines()


def test_a_saved_session_is_not_overwritten(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "session.txt"
    path.write_text("mine")
    with Server() as server:
        assert shell(server, f".save {path}") == 65
    assert path.read_text() == "mine"


def test_what_is_no_smtp_server(shell: Shell, capsys: Shown) -> None:
    with Server(script=[b"( success ( 2 2 ( ) ( edit-pipeline ) ) ) "]) as server:
        assert shell(server) == 76
    assert "Subversion" in capsys.readouterr().err


def test_a_reply_that_does_not_come(shell: Shell) -> None:
    with Server() as server:
        server.reply_to("NOOP", 250, "late")
        server.faults.asked[-1].before = Pause(60)
        assert shell(server, "NOOP", options=["--timeout", "0.2"]) == 75


def test_a_connection_that_ends_behind_the_final_dot(shell: Shell, capsys: Shown) -> None:
    with Server() as server:
        server.reply_to(".", 250, "never said")
        server.faults.asked[-1].before = Cut()
        lines = ["EHLO x", "MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>", "DATA", "x", "."]
        assert shell(server, *lines) == 76
    assert "may have been delivered" in capsys.readouterr().err


def test_control_characters_of_a_server_are_escaped(shell: Shell, capsys: Shown) -> None:
    challenge = b64encode(b"\x1b[31m")
    with Server(script=[b"220 \x1b[2J\r\n", b"334 " + challenge + b"\r\n", b"501 \x9b\r\n", b"221 b\r\n"]) as server:
        assert shell(server, "AUTH LOGIN", "*") == 0
    shown = capsys.readouterr()
    assert "\x1b" not in shown.out + shown.err
    assert "\\x1b[31m" in shown.err


def test_json(shell: Shell, capsys: Shown) -> None:
    with Server() as server:
        assert shell(server, "NOOP", options=["--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] == "rawsmtp.shell/1"
    assert {"direction": "sent", "line": "NOOP", "tls": False} in value["transcript"]


def test_nobody_answers(capsys: Shown) -> None:
    with Server() as server:
        port = server.port
    assert main(["shell", f"127.0.0.1:{port}"]) == 75
    assert "no connection to" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ([], "ma", ["MAIL FROM:<"]),
        ([], ".d", [".data"]),
        (["auth"], "p", ["PLAIN"]),
        (["MAIL"], "x", []),
    ],
)
def test_completion(before: list[str], text: str, expected: list[str]) -> None:
    assert Lines(LOCAL, lambda: ("PLAIN", "LOGIN")).candidates(before, text) == expected


def test_completion_of_files(tmp_path: Path) -> None:
    (tmp_path / "mail.eml").touch()
    lines = Lines(LOCAL, tuple)
    assert lines.candidates([".data"], f"{tmp_path}/m") == [f"{tmp_path}/mail.eml"]
    assert lines.candidates(["DATA"], f"{tmp_path}/m") == []


def test_a_session_at_a_terminal(terminal: Start, tmp_path: Path) -> None:
    saved = tmp_path / "session.txt"
    with Server(tls="starttls", users={"me": CODE}) as server:
        started = terminal("shell", f"localhost:{server.port}", "--no-color")
        started.read_until("> ")
        for line, expected in (
            ("EHLO x", "250 AUTH"),
            (".nothing", ".help lists"),
            (".auth", "in clear"),
            (".starttls", ".starttls\r\nSTARTTLS\r\n220"),
            ("EHLO x", "250 AUTH"),
            (".auth", "User: "),
            ("me", "Password of me"),
            ("wrong-code", "535"),
            (".auth me", "Password of me"),
            (CODE, "AUTH PLAIN [redacted]\r\n235"),
            (f".save {saved}", "Saved as"),
        ):
            started.shown = ""
            started.type(f"{line}\n")
            started.read_until(expected)
            if expected not in ("User: ", "Password of me"):
                started.read_until("> ")
        assert "outcome" not in started.shown
        started.type(".quit\n")
        assert started.end() == 0
        assert "QUIT\r\n221" in started.shown
    assert "AUTH PLAIN [redacted]" in saved.read_text()
    assert CODE not in saved.read_text()


def test_ctrl_c_says_whether_the_message_may_have_gone(terminal: Start) -> None:
    with Server() as server:
        started = terminal("shell", f"localhost:{server.port}", "--no-color")
        for line in ("EHLO x", "MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>", "DATA"):
            started.read_until("> ")
            started.shown = ""
            started.type(f"{line}\n")
        started.read_until("lone dot")
        assert started.interrupt_at_prompt() == 130
        assert "the message was not sent" in started.shown
        server.assert_nothing_sent()


def test_ctrl_c_between_messages(terminal: Start) -> None:
    with Server() as server:
        started = terminal("shell", f"localhost:{server.port}", "--no-color", "--lang", "zh")
        started.read_until("> ")
        assert started.interrupt_at_prompt() == 130
        assert "没有正在发送的邮件" in started.shown


def test_a_lost_connection_leaves_what_was_said(terminal: Start, tmp_path: Path) -> None:
    saved = tmp_path / "session.txt"
    with Server(script=[b"220 hi\r\n", b"421 too many\r\n"]) as server:
        started = terminal("shell", f"localhost:{server.port}", "--no-color")
        started.read_until("> ")
        lines = {"NOOP": "The connection is closed", f".save {saved}": "Saved as", "RSET": "there is no connection"}
        for line, expected in lines.items():
            started.type(f"{line}\n")
            started.read_past(expected)
            started.read_past("\r\n> ")
        started.type("\x04")
        assert started.end() == 75
        assert started.everything.count("there is no connection") == 1
        assert "outcome" not in started.everything
    assert "421 too many" in saved.read_text()


def test_secrets_are_not_in_the_history(terminal: Start) -> None:
    secret = base64("the-secret")
    with Server(tls="starttls", users={"me": CODE}) as server:
        started = terminal("shell", f"localhost:{server.port}", "--no-color", "--starttls")
        started.read_past("Say EHLO again.\r\n> ")
        for line in ("EHLO x", "AUTH LOGIN", base64("me"), secret, secret):
            started.type(f"{line}\n")
            started.read_past("\r\n> ")
        started.type("\x1b[A\x1b[A\n")  # two lines up
        started.read_until("\r\n> ")
        assert "250" in started.shown.partition("EHLO x")[2]
        assert secret not in started.shown
        started.type("\x04")
        started.end()


def test_ctrl_c_while_the_verdict_is_awaited(terminal: Start) -> None:
    came = threading.Event()

    def watch(item: Command | EndOfData) -> None:
        if item.verb is Verb.END_OF_DATA:
            came.set()

    with Server(handler=watch) as server:
        server.delay(".", inf)
        started = terminal("shell", f"localhost:{server.port}", "--no-color")
        for line in ("EHLO x", "MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>", "DATA", "x", "."):
            started.read_past("lone dot\r\n" if line == "x" else "x\r\n" if line == "." else "> ")
            started.type(f"{line}\n")
        assert came.wait(30)
        started.interrupt()
        assert started.end() == 130
        assert "outcome: unknown" in started.shown


def test_advice_names_the_options_of_the_shell(shell: Shell, smtp_server: Server, capsys: Shown) -> None:
    assert shell(smtp_server, options=["--tls"]) == 76
    said = capsys.readouterr().err
    assert "--tls is for port 465, --starttls for 587" in said
    assert "--security" not in said
