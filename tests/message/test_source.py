"""The forms that a message may be given in."""

from __future__ import annotations

from email.message import EmailMessage, Message
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.message.source import Source, check_piece, is_email, source
from rawsmtp.wire.content import PIECE, DotStuffing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = "Subject: x\n\nü\n"


def old() -> Message:
    message = Message()
    message["Subject"] = "x"
    message.set_payload("y\n")
    return message


WHOLE = {
    "bytes": (TEXT.encode(), TEXT.encode()),
    "bytearray": (bytearray(b"a\n"), b"a\n"),
    "memoryview": (memoryview(b"a\nb")[1:], b"\nb"),
    "str": (TEXT, TEXT.encode()),
    "str with CR": ("a\rb", b"a\rb"),
    "Message": (old(), b"Subject: x\n\ny\n"),
}


@pytest.mark.parametrize(("given_as", "octets"), WHOLE.values(), ids=WHOLE)
def test_whole(given_as: Any, octets: bytes) -> None:
    found = source(given_as)
    assert (found.octets, found.pieces) == (octets, None)
    assert found.is_ascii is octets.isascii()
    assert found.email is (given_as if isinstance(given_as, Message) else None)


def generator() -> Iterator[bytes]:
    yield b"a"
    yield b"b\r\n"


def test_streams(tmp_path: Path) -> None:
    path = tmp_path / "mail"
    path.write_bytes(b"ab\r\n")
    with path.open("rb") as file:
        for given_as in (path, BytesIO(b"ab\r\n"), file, [b"a", b"b\r\n"], generator(), (b"ab\r\n",)):
            found = source(given_as)
            assert (found.octets, found.size, found.is_ascii) == (b"", None, None)
            assert b"".join(found.pieces) == b"ab\r\n"  # type: ignore[arg-type]  # an iterator of octets


def test_file_is_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "mail"
    path.write_bytes(bytes(PIECE + 1))
    assert [len(piece) for piece in source(path).pieces] == [PIECE, 1]  # type: ignore[attr-defined]


def test_path_is_opened_when_it_is_read(tmp_path: Path) -> None:
    pieces: Any = source(tmp_path / "there is none").pieces
    with pytest.raises(FileNotFoundError):
        next(pieces)


async def asynchronous() -> Any:
    yield b"x"


def test_async_iterable_is_handed_on() -> None:
    assert hasattr(source(asynchronous()).pieces, "__anext__")


@pytest.mark.parametrize("wrong", [None, 1, {"a": 1}, {b"a"}, object(), 1.5])
def test_other_types(wrong: Any) -> None:
    with pytest.raises(TypeError, match="a message is an EmailMessage, bytes, str"):
        source(wrong)


@pytest.mark.parametrize("wrong", ["mail.eml", "/tmp/mail", "", "one line"])
def test_str_without_line_end_is_likely_a_file_name(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"use pathlib\.Path"):
        source(wrong)


@pytest.mark.parametrize("text", ["x\n", ""])
def test_file_that_is_open_for_text(text: str) -> None:
    with pytest.raises(TypeError, match="opened in binary"):
        source(StringIO(text))  # type: ignore[arg-type]  # the mistake that is tried


class Reader:
    """What reads, and is no file of Python's."""

    def __init__(self, *pieces: Any) -> None:
        self._pieces = list(pieces)

    def read(self, octets: int) -> Any:
        return self._pieces.pop(0)


@pytest.mark.parametrize("text", ["x\n", ""])
def test_what_reads_text(text: str) -> None:
    pieces: Any = source(Reader(text)).pieces  # type: ignore[arg-type]  # the mistake that is tried
    with pytest.raises(TypeError, match="opened in binary"):
        next(pieces)


@pytest.mark.parametrize(
    "given_as", [iter([b"x", None, b"y"]), Reader(b"x", None, b"y", b"")], ids=["iterator", "file"]
)
def test_none_is_no_end(given_as: Any) -> None:
    pieces: Any = source(given_as).pieces
    assert next(pieces) == b"x"
    with pytest.raises(TypeError, match="gave NoneType"):
        next(pieces)


@pytest.mark.parametrize("given_as", [[b"x", None], ("x\n",), [[b"x"]]])
def test_what_is_whole_is_looked_through_at_once(given_as: Any) -> None:
    with pytest.raises(TypeError, match="its source gave"):
        source(given_as)


@pytest.mark.parametrize("wrong", ["text", 7, None, [b"x"]])
def test_pieces_that_are_no_octets(wrong: Any) -> None:
    with pytest.raises(TypeError, match="its source gave"):
        check_piece(wrong)


@pytest.mark.parametrize("piece", [b"x", bytearray(b"x"), memoryview(b"x")])
def test_pieces(piece: Any) -> None:
    assert check_piece(piece) == b"x"


def test_what_is_an_email() -> None:
    assert is_email(EmailMessage())
    assert is_email(Message())
    assert not any(map(is_email, (b"", "", None, [])))


def test_no_content_is_shown() -> None:
    assert "secret" not in repr(Source(b"secret"))


@given(st.binary().map(lambda octets: octets.replace(b"a", b"\r\n").replace(b"b", b"\n.")))
def test_size_is_what_goes_on_the_wire(octets: bytes) -> None:
    stuffing = DotStuffing()
    wire = stuffing.convert(octets) + stuffing.end()
    doubled = wire.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    doubled = doubled[1:] if doubled.startswith(b"..") else doubled
    assert Source(octets).size == len(doubled)
