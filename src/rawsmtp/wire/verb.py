"""The verbs of the protocol."""

from __future__ import annotations

from enum import Enum


class Verb(Enum):
    """What can be said, RFC 5321 §4.1.1 and the extensions that rawsmtp knows; the greeting answers the connection."""

    GREETING = "greeting"
    EHLO = "EHLO"
    HELO = "HELO"
    LHLO = "LHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    AUTH_ANSWER = "answer to AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    CONTENT = "content"
    END_OF_DATA = "final dot"
    BDAT = "BDAT"
    BDAT_LAST = "BDAT LAST"
    RSET = "RSET"
    NOOP = "NOOP"
    QUIT = "QUIT"
    VRFY = "VRFY"
    EXPN = "EXPN"
    HELP = "HELP"
    OTHER = "other"
    PROBE = "probe"

    # Identity is all that a member is compared by, and Enum's own hash is a Python call on the path of every command.
    __hash__ = object.__hash__
