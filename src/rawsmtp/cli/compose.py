"""The message of `send` and `sendmail`: made from options, or read and completed."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import formataddr, formatdate, make_msgid
from pathlib import Path
from typing import TYPE_CHECKING

from rawsmtp.message.header_addresses import parse
from rawsmtp.message.rendering import render

from .exits import Exit, Failure
from .html_text import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import Message

_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)")
_BCC = re.compile(rb"(?:resent-)?bcc[ \t]*:", re.IGNORECASE)
_NAME = re.compile(r"[!-9;-~]+")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a message is made from.

    sender, to, cc: as they stand in the headers, names included.
    headers: further ones; they take the place of those that are made.
    """

    sender: str
    to: Sequence[str]
    cc: Sequence[str]
    subject: str
    body: str
    html: bool
    attachments: Sequence[str]
    headers: Sequence[tuple[str, str]]


def compose(parts: Parts) -> EmailMessage:
    """Return a message. Raises Failure for a header or an attachment that cannot be used."""
    message = EmailMessage()
    try:
        for name, value in (*parts.headers, *_standard(parts)):
            if value and (name not in message or (name, value) in parts.headers):
                message[name] = value
    except (ValueError, UnicodeError, IndexError) as error:
        raise Failure(Exit.DATA, f"a header that cannot be: {error}", f"邮件头有误：{error}") from error
    _set_body(message, parts)
    for name in parts.attachments:
        _attach(message, Path(name))
    return message


def _set_body(message: EmailMessage, parts: Parts) -> None:
    """Put the body in; HTML behind its text, for those who read no HTML. RFC 2046 §5.1.4."""
    message.set_content(text_of(parts.body) if parts.html else parts.body)
    if parts.html:
        message.add_alternative(parts.body, subtype="html")


def _standard(parts: Parts) -> list[tuple[str, str]]:
    domain = address_of(parts.sender).rpartition("@")[2] if parts.sender else ""
    return [
        ("From", parts.sender),
        ("To", ", ".join(parts.to)),
        ("Cc", ", ".join(parts.cc)),
        ("Subject", parts.subject),
        ("Date", formatdate(localtime=True)),
        ("Message-ID", make_msgid(domain=domain if domain.isascii() and domain else "localhost")),
    ]


def _attach(message: EmailMessage, path: Path) -> None:
    kind, encoding = mimetypes.guess_type(path.name)
    if kind is None or encoding is not None:
        kind = "application/octet-stream"
    main, _, sub = kind.partition("/")
    octets = path.read_bytes()
    if main == "message":  # which would have to be parsed, and could not be carried as it is
        main, sub = "application", "octet-stream"
    message.add_attachment(octets, maintype=main, subtype=sub, filename=path.name)


def header_field(text: str) -> tuple[str, str]:
    """Return name and value of "Name: value". Raises ValueError if it is something else."""
    name, colon, value = text.partition(":")
    if not colon or not _NAME.fullmatch(name) or "\n" in value or "\r" in value:
        raise ValueError("a header is written as Name: value, on one line")
    return name, value.strip()


def addresses(texts: Sequence[str]) -> list[str]:
    """Return the bare addresses of "Name <a@b>", "a@b, c@d" and the like; a local part alone is an address too.

    Raises Failure for what is no list of addresses.
    """
    return [address for text in texts for address in _addresses(text)]


def address_of(text: str) -> str:
    """Return the one address in the text. Raises Failure if there is none or more."""
    found = _addresses(text)
    if len(found) != 1:
        raise _no_address(text, "")
    return found[0]


def _addresses(text: str) -> list[str]:
    if "@" not in text:
        return [text.strip()] if text.strip() else []
    try:
        return parse(text)
    except ValueError as error:
        raise _no_address(text, f" ({error})") from error


def _no_address(text: str, why: str) -> Failure:
    return Failure(Exit.USAGE, f"no address: {text!r}{why}", f"不是邮件地址：{text!r}{why}")


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that was read: its octets as they will be sent, and its headers as they were."""

    octets: bytes
    headers: Message


def ready(octets: bytes, *, sender: str = "", name: str = "") -> Ready:
    """Return a message that was read, ready to be sent: without Bcc, and with From, Date and Message-ID.

    sender: the address for the From that is missing; "" adds none.
    name: the full name beside it.
    """
    head, body = _split(octets.replace(b"\r\n", b"\n"))
    headers = BytesHeaderParser().parsebytes(head)
    fields = [field for field in _FIELD.findall(head) if not _BCC.match(field)]
    made = _missing(headers, sender, name)
    return Ready(made + b"".join(field.rstrip(b"\n") + b"\n" for field in fields) + b"\n" + body, headers)


def _split(octets: bytes) -> tuple[bytes, bytes]:
    """Return the header and the body; what does not begin with a header field is all body."""
    fields = []
    place = octets.find(b"\n") + 1 if octets.startswith(b"From ") else 0  # the first line of an mbox
    while match := _FIELD.match(octets, place):
        fields.append(match[0])
        place = match.end()
    return b"".join(fields), octets[place:].removeprefix(b"\n")


def _missing(headers: Message, sender: str, name: str) -> bytes:
    message = EmailMessage()
    if "From" not in headers and sender:
        message["From"] = _named(name, sender)
    if "Date" not in headers:
        message["Date"] = formatdate(localtime=True)
    if "Message-ID" not in headers:
        domain = sender.rpartition("@")[2]
        message["Message-ID"] = make_msgid(domain=domain if domain and domain.isascii() else "localhost")
    made = render(message).replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return made + b"\n" if made.strip() else b""


def _named(name: str, address: str) -> str:
    return formataddr((name, address)) if name else address
