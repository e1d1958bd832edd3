"""A message to be sent: as the caller gives it, and as it is ready for a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from .envelope import Envelope, make
from .source import Source, source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rawsmtp.wire.path import Mail, Rcpt

    from .source import AnyMessage

RefusedPolicy = Literal["abort", "continue"]
POLICIES: tuple[RefusedPolicy, ...] = ("abort", "continue")


@dataclass(frozen=True, slots=True)
class Submission:
    """One message for `send_many`, with what `send` takes beside it.

    message: EmailMessage or Message, bytes-like, str with the content, path, binary file, or iterable of bytes.
    sender: the envelope's sender; "" is the null sender; None reads the headers of an email message.
    recipients: one address or several; None reads the headers of an email message.
    refused: "abort" sends nothing when one recipient is refused; "continue" sends to the others.
    """

    message: AnyMessage
    sender: str | Mail | None = field(default=None, kw_only=True)
    recipients: str | Iterable[str | Rcpt] | None = field(default=None, kw_only=True)
    refused: RefusedPolicy = field(default="abort", kw_only=True)


class Prepared(NamedTuple):
    """A message whose form and envelope have been checked.

    source: its octets.
    envelope: its sender and recipients.
    refused: "abort" or "continue".
    reports: whether to hand on how many octets of the content are written.
    """

    source: Source
    envelope: Envelope
    refused: RefusedPolicy = "abort"
    reports: bool = False


def prepare(submission: Submission, *, reports: bool = False) -> Prepared:
    """Return the message ready to be sent. Raises ValueError or TypeError for what cannot be meant."""
    if submission.refused not in POLICIES:
        raise ValueError(f"refused={submission.refused!a} is none of {', '.join(map(repr, POLICIES))}")
    octets = source(submission.message)
    envelope = make(submission.message, submission.sender, submission.recipients)
    return Prepared(octets, envelope, submission.refused, reports)
