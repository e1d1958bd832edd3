from __future__ import annotations

import email
import json
import socket
import threading
from email.policy import default
from math import inf
from typing import TYPE_CHECKING, Any

import pytest

from rawsmtp import Client
from rawsmtp.cli import main
from rawsmtp.testing import Server
from rawsmtp.wire.verb import Verb

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Start

    from rawsmtp.commands import Command, EndOfData
    from rawsmtp.testing import Capture

Shown = pytest.CaptureFixture[str]
ENVELOPE = ["-f", "me@a.example", "-t", "you@b.example"]
CODE = "ABCDEFGHIJKLMNOP"


def place(server: Server) -> list[str]:
    return ["-H", server.host, "-p", str(server.port)]


def test_a_message_from_options(smtp_server: Server, tmp_path: Path, capsys: Shown) -> None:
    attached = tmp_path / "账单.pdf"
    attached.write_bytes(b"%PDF\x00\xff")
    words = ["-f", "王 <me@a.example>", "-t", "You <you@b.example>, they@b.example", "--cc", "c@b.example"]
    words += ["--bcc", "hidden@b.example", "-s", "你好", "-b", "正文\n.\n", "-a", str(attached)]
    words += ["--header", "X-Kind: test", "--header", "Reply-To: other@a.example"]
    assert main(["send", *place(smtp_server), *words]) == 0
    mail = smtp_server.last
    assert mail.envelope.sender == "me@a.example"
    assert list(mail.envelope.recipients) == ["you@b.example", "they@b.example", "c@b.example", "hidden@b.example"]
    assert (mail.subject, mail.text) == ("你好", "正文\n.\n")
    assert (mail.message["From"], mail.message["To"]) == ("王 <me@a.example>", "You <you@b.example>, they@b.example")
    assert (mail.message["Cc"], mail.message["Bcc"]) == ("c@b.example", None)
    assert (mail.message["X-Kind"], mail.message["Reply-To"]) == ("test", "other@a.example")
    assert mail.message["Date"]
    assert mail.message["Message-ID"].endswith("@a.example>")
    assert [(found.filename, found.content) for found in mail.attachments] == [("账单.pdf", b"%PDF\x00\xff")]
    shown = capsys.readouterr()
    assert shown.out == "250 2.0.0 Ok: queued as 00000001\n"
    assert shown.err == "Sent to you@b.example, they@b.example, c@b.example, hidden@b.example.\n"


def test_html_from_standard_input(smtp_server: Server, typed: Callable[[bytes], None]) -> None:
    typed("<p>你好</p>\n".encode())
    assert main(["send", *place(smtp_server), *ENVELOPE, "--html"]) == 0
    assert smtp_server.last.html == "<p>你好</p>\n"
    assert smtp_server.last.text == "你好\n"
    assert smtp_server.last.message.get_content_type() == "multipart/alternative"


def test_header_takes_the_place_of_one_that_is_made(smtp_server: Server) -> None:
    assert main(["send", *place(smtp_server), *ENVELOPE, "-b", "x", "--header", "to: all@b.example"]) == 0
    assert smtp_server.last.message.get_all("To") == ["all@b.example"]
    assert list(smtp_server.last.envelope.recipients) == ["you@b.example"]


READY = (
    b"From: me@a.example\r\nTo: you@b.example\nBcc: hidden@b.example,\n more@b.example\nSubject: =?x\n\n.body \xff\n"
)


@pytest.mark.parametrize("source", ["file", "standard input"])
def test_a_message_that_is_ready(
    source: str, smtp_server: Server, tmp_path: Path, typed: Callable[[bytes], None]
) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(READY)
    typed(READY)
    assert main(["send", *place(smtp_server), "--message", str(path) if source == "file" else "-"]) == 0
    mail = smtp_server.last
    assert mail.envelope.sender == "me@a.example"
    assert list(mail.envelope.recipients) == ["you@b.example", "hidden@b.example", "more@b.example"]
    assert mail.raw.endswith(b"From: me@a.example\r\nTo: you@b.example\r\nSubject: =?x\r\n\r\n.body \xff\r\n")
    assert mail.message["Date"]
    assert b"hidden" not in mail.raw


def test_a_message_that_is_ready_for_others(smtp_server: Server, typed: Callable[[bytes], None]) -> None:
    typed(READY)
    assert main(["send", *place(smtp_server), "--message", "-", "-f", "<>", "-t", "z@b.example"]) == 0
    assert (smtp_server.last.envelope.sender, list(smtp_server.last.envelope.recipients)) == ("", ["z@b.example"])


