from __future__ import annotations

import email
import io
import subprocess
import sys
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from rawsmtp.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rawsmtp.testing import Server

MESSAGE = (
    b"From: Me <me@a.example>\nTo: you@b.example\nCc: they@b.example\nBcc: hidden@b.example\nSubject: Hi\n\nHello\n"
)


@pytest.fixture(autouse=True)
def account(smtp_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAWSMTP_URL", f"smtp://{smtp_server.host}:{smtp_server.port}")


def sent(server: Server) -> tuple[str, list[str]]:
    return server.last.envelope.sender, list(server.last.envelope.recipients)


@pytest.mark.parametrize(
    ("words", "sender", "recipients"),
    [
        ("-t", "me@a.example", ["you@b.example", "they@b.example", "hidden@b.example"]),
        ("-t -i", "me@a.example", ["you@b.example", "they@b.example", "hidden@b.example"]),
        ("-ti", "me@a.example", ["you@b.example", "they@b.example", "hidden@b.example"]),
        ("-oi -oem x@b.example", "me@a.example", ["x@b.example"]),
        ("-i -f other@a.example x@b.example y@b.example", "other@a.example", ["x@b.example", "y@b.example"]),
        ("-fother@a.example -- x@b.example", "other@a.example", ["x@b.example"]),
        ("-r other@a.example x@b.example", "other@a.example", ["x@b.example"]),
        ("x@b.example -i y@b.example", "me@a.example", ["x@b.example", "y@b.example"]),
        ("-f <> x@b.example", "", ["x@b.example"]),
        ("-t x@b.example", "me@a.example", ["x@b.example", "you@b.example", "they@b.example", "hidden@b.example"]),
        ("-i -FCronDaemon -B8BITMIME -oem root", "me@a.example", ["root"]),
        ("-bm -m -n -e m x@b.example", "me@a.example", ["x@b.example"]),
    ],
)
def test_envelope(
    words: str,
    sender: str,
    recipients: list[str],
    smtp_server: Server,
    typed: Callable[[bytes], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed(MESSAGE)
    assert main(["sendmail", *words.split()]) == 0
    assert sent(smtp_server) == (sender, recipients)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")


def test_bcc_leaves_and_what_is_missing_comes(smtp_server: Server, typed: Callable[[bytes], None]) -> None:
    typed(MESSAGE)
    assert main(["sendmail", "-t"]) == 0
    message = smtp_server.last.message
    assert message["Bcc"] is None
    assert message["Date"]
    assert message["Message-ID"].endswith("@a.example>")
    assert message["From"] == "Me <me@a.example>"


def test_date_and_identity_stay_if_they_are_there(smtp_server: Server, typed: Callable[[bytes], None]) -> None:
    head = b"Date: Thu, 7 Mar 2019 00:00:00 +0800\nmessage-id: <1@a.example>\n"
    typed(head + MESSAGE)
    assert main(["sendmail", "x@b.example"]) == 0
    assert smtp_server.last.raw.startswith(head.replace(b"\n", b"\r\n") + b"From:")


@pytest.mark.parametrize(
    ("octets", "raw_end"),
    [
        (b"Subject: a\n\nb\n", b"Subject: a\r\n\r\nb\r\n"),
        (b"From root Thu Mar  7\nSubject: a\n\nb\n", b"Subject: a\r\n\r\nb\r\n"),
        (b"no header at all\n", b"\r\n\r\nno header at all\r\n"),
        (b"Subject: a\n", b"Subject: a\r\n\r\n"),
        (b"", b"\r\n\r\n"),
    ],
    ids=["header", "mbox", "body alone", "header alone", "nothing"],
)
def test_from_with_a_name_is_added(
    octets: bytes, raw_end: bytes, smtp_server: Server, typed: Callable[[bytes], None]
) -> None:
    typed(octets)
    assert main(["sendmail", "-f", "me@a.example", "-F", "王 Me", "x@b.example"]) == 0
    assert smtp_server.last.message["From"] == "王 Me <me@a.example>"
    assert smtp_server.last.raw.endswith(raw_end)


@pytest.mark.parametrize(
    ("words", "body"),
    [([], b"one\r\n"), (["-i"], b"one\r\n.\r\ntwo\r\n"), (["-oi"], b"one\r\n.\r\ntwo\r\n")],
    ids=["dot ends", "-i", "-oi"],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_dot_on_a_line_of_its_own(
    words: list[str], body: bytes, end: bytes, smtp_server: Server, typed: Callable[[bytes], None]
) -> None:
    typed(end.join([b"From: me@a.example", b"", b"one", b".", b"two", b""]))
    assert main(["sendmail", *words, "x@b.example"]) == 0
    assert smtp_server.last.raw.partition(b"\r\n\r\n")[2] == body


def test_headers_of_cron_leave_the_account_as_the_sender(
    smtp_server: Server, typed: Callable[[bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp_server.users = {"me@a.example": "code"}
    monkeypatch.setenv("RAWSMTP_URL", f"smtp+insecure://me%40a.example:code@{smtp_server.host}:{smtp_server.port}")
    typed(b"From: root (Cron Daemon)\nTo: root\nSubject: Cron\n\nx\n")
    assert main(["sendmail", "-i", "-FCronDaemon", "x@b.example"]) == 0
    assert sent(smtp_server) == ("me@a.example", ["x@b.example"])


@pytest.mark.parametrize(
    ("words", "octets", "status"),
    [
        ([], MESSAGE, 64),
        (["-t"], b"From: me@a.example\n\nx\n", 64),
        (["-t"], b"From: me@a.example\nTo: undisclosed-recipients:;\n\nx\n", 64),
        (["-t"], b"From: me@a.example\nTo: b@c@d\n\nx\n", 64),
        (["-t", "x@b.example"], b"From: me@a.example\nTo: b@c@d\n\nx\n", 64),
        (["x@b.example"], b"Subject: x\n\nx\n", 64),
        (["-f", "a@b@c d", "x@b.example"], MESSAGE, 64),
    ],
    ids=[
        "no recipients",
        "none in the headers",
        "an empty group",
        "no list of addresses",
        "nor beside others",
        "no sender",
        "no address",
    ],
)
def test_mistakes(
    words: list[str],
    octets: bytes,
    status: int,
    typed: Callable[[bytes], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed(octets)
    assert main(["sendmail", *words]) == status
    assert capsys.readouterr().err.startswith("rawsmtp: ")


@pytest.mark.parametrize("octets", [b"Subject: x\n\nx\n", b"To: undisclosed-recipients:;\n\nx\n"])
def test_headers_without_recipients_beside_those_among_the_arguments(
    octets: bytes, smtp_server: Server, typed: Callable[[bytes], None]
) -> None:
    typed(octets)
    assert main(["sendmail", "-f", "me@a.example", "-t", "x@b.example"]) == 0
    assert smtp_server.last.envelope.recipients == ("x@b.example",)


@pytest.mark.parametrize(
    ("words", "en", "zh"),
    [
        (["-bs"], "no -bs", "不支持 -bs"),
        (["-bp"], "no queue", "没有队列"),
        (["-q"], "unknown arguments: -q", "无法识别的参数：-q"),
    ],
    ids=str,
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_only_a_mail_server_can_do_is_refused(
    words: list[str], en: str, zh: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["sendmail", *words, "--lang", language])
    assert caught.value.code == 64
    assert (zh if language == "zh" else en) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "code", "status"), [("RCPT", 550, 67), ("RCPT", 450, 75), ("MAIL", 550, 69), (".", 451, 75)]
)
def test_status(command: str, code: int, status: int, smtp_server: Server, typed: Callable[[bytes], None]) -> None:
    smtp_server.reply_to(command, code, "no")
    typed(MESSAGE)
    assert main(["sendmail", "x@b.example"]) == status


def test_a_program_that_expects_sendmail(smtp_server: Server, tmp_path: Path) -> None:
    script = tmp_path / "sendmail"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m rawsmtp sendmail "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    run = subprocess.run([str(script), "-oi", "-t"], input=MESSAGE, capture_output=True, check=True)
    assert (run.stdout, run.stderr) == (b"", b"")
    assert email.message_from_bytes(smtp_server.last.raw, policy=default)["Subject"] == "Hi"


class Interrupted(io.BytesIO):
    def __next__(self) -> bytes:
        raise KeyboardInterrupt


def test_interrupt_while_it_reads(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Interrupted()))
    assert main(["sendmail", "x@b.example"]) == 130
    assert capsys.readouterr().err == "\nInterrupted.\n  outcome: not_sent (the message was not sent)\n"
