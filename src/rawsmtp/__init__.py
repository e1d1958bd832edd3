"""An SMTP client: the fewest round trips, errors that tell the whole truth, safe by default.

import rawsmtp

with rawsmtp.Client("smtp.example.com", auth=("me@example.com", "code")) as client:
    receipt = client.send(message)
"""

from __future__ import annotations

from ._version import __version__
from .client.aio import AsyncClient, asend
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
from .message.receipt import Receipt
from .protocol import Connection, State
from .sasl import External, OAuth2, Password
from .wire import Capabilities, EnhancedCode, Limits, Reply

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
    "SMTPError",
    "SMTPTimeout",
    "SenderRefused",
    "State",
    "TLSFailed",
    "TLSInfo",
    "Timeouts",
    "Transcript",
    "__version__",
    "asend",
    "send",
]
