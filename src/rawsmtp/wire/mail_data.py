"""The content of a message among what is said: behind DATA up to the final dot, or as a chunk behind BDAT. RFC 3030."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from .command import Command, set_line
from .verb import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Bdat(Command):
    """BDAT, RFC 3030 §2: as many octets of `Content` follow as it says.

    size: octets of this chunk.
    last: whether the message ends with it.
    """

    size: int
    last: bool = False
    line: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if type(self.size) is not int or self.size < 0:
            raise ValueError(f"the size of a chunk is a whole number of octets, not {self.size!a}")
        set_line(self, f"BDAT {self.size}{' LAST' if self.last else ''}")

    @property
    def verb(self) -> Verb:  # type: ignore[override]  # with LAST it leads to another state, so it is another verb
        """BDAT, or BDAT_LAST when it ends the message."""
        return Verb.BDAT_LAST if self.last else Verb.BDAT


@dataclass(frozen=True, slots=True)
class ChunkProbe(Command):
    """One of the two lines that show whether a server discards a chunk that it refuses.

    Outside a transaction both BDAT and DATA are refused; where the chunk was executed, NOOP is answered between them.

    data: whether it is the second one.
    """

    data: bool
    verb = Verb.PROBE

    @property
    def line(self) -> bytes:  # type: ignore[override]  # there are just two
        """The octets: a chunk that would do no harm if it were executed, or DATA."""
        return b"DATA\r\n" if self.data else b"BDAT 6 LAST\r\nNOOP\r\n"

    def __str__(self) -> str:
        return "DATA" if self.data else "BDAT 6 LAST"


@dataclass(frozen=True, slots=True)
class Content:
    """Octets of a message: any piece, with any line ends; after DATA dots are doubled on the way out.

    is_canonical: whether its line ends are known to be CRLF, and none is cut.
    """

    octets: bytes | bytearray | memoryview = field(repr=False)
    is_canonical: bool = field(default=False, repr=False, compare=False)
    verb: ClassVar[Verb] = Verb.CONTENT

    def __bytes__(self) -> bytes:
        return bytes(self.octets)


@dataclass(frozen=True, slots=True)
class EndOfData:
    """The end of the content after DATA: the line end that is missing, if one is, and the dot. RFC 5321 §4.1.1.4."""

    verb: ClassVar[Verb] = Verb.END_OF_DATA

    def __bytes__(self) -> bytes:
        return b".\r\n"

    def __str__(self) -> str:
        return "."


Item = Command | Content | EndOfData
"""What a client can put on the wire."""


def content_octets(items: Iterable[Item]) -> int:
    """Return how many octets of content are among the items."""
    return sum([len(item.octets) for item in items if isinstance(item, Content)])
