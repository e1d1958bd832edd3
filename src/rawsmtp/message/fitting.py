"""The message made to fit what the server offers: which parameters MAIL needs. RFC 1870, RFC 6152, RFC 6531."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.errors import NotSupported
from rawsmtp.wire.address import Mailbox
from rawsmtp.wire.command import Mail, Rcpt

from .envelope import Envelope

if TYPE_CHECKING:
    from rawsmtp.wire.capabilities import Capabilities

    from .source import Source


def fit(envelope: Envelope, source: Source, capabilities: Capabilities) -> Envelope:
    """Return the envelope with what this server has to be told, and nothing else.

    Raises NotSupported where the server cannot carry the message: "SMTPUTF8" for an address that is not ASCII, "SIZE"
    for a message over the size that it takes, "8BITMIME" for octets that are not ASCII.
    """
    envelope = _fit_addresses(envelope, capabilities)
    parameters = list(envelope.sender.parameters)
    declared = {parameter.partition("=")[0].upper() for parameter in parameters}
    if "SIZE" not in declared:
        parameters += _size(source, capabilities)
    if "BODY" not in declared:
        parameters += _body(source, capabilities)
    if "SMTPUTF8" not in declared and _needs_smtputf8(envelope):
        parameters.append("SMTPUTF8")
    return Envelope(Mail(envelope.sender.address, *parameters), envelope.recipients)


def _fit_addresses(envelope: Envelope, capabilities: Capabilities) -> Envelope:
    paths = (envelope.sender, *envelope.recipients)
    if all(path.address.isascii() for path in paths):
        return envelope
    for path in paths:
        if path.address and Mailbox.parse(path.address).needs_smtputf8 and not capabilities.smtputf8:
            raise NotSupported(
                f"the server does not offer SMTPUTF8, which the address {path.address!r} needs", extension="SMTPUTF8"
            )
    return Envelope(
        Mail(_ascii_domain(envelope.sender.address), *envelope.sender.parameters),
        tuple(Rcpt(_ascii_domain(rcpt.address), *rcpt.parameters) for rcpt in envelope.recipients),
    )


def _ascii_domain(address: str) -> str:
    return str(Mailbox.parse(address).with_ascii_domain()) if address else address


def _needs_smtputf8(envelope: Envelope) -> bool:
    return not all(path.address.isascii() for path in (envelope.sender, *envelope.recipients))


def _size(source: Source, capabilities: Capabilities) -> list[str]:
    size, limit = source.size, capabilities.size
    if size is None or "SIZE" not in capabilities:
        return []
    if limit is not None and size > limit:
        raise NotSupported(f"the message has {size} octets, and the server takes {limit} at most", extension="SIZE")
    return [f"SIZE={size}"]


def _body(source: Source, capabilities: Capabilities) -> list[str]:
    if source.is_ascii:
        return []
    if capabilities.eight_bit_mime:
        return ["BODY=8BITMIME"]
    if source.is_ascii is None:
        return []
    raise NotSupported(
        "the message has octets beyond ASCII, and the server does not offer 8BITMIME",
        extension="8BITMIME",
        hint="encode the message as quoted-printable or base64",
    )
