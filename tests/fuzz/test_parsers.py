"""The check of `fuzz_parsers.py` under Hypothesis, and the whole table of states, verbs and codes."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz import fuzz_parsers as fuzz

from rawsmtp import LocalProtocolError, RemoteProtocolError, State
from rawsmtp.protocol.state import SEND, row_of
from rawsmtp.wire.verb import Verb

few = settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])

CODES = st.sampled_from(
    [b"220", b"221", b"235", b"250", b"334", b"354", b"421", b"450", b"550", b"25", b"2500", b"650"]
)
TEXTS = st.sampled_from([
    b"ok", b"", b"PIPELINING", b"SIZE 0", b"SIZE 99999999999999999999", b"AUTH=PLAIN", b"AUTH", b"=", b"r=x,s=eA==,i=1",
    b"LIMITS RCPTMAX=0 MAILMAX=x", b"5.1.1 x", b"2.0.0", "授权码".encode("gb18030"), b"\xff\xfe", b"\x1b[31m",
    b"x" * 64,
])  # fmt: skip
LINES = st.builds(
    lambda *parts: b"".join(parts),
    CODES,
    st.sampled_from([b" ", b"-", b"", b"\t"]),
    TEXTS,
    st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b""]),
)
REPLIES = st.lists(LINES, max_size=6).map(b"".join)
ADDRESSES = st.text(st.sampled_from('ab.@"\\<>(),:;[]1 \t\r\n\0é王ß\u200d\u2028'), max_size=24).map(str.encode)
SCRAM = st.builds(
    lambda nonce, salt, count, more: nonce + b",s=" + salt + b",i=" + count + more,
    st.sampled_from([b"x", b"", b"=", b",", b"\xff"]),
    st.sampled_from([b"c2FsdA==", b"c2FsdA", b"", b"!", b"\xff"]),
    st.sampled_from([b"4096", b"4095", b"1", b"4097", b"9" * 5_000, b"-1", b"0x10", b""]),
    st.sampled_from([b"", b",m=x", b",a=b", b",", b"\n", b"\0"]),
)


@few
@given(REPLIES)
def test_replies(data: bytes) -> None:
    fuzz.check_replies(data)
    fuzz.check_connections(data)


@few
@given(ADDRESSES | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_texts(data: bytes) -> None:
    fuzz.check_texts(data)


@few
@given(SCRAM | st.binary())
def test_challenges(data: bytes) -> None:
    fuzz.check_challenges(data)


SAID = st.lists(
    st.sampled_from([b"535-", b"535 ", b"334 ", b"@", b"correct", b"-horse", b"x", b"\r\n", b"\r", b"Y29y"])
)


@few
@given(SAID.map(b"".join) | st.binary())
def test_secrets(data: bytes) -> None:
    fuzz.check_secrets(data)


@settings(few, max_examples=40)
@given(st.binary() | REPLIES)
def test_anything(data: bytes) -> None:
    fuzz.check(data)


SEEDS = [
    b"",
    b"250 " + b"x" * (fuzz.LIMITS.line - 4) + b"\r\n",
    b"250-" + b"x" * (fuzz.LIMITS.line - 4) + b"\r\n250\r\n",
    b"250 " + b"x" * (fuzz.LIMITS.line - 3) + b"\r\n",
    b"\r\n",
    b"250 ok\r\n" * 9,
    b"250-" * 40,
    b"250-x\r\n" * 9,
    b"250-a\r\n550 b\r\n",
    b"\0\0\0\r\n",
    b"( success ( 2 2 ( ) ( ",
    b"HTTP/1.1 400 Bad\r\n",
    b"\x15\x03\x01\x00\x02\x02\x28",
    b"SSH-2.0-x\r\n",
    b"+OK\r\n",
    b"421 bye\r\n250 ok\r\n",
    b"220 go\r\n2",
    b"a@xn--a.test",
    "x@\u212a.test".encode(),
    b"xn--" + b"a" * 60,
    b'"a\\"@[::1]',
    ".".join("ü" * 40).encode(),
]


@pytest.mark.parametrize("data", SEEDS, ids=ascii)
def test_seeds(data: bytes) -> None:
    fuzz.check(data)


SAYABLE = [verb for verb in Verb if verb in fuzz.ITEMS]


@pytest.mark.parametrize("state", State)
def test_every_state_is_reached(state: State) -> None:
    assert fuzz.connection_in(state).state is state


@pytest.mark.parametrize(("state", "verb"), list(itertools.product(State, SAYABLE)), ids=lambda value: value.name)
def test_every_verb_in_every_state(state: State, verb: Verb) -> None:
    """A verb is said where the table has a row, and nowhere else; any code behind it is a value or an error."""
    connection = fuzz.connection_in(state)
    if (state, verb) not in SEND:
        with pytest.raises(LocalProtocolError):
            connection.send(fuzz.ITEMS[verb])
        assert connection.state is state
        return
    assert connection.send(fuzz.ITEMS[verb]) or verb is Verb.CONTENT
    for code in [*range(200, 600, 10), 221, 235, 251, 252, 334, 354, 421, 451, 503, 535, 552, 554, 555]:
        for pieces in fuzz.feeds(b"%d x\r\n" % code).values():
            fuzz.check_connection(state, verb, pieces)
        if verb is not Verb.CONTENT:
            judge(state, verb, code)


def judge(state: State, verb: Verb, code: int) -> None:
    """A reply that the table has leads where it says; another closes the connection."""
    connection = fuzz.connection_in(state)
    connection.send(fuzz.ITEMS[verb])
    row = row_of(verb, code)
    if row is False:
        with pytest.raises(RemoteProtocolError):
            connection.receive(b"%d x\r\n" % code)
        assert connection.state is State.CLOSED
    else:
        (reply,) = connection.receive(b"%d x\r\n" % code)
        assert reply.code == code
        assert connection.outstanding == 0
        assert connection.state is (row or state)


def test_a_parser_that_lets_something_else_out_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "parse", lambda text: [text][1])
    with pytest.raises(IndexError):
        fuzz.check(b"a@b")


def test_it_says_that_atheris_is_missing() -> None:
    code = "import sys; sys.modules['atheris'] = None; from tests.fuzz.fuzz_parsers import main; sys.exit(main())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "atheris is not installed" in run.stderr
