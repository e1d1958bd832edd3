"""Who a message is from and for: from arguments, or from the headers of an email message. RFC 5321 §2.3.1."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rawsmtp.wire.command import Mail, Rcpt

from .header_addresses import header_addresses
from .source import is_email

if TYPE_CHECKING:
    from email.message import Message

_RECIPIENT_FIELDS = ("To", "Cc", "Bcc")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The sender, and the recipients in order, each once."""

    sender: Mail
    recipients: tuple[Rcpt, ...]


def make(message: object, sender: str | Mail | None, recipients: str | Iterable[str | Rcpt] | None) -> Envelope:
    """Return the envelope of a message.

    sender: an address, "" for the null sender, or Mail with parameters; None reads the headers.
    recipients: an address or several, or Rcpt with parameters; None reads the headers.
    Raises ValueError for no recipients, for what is not exactly one address, and for headers that are unclear;
    TypeError for other types.
    """
    headers = message if is_email(message) else None
    found_sender = _sender(headers) if sender is None else _mail(sender)
    found = _header_recipients(headers) if recipients is None else _listed(recipients)
    unique = {recipient.address: recipient for recipient in reversed(found)}
    if not unique:
        raise ValueError("no recipients: give one address at least")
    return Envelope(found_sender, tuple(reversed(unique.values())))


def _mail(sender: str | Mail) -> Mail:
    return sender if isinstance(sender, Mail) else Mail(sender)


def _listed(recipients: str | Iterable[str | Rcpt]) -> list[Rcpt]:
    if isinstance(recipients, (str, Rcpt)):
        recipients = [recipients]
    if isinstance(recipients, (bytes, bytearray, Mapping)) or not isinstance(recipients, Iterable):
        raise TypeError(f"recipients is an address or a list of them, not {type(recipients).__name__}: {recipients!a}")
    return [recipient if isinstance(recipient, Rcpt) else Rcpt(recipient) for recipient in recipients]


def _sender(headers: Message | None) -> Mail:
    if headers is None:
        raise ValueError('no sender: give sender=, "" for the null sender')
    prefix = _prefix(headers)
    found = header_addresses(headers, f"{prefix}Sender") or header_addresses(headers, f"{prefix}From")
    if len(found) != 1:
        raise ValueError(f"the headers name {len(found)} senders, and one is needed: give sender=")
    return Mail(found[0])


def _header_recipients(headers: Message | None) -> list[Rcpt]:
    if headers is None:
        raise ValueError("no recipients: give recipients=")
    prefix = _prefix(headers)
    return [Rcpt(address) for name in _RECIPIENT_FIELDS for address in header_addresses(headers, prefix + name)]


def _prefix(headers: Message) -> str:
    return "Resent-" if any(f"Resent-{name}" in headers for name in ("From", *_RECIPIENT_FIELDS)) else ""


def without_bcc(message: Message) -> Message:
    """Return the message without Bcc and Resent-Bcc: a copy if it has them, the caller's object is left alone."""
    if "Bcc" not in message and "Resent-Bcc" not in message:
        return message
    bare = copy.copy(message)
    bare._headers = list(message._headers)  # type: ignore[attr-defined]  # the copy shares the list of headers else
    del bare["Bcc"], bare["Resent-Bcc"]
    return bare