def test_through_the_account_of_the_sender(
    smtp_capture: Capture, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    server = smtp_capture("smtp.163.com", 465, persona="163", users={"me@163.com": CODE})
    monkeypatch.setenv("RAWSMTP_PASSWORD", CODE)
    words = ["send", "-f", "me@163.com", "-t", "you@qq.com", "-s", "Test", "-b", "Hello", "-v"]
    assert main(words) == 0
    assert server.last.subject == "Test"
    shown = capsys.readouterr()
    assert "Connected to smtp.163.com:465." in shown.err
    assert "235 Authentication successful" in shown.err
    assert "octets]\n.\n" in shown.err
    assert CODE not in shown.out + shown.err
    assert shown.out.startswith("250 Mail OK queued as")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            ["server:  550 User has no permission", "auth (logging in)", "outcome: refused", "hint:    NetEase 163"],
        ),
        ("zh", ["登录失败", "服务器：550 User has no permission", "阶段：auth（登录）", "结果：refused", "授权码"]),
    ],
)
def test_wrong_code(
    language: str, expected: list[str], smtp_capture: Capture, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    server = smtp_capture("smtp.163.com", 465, persona="163", users={"me@163.com": CODE})
    server.refuse("authorization code")
    monkeypatch.setenv("RAWSMTP_PASSWORD", "wrong-secret")
    words = ["send", "-f", "me@163.com", "-t", "you@qq.com", "-b", "Hello", "--lang", language]
    assert main(words) == 77
    shown = capsys.readouterr()
    assert all(text in shown.err for text in expected), shown.err
    assert "wrong-secret" not in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["1 of the recipients", "no@b.example: 550 5.1.1 User unknown", "phase:   rcpt", "--refused continue"]),
        ("zh", ["服务器拒绝了收件人", "服务器：no@b.example: 550 5.1.1 User unknown", "阶段：rcpt", "结果：refused"]),
    ],
)
def test_refused_recipient(language: str, expected: list[str], smtp_server: Server, capsys: Shown) -> None:
    smtp_server.reply_to("RCPT", 550, "5.1.1 User unknown", when="no@b.example")
    words = ["send", *place(smtp_server), *ENVELOPE, "-t", "no@b.example", "-b", "x", "--lang", language]
    assert main(words) == 67
    shown = capsys.readouterr()
    assert all(text in shown.err for text in expected), shown.err
    smtp_server.assert_nothing_sent()


def test_refused_recipient_among_others(smtp_server: Server, capsys: Shown) -> None:
    smtp_server.reply_to("RCPT", 550, "5.1.1 User unknown", when="no@b.example")
    words = ["send", *place(smtp_server), *ENVELOPE, "-t", "no@b.example", "-b", "x", "--refused", "continue"]
    assert main(words) == 0
    shown = capsys.readouterr()
    assert shown.err == "refused: no@b.example: 550 5.1.1 User unknown\nSent to you@b.example.\n"
    assert list(smtp_server.last.envelope.recipients) == ["you@b.example"]


@pytest.mark.parametrize(
    ("command", "code", "text", "status"),
    [
        ("greeting", 554, "go away", 69),
        ("MAIL", 553, "not yours", 69),
        ("RCPT", 450, "greylisted", 75),
        (".", 554, "spam", 69),
        (".", 451, "later", 75),
    ],
)
def test_refusals_keep_the_words_of_the_server(
    command: str, code: int, text: str, status: int, smtp_server: Server, capsys: Shown
) -> None:
    smtp_server.reply_to(command, code, f"{text} \x1b[2J")
    assert main(["send", *place(smtp_server), *ENVELOPE, "-b", "x"]) == status
    shown = capsys.readouterr()
    assert f"{code} {text} \\x1b[2J" in shown.err
    assert "\x1b" not in shown.err


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"tls": "starttls", "certificate": "self-signed"}, "SSL_CERT_FILE"),
        ({}, "--security tls is for port 465, --security starttls for 587"),
    ],
    ids=["not verified", "not offered"],
)
def test_no_tls(options: dict[str, str], hint: str, smtp_server_factory: Callable[..., Server], capsys: Shown) -> None:
    server = smtp_server_factory(**options)
    assert main(["send", *place(server), *ENVELOPE, "-b", "x", "--security", "starttls"]) == 76
    assert hint in capsys.readouterr().err
    server.assert_nothing_sent()


def test_silence_at_the_greeting(smtp_server: Server, capsys: Shown) -> None:
    smtp_server.send_raw("greeting", b"")
    assert main(["send", *place(smtp_server), *ENVELOPE, "-b", "x", "--timeout", "0.2"]) == 75
    assert "an SMTP server speaks first" in capsys.readouterr().err


def test_lost_behind_the_dot_is_not_to_be_tried_again(smtp_server: Server, capsys: Shown) -> None:
    smtp_server.drop_after(".")
    assert main(["send", *place(smtp_server), *ENVELOPE, "-b", "x"]) == 76
    assert "outcome: unknown (the message may have been delivered" in capsys.readouterr().err


