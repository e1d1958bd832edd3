"""How much of anything is taken from a server or sent to it."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a server can make us hold, and on what we send; octets unless said otherwise."""

    line: int = 4_096
    """One reply line. RFC 5321 §4.5.3.1.5 allows 512; real servers send URLs and base64 challenges beyond it."""
    reply: int = 65_536
    """All lines of one reply: a server cannot make us hold more."""
    lines: int = 2_048
    """Lines in one reply."""
    keywords: int = 256
    """Keywords in an EHLO reply; the longest seen have about 30."""
    auth_rounds: int = 8
    """Challenges in one AUTH exchange; SCRAM takes two."""
    auth_line: int = 12_288
    """An AUTH command, RFC 4954 §4; an initial response beyond it waits for a challenge."""
    fewest_iterations: int = 4_096
    """Of SCRAM, RFC 5802 §5.1, RFC 7677 §4: fewer make it cheap to guess the secret from what was heard."""
    most_iterations: int = 600_000
    """Of SCRAM: a few tenths of a second that no timeout can interrupt; servers use up to 15,000."""
    command_line: int = 2_048
    """A command line. RFC 5321 §4.5.3.1.4 says 512, and each extension adds to it."""
    address: int = 254
    """An address: a path of 256 octets without its brackets, RFC 5321 §4.5.3.1.3; more are no address anywhere."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"Limits({field.name}={value!r}): a limit is a positive whole number")


DEFAULT_LIMITS = Limits()
