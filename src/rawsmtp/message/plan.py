"""Which commands go in which flight: a pure function of the message and of what the server is known to take.

RFC 2920 §3.1 for what may go ahead, RFC 3030 for chunks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rawsmtp.wire.command import Data, Rset
from rawsmtp.wire.mail_data import Bdat

if TYPE_CHECKING:
    from rawsmtp.wire.capabilities import Capabilities
    from rawsmtp.wire.command import Command

    from .envelope import Envelope
    from .source import Source
    from .submission import RefusedPolicy

WORTH_LOSING = 65_536
"""Octets of content that go out before a recipient was accepted, at most: more would cost more than a turnaround."""
_DATA, _RESET = Data(), (Rset(),)


class Grounds(NamedTuple):
    """What the plan of one message depends on, beside the message.

    capabilities: what the server offers.
    pipelining: whether commands may go ahead.
    chunking: whether the server is known, or trusted, to discard a chunk that it refuses.
    fresh: whether the connection is known to be alive: no content rides in the first flight of one that has idled.
    reset: whether RSET has to stand in front.
    """

    capabilities: Capabilities
    pipelining: bool
    chunking: bool = False
    fresh: bool = True
    reset: bool = False


class Plan(NamedTuple):
    """The flights of one mail transaction.

    flights: the commands of each flight, up to the one after which the content is written; the next flight goes out
        when every reply to the one before has come.
    chunk: whether the content is a chunk: its octets then follow in the last flight, behind BDAT.
    """

    flights: tuple[tuple[Command, ...], ...]
    chunk: bool = False

    @property
    def sends_content_ahead(self) -> bool:
        """Whether content leaves before a recipient was accepted."""
        return self.chunk and len(self.flights) == 1


def plan(envelope: Envelope, source: Source, policy: RefusedPolicy, grounds: Grounds) -> Plan:
    """Return the fewest flights that are safe.

    envelope: fitted to the server.
    policy: "abort" with several recipients holds the content back until all are accepted: a lone dot after a partial
        refusal would deliver an empty message.
    """
    head = (*(_RESET if grounds.reset else ()), envelope.sender, *envelope.recipients)
    if not grounds.pipelining:
        return Plan(tuple([(command,) for command in (*head, _DATA)]))
    size = _chunk_size(source, grounds.capabilities) if grounds.chunking else None
    last: Command = _DATA if size is None else Bdat(size, last=True)
    all_or_nothing = policy == "abort" and len(envelope.recipients) > 1
    if all_or_nothing or (size is not None and not (grounds.fresh and size <= WORTH_LOSING)):
        return Plan((head, (last,)), size is not None)
    return Plan(((*head, last),), size is not None)


def _chunk_size(source: Source, capabilities: Capabilities) -> int | None:
    """Return the octets of the chunk; None if the content has to go by DATA.

    A server may answer a chunk over its limit and lose step with the content: so SIZE has to be known on both sides.
    """
    size = source.size if capabilities.chunking and "SIZE" in capabilities else None
    return size if size is None or capabilities.size is None or size <= capabilities.size else None