def test_nobody_listens(capsys: Shown) -> None:
    with Server() as server:
        words = place(server)
    assert main(["send", *words, *ENVELOPE, "-b", "x"]) == 75
    assert "Connection refused" in capsys.readouterr().err


@pytest.mark.rawsmtp(users={"me": CODE})
def test_password_does_not_go_out_in_clear(smtp_server: Server, monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    monkeypatch.setenv("RAWSMTP_PASSWORD", CODE)
    words = ["send", *place(smtp_server), *ENVELOPE, "-b", "x", "--user", "me"]
    assert main(words) == 77
    assert "--in-clear" in capsys.readouterr().err
    assert main([*words, "--in-clear"]) == 0


def test_json(smtp_server: Server, capsys: Shown) -> None:
    smtp_server.reply_to("RCPT", 550, "no", when="no@b.example")
    words = ["send", *place(smtp_server), *ENVELOPE, "-b", "x", "--json", "-t", "no@b.example"]
    assert main([*words, "--refused", "continue"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "schema": "rawsmtp.send/1",
        "outcome": "sent",
        "server": f"{smtp_server.host}:{smtp_server.port} (none)",
        "sender": "me@a.example",
        "accepted": {"you@b.example": "250 2.1.5 Ok"},
        "refused": {"no@b.example": "550 no"},
        "reply": "250 2.0.0 Ok: queued as 00000001",
        "queue_id": "00000001",
    }
    assert main(words) == 67
    shown = json.loads(capsys.readouterr().out)
    assert shown["schema"] == "rawsmtp.error/1"
    assert (shown["status"], shown["error"], shown["phase"]) == (67, "RecipientsRefused", "rcpt")
    assert (shown["outcome"], shown["retryable"], shown["recipients"]) == ("refused", False, {"no@b.example": "550 no"})


def test_dry_run_shows_everything_and_connects_nowhere(smtp_capture: Capture, capsys: Shown) -> None:
    assert main(["send", "-f", "Me <me@163.com>", "-t", "you@qq.com", "-s", "Hi", "-b", "Hello\n", "--dry-run"]) == 0
    shown = capsys.readouterr()
    assert "smtp.163.com:465 (tls)" in shown.err
    envelope, _, message = shown.out.partition("\n\n")
    assert envelope == "MAIL FROM:<me@163.com>\nRCPT TO:<you@qq.com>"
    parsed = email.message_from_string(message, policy=default)
    assert (parsed["From"], parsed["Subject"], parsed.get_content()) == ("Me <me@163.com>", "Hi", "Hello\n")
    assert not smtp_capture.unexpected


def test_dry_run_as_json(capsys: Shown) -> None:
    assert main(["send", *ENVELOPE, "-b", "Hello", "--dry-run", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["schema"], shown["server"], shown["recipients"]) == ("rawsmtp.dry-run/1", None, ["you@b.example"])
    assert "Hello" in shown["message"]


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (["-t", "a@b.example", "-b", "x"], 64, "no sender"),
        (["-f", "a@b.example", "-b", "x", "-H", "127.0.0.1"], 64, "no recipients"),
        (["-f", "a b@c", *ENVELOPE[2:], "-b", "x"], 64, "no address"),
        (["-f", "me@163.com", "-t", "x@y z", "-b", "x"], 64, "no address"),  # before the password is asked for
        (["-f", "me@163.com", "-b", "x"], 64, "no recipients"),
        ([*ENVELOPE, "-t", "x@y z", "-b", "x", "-H", "127.0.0.1"], 64, "no address"),
        ([*ENVELOPE, "-b", "x", "-a", "nowhere", "-H", "127.0.0.1"], 65, "No such file or directory: nowhere"),
        ([*ENVELOPE, "-s", "a\nBcc: b@c", "-b", "x", "-H", "127.0.0.1"], 65, "a header that cannot be"),
        ([*ENVELOPE, "-b", "x"], 78, "no provider is known for 'a.example'"),
        (["--message", "nowhere"], 65, "No such file"),
        (["--message", "-", "-s", "x"], 64, "have no place beside it"),
    ],
    ids=str,
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_mistakes(words: list[str], status: int, text: str, language: str, capsys: Shown) -> None:
    assert main(["send", *words, "--lang", language]) == status
    shown = capsys.readouterr().err
    assert shown.startswith("rawsmtp: ")
    assert text in shown or (language == "zh" and not shown.isascii())


@pytest.mark.parametrize("header", ["nonsense", "A B: c", ": x", "X: a\nBcc: b@c"])
def test_header_that_is_none(header: str, capsys: Shown) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["send", *ENVELOPE, "--header", header])
    assert caught.value.code == 64
    assert "Name: value" in capsys.readouterr().err


def test_body_that_is_no_text(smtp_server: Server, typed: Callable[[bytes], None], capsys: Shown) -> None:
    typed(b"\xff\xfe\x00")
    assert main(["send", *place(smtp_server), *ENVELOPE]) == 65
    assert "iconv" in capsys.readouterr().err


def test_ready_message_without_a_sender(smtp_server: Server, typed: Callable[[bytes], None], capsys: Shown) -> None:
    typed(b"To: you@b.example\n\nx\n")
    assert main(["send", *place(smtp_server), "--message", "-"]) == 64
    assert "-f" in capsys.readouterr().err


def test_prompt_on_a_terminal(smtp_server_factory: Callable[..., Server], terminal: Start) -> None:
    server = smtp_server_factory(users={"me": CODE})
    shell = terminal("send", *place(server), "--user", "me", "--in-clear", *ENVELOPE, "-b", "x")
    shell.read_until("Password of me at 127.0.0.1: ")
    shell.type(f"{CODE}\n")
    assert shell.end() == 0
    assert CODE not in shell.shown
    assert "Sent to you@b.example." in shell.shown
    assert "\x1b[" in shell.shown


def test_body_typed_on_a_terminal(smtp_server: Server, terminal: Start) -> None:
    shell = terminal("send", *place(smtp_server), *ENVELOPE, LANG="zh_CN.UTF-8")
    shell.read_until("Ctrl-D 结束。")
    shell.type("你好\n\x04")
    assert shell.end() == 0
    assert smtp_server.last.text == "你好\n"
    assert "已发送给 you@b.example。" in shell.shown


def test_progress_of_a_big_message(smtp_server: Server, terminal: Start, tmp_path: Path) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(bytes(3_000_000))
    shell = terminal("send", *place(smtp_server), *ENVELOPE, "-b", "x", "-a", str(big))
    assert shell.end() == 0
    assert " MB (" in shell.shown
    assert shell.shown.index("waiting for the server's verdict") < shell.shown.index("Sent to")


def test_no_progress_of_a_small_message(smtp_server: Server, terminal: Start) -> None:
    shell = terminal("send", *place(smtp_server), *ENVELOPE, "-b", "x")
    assert shell.end() == 0
    assert "waiting" not in shell.shown


@pytest.mark.parametrize(
    ("command", "verb", "outcome", "words"),
    [
        ("EHLO", Verb.EHLO, "not_sent", "the message was not sent"),
        ("RCPT", Verb.RCPT, "not_sent", "the message was not sent"),
        (".", Verb.END_OF_DATA, "unknown", "the message may have been delivered"),
    ],
)
def test_interrupt_says_whether_the_message_may_have_gone(
    command: str,
    verb: Verb,
    outcome: str,
    words: str,
    smtp_server_factory: Callable[..., Server],
    terminal: Start,
) -> None:
    came = threading.Event()

    def watch(item: Command | EndOfData) -> None:
        if item.verb is verb:
            came.set()

    server = smtp_server_factory(handler=watch)
    server.delay(command, inf)
    shell = terminal("send", *place(server), *ENVELOPE, "-b", "x")
    assert came.wait(30)
    shell.interrupt()
    assert shell.end() == 130
    assert f"outcome: {outcome} ({words}" in shell.shown, shell.shown
    assert "Traceback" not in shell.shown


def test_interrupt_just_behind_the_last_octet_leaves_the_message_in_doubt(
    smtp_server: Server, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    class Interrupting(socket.socket):
        def send(self, octets: Any, *flags: int) -> int:
            sent = super().send(octets, *flags)
            if b"\r\n.\r\n" in bytes(octets):
                raise KeyboardInterrupt
            return sent

    monkeypatch.setattr(socket, "socket", Interrupting)
    assert main(["send", *place(smtp_server), *ENVELOPE, "-b", "x", "--json"]) == 130
    assert json.loads(capsys.readouterr().out)["outcome"] == "unknown"
    assert smtp_server.wait_for().envelope.sender == "me@a.example"


def test_interrupt_behind_the_verdict_leaves_it_as_it_is(
    smtp_server: Server, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    def interrupt(client: Client) -> None:
        client.abort()
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "close", interrupt)
    assert main(["send", *place(smtp_server), *ENVELOPE, "-b", "x"]) == 0
    assert capsys.readouterr().err.startswith("Sent to ")


def test_interrupt_at_the_prompt(terminal: Start) -> None:
    shell = terminal("send", "-f", "me@163.com", "-t", "you@qq.com", "-b", "x", "--lang", "zh")
    shell.read_until("me@163.com（smtp.163.com）的授权码：")
    assert "网页邮箱" in shell.shown
    shell.interrupt()
    assert shell.end() == 130
    assert "已中断" in shell.shown
    assert "结果：not_sent" in shell.shown
    assert "阶段" not in shell.shown
    assert "Traceback" not in shell.shown
