from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage, Message

import pytest

from rawsmtp import commands
from rawsmtp.message.envelope import make, without_bcc


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
    ],
)
def test_unclear_headers(lines: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make(parsed(*lines), None, None)


def test_bcc_leaves_a_copy_only() -> None:
    message = EmailMessage()
    message["Bcc"] = "a@x.test"
    message["Resent-Bcc"] = "b@x.test"
    message["Subject"] = "x"
    bare = without_bcc(message)
    assert bare.keys() == ["Subject"]
    assert message.keys() == ["Bcc", "Resent-Bcc", "Subject"]
    assert without_bcc(bare) is bare
