"""Who a message is from and for: from arguments, or from the headers of an email message. RFC 5321 §2.3.1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rawsmtp.wire.address import Mailbox
from rawsmtp.wire.path import Mail, Rcpt

from .header_addresses import header_addresses
from .source import is_email

if TYPE_CHECKING:
    from email.message import Message

Fields = Sequence[tuple[str, object]]

_RECIPIENT_FIELDS = ("To", "Cc", "Bcc")
# Whoever sends many messages sends them from few addresses, and often to the same ones: they are checked once.
_mail = lru_cache(maxsize=64)(Mail)
_rcpt = lru_cache(maxsize=1_024)(Rcpt)
_ONCE = frozenset({"resent-from", "resent-sender", "resent-date", "resent-message-id"})


class Envelope(NamedTuple):
    """The sender, and the recipients in order, each once.

    given: as the caller gave them, the sender and by their addresses the recipients, where they are said in another
        form.
    """

    sender: Mail
    recipients: tuple[Rcpt, ...]
    given: tuple[str, Mapping[str, str]] | None = None

    @property
    def sender_given(self) -> str:
        """The sender's address as the caller gave it."""
        return self.sender.address if self.given is None else self.given[0]

    def recipient_given(self, address: str) -> str:
        """Return a recipient's address as the caller gave it."""
        return address if self.given is None else self.given[1][address]


def make(message: object, sender: str | Mail | None, recipients: str | Iterable[str | Rcpt] | None) -> Envelope:
    """Return the envelope of a message.

    sender: an address, "" for the null sender, or Mail with parameters; None reads the headers.
    recipients: an address or several, or Rcpt with parameters; None reads the headers.
    Raises ValueError for no recipients, for what is not exactly one address, and for headers that are unclear;
    TypeError for other types.
    """
    found_sender = _sender(_headers(message)) if sender is None else _given_sender(sender)
    found = _header_recipients(_headers(message)) if recipients is None else _listed(recipients)
    if len(found) > 1:
        unique = {recipient.address: recipient for recipient in reversed(found)}
        found = list(reversed(unique.values()))
    if not found:
        raise ValueError("no recipients: give one address at least")
    for path in (found_sender, *found):
        if not path.address.isascii():
            # A domain that has two forms is refused here, not when the connection is there.
            Mailbox.parse(path.address).with_ascii_domain()
    return Envelope(found_sender, tuple(found))


def _headers(message: object) -> Message | None:
    return message if is_email(message) else None


def _given_sender(sender: str | Mail) -> Mail:
    if type(sender) is str:
        return _mail(sender)
    return sender if isinstance(sender, Mail) else Mail(sender)


def _listed(recipients: str | Iterable[str | Rcpt]) -> list[Rcpt]:
    if isinstance(recipients, (str, Rcpt)):
        recipients = [recipients]
    is_list = isinstance(recipients, (list, tuple))  # asked first: an abstract class takes its time to answer
    if not is_list and (isinstance(recipients, (bytes, bytearray, Mapping)) or not isinstance(recipients, Iterable)):
        raise TypeError(f"recipients is an address or a list of them, not {type(recipients).__name__}: {recipients!a}")
    return [
        _rcpt(recipient) if type(recipient) is str else recipient if isinstance(recipient, Rcpt) else Rcpt(recipient)
        for recipient in recipients
    ]


def _sender(headers: Message | None) -> Mail:
    if headers is None:
        raise ValueError('no sender: give sender=, "" for the null sender')
    fields, prefix = _block(headers)
    found = header_addresses(fields, f"{prefix}Sender") or header_addresses(fields, f"{prefix}From")
    if len(found) != 1:
        raise ValueError(f"the headers name {len(found)} senders, and one is needed: give sender=")
    return Mail(found[0])


def _header_recipients(headers: Message | None) -> list[Rcpt]:
    if headers is None:
        raise ValueError("no recipients: give recipients=")
    fields, prefix = _block(headers)
    return [Rcpt(address) for name in _RECIPIENT_FIELDS for address in header_addresses(fields, prefix + name)]


def _block(headers: Message) -> tuple[Fields, str]:
    """Return the fields that say who a message is from and for: the newest Resent block, else all. RFC 5322 §3.6.6."""
    fields = list(headers.raw_items())
    resent = [name.lower().startswith("resent-") for name, _ in fields]
    if not any(resent):
        return fields, ""
    start = resent.index(True)
    end = resent.index(False, start) if False in resent[start:] else len(fields)
    block = _newest(fields[start:end])
    older = [field for field, is_resent in zip(fields, resent, strict=True) if is_resent][len(block) :]
    if older:
        _check_apart(block, older)
    return block, "Resent-"


def _newest(fields: Fields) -> Fields:
    """Return the fields before the first that begins another block: one that a block has only once."""
    seen = set()
    for number, (name, _) in enumerate(fields):
        if name.lower() in _ONCE and name.lower() in seen:
            return fields[:number]
        seen.add(name.lower())
    return fields


def _check_apart(block: Fields, older: Fields) -> None:
    names = [name.lower() for name, _ in block]
    # A second Resent-To may be the beginning of the block behind, whose recipients have had the message. And what has
    # none of the fields that every block has may belong to the other one, whose recipients would miss it.
    complete = not _ONCE.isdisjoint(names) and any(name.lower() in _ONCE for name, _ in older)
    if len(set(names)) < len(names) or not complete:
        raise ValueError("it is unclear where the newest Resent block ends: give sender= and recipients=")
