"""Who may say what, when, and where a reply leads: the conversation as two tables. RFC 5321 §4.1.4, §4.3.

`SEND[state, verb]` is the state after a command is said; no row means that it must not be said there.
`REPLY[verb, code]` is the state after it is answered. The row of the exact code stands before the row of its first two
digits, and that before the row of its first digit; `SAME` leaves the state as it is; no row means that the server broke
the protocol.
"""

from __future__ import annotations

from enum import Enum
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple

from rawsmtp.errors import LocalProtocolError
from rawsmtp.wire.verb import Verb


class State(Enum):
    """Where a conversation stands."""

    GREETING = "waiting for the greeting"
    START = "greeted, before EHLO"
    READY = "between mail transactions"
    CHALLENGE = "in an AUTH exchange"
    SENDER = "in a mail transaction, no recipient accepted"
    RECIPIENTS = "in a mail transaction with recipients"
    CONTENT = "in the content after DATA"
    CHUNKS = "in the content after BDAT"
    HANDSHAKE = "before the TLS handshake"
    CLOSED = "closed"

    # Identity is all that a member is compared by, and Enum's own hash is a Python call on the path of every command.
    __hash__ = object.__hash__


S, V = State, Verb
SAME: Final = None

SYNCHRONISES = frozenset(
    {
        V.GREETING,
        V.EHLO,
        V.HELO,
        V.LHLO,
        V.STARTTLS,
        V.AUTH,
        V.AUTH_ANSWER,
        V.DATA,
        V.QUIT,
        V.NOOP,
        V.VRFY,
        V.EXPN,
        V.HELP,
    }
    | {V.OTHER}
)
"""Nothing may be said behind these until they are answered: they end a group. RFC 2920 §3.1, RFC 4954 §4."""

_ANYWHERE = (V.NOOP, V.HELP, V.VRFY, V.EXPN, V.OTHER)
_BETWEEN = (S.START, S.READY, S.SENDER, S.RECIPIENTS, S.CHUNKS)

SEND: Final[dict[tuple[State, Verb], State]] = {
    **{(state, verb): state for state in _BETWEEN for verb in _ANYWHERE},
    **{(state, V.QUIT): S.CLOSED for state in _BETWEEN},
    **{(state, verb): S.READY for state in (S.START, S.READY) for verb in (V.EHLO, V.HELO, V.LHLO)},
    (S.START, V.RSET): S.START,
    **{(state, V.RSET): S.READY for state in (S.READY, S.SENDER, S.RECIPIENTS, S.CHUNKS)},
    (S.READY, V.STARTTLS): S.HANDSHAKE,
    (S.READY, V.AUTH): S.CHALLENGE,
    (S.CHALLENGE, V.AUTH_ANSWER): S.CHALLENGE,
    (S.READY, V.PROBE): S.READY,
    (S.READY, V.MAIL): S.SENDER,
    (S.SENDER, V.RCPT): S.RECIPIENTS,
    (S.RECIPIENTS, V.RCPT): S.RECIPIENTS,
    (S.RECIPIENTS, V.DATA): S.CONTENT,
    (S.CONTENT, V.CONTENT): S.CONTENT,
    (S.CONTENT, V.END_OF_DATA): S.READY,
    **{(state, V.BDAT): S.CHUNKS for state in (S.RECIPIENTS, S.CHUNKS)},
    **{(state, V.BDAT_LAST): S.READY for state in (S.RECIPIENTS, S.CHUNKS)},
}


class Said(NamedTuple):
    """What saying the items of a flight leads to.

    state: the state behind the last of them.
    owed: the verbs that are answered: all but content.
    """

    state: State
    owed: tuple[Verb, ...]


@lru_cache(maxsize=512)
def said(state: State, last: Verb | None, verbs: tuple[Verb, ...], ahead: bool) -> Said:
    """Return what saying these verbs in one flight leads to; remembered, as most flights are of the same few kinds.

    last: the last verb that is still to be answered; None if none is.
    ahead: whether the server takes commands ahead of its replies.
    Raises LocalProtocolError for the first that may not be said where it stands.
    """
    owed: list[Verb] = []
    for verb in verbs:
        reached = SEND.get((state, verb))
        if reached is None:
            raise LocalProtocolError(f"{verb.value} may not be said now: {state.value}")
        if last in SYNCHRONISES:
            raise LocalProtocolError(f"{verb.value} may not be said before the reply to {last.value} has come")
        if last is not None and not ahead:
            raise LocalProtocolError(f"{verb.value} may not be said ahead: the server does not offer PIPELINING")
        state = reached
        if verb is not V.CONTENT:
            owed.append(verb)
            last = verb
    return Said(state, tuple(owed))


_REFUSALS_CHANGE_NOTHING = (
    *(V.EHLO, V.HELO, V.LHLO, V.STARTTLS, V.MAIL, V.RCPT, V.DATA, V.BDAT, V.BDAT_LAST, V.RSET),
    *_ANYWHERE,
)

REPLY: Final[dict[tuple[Verb, int], State | None]] = {
    (V.GREETING, 220): S.START,
    **{(V.GREETING, digit): S.CLOSED for digit in (4, 5)},
    **{(verb, digit): SAME for verb in _REFUSALS_CHANGE_NOTHING for digit in (4, 5)},
    **{(verb, 2): S.READY for verb in (V.EHLO, V.HELO, V.LHLO)},
    (V.STARTTLS, 220): S.HANDSHAKE,
    **{(verb, 235): S.READY for verb in (V.AUTH, V.AUTH_ANSWER)},
    **{(verb, 334): S.CHALLENGE for verb in (V.AUTH, V.AUTH_ANSWER)},
    **{(verb, digit): S.READY for verb in (V.AUTH, V.AUTH_ANSWER) for digit in (4, 5)},
    (V.MAIL, 2): S.SENDER,
    (V.RCPT, 2): S.RECIPIENTS,
    (V.DATA, 354): S.CONTENT,
    # A refusal in the midst of content: the rest of it would be read as commands, so this is the end.
    **{(V.CONTENT, digit): S.CLOSED for digit in (4, 5)},
    **{(V.END_OF_DATA, digit): S.READY for digit in (2, 4, 5)},
    (V.BDAT, 2): S.CHUNKS,
    (V.BDAT_LAST, 2): S.READY,
    (V.RSET, 2): S.READY,
    **{(verb, digit): SAME for verb in _ANYWHERE for digit in (2, 3)},
    **{(V.PROBE, digit): SAME for digit in (2, 4, 5)},
    (V.PROBE, 354): S.CLOSED,
    **{(V.QUIT, digit): S.CLOSED for digit in (2, 4, 5)},
    **{(verb, 421): S.CLOSED for verb in Verb},
}

OUT_OF_STEP = frozenset({V.EHLO, V.HELO, V.LHLO, V.MAIL, V.RCPT, V.END_OF_DATA, V.BDAT, V.BDAT_LAST, V.RSET})
"""A 22z speaks of the connection, so as the answer to one of these it answers something else. RFC 5321 §4.2.1."""


@cache
def row_of(verb: Verb, code: int) -> State | Literal[False] | None:
    """Return the row of a reply: a state, `SAME`, or False if the protocol has no such reply there."""
    for row in ((verb, code), (verb, code // 100)):
        if row in REPLY:
            return False if code // 10 == 22 and verb in OUT_OF_STEP else REPLY[row]
    return False
