"""What a server is told of a message, and what it cannot be given: a table."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from rawsmtp import Capabilities, NotSupported, commands
from rawsmtp.message.envelope import make
from rawsmtp.message.fitting import fit
from rawsmtp.message.source import Source, source

if TYPE_CHECKING:
    from collections.abc import Callable

EIGHT, SIZE, UTF8 = "8BITMIME", "SIZE 1000", "SMTPUTF8"
PLAIN = ["a@x.test", "b@x.test"]


def mail(text: str = "hello\n", cte: str | None = None, to: str = "b@x.test") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "a@x.test", to
    message.set_content(text, cte=cte)
    return message


def signed() -> Any:
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n"
    return message_from_bytes(head + "ü\r\n--b\r\n\r\nx\r\n--b--\r\n".encode(), policy=policy.default)


KINDS: dict[str, Callable[[], Any]] = {
    "ascii": lambda: b"x\r\n",
    "line feeds": lambda: b"x\ny",
    "empty": lambda: b"",
    "8bit": lambda: "ü\r\n".encode(),
    "str": lambda: "ü\n",
    "stream": lambda: iter([b"x\r\n"]),
    "file": lambda: BytesIO("ü\r\n".encode()),
    "email": mail,
    "8bit email": lambda: mail("ü\n", "8bit"),
    "utf8 email": lambda: mail(to="ü@x.test"),
    "domain email": lambda: mail(to="b@ü.test"),
    "signed": signed,
    "big": lambda: b"x" * 999,
}

# A kind of message, what the server offers, sender and recipients, and what MAIL is told behind its address.
TOLD: list[tuple[str, list[str], list[str], str]] = [
    ("ascii", [], PLAIN, ""),
    ("ascii", [EIGHT], PLAIN, ""),
    ("ascii", [SIZE], PLAIN, "SIZE=3"),
    ("ascii", ["SIZE"], PLAIN, "SIZE=3"),
    ("ascii", ["SIZE 0"], PLAIN, "SIZE=3"),
    ("ascii", [EIGHT, SIZE, UTF8], PLAIN, "SIZE=3"),
    ("line feeds", [SIZE], PLAIN, "SIZE=6"),
    ("empty", [SIZE], PLAIN, "SIZE=0"),
    ("big", ["SIZE 1001"], PLAIN, "SIZE=1001"),
    ("8bit", [EIGHT], PLAIN, "BODY=8BITMIME"),
    ("8bit", [UTF8], PLAIN, "BODY=8BITMIME"),
    ("8bit", [EIGHT, SIZE], PLAIN, "BODY=8BITMIME SIZE=4"),
    ("str", [EIGHT, SIZE], PLAIN, "BODY=8BITMIME SIZE=4"),
    ("stream", [], PLAIN, ""),
    ("stream", [SIZE], PLAIN, ""),
    ("stream", [EIGHT, SIZE], PLAIN, "BODY=8BITMIME"),
    ("file", [], PLAIN, ""),
    ("file", [EIGHT], PLAIN, "BODY=8BITMIME"),
    ("email", [EIGHT, UTF8], PLAIN, ""),
    ("8bit email", [EIGHT], PLAIN, "BODY=8BITMIME"),
    ("8bit email", [], PLAIN, ""),
    ("utf8 email", [UTF8], PLAIN, "BODY=8BITMIME SMTPUTF8"),
    ("domain email", [], PLAIN, ""),
    ("domain email", [UTF8], PLAIN, ""),
    ("ascii", [UTF8], ["ü@x.test", "b@x.test"], "SMTPUTF8"),
    ("ascii", [UTF8], ["a@x.test", "b@x.test", "ü@ü.test"], "SMTPUTF8"),
    ("ascii", [UTF8], ["a@ü.test", "b@ü.test"], ""),
    ("ascii", [], ["a@ü.test", "b@ü.test"], ""),
    ("ascii", [UTF8], ["", "ü@x.test"], "SMTPUTF8"),
]
FOLDED = {"a@ü.test": "a@xn--tda.test", "b@ü.test": "b@xn--tda.test", "ü@ü.test": "ü@xn--tda.test"}


def offering(keywords: list[str]) -> Capabilities:
    return Capabilities({line.split()[0]: tuple(line.split()[1:]) for line in keywords})


@pytest.mark.parametrize(("kind", "offered", "addresses", "told"), TOLD, ids=[" ".join(map(str, row)) for row in TOLD])
def test_what_mail_is_told(kind: str, offered: list[str], addresses: list[str], told: str) -> None:
    message = KINDS[kind]()
    envelope, fitted = fit(make(message, addresses[0], addresses[1:]), source(message), offering(offered))
    assert " ".join(envelope.sender.parameters) == told
    found = [envelope.sender.address, *(recipient.address for recipient in envelope.recipients)]
    assert found == [FOLDED.get(address, address) for address in addresses]
    if not {EIGHT, UTF8} & set(offered):
        assert fitted.is_ascii in (True, None)
    if fitted.size is not None and "SIZE=" in told:
        assert f"SIZE={fitted.size}" in told


CANNOT: list[tuple[str, list[str], list[str], str, str]] = [
    ("8bit", [], PLAIN, "8BITMIME", "encode the message"),
    ("8bit", [SIZE], PLAIN, "8BITMIME", "beyond ASCII"),
    ("str", [], PLAIN, "8BITMIME", "beyond ASCII"),
    ("signed", [], PLAIN, "8BITMIME", "before it is signed"),
    ("big", [SIZE], PLAIN, "SIZE", "has 1001 octets, and the server takes 1000 at most"),
    ("big", ["SIZE 1"], PLAIN, "SIZE", "has 1001 octets, and the server takes 1 at most"),
    ("ascii", [], ["ü@x.test", "b@x.test"], "SMTPUTF8", "'ü@x.test'"),
    ("ascii", [EIGHT], ["a@x.test", "b@x.test", "用户@x.test"], "SMTPUTF8", "'用户@x.test'"),
    ("utf8 email", [EIGHT], PLAIN, "SMTPUTF8", "in the headers"),
    ("utf8 email", [], PLAIN, "SMTPUTF8", "in the headers"),
]


@pytest.mark.parametrize(
    ("kind", "offered", "addresses", "extension", "words"), CANNOT, ids=[" ".join(map(str, row[:3])) for row in CANNOT]
)
def test_what_a_server_cannot_carry(
    kind: str, offered: list[str], addresses: list[str], extension: str, words: str
) -> None:
    message = KINDS[kind]()
    with pytest.raises(NotSupported, match=re.escape(words)) as caught:
        fit(make(message, addresses[0], addresses[1:]), source(message), offering(offered))
    assert caught.value.extension == extension
    assert caught.value.outcome == "not_sent"
    assert not caught.value.retryable


def test_what_the_caller_declared_is_not_said_again() -> None:
    sender = commands.Mail("a@x.test", "body=8BITMIME", "SIZE=7", "smtputf8")
    offered = offering([EIGHT, SIZE, UTF8])
    envelope, _ = fit(make(b"", sender, "ü@x.test"), Source("ü".encode()), offered)
    assert bytes(envelope.sender) == b"MAIL FROM:<a@x.test> body=8BITMIME SIZE=7 smtputf8\r\n"


def test_address_and_octets_each_ask_for_what_they_need() -> None:
    envelope, _ = fit(make(b"", "ü@x.test", "b@x.test"), Source("ü".encode()), offering([EIGHT, UTF8]))
    assert bytes(envelope.sender).decode() == "MAIL FROM:<ü@x.test> BODY=8BITMIME SMTPUTF8\r\n"


def test_parameters_of_the_caller_stay() -> None:
    sender = commands.Mail("a@ü.test", "RET=HDRS")
    recipient = commands.Rcpt("b@ü.test", "NOTIFY=NEVER")
    envelope, _ = fit(make(b"", sender, [recipient]), Source("ü".encode()), offering([EIGHT]))
    assert bytes(envelope.sender) == b"MAIL FROM:<a@xn--tda.test> RET=HDRS BODY=8BITMIME\r\n"
    assert [bytes(rcpt) for rcpt in envelope.recipients] == [b"RCPT TO:<b@xn--tda.test> NOTIFY=NEVER\r\n"]


def test_one_recipient_in_two_forms_is_one() -> None:
    given = ["a@ü.test", "b@x.test", "a@xn--tda.test"]
    for addresses in (given, given[::-1]):
        envelope, _ = fit(make(b"", "s@ü.test", addresses), Source(b""), offering([]))
        assert [rcpt.address for rcpt in envelope.recipients] == list(
            dict.fromkeys(FOLDED.get(each, each) for each in addresses)
        )
        assert envelope.sender_given == "s@ü.test"
        assert envelope.recipient_given("a@xn--tda.test") == addresses[0]


def test_nothing_is_copied_where_nothing_is_to_be_said() -> None:
    envelope, octets = make(b"", "a@x.test", "b@x.test"), Source(b"x\r\n")
    assert fit(envelope, octets, offering([EIGHT])) == (envelope, octets)
    assert fit(envelope, octets, offering([EIGHT]))[0] is envelope


def test_converted_message_is_the_same_to_its_reader() -> None:
    message = mail("ü\n", "8bit")
    _, fitted = fit(make(message, None, None), source(message), offering([SIZE]))
    found = message_from_bytes(fitted.octets, policy=policy.default)
    assert isinstance(found, EmailMessage)
    assert found.get_content() == "ü\n"
    assert message.as_bytes() == mail("ü\n", "8bit").as_bytes()


def test_size_is_that_of_the_converted_message() -> None:
    message = mail("ü" * 400 + "\n", "8bit")
    assert (source(message).size or 0) < 1_000
    with pytest.raises(NotSupported, match=r"has \d{4} octets, and the server takes 1000"):
        fit(make(message, None, None), source(message), offering([SIZE]))
