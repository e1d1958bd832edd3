"""What a client was told about how to talk: security, credential, name and times."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Literal

from rawsmtp.wire.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from rawsmtp.sasl import Credential

Security = Literal["tls", "starttls", "opportunistic", "none"]
Chunking = Literal["off", "probe", "trust"]
CHUNKINGS: tuple[Chunking, ...] = ("off", "probe", "trust")
SECURITIES: tuple[Security, ...] = ("tls", "starttls", "opportunistic", "none")


def _check(name: str, seconds: object) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0:
        raise ValueError(f"{name}={seconds!a}: a timeout is a positive number of seconds")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds for each complete reply; a server that trickles octets gains nothing.

    RFC 5321 §4.5.3.2 asks for minutes everywhere. Only the final reply gets them: giving up there leaves the message
    in doubt, giving up elsewhere does not.
    """

    connect: float = 30.0
    """For the name, the connection and, with TLS from the first byte, the handshake."""
    greeting: float = 60.0
    command: float = 60.0
    data: float = 60.0
    """Without progress while content is written."""
    final: float = 600.0
    """For the reply to the final dot."""
    quit: float = 1.0
    """For the reply to QUIT, which changes nothing."""

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name))

    @classmethod
    def of(cls, value: Timeouts | float) -> Timeouts:
        """Return the timeouts for one number of seconds: all of them but `final`, and `quit` if it is longer."""
        if isinstance(value, Timeouts):
            return value
        _check("timeout", value)
        every = cls(connect=value, greeting=value, command=value, data=value)
        return replace(every, quit=min(value, every.quit))


DEFAULT_TIMEOUTS = Timeouts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the conversations of a client follow.

    security: "tls" from the first byte, "starttls" required, "opportunistic", or "none".
    credential: what to log in with.
    local_name: the name for EHLO; "" is the link's own.
    timeouts: seconds to wait.
    limits: bounds on what is taken and sent.
    ignore_extensions: EHLO keywords to take as not offered, in upper case.
    chunking: "off" sends content by DATA; "probe" by BDAT where the server showed that it discards a chunk that it
        refuses; "trust" by BDAT at once.
    """

    security: Security
    credential: Credential | None = None
    local_name: str = ""
    timeouts: Timeouts = DEFAULT_TIMEOUTS
    limits: Limits = DEFAULT_LIMITS
    ignore_extensions: frozenset[str] = frozenset()
    chunking: Chunking = "off"
