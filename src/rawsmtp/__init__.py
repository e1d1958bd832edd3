"""An SMTP client: the fewest round trips, errors that tell the whole truth, safe by default.

import rawsmtp

with rawsmtp.Client("smtp.example.com", auth=("me@example.com", "code")) as client:
    receipt = client.send(message)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ._version import __version__

if TYPE_CHECKING:
    from .client.aio import AsyncClient, asend
    from .client.blocking import Client, send
    from .client.sender import AsyncSender, Sender
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
    from .flows.session import Progress
    from .flows.terms import Timeouts
    from .message.receipt import Receipt, Result
    from .message.submission import Submission
    from .protocol.connection import Connection
    from .protocol.state import State
    from .registry import codes, providers
    from .registry.diagnosis import Diagnosis, explain
    from .sasl.credentials import External, OAuth2, Password
    from .wire.capabilities import Capabilities
    from .wire.limits import Limits
    from .wire.reply import EnhancedCode, Reply

__all__ = [
    "AsyncClient",
    "AsyncSender",
    "AuthenticationFailed",
    "Capabilities",
    "Client",
    "ConnectFailed",
    "Connection",
    "ConnectionLost",
    "Diagnosis",
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
    "Progress",
    "Receipt",
    "RecipientsRefused",
    "Refused",
    "RemoteProtocolError",
    "Reply",
    "Result",
    "SMTPError",
    "SMTPTimeout",
    "Sender",
    "SenderRefused",
    "State",
    "Submission",
    "TLSFailed",
    "TLSInfo",
    "Timeouts",
    "Transcript",
    "__version__",
    "asend",
    "codes",
    "explain",
    "providers",
    "send",
]

# A program that sends one mail in a while should not wait for all of this before its first line.
_HOME = {
    "client.aio": ("AsyncClient", "asend"),
    "client.blocking": ("Client", "send"),
    "client.sender": ("AsyncSender", "Sender"),
    "client.tls": ("TLSInfo",),
    "client.transcript": ("Entry", "Transcript"),
    "errors": (
        "AuthenticationFailed",
        "ConnectFailed",
        "ConnectionLost",
        "GreetingRefused",
        "HelloRefused",
        "InsecureCredentials",
        "LocalProtocolError",
        "MessageRefused",
        "NotSupported",
        "RecipientsRefused",
        "Refused",
        "RemoteProtocolError",
        "SMTPError",
        "SMTPTimeout",
        "SenderRefused",
        "TLSFailed",
    ),
    "flows.session": ("Progress",),
    "flows.terms": ("Timeouts",),
    "message.receipt": ("Receipt", "Result"),
    "message.submission": ("Submission",),
    "protocol.connection": ("Connection",),
    "protocol.state": ("State",),
    "registry.diagnosis": ("Diagnosis", "explain"),
    "sasl.credentials": ("External", "OAuth2", "Password"),
    "wire.capabilities": ("Capabilities",),
    "wire.limits": ("Limits",),
    "wire.reply": ("EnhancedCode", "Reply"),
}
_MODULES = {name: module for module, names in _HOME.items() for name in names}
_FOLDERS = frozenset({"client", "codes", "commands", "errors", "flows", "message", "protocol", "providers"})
_FOLDERS |= {"registry", "sasl", "testing", "wire"}


def __getattr__(name: str) -> object:
    if name in _FOLDERS:
        return import_module(f"{__name__}.{name}")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
