from __future__ import annotations

import pickle

import pytest

from rawsmtp import commands
from rawsmtp.wire.verb import Verb

LINES: list[tuple[commands.Command | commands.EndOfData, bytes, Verb]] = [
    (commands.Ehlo("x.test"), b"EHLO x.test\r\n", Verb.EHLO),
    (commands.Ehlo("[192.0.2.1]"), b"EHLO [192.0.2.1]\r\n", Verb.EHLO),
    (commands.Helo("x.test"), b"HELO x.test\r\n", Verb.HELO),
    (commands.Lhlo("x.test"), b"LHLO x.test\r\n", Verb.LHLO),
    (commands.StartTls(), b"STARTTLS\r\n", Verb.STARTTLS),
    (commands.Mail("a@b"), b"MAIL FROM:<a@b>\r\n", Verb.MAIL),
    (commands.Mail(""), b"MAIL FROM:<>\r\n", Verb.MAIL),
    (commands.Mail("a@b", "SIZE=3", "BODY=8BITMIME"), b"MAIL FROM:<a@b> SIZE=3 BODY=8BITMIME\r\n", Verb.MAIL),
    (commands.Rcpt("ü@b", "NOTIFY=NEVER"), "RCPT TO:<ü@b> NOTIFY=NEVER\r\n".encode(), Verb.RCPT),
    (commands.Data(), b"DATA\r\n", Verb.DATA),
    (commands.EndOfData(), b".\r\n", Verb.END_OF_DATA),
    (commands.Bdat(0, last=True), b"BDAT 0 LAST\r\n", Verb.BDAT_LAST),
    (commands.Bdat(86), b"BDAT 86\r\n", Verb.BDAT),
    (commands.Rset(), b"RSET\r\n", Verb.RSET),
    (commands.Noop(), b"NOOP\r\n", Verb.NOOP),
    (commands.Noop("hello there"), b"NOOP hello there\r\n", Verb.NOOP),
    (commands.Quit(), b"QUIT\r\n", Verb.QUIT),
    (commands.Vrfy("smith"), b"VRFY smith\r\n", Verb.VRFY),
    (commands.Expn("list"), b"EXPN list\r\n", Verb.EXPN),
    (commands.Help(), b"HELP\r\n", Verb.HELP),
    (commands.Help("MAIL"), b"HELP MAIL\r\n", Verb.HELP),
    (commands.Auth("PLAIN", b"\0u\0p"), b"AUTH PLAIN AHUAcA==\r\n", Verb.AUTH),
    (commands.Auth("EXTERNAL", b""), b"AUTH EXTERNAL =\r\n", Verb.AUTH),
    (commands.Auth("LOGIN"), b"AUTH LOGIN\r\n", Verb.AUTH),
    (commands.AuthAnswer(b"testformybook"), b"dGVzdGZvcm15Ym9vaw==\r\n", Verb.AUTH_ANSWER),
    (commands.AuthAnswer(b""), b"\r\n", Verb.AUTH_ANSWER),
    (commands.AuthAnswer(None), b"*\r\n", Verb.AUTH_ANSWER),
    (commands.Raw("mail from: <a@b>"), b"mail from: <a@b>\r\n", Verb.MAIL),
    (commands.Raw("Data"), b"Data\r\n", Verb.DATA),
    (commands.Raw("XCLIENT ADDR=1"), b"XCLIENT ADDR=1\r\n", Verb.OTHER),
]


@pytest.mark.parametrize(("command", "line", "verb"), LINES, ids=[str(line) for _, line, _ in LINES])
def test_lines(command: commands.Command | commands.EndOfData, line: bytes, verb: Verb) -> None:
    assert bytes(command) == line
    assert command.verb is verb
    copied = pickle.loads(pickle.dumps(command))
    assert copied == command
    assert bytes(copied) == line
    assert hash(copied) == hash(command)


INJECTED = ["\r", "\n", "\r\nQUIT", "\0", "\x1f", "\x7f", "\x80", "\x85", "\x9f", "\u2028", "\u2029", "\ud800"]


@pytest.mark.parametrize("octets", INJECTED, ids=ascii)
@pytest.mark.parametrize(
    "make",
    [
        lambda text: commands.Ehlo(f"x{text}"),
        lambda text: commands.Helo(f"x{text}y"),
        lambda text: commands.Mail(f"a{text}@b"),
        lambda text: commands.Mail("a@b", f"SIZE=1{text}"),
        lambda text: commands.Rcpt(f"a@b{text}"),
        lambda text: commands.Rcpt("a@b", f"NOTIFY={text}"),
        lambda text: commands.Vrfy(f"a{text}"),
        lambda text: commands.Expn(f"a{text}"),
        lambda text: commands.Help(f"a{text}"),
        lambda text: commands.Noop(f"a{text}"),
        lambda text: commands.Auth(f"PLAIN{text}"),
        lambda text: commands.Raw(f"NOOP{text}"),
    ],
)
def test_nothing_begins_a_second_line(make: object, octets: str) -> None:
    with pytest.raises(ValueError, match=r"\\") as caught:
        make(octets)  # type: ignore[operator]  # a lambda
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "make",
    [
        lambda: commands.Ehlo("two words"),
        lambda: commands.Ehlo(""),
        lambda: commands.Ehlo("-x"),
        lambda: commands.Mail("a@b", "SIZE=1 BODY=8BITMIME"),
        lambda: commands.Mail("a@b", ""),
        lambda: commands.Rcpt(""),
        lambda: commands.Bdat(-1),
        lambda: commands.Bdat(True),
        lambda: commands.Vrfy(" "),
        lambda: commands.Auth("PLAIN AHUAcA=="),
        lambda: commands.Auth("plain" * 5),
        lambda: commands.Raw(""),
        lambda: commands.Raw("BDAT 5 LAST"),
        lambda: commands.Raw("AUTH PLAIN AHUAcA=="),
    ],
)
def test_what_is_no_command(make: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        make()  # type: ignore[operator]  # a lambda


@pytest.mark.parametrize("command", [commands.Auth("PLAIN", b"\0u\0secret"), commands.AuthAnswer(b"secret")])
def test_secrets_are_not_shown(command: commands.Command) -> None:
    for shown in (str(command), repr(command), f"{command}"):
        assert "secret" not in shown
        assert "c2VjcmV0" not in shown
    assert "[redacted]" in str(command)
    assert "secret" not in repr(commands.Content(b"secret"))
