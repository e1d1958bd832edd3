"""What can be said: frozen values, and `bytes(Mail("a@b"))` is the line. RFC 5321 §4.1."""

from __future__ import annotations

from .wire.command import (
    Auth,
    AuthAnswer,
    Bdat,
    Command,
    Content,
    Data,
    Ehlo,
    EndOfData,
    Expn,
    Helo,
    Help,
    Lhlo,
    Mail,
    Noop,
    Quit,
    Raw,
    Rcpt,
    Rset,
    StartTls,
    Vrfy,
)

__all__ = [
    "Auth",
    "AuthAnswer",
    "Bdat",
    "Command",
    "Content",
    "Data",
    "Ehlo",
    "EndOfData",
    "Expn",
    "Helo",
    "Help",
    "Lhlo",
    "Mail",
    "Noop",
    "Quit",
    "Raw",
    "Rcpt",
    "Rset",
    "StartTls",
    "Vrfy",
]
