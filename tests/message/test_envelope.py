from __future__ import annotations

from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest

from rawsmtp import commands
from rawsmtp.message.envelope import make

if TYPE_CHECKING:
    from email.message import Message


def parsed(*lines: str) -> Message:
    return message_from_bytes("\r\n".join([*lines, "", "text", ""]).encode(), policy=policy.default)


HEADERS = [
    (["From: A <a@x.test>", "To: b@x.test, C <c@x.test>"], "a@x.test", ["b@x.test", "c@x.test"]),
    (["From: a@x.test, b@x.test", "Sender: s@x.test", "To: c@x.test"], "s@x.test", ["c@x.test"]),
    (
        ["From: a@x.test", "To: b@x.test", "Cc: c@x.test", "Bcc: d@x.test"],
        "a@x.test",
        ["b@x.test", "c@x.test", "d@x.test"],
    ),
    (["From: a@x.test", "Bcc: b@x.test", "Bcc: c@x.test"], "a@x.test", ["b@x.test", "c@x.test"]),
    (["From: a@x.test", "To: b@x.test, b@x.test", "Cc: b@x.test"], "a@x.test", ["b@x.test"]),
    (["From: a@x.test", "To: Friends: b@x.test, c@x.test;"], "a@x.test", ["b@x.test", "c@x.test"]),
    (["From: a@x.test", "To: undisclosed-recipients:;", "Bcc: b@x.test"], "a@x.test", ["b@x.test"]),
    (["From: a@x.test", "To: b@x.test", "Resent-From: r@x.test", "Resent-To: q@x.test"], "r@x.test", ["q@x.test"]),
    (
        [
            *["Resent-From: new@x.test", "Resent-To: n1@x.test", "Resent-Bcc: n2@x.test"],
            *["Resent-From: old@x.test", "Resent-To: o@x.test", "From: a@x.test", "To: b@x.test"],
        ],
        "new@x.test",
        ["n1@x.test", "n2@x.test"],
    ),
    (
        [
            *["Resent-Date: x", "Resent-Sender: s@x.test", "Resent-To: n@x.test", "Resent-Cc: m@x.test"],
            *["Received: x", "Resent-From: old@x.test", "Resent-To: o@x.test", "From: a@x.test"],
        ],
        "s@x.test",
        ["n@x.test", "m@x.test"],
    ),
    (
        ["Resent-From: r@x.test", "Resent-To: p@x.test", "Resent-To: q@x.test", "From: a@x.test"],
        "r@x.test",
        ["p@x.test", "q@x.test"],
    ),
]


@pytest.mark.parametrize(("lines", "sender", "recipients"), HEADERS)
def test_from_headers(lines: list[str], sender: str, recipients: list[str]) -> None:
    envelope = make(parsed(*lines), None, None)
    assert envelope.sender.address == sender
    assert [recipient.address for recipient in envelope.recipients] == recipients


def test_arguments_win_over_headers() -> None:
    envelope = make(
        parsed("From: a@x.test", "To: b@x.test"), "", ["c@x.test", "c@x.test", commands.Rcpt("d@x.test", "X=1")]
    )
    assert bytes(envelope.sender) == b"MAIL FROM:<>\r\n"
    assert [bytes(recipient) for recipient in envelope.recipients] == [
        b"RCPT TO:<c@x.test>\r\n",
        b"RCPT TO:<d@x.test> X=1\r\n",
    ]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["To: b@x.test"], "0 senders"),
        (["From: a@x.test, b@x.test", "To: c@x.test"], "2 senders"),
        (["From: a@x.test"], "no recipients"),
        (["From: a@x.test", "To: nobody at all"], "address|unclear"),
        (
            ["Resent-To: n@x.test", "Resent-From: r@x.test", "Resent-To: o@x.test", "Resent-From: old@x.test"],
            "where the newest Resent block ends",
        ),
        (["Resent-From: r@x.test", "Resent-To: n@x.test", "X: x", "Resent-Cc: m@x.test"], "newest Resent block ends"),
        (["Resent-To: n@x.test", "X: x", "Resent-From: r@x.test", "Resent-Cc: m@x.test"], "newest Resent block ends"),
        (["Resent-From: r@x.test", "To: b@x.test"], "no recipients"),
        (["Resent-To: n@x.test", "From: a@x.test"], "0 senders"),
    ],
)
def test_unclear_headers(lines: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make(parsed(*lines), None, None)


@pytest.mark.parametrize("addresses", [["b@x.test"] * 2, ["b@x.test", "c@x.test", "b@x.test", "c@x.test"]])
def test_each_recipient_once_in_order(addresses: list[str]) -> None:
    found = make(b"", "a@x.test", addresses)
    assert [recipient.address for recipient in found.recipients] == sorted(set(addresses))


@pytest.mark.parametrize("addresses", [["a@faß.test", "b@x.test"], ["a@x.test", "b@faß.test"]])
def test_domain_that_has_two_forms_is_refused_at_once(addresses: list[str]) -> None:
    with pytest.raises(ValueError, match="IDNA 2003 and 2008 disagree"):
        make(b"", *addresses)


def test_bad_address_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="a b"):
            make(b"", "a b", "b@x.test")
        with pytest.raises(ValueError, match="a b"):
            make(b"", "a@x.test", ["a b"])
