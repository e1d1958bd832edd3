"""An email message as octets that any server can carry: its headers checked, Bcc out, lines and octets within limits.

The caller's object is never changed: what has to be encoded in another way is, on a copy.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING

from rawsmtp.errors import NotSupported
from rawsmtp.wire.address import Mailbox

from .header_addresses import header_addresses

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message
    from email.policy import Policy

LONGEST_LINE = 998
"""RFC 5322 §2.1.1, in octets without the line end."""

_RAW_LINE_END = re.compile(r"\r\n(?![ \t])|\r(?!\n)|(?<!\r)\n(?![ \t])|\0")
_FIELD_NAME = re.compile(r"[!-9;-~]+")
_ADDRESS_FIELDS = frozenset(
    prefix + name for prefix in ("", "resent-") for name in ("from", "sender", "reply-to", "to", "cc")
)
_HIDDEN = ("bcc", "resent-bcc")


def render(message: Message) -> bytes:
    """Return the octets of a message, in the transfer encodings that it has, but for lines that are too long.

    Raises ValueError for headers that would begin other ones.
    """
    check_headers(message)
    bare = _prepared(message)
    octets = _flatten(bare)
    return _flatten(_encoded(bare, _has_long_lines)) if has_long_line(octets) else octets


def render_7bit(message: Message) -> bytes:
    """Return the octets of a message with every part that is not ASCII encoded as quoted-printable or base64.

    Raises NotSupported if that would break a signature. RFC 6152 §3, RFC 1847 §2.1.
    """
    if any(part.get_content_type() == "multipart/signed" for part in message.walk()):
        raise NotSupported(
            "a signed message has octets beyond ASCII, and the server does not offer 8BITMIME",
            extension="8BITMIME",
            hint="encode its parts as quoted-printable or base64 before it is signed",
        )
    return _flatten(_encoded(_prepared(message), lambda part: _is_8bit(part) or _has_long_lines(part)))


def needs_utf8_headers(message: Message) -> bool:
    """Whether a header has an address whose local part is not ASCII: no encoding can carry it. RFC 6532 §3.2."""
    fields = [(name, value) for name, value in message.raw_items() if not str(value).isascii()]
    for name in {name.lower() for name, _ in fields} & _ADDRESS_FIELDS:
        try:
            found = header_addresses(fields, name)
        except ValueError:
            continue  # only the fields that the envelope is read from have to be clear
        if any(not address.rpartition("@")[0].isascii() for address in found):
            return True
    return False


def check_headers(message: Message) -> None:
    """Raise ValueError for a header of any part that would begin another one, or the body."""
    for part in message.walk():
        for name, value in part.raw_items():
            if not _FIELD_NAME.fullmatch(name):
                raise ValueError(f"not the name of a header: {name!a:.120}")
            if _RAW_LINE_END.search(str(value)):
                raise ValueError(f"the header {name} has a line end in it: {str(value)!a:.120}")


def has_long_line(octets: bytes) -> bool:
    """Whether a line has more octets than a message may have in one."""
    start, size = 0, len(octets)
    while size - start > LONGEST_LINE:
        end = octets.rfind(b"\n", start, start + LONGEST_LINE + 2)
        if end < 0 or (end - start > LONGEST_LINE and octets[end - 1 : end] != b"\r"):
            return True
        start = end + 1
    return False


def _prepared(message: Message) -> Message:
    """Return the message without Bcc and with ASCII domains: a copy if something is to be changed."""
    fields = [field for field in message.raw_items() if field[0].lower() not in _HIDDEN]
    changed = [(name, _with_ascii_domains(message.policy, name, value)) for name, value in fields]
    if changed == list(message.raw_items()):
        return message
    prepared = copy.copy(message)
    prepared._headers = changed  # type: ignore[attr-defined]  # the copy shares the list of headers else
    return prepared


def _with_ascii_domains(policy: Policy, name: str, value: object) -> object:
    text = str(value)
    if text.isascii() or name.lower() not in _ADDRESS_FIELDS:
        return value
    try:
        addresses = header_addresses([(name, value)], name)
    except ValueError:
        return value  # only the fields that the envelope is read from have to be clear
    for address in addresses:
        mailbox = Mailbox.parse(address)
        if not mailbox.needs_smtputf8:
            text = text.replace(address, str(mailbox.with_ascii_domain()))
    return value if text == str(value) else policy.header_store_parse(name, text)[1]


def _flatten(message: Message) -> bytes:
    from email.generator import BytesGenerator
    from email.policy import EmailPolicy, default
    from io import BytesIO

    buffer = BytesIO()
    policy: Policy = message.policy
    if needs_utf8_headers(message):
        policy = (policy if isinstance(policy, EmailPolicy) else default).clone(utf8=True)
    # A line that begins with "From " is mangled in mailbox files only.
    BytesGenerator(buffer, mangle_from_=False, policy=policy).flatten(message)
    return buffer.getvalue()


def _encoded(message: Message, is_wanted: Callable[[Message], bool]) -> Message:
    """Return a copy in which every part that is wanted is quoted-printable, or base64 if it is not text."""
    copied = copy.deepcopy(message)
    for part in copied.walk():
        encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
        if part.is_multipart():
            # A container says no more than its parts do.
            if encoding in ("8bit", "binary"):
                _replace_encoding(part, "7bit")
        elif is_wanted(part):
            _encode(part)
    return copied


def _is_8bit(part: Message) -> bool:
    payload = part.get_payload()
    return isinstance(payload, str) and not payload.isascii()


def _has_long_lines(part: Message) -> bool:
    payload = part.get_payload()
    return isinstance(payload, str) and has_long_line(payload.encode("utf-8", "surrogateescape"))


def _encode(part: Message) -> None:
    octets = part.get_payload(decode=True)
    octets = octets if isinstance(octets, bytes) else b""
    if part.get_content_maintype() == "text":
        import quopri

        part.set_payload(quopri.encodestring(octets).decode("ascii"))
        _replace_encoding(part, "quoted-printable")
    else:
        import base64

        part.set_payload(base64.encodebytes(octets).decode("ascii"))
        _replace_encoding(part, "base64")


def _replace_encoding(part: Message, encoding: str) -> None:
    if "Content-Transfer-Encoding" in part:
        part.replace_header("Content-Transfer-Encoding", encoding)
    else:
        part["Content-Transfer-Encoding"] = encoding
