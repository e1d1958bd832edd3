"""An email message as octets: what is changed is changed on a copy, and can be read back as it was."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage, Message
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rawsmtp import NotSupported
from rawsmtp.message.rendering import (
    LONGEST_LINE,
    _with_ascii_domains,
    check_headers,
    has_long_line,
    needs_utf8_headers,
    render,
    render_7bit,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.policy import Policy

POLICIES = pytest.mark.parametrize("kind", [policy.default, policy.SMTP, policy.compat32], ids=["new", "smtp", "old"])


def parsed(text: str | bytes, kind: Policy = policy.default) -> Message:
    octets = text.encode() if isinstance(text, str) else text
    return message_from_bytes(re.sub(rb"\r?\n", b"\r\n", octets), policy=kind)


def reparsed(octets: bytes) -> EmailMessage:
    message = message_from_bytes(octets, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def headers(message: Message) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in message.raw_items()]


def leaves(message: Message) -> list[bytes]:
    """Return the decoded content of every part, line ends made one."""
    found = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    return [re.sub(rb"\r\n?", b"\n", octets).rstrip(b"\n") for octets in found if isinstance(octets, bytes)]


def mail(**fields: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {"From": "a@x.test", "To": "b@x.test", **fields}.items():
        message[name] = value
    return message


def with_text(text: str = "grüße\n", **options: Any) -> EmailMessage:
    message = mail()
    message.set_content(text, **options)
    return message


def with_binary(octets: bytes, cte: str) -> EmailMessage:
    message = mail()
    message.set_content(octets, "application", "octet-stream", cte=cte)
    return message


def nested() -> EmailMessage:
    inner = with_text("innen: ü\n", cte="8bit")
    inner["Subject"] = "inner"
    message = with_text("außen\n", cte="8bit")
    message.add_alternative("<p>äöü</p>\n", subtype="html", cte="8bit")
    message.add_attachment(bytes(range(256)) * 2, "application", "x-bits", filename="grüße.bin")
    message.add_attachment(inner)
    return message


MULTIPART = "From: a@x.test\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
PARTS = "--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\ngrüße\n--b--\n"
FORMS: dict[str, Callable[[], Message]] = {
    "ascii": lambda: with_text("hello\n"),
    "utf-8": lambda: with_text(cte="8bit"),
    "latin-1": lambda: with_text(charset="iso-8859-1", cte="8bit"),
    "gb18030": lambda: with_text("你好\n", charset="gb18030", cte="8bit"),
    "koi8-r": lambda: with_text("привет\n", charset="koi8-r", cte="8bit"),
    "utf-16, binary": lambda: parsed(
        b"Content-Type: text/plain; charset=utf-16-le\nContent-Transfer-Encoding: binary\n\n" + "gö".encode("utf-16-le")
    ),
    "quoted-printable": lambda: with_text(cte="quoted-printable"),
    "base64": lambda: with_text(cte="base64"),
    "no charset": lambda: parsed("Subject: x\n\ngrüße\n"),
    "no charset, old": lambda: parsed("Subject: x\n\ngrüße\n", policy.compat32),
    "8bit without charset": lambda: parsed(
        b"Content-Type: application/x-y\nContent-Transfer-Encoding: 8bit\n\n\xff\xfe\x80\n"
    ),
    "8bit said twice": lambda: parsed("Content-Transfer-Encoding: 8bit\nContent-Transfer-Encoding: 8bit\n\nü\n"),
    "8bit in quoted-printable": lambda: parsed("Content-Transfer-Encoding: quoted-printable\n\n=C3=BC ü\n"),
    "binary": lambda: with_binary(b"a\0\rb\nc\xff\r\n.\r\nd", "binary"),
    "binary, 8bit": lambda: with_binary(b"\xff\xfe\n.\n", "8bit"),
    "nested": nested,
    "message/rfc822": lambda: parsed(
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nFrom: c@x.test\nSubject: grüße\n\nü\n"
    ),
    "preamble": lambda: parsed(MULTIPART + "prä\n" + PARTS),
    "epilogue": lambda: parsed(MULTIPART + PARTS + "épi\n"),
    "preamble, old": lambda: parsed(MULTIPART + "prä\n" + PARTS + "é\n", policy.compat32),
    "raw header": lambda: parsed("Subject: grüße\n\nx\n"),
    "raw header, old": lambda: parsed("Subject: grüße\nTo: Jürgen <j@x.test>\n\nx\n", policy.compat32),
    "raw file name": lambda: parsed(
        MULTIPART + '--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename="grüße"\n\nx\n--b--\n'
    ),
    "old": lambda: message_from_bytes(nested().as_bytes()),
    "delivery status": lambda: parsed(
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; ü@x.test\n"
    ),
    "long lines": lambda: with_text("ü" * 3_000 + "\n", cte="8bit"),
}


@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)
def test_7bit_says_the_same(make: Callable[[], Message]) -> None:
    message = make()
    octets, before = message.as_bytes(), headers(message)
    encoded = render_7bit(message)
    assert encoded.isascii()
    assert not has_long_line(encoded)
    assert leaves(reparsed(encoded)) == leaves(make())
    assert [part.get_content_type() for part in reparsed(encoded).walk()] == [
        part.get_content_type() for part in message.walk()
    ]
    assert (message.as_bytes(), headers(message)) == (octets, before)
    for part in reparsed(encoded).walk():
        assert len(part.get_all("Content-Transfer-Encoding", [])) <= 1
        assert "8bit" not in part.get("Content-Transfer-Encoding", "")


@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)
def test_rendered_says_the_same(make: Callable[[], Message]) -> None:
    message = make()
    octets, before = message.as_bytes(), headers(message)
    rendered = render(message)
    assert not has_long_line(rendered)
    assert leaves(reparsed(rendered)) == leaves(make())
    assert "binary" not in {part.get("Content-Transfer-Encoding") for part in reparsed(rendered).walk()}
    assert (message.as_bytes(), headers(message)) == (octets, before)


def test_text_keeps_its_8bit_encoding_where_it_can() -> None:
    assert b"8bit\n" in render(with_text(cte="8bit"))
    assert "grüße".encode() in render(with_text(cte="8bit"))


def test_binary_is_exactly_what_it_was() -> None:
    octets = b"a\0\rb\nc\xff\r\n.\r\nd"
    assert reparsed(render(with_binary(octets, "binary"))).get_content() == octets


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["utf-8", "utf-16", "utf-32-le"]))
@settings(max_examples=60)
def test_any_text_comes_back(text: str, charset: str) -> None:
    content = re.sub(rb"\r\n?|\n", b"\r\n", text.encode("utf-8")).decode().encode(charset)
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: binary\n\n"
    message = message_from_bytes(head.encode().replace(b"\n", b"\r\n") + content, policy=policy.default)
    encoded = render_7bit(message)
    assert encoded.isascii()
    found, sent = (part.get_payload(decode=True) for part in (reparsed(encoded), message))
    assert isinstance(found, bytes)
    assert isinstance(sent, bytes)
    assert found.replace(b"\r\n", b"\n") == sent.replace(b"\r\n", b"\n")


@given(st.binary(), st.sampled_from(["8bit", "binary", "base64"]), st.booleans())
@settings(max_examples=60)
def test_any_octets_come_back(octets: bytes, cte: str, attached: bool) -> None:
    message = with_text(cte="8bit") if attached else mail()
    put = message.add_attachment if attached else message.set_content
    put(octets, "application", "x-y", cte=cte)
    encoded = render_7bit(message)
    assert encoded.isascii()
    parts = list(reparsed(encoded).iter_parts()) or [reparsed(encoded)]
    assert not attached or parts[0].get_content() == "grüße\n"
    if cte != "8bit" or not octets.isascii():
        assert parts[-1].get_content() == octets


SIGNED = """From: a@x.test
MIME-Version: 1.0
Content-Type: multipart/signed; boundary=b; protocol="application/pgp-signature"

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{}
--b
Content-Type: application/pgp-signature

