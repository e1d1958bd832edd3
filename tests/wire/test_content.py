from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.wire.content import PIECE, DotStuffing, LineEnds, survey, views

CASES = [
    (b"", b".\r\n"),
    (b"a", b"a\r\n.\r\n"),
    (b"a\r\n", b"a\r\n.\r\n"),
    (b"a\n", b"a\r\n.\r\n"),
    (b"a\r", b"a\r\n.\r\n"),
    (b"\r\r\n\n", b"\r\n\r\n\r\n.\r\n"),
    (b".", b"..\r\n.\r\n"),
    (b"..", b"...\r\n.\r\n"),
    (b".\r\n.\r\n", b"..\r\n..\r\n.\r\n"),
    (b"a\n.\nb", b"a\r\n..\r\nb\r\n.\r\n"),
    (b"a\r.\rb", b"a\r\n..\r\nb\r\n.\r\n"),
    (b"a\r\n\r\n.b", b"a\r\n\r\n..b\r\n.\r\n"),
    (b"a.b\r\nc.\r\n", b"a.b\r\nc.\r\n.\r\n"),
    (b"\n.\r\n", b"\r\n..\r\n.\r\n"),
]


def stuff(*pieces: bytes) -> bytes:
    machine = DotStuffing()
    return b"".join([machine.convert(piece) for piece in pieces] + [machine.end()])


@pytest.mark.parametrize(("octets", "wire"), CASES)
def test_form_on_the_wire(octets: bytes, wire: bytes) -> None:
    assert stuff(octets) == wire
    assert stuff(*(octets[place : place + 1] for place in range(len(octets)))) == wire
    for place in range(len(octets)):
        assert stuff(octets[:place], b"", octets[place:]) == wire


CONTENT = st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n", b"\r\n.\r\n", b"\xff"]), max_size=30).map(
    b"".join
)


@given(octets=CONTENT, places=st.lists(st.integers(0, 60)))
def test_borders_change_nothing(octets: bytes, places: list[int]) -> None:
    borders = sorted({0, len(octets), *(min(place, len(octets)) for place in places)})
    assert stuff(*(octets[start:end] for start, end in itertools.pairwise(borders))) == stuff(octets)


@given(CONTENT)
def test_no_bare_line_end_and_nothing_lost(octets: bytes) -> None:
    wire = stuff(octets)
    assert wire.count(b"\r") == wire.count(b"\n") == wire.count(b"\r\n")
    assert wire == b".\r\n" or wire.endswith(b"\r\n.\r\n")
    lines = wire.removesuffix(b".\r\n").split(b"\r\n")
    assert b"." not in lines
    plain = b"\r\n".join(line.removeprefix(b".") for line in lines)
    expected = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    assert plain == (expected if not expected or expected.endswith(b"\n") else expected + b"\r\n")
    assert survey(octets).size == len(plain)


@given(CONTENT)
def test_line_ends_alone(octets: bytes) -> None:
    machine = LineEnds()
    converted = machine.convert(octets) + machine.end()
    assert len(converted) == survey(octets).size
    again = LineEnds()
    assert again.convert(converted) + again.end() == converted


@given(CONTENT)
def test_survey_knows_what_needs_no_conversion(octets: bytes) -> None:
    assert survey(octets).is_canonical is (LineEnds().convert(octets) == octets)
    if survey(octets).is_canonical:
        machine = DotStuffing()
        assert machine.convert(octets, is_canonical=True) + machine.end() == stuff(octets)


@pytest.mark.parametrize("shift", range(4))
def test_no_line_end_is_cut(shift: int) -> None:
    octets = b"x" * (PIECE - shift) + b"\r\n.\r\n" + b"y" * PIECE
    pieces = [bytes(view) for view in views(octets)]
    assert b"".join(pieces) == octets
    assert not any(piece.endswith(b"\r") for piece in pieces)
    machine = DotStuffing()
    wire = b"".join(machine.convert(piece, is_canonical=True) for piece in pieces)
    assert wire + machine.end() == stuff(octets)


def test_a_piece_without_a_cut_line_end_forgets_the_cr_before_it() -> None:
    machine = DotStuffing()
    wire = machine.convert(b"a\r") + machine.convert(b"b", is_canonical=True) + machine.convert(b"\nc")
    assert wire == b"a\r\nb\r\nc"
