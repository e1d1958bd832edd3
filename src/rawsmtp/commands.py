"""What can be said: frozen values, and `bytes(Mail("a@b"))` is the line. RFC 5321 §4.1."""

from __future__ import annotations

from .wire.auth import Auth, AuthAnswer
from .wire.command import Command, Data, Ehlo, Expn, Helo, Help, Lhlo, Noop, Quit, Raw, Rset, StartTls, Vrfy
from .wire.mail_data import Bdat, Content, EndOfData
from .wire.path import Mail, Rcpt

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
