"""An SMTP client: the fewest round trips, errors that tell the whole truth, safe by default.

import rawsmtp

with rawsmtp.Client("smtp.example.com", auth=("me@example.com", "code")) as client:
    receipt = client.send(message)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._version import __version__
from .client.blocking import Client, send
from .client.tls import TLSInfo
from .client.transcript import Entry, Transcript
from .errors import (
    AuthenticationFailed,
    ConnectFailed,
    ConnectionLost,
    GreetingRefused,
    HelloRefused,
    InsecureCredentials,
    LocalProtocolError,
    MessageRefused,
    NotSupported,
    RecipientsRefused,
    Refused,
    RemoteProtocolError,
    SenderRefused,
    SMTPError,
    SMTPTimeout,
    TLSFailed,
)
from .flows.terms import Timeouts
from .message.receipt import Receipt, Result
from .message.submission import Submission
from .protocol import Connection, State
from .sasl import External, OAuth2, Password
from .wire import Capabilities, EnhancedCode, Limits, Reply

if TYPE_CHECKING:
    from .client.aio import AsyncClient, asend

__all__ = [
    "AsyncClient",
    "AuthenticationFailed",
    "Capabilities",
    "Client",
    "ConnectFailed",
    "Connection",
    "ConnectionLost",
    "EnhancedCode",
    "Entry",
    "External",
    "GreetingRefused",
    "HelloRefused",
    "InsecureCredentials",
    "Limits",
    "LocalProtocolError",
    "MessageRefused",
    "NotSupported",
    "OAuth2",
    "Password",
    "Receipt",
    "RecipientsRefused",
    "Refused",
    "RemoteProtocolError",
    "Reply",
    "Result",
    "SMTPError",
    "SMTPTimeout",
    "SenderRefused",
    "State",
    "Submission",
    "TLSFailed",
    "TLSInfo",
    "Timeouts",
    "Transcript",
    "__version__",
    "asend",
    "send",
]


def __getattr__(name: str) -> object:
    # Most programs that send mail block, and asyncio takes longer to import than all the rest.
    if name in ("AsyncClient", "asend"):
        from .client import aio

        return getattr(aio, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
