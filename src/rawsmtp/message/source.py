"""The forms that a message may be given in, made pieces of octets."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from io import TextIOBase
from typing import TYPE_CHECKING, BinaryIO, Protocol, runtime_checkable

from rawsmtp.wire.content import PIECE, survey

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message
    from typing import TypeAlias, TypeGuard

    Buffer: TypeAlias = bytes | bytearray | memoryview
    AnyMessage: TypeAlias = Message | Buffer | str | "PathLike" | BinaryIO | Iterable[bytes] | AsyncIterable[bytes]


@runtime_checkable
class PathLike(Protocol):
    """os.PathLike, without its module."""

    def __fspath__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Source:
    """A message's octets, whole or to be pulled.

    octets: all of them, where they are in memory; else empty.
    pieces: an iterator or async iterator of pieces; None where `octets` has all.
    email: the message object that `octets` was made from, if there is one.
    size: the octets on the wire, doubled dots apart; None where they are not known before they are sent.
    is_canonical: whether all line ends are known to be CRLF.
    is_ascii: whether all octets are 7-bit; None where that is not known before they are sent.
    """

    octets: bytes = field(default=b"", repr=False)
    pieces: object | None = None
    email: Message | None = field(default=None, repr=False)
    size: int | None = field(init=False, default=None, compare=False)
    is_canonical: bool = field(init=False, default=False, repr=False, compare=False)
    is_ascii: bool | None = field(init=False, default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.pieces is None:
            size, is_canonical = survey(self.octets)
            object.__setattr__(self, "size", size)
            object.__setattr__(self, "is_canonical", is_canonical)
            object.__setattr__(self, "is_ascii", self.octets.isascii())


def source(message: AnyMessage) -> Source:
    """Return the octets of a message in any form.

    message: an EmailMessage or Message, a bytes-like object, a str with the content (as UTF-8), a path, a binary
        file, or an iterable of bytes; async iterables are for the asyncio client.
    Raises TypeError for anything else; ValueError for a str without a line end, which is likely a file name, and for
    an email message whose headers would begin other ones.
    """
    if isinstance(message, (bytes, bytearray, memoryview)):
        return Source(bytes(message))
    if isinstance(message, str):
        return Source(_text(message))
    if is_email(message):
        from .rendering import render

        return Source(render(message), email=message)
    if isinstance(message, PathLike):
        return Source(pieces=_file_at(message))
    if isinstance(message, AsyncIterable):
        return Source(pieces=_pieces_later(message))
    if hasattr(message, "read"):
        return Source(pieces=_file(message))
    if isinstance(message, (list, tuple)):
        message = [check_piece(piece) for piece in message]
    if isinstance(message, Iterable) and not isinstance(message, (Mapping, AbstractSet)):
        return Source(pieces=_pieces(message))
    raise TypeError(
        f"a message is an EmailMessage, bytes, str, a path, a binary file or an iterable of bytes, "
        f"not {type(message).__name__}: {message!a:.80}"
    )


def is_email(message: object) -> TypeGuard[Message]:
    """Whether it is an `email.message.Message`; the package is not imported for the question."""
    module = sys.modules.get("email.message")
    return module is not None and isinstance(message, module.Message)


def is_one(items: object) -> bool:
    """Whether it is one message, though some can be iterated over: by headers, lines or octets."""
    whole = (bytes, bytearray, memoryview, str, PathLike)
    return isinstance(items, whole) or is_email(items) or hasattr(items, "read")


def check_piece(piece: object) -> bytes:
    """Return a piece of the caller's source as bytes; TypeError if it is something else."""
    if isinstance(piece, (bytes, bytearray, memoryview)):
        return bytes(piece)
    raise TypeError(f"a message is made of bytes, and its source gave {type(piece).__name__}: {piece!a:.80}")


def _text(message: str) -> bytes:
    if "\n" not in message and "\r" not in message:
        raise ValueError(f"a message without a line end: {message!a:.80}; for a file use pathlib.Path")
    return message.encode("utf-8")


def _file_at(path: PathLike) -> Iterator[bytes]:
    with open(path, "rb") as file:  # noqa: PTH123  # pathlib brings in os, which this floor does without
        yield from _file(file)


def _file(file: object) -> Iterator[bytes]:
    if isinstance(file, TextIOBase):
        raise _opened_for_text()
    return _pieces(_reads(file.read))  # type: ignore[attr-defined]  # anything that reads will do


def _reads(read: Callable[[int], object]) -> Iterator[object]:
    while True:
        piece = read(PIECE)
        if isinstance(piece, str):
            raise _opened_for_text()
        if piece == b"":
            return
        # None is no end: it is what a file that does not wait says when nothing has come yet.
        yield piece


def _opened_for_text() -> TypeError:
    return TypeError('a file with a message is opened in binary: open(path, "rb")')


def _pieces(given: Iterable[object]) -> Iterator[bytes]:
    # Checked here, because None is the end to whoever pulls, and a message that stops half-way would be complete.
    return map(check_piece, given)


async def _pieces_later(given: AsyncIterable[object]) -> AsyncIterator[bytes]:
    async for piece in given:
        yield check_piece(piece)
