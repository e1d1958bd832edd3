"""The message made to fit what the server offers: which parameters MAIL needs. RFC 1870, RFC 6152, RFC 6531."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.errors import NotSupported
from rawsmtp.wire.address import Mailbox
from rawsmtp.wire.path import Mail, Rcpt

from .envelope import Envelope
from .source import Source

if TYPE_CHECKING:
    from email.message import Message

    from rawsmtp.errors import Phase
    from rawsmtp.wire.capabilities import Capabilities


def fit(envelope: Envelope, source: Source, capabilities: Capabilities) -> tuple[Envelope, Source]:
    """Return the envelope with what this server has to be told, and nothing else, and the octets that it can take.

    Raises NotSupported where the server cannot carry the message: "SMTPUTF8" for an address that is not ASCII, "SIZE"
    for a message over the size that it takes, "8BITMIME" for octets that are not ASCII and cannot be encoded.
    """
    needs_utf8 = False
    if not _is_ascii(envelope):
        envelope = _fit_addresses(envelope, capabilities)
        needs_utf8 = not _is_ascii(envelope)
    sender = envelope.sender
    parameters: list[str] = []
    declared = [parameter.partition("=")[0].upper() for parameter in sender.parameters]
    if not source.is_ascii:
        needs_utf8 = needs_utf8 or _has_utf8_headers(source, capabilities)
        if "BODY" not in declared:
            source, body = _body(source, capabilities)
            parameters += body
    if "SIZE" not in declared:
        parameters += _size(source, capabilities)
    if needs_utf8 and "SMTPUTF8" not in declared:
        parameters.append("SMTPUTF8")
    if parameters:
        envelope = Envelope(sender.adding(*parameters), envelope.recipients, envelope.given)
    return envelope, source


def _fit_addresses(envelope: Envelope, capabilities: Capabilities) -> Envelope:
    for path in (envelope.sender, *envelope.recipients):
        if path.address and Mailbox.parse(path.address).needs_smtputf8 and not capabilities.smtputf8:
            raise NotSupported(
                f"the server does not offer SMTPUTF8, which the address {path.address!r} needs", extension="SMTPUTF8"
            )
    sender = Mail(_ascii_domain(envelope.sender.address), *envelope.sender.parameters)
    # Two that were written in different ways may be one.
    unique: dict[str, Rcpt] = {}
    for rcpt in envelope.recipients:
        unique.setdefault(_ascii_domain(rcpt.address), rcpt)
    recipients = tuple(Rcpt(address, *rcpt.parameters) for address, rcpt in unique.items())
    given = {address: rcpt.address for address, rcpt in unique.items()}
    return Envelope(sender, recipients, (envelope.sender.address, given))


def _ascii_domain(address: str) -> str:
    return str(Mailbox.parse(address).with_ascii_domain()) if address else address


def _is_ascii(envelope: Envelope) -> bool:
    for path in envelope.recipients:
        if not path.address.isascii():
            return False
    return envelope.sender.address.isascii()


def _has_utf8_headers(source: Source, capabilities: Capabilities) -> bool:
    if source.email is None:
        return False
    from .rendering import needs_utf8_headers

    needed = needs_utf8_headers(source.email)
    if needed and not capabilities.smtputf8:
        raise NotSupported(
            "the server does not offer SMTPUTF8, which an address in the headers needs", extension="SMTPUTF8"
        )
    return needed


def _size(source: Source, capabilities: Capabilities) -> list[str]:
    size, limit = source.size, capabilities.size
    if size is None or "SIZE" not in capabilities:
        return []
    if limit is not None and size > limit:
        raise NotSupported(f"the message has {size} octets, and the server takes {limit} at most", extension="SIZE")
    return [f"SIZE={size}"]


def _body(source: Source, capabilities: Capabilities) -> tuple[Source, list[str]]:
    if capabilities.eight_bit_mime:
        # A stream may turn out to have them: saying so costs nothing, and taking it back is not possible.
        return source, ["BODY=8BITMIME"]
    if source.is_ascii is None:
        return source, []
    if source.email is not None:
        return _as_7bit(source.email), []
    raise not_8bit()


def _as_7bit(email: Message) -> Source:
    from .rendering import render_7bit

    encoded = Source(render_7bit(email), email=email)
    if not encoded.is_ascii:
        raise not_8bit()
    return encoded


def not_8bit(phase: Phase = "mail") -> NotSupported:
    """Return the error for octets that are not ASCII where they cannot be sent; of a stream, in its midst."""
    return NotSupported(
        "the message has octets beyond ASCII, and the server does not offer 8BITMIME",
        extension="8BITMIME",
        phase=phase,
        hint="encode the message as quoted-printable or base64, or give an EmailMessage, which is encoded as needed",
    )
