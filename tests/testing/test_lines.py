from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp import commands
from rawsmtp.testing.lines import Unreadable, parameters, read_base64, read_command

READ: list[tuple[bytes, commands.Command]] = [
    (b"EHLO client.example", commands.Ehlo("client.example")),
    (b"ehlo [192.0.2.1]", commands.Ehlo("[192.0.2.1]")),
    (b"EHLO client.example  ", commands.Ehlo("client.example")),
    (b"HELO client.example", commands.Helo("client.example")),
    (b"LHLO client.example", commands.Lhlo("client.example")),
    (b"MAIL FROM:<a@x.test>", commands.Mail("a@x.test")),
    (b"mail from:<a@x.test> size=10  body=8BITMIME", commands.Mail("a@x.test", "size=10", "body=8BITMIME")),
    (b"mail from: <a@x.test>", commands.Mail("a@x.test")),
    (b"MAIL FROM:<>", commands.Mail("")),
    (b'MAIL FROM:<"a>b"@x.test>', commands.Mail('"a>b"@x.test')),
    ("MAIL FROM:<用户@x.test> SMTPUTF8".encode(), commands.Mail("用户@x.test", "SMTPUTF8")),
    (b"RCPT TO:<b@x.test> NOTIFY=NEVER", commands.Rcpt("b@x.test", "NOTIFY=NEVER")),
    (b"RCPT TO:<postmaster>", commands.Rcpt("postmaster")),
    (b"AUTH LOGIN", commands.Auth("LOGIN")),
    (b"AUTH PLAIN AGEAYg==", commands.Auth("PLAIN", b"\0a\0b")),
    (b"AUTH EXTERNAL =", commands.Auth("EXTERNAL", b"")),
    (b"DATA", commands.Data()),
    (b"data ", commands.Data()),
    (b"RSET", commands.Rset()),
    (b"QUIT", commands.Quit()),
    (b"STARTTLS", commands.StartTls()),
    (b"NOOP", commands.Noop()),
    (b"NOOP any words", commands.Noop("any words")),
    (b"HELP MAIL", commands.Help("MAIL")),
    (b"VRFY someone", commands.Vrfy("someone")),
    (b"EXPN list", commands.Expn("list")),
    (b"BDAT 86", commands.Bdat(86)),
    (b"bdat 0 last", commands.Bdat(0, last=True)),
    (b"XFORWARD NAME=x", commands.Raw("XFORWARD NAME=x")),
]

UNREADABLE: list[tuple[bytes, int, str]] = [
    (b"", 500, "begins with its verb"),
    (b" EHLO x", 500, "begins with its verb"),
    (b"EHLO", 501, "one word"),
    (b"EHLO a b", 501, "one word"),
    (b"HELO no/name", 501, "not a domain"),
    (b"MAIL", 501, "MAIL FROM:<address>"),
    (b"MAIL FROM a@x.test", 501, "MAIL FROM:<address>"),
    (b"MAIL FROM:a@x.test", 501, "MAIL FROM:<address>"),
    (b"MAIL TO:<a@x.test>", 501, "MAIL FROM:<address>"),
    (b"MAIL FROM:<a@x.test>SIZE=1", 501, "MAIL FROM:<address>"),
    (b"MAIL FROM:<a b@x.test>", 501, "not an address"),
    (b"RCPT TO:<>", 501, "not an address"),
    (b"RCPT FROM:<a@x.test>", 501, "RCPT TO:<address>"),
    (b"AUTH", 501, "SASL mechanism"),
    (b"AUTH PLAIN !", 501, "not base64"),
    (b"AUTH PLAIN AGEAYg", 501, "not base64"),
    (b"DATA now", 501, "no argument"),
    (b"RSET all", 501, "no argument"),
    (b"QUIT now", 501, "no argument"),
    (b"STARTTLS now", 501, "no argument"),
    (b"VRFY", 501, "an address or a name"),
    (b"EXPN ", 501, "an address or a name"),
    (b"BDAT", 501, "BDAT octets"),
    (b"BDAT -1", 501, "BDAT octets"),
    (b"BDAT 1 MORE", 501, "BDAT octets"),
    (b"BDAT 9999999999999999", 501, "BDAT octets"),
    (b"NOOP \x00", 500, "Control characters"),
    (b"NOOP \r", 500, "Control characters"),
    (b"NOOP \xff", 500, "broken UTF-8"),
    ("NOOP \u2028".encode(), 500, "Control characters"),
]


@pytest.mark.parametrize(("line", "command"), READ, ids=[repr(line) for line, _ in READ])
def test_command_is_read(line: bytes, command: commands.Command) -> None:
    assert read_command(line) == command


@pytest.mark.parametrize(("line", "code", "words"), UNREADABLE, ids=[repr(line) for line, *_ in UNREADABLE])
def test_what_is_no_command_has_its_answer(line: bytes, code: int, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_command(line)
    assert caught.value.reply.code == code
    assert words in caught.value.reply.text


@pytest.mark.parametrize("command", [command for _, command in READ], ids=str)
def test_line_of_a_command_reads_as_itself(command: commands.Command) -> None:
    assert read_command(bytes(command).removesuffix(b"\r\n")) == command


@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace")))
def test_any_line_is_a_command_or_unreadable(line: bytes) -> None:
    try:
        command = read_command(line)
    except Unreadable as unreadable:
        reply = unreadable.reply
    else:
        assert bytes(command).endswith(b"\r\n")
        return
    assert reply.code in (500, 501)
    assert reply.raw.endswith(b"\r\n")


@pytest.mark.parametrize(("line", "octets"), [(b"", b""), (b"YQ==", b"a"), (b"AGEAYg==", b"\0a\0b")])
def test_base64_is_read(line: bytes, octets: bytes) -> None:
    assert read_base64(line) == octets


@pytest.mark.parametrize("line", [b"YQ", b"YQ=", b"Y Q==", b"=", b"YQ==YQ==", b"\xff", b"YQ==\n"])
def test_base64_is_strict(line: bytes) -> None:
    with pytest.raises(ValueError, match="not base64"):
        read_base64(line)


def test_parameters_by_keyword() -> None:
    assert parameters(("size=10", "SMTPUTF8", "ENVID=a=b")) == {"SIZE": "10", "SMTPUTF8": "", "ENVID": "a=b"}
