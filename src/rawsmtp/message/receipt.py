"""What became of a message: the receipt of one that was taken, the result of one of many."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rawsmtp.wire.reply import Reply

# Forms of the final reply, as the servers' own documentation and logs show them.
_QUEUE_IDS = (
    re.compile(r"queued as ([A-Za-z0-9]\S*?)\.?(?=\s|$)", re.IGNORECASE),  # Postfix, NetEase, Tencent, Haraka
    re.compile(r"\bid=([A-Za-z0-9-]+)"),  # Exim
    re.compile(r"^(?:2\.\d+\.\d+ )?([A-Za-z0-9]{8,}) Message accepted for delivery"),  # Sendmail, OpenSMTPD
    re.compile(r"^2\.0\.0 OK\s+\d+ (\S+) - gsmtp"),  # Gmail
)


def queue_id(reply: Reply) -> str | None:
    """Return the server's name for the message in its final reply, None where the form is not known."""
    for pattern in _QUEUE_IDS:
        match = pattern.search(reply.text)
        if match:
            return match[1]
    return None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server took the message for the accepted recipients.

    sender: the envelope's sender; "" is the null sender.
    accepted: each accepted recipient, as it was given, with the reply to it.
    refused: each refused recipient with the reply to it; empty unless the message was sent with refused="continue".
    reply: the final reply.
    """

    sender: str
    accepted: Mapping[str, Reply]
    reply: Reply
    refused: Mapping[str, Reply] = field(default_factory=dict)

    @property
    def queue_id(self) -> str | None:
        """The server's name for the message, None where the form of its reply is not known."""
        return queue_id(self.reply)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item of `send_many`: its receipt, or the error that there is instead.

    message: the item as it was given.
    """

    message: object = field(repr=False)
    receipt: Receipt | None = None
    error: Exception | None = None

    def unwrap(self) -> Receipt:
        """Return the receipt, or raise the error."""
        if self.error is not None:
            raise self.error
        if self.receipt is None:
            raise TypeError("a Result has a receipt or an error")
        return self.receipt
