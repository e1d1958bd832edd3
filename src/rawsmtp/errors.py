"""The error tree: what went wrong, in which phase, and what became of the message.

    SMTPError
    ├── LocalProtocolError        you asked for what the state forbids
    ├── RemoteProtocolError       the server broke the protocol
    ├── ConnectFailed             no address, refused, unreachable        (also ConnectionError)
    ├── ConnectionLost            it was there and went                   (also ConnectionError)
    ├── SMTPTimeout               it did not answer in time               (also TimeoutError)
    ├── TLSFailed                 handshake, certificate, or required TLS that is not to be had
    ├── NotSupported              the server lacks what this message or login needs: .extension
    ├── InsecureCredentials       AUTH would have gone out in clear
    └── Refused                   a 4yz or 5yz reply
        ├── GreetingRefused
        ├── HelloRefused
        ├── AuthenticationFailed
        ├── SenderRefused
        ├── RecipientsRefused     .recipients: address -> Reply
        └── MessageRefused

`ValueError` and `TypeError` are raised only for what the caller passed; all that a server or a network causes is an
`SMTPError`. Every one of them pickles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .client.transcript import Transcript
    from .wire.reply import Reply

Phase = Literal["connect", "greeting", "hello", "tls", "auth", "mail", "rcpt", "data", "content", "quit", "command"]
Outcome = Literal["not_sent", "refused", "unknown"]

PICKLED_LINES = 32
"""Lines of transcript that a pickled error carries: enough for the last exchange, small enough for a task queue."""

MESSAGE = 4_000
"""Characters of a message at most: a server's reply is quoted in it, and may be much longer."""


class SMTPError(Exception):
    """Anything that a server or a network did to a conversation.

    phase: where in the session it happened; None when the bare state machine raised it.
    outcome: what became of the message: "not_sent", "refused", or "unknown" (it may have been delivered).
    reply: the server's reply that caused it, if one did.
    hint: what to try next, if that is known.
    transcript: the dialogue up to the error, secrets already out.
    """

    recovers: ClassVar[bool] = False
    """Whether trying again, with nothing changed, could succeed."""

    def __init__(
        self,
        message: str = "",
        *,
        phase: Phase | None = None,
        outcome: Outcome = "not_sent",
        reply: Reply | None = None,
        hint: str | None = None,
        transcript: Transcript | None = None,
    ) -> None:
        if len(message) > MESSAGE:
            message = message[:MESSAGE] + "…"
        super().__init__(message)
        self.message = message
        self.phase: Phase | None = phase
        self.outcome: Outcome = outcome
        self.reply = reply
        self.hint = hint
        self.transcript = transcript
        self.replies: Sequence[Reply] = ()

    @property
    def retryable(self) -> bool:
        """True only when a second try cannot deliver twice and could succeed."""
        return self.recovers and self.outcome != "unknown"

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> tuple[Callable[..., SMTPError], tuple[type[SMTPError], str, dict[str, object]]]:
        return _rebuild, (type(self), self.message, self._state())

    def _state(self) -> dict[str, object]:
        state = dict(self.__dict__, replies=tuple(self.replies))
        if self.transcript is not None:
            state["transcript"] = self.transcript.tail(PICKLED_LINES)
        return state

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not isinstance(other, SMTPError):
            return NotImplemented
        return self._state() == other._state()

    def __hash__(self) -> int:
        return hash((type(self), self.message))


def _rebuild(kind: type[SMTPError], message: str, state: dict[str, object]) -> SMTPError:
    error = kind(message)
    error.__dict__.update(state)
    return error


class LocalProtocolError(SMTPError):
    """What was asked for is not allowed in the state that the conversation is in."""


class RemoteProtocolError(SMTPError):
    """The server said what the protocol does not allow there."""


class ConnectFailed(SMTPError, ConnectionError):
    """No connection could be made: no address, refused, unreachable."""

    recovers = True


class ConnectionLost(SMTPError, ConnectionError):
    """The connection was there and went."""

    recovers = True


class SMTPTimeout(SMTPError, TimeoutError):
    """The server did not answer, or did not read, in time."""

    recovers = True


class TLSFailed(SMTPError):
    """The handshake failed, the certificate was not good, or TLS that is required was not to be had."""


class NotSupported(SMTPError):
    """The server lacks an extension that this message or this login needs.

    extension: its EHLO keyword: "AUTH", "SMTPUTF8", "SIZE", "8BITMIME", "DSN" …
    """

    def __init__(self, message: str = "", *, extension: str = "", **details: object) -> None:
        super().__init__(message, **details)  # type: ignore[arg-type]  # the keywords of SMTPError, handed through
        self.extension = extension


class InsecureCredentials(SMTPError):
    """AUTH would have gone out in clear."""


class Refused(SMTPError):
    """The server answered with a 4yz or 5yz reply; the outcome is "refused"."""

    def __init__(self, message: str = "", **details: object) -> None:
        super().__init__(message, **{"outcome": "refused", **details})  # type: ignore[arg-type]  # handed through

    @property
    def retryable(self) -> bool:
        """True when the reply is a transient failure (4yz) and the message was not taken."""
        return self.reply is not None and self.reply.is_transient_failure and self.outcome != "unknown"


class GreetingRefused(Refused):
    """The server turned the connection away in its greeting."""


class HelloRefused(Refused):
    """The server refused EHLO, and HELO as well."""


class AuthenticationFailed(Refused):
    """The server did not accept the login."""


class SenderRefused(Refused):
    """The server refused MAIL."""


class RecipientsRefused(Refused):
    """The server refused recipients: all of them, or one when the message is for all or none.

    recipients: each refused address with the reply that refused it.
    """

    def __init__(self, message: str = "", *, recipients: Mapping[str, Reply] | None = None, **details: object) -> None:
        super().__init__(message, **details)
        self.recipients: dict[str, Reply] = dict(recipients or {})

    @property
    def retryable(self) -> bool:
        """True when every refusal is transient and the message was not taken."""
        all_transient = bool(self.recipients) and all(map(_is_transient, self.recipients.values()))
        return all_transient and self.outcome != "unknown"


def _is_transient(reply: Reply) -> bool:
    return reply.is_transient_failure


class MessageRefused(Refused):
    """The server refused the message itself: at DATA, BDAT, or after the final dot."""
