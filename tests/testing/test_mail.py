from __future__ import annotations

from email.message import EmailMessage

import pytest

from rawsmtp.testing import Attachment, ReceivedEnvelope, ReceivedMail


def received(raw: bytes | EmailMessage) -> ReceivedMail:
    return ReceivedMail(ReceivedEnvelope("a@x.test", ("b@x.test", "c@x.test")), bytes(raw))


def rich() -> ReceivedMail:
    message = EmailMessage()
    message["Subject"] = "你好, welcome"
    message.set_content("Your code is 123456, see https://x.test/verify/?token=42.\nOr https://x.test/help, please.\n")
    message.add_alternative(
        '<p>Code 123456</p><a href="https://x.test/verify/?token=42">a</a>'
        '<a href="https://x.test/stop?a=1&amp;b=2">b</a>',
        subtype="html",
    )
    message.add_attachment(b"\x00\x01", maintype="application", subtype="pdf", filename="账单.pdf")
    message.add_attachment("words\n", filename="words.txt")
    return received(message)


def test_subject_is_decoded() -> None:
    assert rich().subject == "你好, welcome"


def test_headers_are_found_by_name() -> None:
    headers = received(b"Received: one\r\nX-Tag: a\r\n b\r\nRECEIVED: two\r\n\r\nX-Tag: no\r\n").headers
    assert headers["x-tag"] == "a b"
    assert headers.get_all("received") == ["one", "two"]
    assert headers["Subject"] is None


def test_bodies() -> None:
    assert rich().text.startswith("Your code is 123456")
    assert rich().html.startswith("<p>Code 123456</p>")


def test_attachments() -> None:
    assert rich().attachments == [
        Attachment("账单.pdf", "application/pdf", b"\x00\x01"),
        Attachment("words.txt", "text/plain", b"words\n"),
    ]


def test_message_within_a_message_is_an_attachment_with_its_octets() -> None:
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("kept\n")
    message = EmailMessage()
    message.set_content("outer\n")
    message.add_attachment(inner)
    (attachment,) = received(message).attachments
    assert attachment.content_type == "message/rfc822"
    assert b"Subject: inner" in attachment.content
    assert b"kept" in attachment.content


def test_links_are_each_once_in_order_without_the_full_stop() -> None:
    assert rich().links == [
        "https://x.test/verify/?token=42",
        "https://x.test/help",
        "https://x.test/stop?a=1&b=2",
    ]


def test_link_by_a_part() -> None:
    assert rich().link("/verify/") == "https://x.test/verify/?token=42"


@pytest.mark.parametrize("part", ["", "nowhere"], ids=["several", "none"])
def test_link_that_is_not_the_only_one_lists_them(part: str) -> None:
    with pytest.raises(AssertionError, match=r"https://x\.test/help"):
        rich().link(part)


@pytest.mark.parametrize(
    ("pattern", "code"), [(None, "123456"), (r"token=(\d+)", "42"), (r"token=\d+", "token=42")], ids=str
)
def test_code(pattern: str | None, code: str) -> None:
    assert (rich().code() if pattern is None else rich().code(pattern)) == code


def test_code_and_link_amid_chinese() -> None:
    message = EmailMessage()
    message.set_content("您的验证码123456，请点击https://x.test/v?t=42。订单A98765（https://x.test/help）\n")
    assert received(message).code() == "123456"
    assert received(message).links == ["https://x.test/v?t=42", "https://x.test/help"]


def test_code_that_is_not_there() -> None:
    with pytest.raises(AssertionError, match="Your code is"):
        rich().code(r"[A-Z]{9}")


def test_code_in_a_message_of_html_alone() -> None:
    message = EmailMessage()
    message.set_content("<b>4711</b>", subtype="html")
    assert received(message).code() == "4711"


ODD = {
    "empty": b"",
    "body alone": b"\r\nwords\r\n",
    "no body": b"Subject: x\r\n",
    "octets beyond ASCII": b"Subject: \xff\r\n\r\n\xff\r\n",
    "unknown charset": b"Content-Type: text/plain; charset=x-none\r\n\r\nwords\r\n",
    "boundary that never comes": b"Content-Type: multipart/mixed; boundary=b\r\n\r\nwords\r\n",
    "multipart without boundary": b"Content-Type: multipart/mixed\r\n\r\nwords\r\n",
    "encoding that is none": b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n",
    "image alone": b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n",
}


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD)
def test_odd_messages_can_be_looked_at(raw: bytes) -> None:
    mail = received(raw)
    assert mail.raw == raw
    assert isinstance(mail.subject, str)
    assert isinstance(mail.text, str)
    assert isinstance(mail.html, str)
    assert mail.links == []
    assert isinstance(mail.attachments, list)
    assert "b@x.test, c@x.test" in str(mail)


def test_text_of_an_unknown_charset_is_shown_as_far_as_it_can_be() -> None:
    assert "words" in received(ODD["unknown charset"]).text


def test_content_is_not_in_the_repr() -> None:
    assert "123456" not in repr(rich())
    assert "x00" not in repr(rich().attachments)
