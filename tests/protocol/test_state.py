from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp import LocalProtocolError
from rawsmtp.protocol.state import State, said
from rawsmtp.wire.verb import Verb

if TYPE_CHECKING:
    from collections.abc import Callable

M, R, D, C, E = Verb.MAIL, Verb.RCPT, Verb.DATA, Verb.CONTENT, Verb.END_OF_DATA


@pytest.mark.parametrize(
    ("state", "verbs", "reached", "owed"),
    [
        (State.READY, [M, R, R, D], State.CONTENT, [M, R, R, D]),
        (State.CONTENT, [C, C], State.CONTENT, []),
        (State.CONTENT, [C, E, M, R, D], State.CONTENT, [E, M, R, D]),
        (State.CONTENT, [E, Verb.QUIT], State.CLOSED, [E, Verb.QUIT]),
        (State.READY, [], State.READY, []),
    ],
)
def test_flights(state: State, verbs: list[Verb], reached: State, owed: list[Verb]) -> None:
    assert said(state, None, tuple(verbs), True) == (reached, tuple(owed))


@pytest.mark.parametrize(
    ("state", "last", "verbs", "ahead", "why"),
    [
        (State.READY, None, [R], True, "RCPT may not be said now: between mail transactions"),
        (State.READY, None, [M, D], True, "DATA may not be said now"),
        (State.READY, None, [M, R], False, "RCPT may not be said ahead"),
        (State.SENDER, M, [R], False, "RCPT may not be said ahead"),
        (State.CONTENT, D, [C], True, "content may not be said before the reply to DATA"),
        (State.READY, None, [M, R, D, C], True, "content may not be said before the reply to DATA"),
    ],
)
def test_first_that_may_not_be_said(state: State, last: Verb | None, verbs: list[Verb], ahead: bool, why: str) -> None:
    with pytest.raises(LocalProtocolError, match=why):
        said(state, last, tuple(verbs), ahead)


def one_by_one(state: State, last: Verb | None, verbs: list[Verb], ahead: bool) -> tuple[State, tuple[Verb, ...]]:
    owed: list[Verb] = []
    for verb in verbs:
        state, more = said(state, owed[-1] if owed else last, (verb,), ahead)
        owed += more
    return state, tuple(owed)


def outcome_of(say: Callable[..., object], *given: object) -> object:
    try:
        return say(*given)
    except LocalProtocolError as error:
        return str(error)


@given(
    st.sampled_from(State),
    st.none() | st.sampled_from(Verb),
    st.lists(st.sampled_from([M, R, R, D, C, E, Verb.RSET, Verb.QUIT]), max_size=5),
    st.booleans(),
)
def test_a_flight_is_its_commands_one_by_one(state: State, last: Verb | None, verbs: list[Verb], ahead: bool) -> None:
    found = outcome_of(said, state, last, tuple(verbs), ahead)
    assert found == outcome_of(one_by_one, state, last, verbs, ahead)