x
--b--
"""


@POLICIES
def test_signed_messages_are_refused_or_left_alone(kind: Policy) -> None:
    with pytest.raises(NotSupported, match="signed") as caught:
        render_7bit(parsed(SIGNED.format("grüße"), kind))
    assert caught.value.extension == "8BITMIME"
    assert "before it is signed" in (caught.value.hint or "")
    for text in ("grüße", "x" * 3_000):
        rendered = render(parsed(SIGNED.format(text), kind))
        assert text.encode() in rendered
        assert b"8bit" in rendered
    assert b"hello" in render_7bit(parsed(SIGNED.format("hello"), kind))


def test_part_beside_a_signed_one_is_encoded() -> None:
    head = "From: a@x.test\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nprüf\n--o\n"
    encoded = render_7bit(parsed(head + SIGNED.format("hello") + "--o--\n"))
    assert encoded.isascii()
    assert b"pr=C3=BCf" in encoded


DOMAINS = [
    ("Jürgen <a@bücher.example>", "a@xn--bcher-kva.example"),
    ("a@x.bü, b@x.bücher", "a@x.xn--b-eha, b@x.xn--bcher-kva"),
    ('"a@bücher.example" <b@bücher.example>', "b@xn--bcher-kva.example"),
    ('a@bücher.example (it"s, so), b@bücher.example', "a@xn--bcher-kva.example, b@xn--bcher-kva.example"),
    ("Freunde: a@bücher.example, B <b@x.test>;", "a@xn--bcher-kva.example, b@x.test"),
]


def addresses(message: EmailMessage, name: str) -> str:
    return ", ".join(address.addr_spec for address in message[name].addresses)


@pytest.mark.parametrize("name", ["To", "From", "Cc", "Reply-To", "Resent-To"])
@pytest.mark.parametrize(("value", "found"), DOMAINS)
def test_domains_become_a_labels(name: str, value: str, found: str) -> None:
    built = EmailMessage()
    built[name] = value
    old = Message()
    old[name] = value
    for message in (built, old, parsed(f"{name}: {value}\n\n"), parsed(f"{name}: {value}\n\n", policy.compat32)):
        before = headers(message)
        rendered = render(message)
        assert rendered.isascii()
        assert addresses(reparsed(rendered), name) == found
        assert headers(message) == before
        if "Jürgen" in value:
            assert reparsed(rendered)[name].addresses[0].display_name == "Jürgen"


def test_only_addresses_become_a_labels() -> None:
    text = '"a@bücher.example" <a@bücher.example>, b@bücher.example (not a@bücher.example), <"a b"@bücher.example>'
    assert _with_ascii_domains("To", text, text) == (
        '"a@bücher.example" <a@xn--bcher-kva.example>, b@xn--bcher-kva.example (not a@bücher.example), '
        '<"a b"@xn--bcher-kva.example>'
    )


def test_header_object_keeps_its_address() -> None:
    message = Message()
    message["To"] = Header("a@bücher.example", "utf-8")  # type: ignore[assignment]  # typeshed: str alone
    assert render(message).isascii()


@POLICIES
def test_raw_headers_are_encoded_as_utf_8(kind: Policy) -> None:
    rendered = render(parsed("Subject: grüße\n aus\nTo: Jürgen <j@x.test>\n\nx\n", kind))
    assert rendered.isascii()
    assert reparsed(rendered)["Subject"] == "grüße aus"
    assert reparsed(rendered)["To"] == "Jürgen <j@x.test>"


@POLICIES
def test_international_local_part_stays_as_it_is(kind: Policy) -> None:
    message = parsed("Subject: grüße\nTo: 用户 <用户@例子.test>, b@bücher.example\n\nx\n", kind)
    assert needs_utf8_headers(message)
    rendered = render(message)
    assert "<用户@例子.test>, b@xn--bcher-kva.example".encode() in rendered
    assert reparsed(rendered)["Subject"] == "grüße"


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("To: ü@x.test\n\n", True),
        ("Resent-From: ü@x.test\n\n", True),
        ("Reply-To: ü@x.test\n\n", True),
        ("To: a@ü.test\n\n", False),
        ("To: ü <a@x.test>\n\n", False),
        ("To: ü ü ü\n\n", False),
        ("Subject: ü@x.test\n\n", False),
        ("Bcc: ü@x.test\n\n", False),
        ("To: a@x.test\n\nü\n", False),
    ],
)
def test_what_needs_utf8_headers(text: str, needed: bool) -> None:
    assert needs_utf8_headers(parsed(text)) is needed
    assert needs_utf8_headers(parsed(text, policy.compat32)) is needed


@POLICIES
@pytest.mark.parametrize("write", [render, render_7bit])
def test_hidden_recipients_leave_the_copy_alone(write: Callable[[Message], bytes], kind: Policy) -> None:
    text = "From: a@x.test\nBcc: b@x.test\nbCC: c@x.test\nResent-Bcc: d@x.test\nX-Bcc: kept\n\nx\n"
    message = parsed(text, kind)
    octets, before = message.as_bytes(), headers(message)
    assert [name for name, _ in headers(reparsed(write(message)))] == ["From", "X-Bcc"]
    assert (message.as_bytes(), headers(message)) == (octets, before)


def test_hidden_recipients_of_an_attached_message_are_content() -> None:
    message = parsed("From: a@x.test\nContent-Type: message/rfc822\n\nBcc: b@x.test\n\nx\n")
    assert b"Bcc: b@x.test" in render(message)


ENDS = ["\r\n", "\n", "\r", "\0", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r\n \r\n"]


def injected(name: str, value: str, kind: Policy, *, inner: bool = False) -> Message:
    part = parsed("Content-Type: text/plain\n\nx\n", kind)
    part._headers.append((name, value))  # type: ignore[attr-defined]  # what an older Python takes by __setitem__
    if not inner:
        return part
    message = parsed(MULTIPART + "--b\n\n--b--\n", kind)
    message.set_payload([part])
    return message


@POLICIES
@pytest.mark.parametrize("inner", [False, True], ids=["whole", "part"])
@pytest.mark.parametrize("end", ENDS, ids=ascii)
def test_no_value_begins_another_header(end: str, kind: Policy, inner: bool) -> None:
    message = injected("Subject", f"x{end}Bcc: evil@x.test", kind, inner=inner)
    for write in (check_headers, render, render_7bit):
        with pytest.raises(ValueError, match="the header Subject has a line end in it") as caught:
            write(message)
        assert str(caught.value).isascii()


@POLICIES
@pytest.mark.parametrize("name", ["", "A B", "A:", "A\r\nB", "Ä", "A\0", "A\n"], ids=ascii)
def test_no_name_begins_another_header(name: str, kind: Policy) -> None:
    with pytest.raises(ValueError, match="not the name of a header"):
        check_headers(injected(name, "x", kind))


HIDDEN = [
    "=?utf-8?q?a=0D=0ABcc:_evil=40x?=",
    "=?utf-8?b?YQ0KQmNjOiBldmls?=",
    "=?utf-8?B?YQo?=",
    "=?x?b?Y!Q0K?=",
    "=?UTF-8?Q?a=0aBcc:?=",
    "=?x?q?=0d?=",
    "=?x?q?a?= =?y?b?b?= =?x?q?=0d?=",
    "=?x?q?a\r\n =0d?=",
]


@POLICIES
@pytest.mark.parametrize("name", ["Subject", "To", "X-Other"])
@pytest.mark.parametrize("word", HIDDEN)
@pytest.mark.parametrize("tail", ["", " <a@x.test>", " word" * 60], ids=["short", "address", "long"])
def test_no_encoded_word_begins_another_header(name: str, word: str, tail: str, kind: Policy) -> None:
    with pytest.raises(ValueError, match=f"the header {name} has a line end in it"):
        render(parsed(f"{name}: {word}{tail}\n\nx\n", kind))


@POLICIES
def test_folded_headers_and_odd_words_are_fine(kind: Policy) -> None:
    text = "Subject: one\n two\n\tthree =?utf-8?q?gr=C3=BC=C3=9Fe?= =?utf-8?b?!?= =?=\n\nx\n"
    assert b"three" in render(parsed(text, kind))


def test_what_a_policy_makes_of_a_header_is_looked_at() -> None:
    class Careless(type(policy.default)):  # type: ignore[misc]  # a class that is only known at run time
        def fold_binary(self, name: str, value: str) -> bytes:
            return f"{name}: {value}\nBcc: evil@x.test\n".encode()

    message = parsed("Subject: x\n\nx\n")
    message.policy = Careless()
    with pytest.raises(ValueError, match="the header Subject has a line end in it"):
        render(message)


HOSTILE = {
    "deep multipart": "".join(f"Content-Type: multipart/mixed; boundary=x{n}\n\n--x{n}\n" for n in range(900)),
    "deep message": "Content-Type: message/rfc822\n\n" * 900,
    "comments": "To: " + "(" * 20_000 + "\n\nx\n",
    "comments beside long lines": "To: " + "(" * 20_000 + "\n\n" + "x" * 2_000 + "\n",
    "encoding": f"Content-Transfer-Encoding: {'(' * 5_000}\n\nü\n",
    "address list": "To: " + "a:" * 5_000 + "\n\nx\n",
    "charset": "Content-Type: text/plain; charset*=''\n\nü" + "x" * 2_000 + "\n",
    "multipart without boundary": "Content-Type: multipart/mixed\n\nü\n",
    "words without an end": "To: " + "=?x?q?a" * 2_000 + "\n\nx\n",
    "words of half a letter": "To: " + "=?x?b?a?= " * 2_000 + "\n\nx\n",
    "raw address": "To: ü <\n\nx\n",
}


@POLICIES
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("write", [render, render_7bit])
def test_hostile_messages_are_written_or_refused(write: Callable[[Message], bytes], text: str, kind: Policy) -> None:
    error = None
    try:
        assert write(parsed(text, kind)).endswith(b"\n")
    except ValueError as caught:
        error = caught
    assert error is None or (type(error) is ValueError and len(str(error)) < 500)


@POLICIES
@pytest.mark.parametrize("name", ["Content-Type", "Content-Transfer-Encoding"])
def test_hostile_mime_headers_are_refused_or_written(name: str, kind: Policy) -> None:
    message = injected(name, "(" * 20_000, kind)
    message.set_payload("x" * 2_000)
    if kind is policy.compat32:
        assert not has_long_line(render(message).split(b"\n\n")[-1])
    else:
        with pytest.raises(ValueError, match="cannot be written: RecursionError"):
            render(message)


def test_what_python_cannot_write_is_a_value_error() -> None:
    message = Message()
    message.set_payload("grüße")
    with pytest.raises(ValueError, match="cannot be written: UnicodeEncodeError"):
        render(message)


LONG = [
    ("text, 8bit", lambda: with_text("ü" * 800 + "\n" + "x" * 999 + "\n", cte="8bit")),
    ("text, 7bit", lambda: parsed("Subject: x\n\n" + "x" * 5_000 + "\n")),
    ("json", lambda: parsed("Content-Type: application/json\n\n" + "[" * 2_000 + "\n")),
    ("base64 in one line", lambda: parsed("Content-Transfer-Encoding: base64\n\n" + "YWJj" * 1_000 + "\n")),
    ("in a part", lambda: parsed(MULTIPART + "--b\n\n" + "x" * 2_000 + "\n--b--\n")),
    ("in an attached message", lambda: parsed("Content-Type: message/rfc822\n\nSubject: x\n\n" + "x" * 2_000 + "\n")),
    ("in a preamble", lambda: parsed(MULTIPART + "x" * 2_000 + "\n" + PARTS)),
    ("long header", lambda: parsed("Subject: " + "x" * 2_000 + "\n\nx\n")),
    ("long header, old", lambda: parsed("Subject: " + "x" * 2_000 + "\n\nx\n", policy.compat32)),
    ("header with a long word, old", lambda: parsed("X: a\n " + "x" * 2_000 + "\n b\n\nx\n", policy.compat32)),
    ("utf-16", lambda: with_text("x\n" * 2_000, charset="utf-16-be", cte="base64")),
]


@pytest.mark.parametrize("make", [make for _, make in LONG], ids=[name for name, _ in LONG])
def test_long_lines_are_encoded(make: Callable[[], Message]) -> None:
    rendered = render(make())
    assert not has_long_line(rendered)
    assert reparsed(rendered)["Subject"] == make()["Subject"]
    assert leaves(reparsed(rendered)) == leaves(make())


@pytest.mark.parametrize(
    ("octets", "long"),
    [
        (b"", False),
        (b"x" * LONGEST_LINE, False),
        (b"x" * (LONGEST_LINE + 1), True),
        (b"x" * LONGEST_LINE + b"\r\n", False),
        (b"x" * (LONGEST_LINE + 1) + b"\n", True),
        (b"x" * (LONGEST_LINE + 1) + b"\r\n", True),
        (b"x\n" * 5_000, False),
        (b"x\r\n" * 5_000 + b"x" * 999, True),
        (b"y" * 998 + b"\n" + b"x" * 998 + b"\r\n" + b"z" * 998, False),
    ],
)
def test_has_long_line(octets: bytes, long: bool) -> None:
    assert has_long_line(octets) is long


def test_lines_that_begin_with_from_are_not_mangled() -> None:
    assert b"\nFrom me\n" in render(parsed("Subject: x\n\nFrom me\n", policy.compat32))


def test_encoded_message_without_mime_version_gets_one() -> None:
    found = reparsed(render_7bit(parsed("Subject: x\n\ngrüße\n")))
    assert found["MIME-Version"] == "1.0"
    attached = reparsed(render_7bit(parsed("Content-Type: message/rfc822\n\nSubject: x\n\ngrüße\n")))
    assert [part.get("MIME-Version") for part in attached.walk()] == [None, "1.0"]
    parts = reparsed(render_7bit(parsed(MULTIPART + PARTS)))
    assert [part.get("MIME-Version") for part in parts.walk()] == ["1.0", None]
