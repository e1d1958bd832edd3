"""The exit statuses, those of BSD's sysexits, and which error ends with which."""

from __future__ import annotations

import socket
from enum import IntEnum

from rawsmtp.errors import (
    AuthenticationFailed,
    ConnectFailed,
    InsecureCredentials,
    LocalProtocolError,
    NotSupported,
    RecipientsRefused,
    Refused,
    SMTPError,
)

INTERRUPTED = 130
"""What a shell reports of a program that Ctrl-C ended: 128 + SIGINT."""


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    USAGE = 64
    DATA = 65
    NO_RECIPIENT = 67
    NO_HOST = 68
    REFUSED = 69
    TRY_AGAIN = 75
    PROTOCOL = 76
    CREDENTIALS = 77
    CONFIGURATION = 78


class Failure(Exception):
    """What a command cannot do, told in both languages, with the status that it ends with.

    `main` prints it; a command raises it and returns nothing.
    """

    def __init__(self, status: Exit, en: str, zh: str) -> None:
        super().__init__(en)
        self.status = status
        self.en = en
        self.zh = zh


_KINDS: tuple[tuple[type[BaseException], Exit], ...] = (
    (AuthenticationFailed, Exit.CREDENTIALS),
    (InsecureCredentials, Exit.CREDENTIALS),
    (RecipientsRefused, Exit.NO_RECIPIENT),
    (Refused, Exit.REFUSED),
    (LocalProtocolError, Exit.USAGE),
    (SMTPError, Exit.PROTOCOL),
    (OSError, Exit.CONFIGURATION),
    (UnicodeError, Exit.DATA),
    (ValueError, Exit.USAGE),
    (TypeError, Exit.USAGE),
)


def status_of(error: BaseException) -> Exit:
    """Return the exit status of an error.

    What may succeed if it is tried again, and cannot deliver twice, is TRY_AGAIN.
    """
    if isinstance(error, Failure):
        return error.status
    if isinstance(error, ConnectFailed):
        return Exit.NO_HOST if _is_no_name(error) else Exit.TRY_AGAIN
    if isinstance(error, SMTPError) and error.retryable:
        return Exit.TRY_AGAIN
    if isinstance(error, NotSupported):
        return Exit.CREDENTIALS if error.extension == "AUTH" else Exit.DATA
    if isinstance(error, OSError) and error.filename is not None:
        return Exit.DATA
    return next((status for kind, status in _KINDS if isinstance(error, kind)), Exit.USAGE)


def _is_no_name(error: BaseException) -> bool:
    """Whether it was caused by a name that does not exist; one that could not be looked up now may exist."""
    cause = error.__cause__
    return isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN
