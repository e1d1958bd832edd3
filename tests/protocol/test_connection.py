from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rawsmtp import commands
from rawsmtp.errors import ConnectionLost, LocalProtocolError, RemoteProtocolError, SMTPError
from rawsmtp.protocol import Connection, State
from rawsmtp.protocol.state import REPLY, SEND, row_of
from rawsmtp.wire.limits import Limits
from rawsmtp.wire.mail_data import ChunkProbe
from rawsmtp.wire.verb import Verb

if TYPE_CHECKING:
    from rawsmtp.wire.mail_data import Item

MAIL, RCPT, DATA = commands.Mail("a@x.test"), commands.Rcpt("b@x.test"), commands.Data()
END, RSET, QUIT = commands.EndOfData(), commands.Rset(), commands.Quit()


def connected(keywords: str = "PIPELINING") -> Connection:
    connection = Connection()
    connection.receive(b"220 x.test\r\n")
    connection.send(commands.Ehlo("x.test"))
    connection.receive(f"250-x.test\r\n250 {keywords}\r\n".encode())
    return connection


def state(connection: Connection) -> State:
    return connection.state


def test_states_of_a_session() -> None:
    connection = Connection()
    assert (connection.state, connection.outstanding) == (State.GREETING, 1)
    connection.receive(b"220 x.test\r\n")
    assert (connection.state, connection.outstanding) == (State.START, 0)
    connection.send(commands.Ehlo("x.test"))
    assert (connection.state, connection.outstanding) == (State.START, 1)
    connection.receive(b"250-x.test\r\n250-SIZE 3\r\n250 PIPELINING\r\n")
    assert state(connection) is State.READY
    assert connection.capabilities.size == 3
    connection.send(MAIL, RCPT, DATA)
    assert connection.outstanding == 3
    connection.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    assert state(connection) is State.CONTENT
    assert connection.in_content
    assert connection.send(commands.Content(b".a"), END, MAIL) == b"..a\r\n.\r\nMAIL FROM:<a@x.test>\r\n"
    assert connection.outstanding == 2
    connection.receive(b"250 ok\r\n250 ok\r\n")
    assert state(connection) is State.SENDER


def test_is_over_with_the_answer_to_quit_and_with_octets_that_answer_nothing() -> None:
    connection, seen = connected(), []
    connection.send(commands.Noop())
    for octets in (b"25", b"0 ok\r\n"):
        connection.receive(octets)
        seen.append(connection.is_over)
    connection.send(QUIT)
    connection.receive(b"221 bye\r\n")
    assert [*seen, connection.is_over] == [False, False, True]
    stray = connected()
    stray.receive(b"42")
    assert stray.is_over


FORBIDDEN: list[tuple[str, list[Item]]] = [
    ("content", [commands.Content(b"x")]),
    ("the dot", [END]),
    ("RCPT without MAIL", [RCPT]),
    ("DATA without MAIL", [DATA]),
    ("DATA without RCPT", [MAIL, DATA]),
    ("two MAIL", [MAIL, MAIL]),
    ("behind DATA", [MAIL, RCPT, DATA, RSET]),
    ("content before 354", [MAIL, RCPT, DATA, commands.Content(b"x")]),
    ("behind NOOP", [commands.Noop(), MAIL]),
    ("behind QUIT", [QUIT, MAIL]),
    ("behind STARTTLS", [commands.StartTls(), MAIL]),
    ("behind AUTH", [commands.Auth("PLAIN", b"x"), MAIL]),
    ("an answer without AUTH", [commands.AuthAnswer(b"x")]),
    ("a command inside a chunk", [MAIL, RCPT, commands.Bdat(5), RSET]),
    ("more octets than the chunk", [MAIL, RCPT, commands.Bdat(1), commands.Content(b"xx")]),
    ("a bare LF in a chunk", [MAIL, RCPT, commands.Bdat(2), commands.Content(b"x\n")]),
    ("BDAT without RCPT", [MAIL, commands.Bdat(1, last=True)]),
]


@pytest.mark.parametrize("items", [items for _, items in FORBIDDEN], ids=[name for name, _ in FORBIDDEN])
def test_what_may_not_be_said_leaves_everything_as_it_was(items: list[Item]) -> None:
    connection = connected()
    with pytest.raises(LocalProtocolError):
        connection.send(*items)
    assert (connection.state, connection.outstanding) == (State.READY, 0)
    assert connection.send(MAIL, RCPT) == bytes(MAIL) + bytes(RCPT)


def test_content_that_was_not_written_is_not_remembered() -> None:
    connection = connected()
    connection.send(MAIL, RCPT, DATA)
    connection.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    with pytest.raises(LocalProtocolError):
        connection.send(commands.Content(b"no line end"), RSET)
    assert connection.send(commands.Content(b".x\r\n"), END) == b"..x\r\n.\r\n"


def test_nothing_ahead_without_pipelining() -> None:
    connection = connected("SIZE")
    with pytest.raises(LocalProtocolError, match="does not offer PIPELINING"):
        connection.send(MAIL, RCPT)
    connection.send(MAIL)
    with pytest.raises(LocalProtocolError, match="does not offer PIPELINING"):
        connection.send(RCPT)


def test_ignored_extension_is_not_offered() -> None:
    connection = Connection(ignore_extensions={"pipelining"})
    connection.receive(b"220 x\r\n")
    connection.send(commands.Ehlo("x"))
    connection.receive(b"250-x\r\n250-PIPELINING\r\n250 SIZE\r\n")
    assert list(connection.capabilities) == ["SIZE"]


def test_chunks() -> None:
    connection = connected()
    octets = connection.send(MAIL, RCPT, commands.Bdat(3), commands.Content(b"a\r\n"), commands.Bdat(2, last=True))
    assert octets.endswith(b"BDAT 3\r\na\r\nBDAT 2 LAST\r\n")
    assert connection.in_content
    assert connection.send(commands.Content(b"."), commands.Content(b"."), RSET) == b"..RSET\r\n"
    connection.receive(b"250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n")
    assert (connection.state, connection.outstanding) == (State.READY, 0)


REFUSED = [
    ("MAIL", b"550 no\r\n503 no\r\n503 no\r\n", State.READY),
    ("RCPT", b"250 ok\r\n550 no\r\n503 no\r\n", State.SENDER),
    ("DATA", b"250 ok\r\n250 ok\r\n450 no\r\n", State.RECIPIENTS),
    ("MAIL, and the transaction before goes on", b"503 nested\r\n250 ok\r\n354 go\r\n", State.CONTENT),
    ("RCPT, and 354 all the same", b"250 ok\r\n550 no\r\n354 go\r\n", State.CONTENT),
    ("421", b"421 bye\r\n250 ok\r\n250 ok\r\n".replace(b"250 ok\r\n250 ok", b"503 no\r\n503 no"), State.CLOSED),
]


@pytest.mark.parametrize(("octets", "state"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refusals_in_a_flight(octets: bytes, state: State) -> None:
    connection = connected()
    connection.send(MAIL, RCPT, DATA)
    assert len(connection.receive(octets)) == 3
    assert (connection.state, connection.outstanding) == (state, 0)


WRONG: list[tuple[str, list[Item], bytes]] = [
    ("354 to MAIL", [MAIL], b"354 go\r\n"),
    ("334 to MAIL", [MAIL], b"334 \r\n"),
    ("220 to MAIL", [MAIL], b"220 x\r\n"),
    ("221 to RSET", [RSET], b"221 x\r\n"),
    ("250 to DATA", [MAIL, RCPT, DATA], b"250 ok\r\n250 ok\r\n250 ok\r\n"),
    ("353 to DATA", [MAIL, RCPT, DATA], b"250 ok\r\n250 ok\r\n353 go\r\n"),
    (
        "250 in the midst of a chunk",
        [MAIL, RCPT, commands.Bdat(2, last=True), commands.Content(b"a")],
        b"250 ok\r\n" * 3,
    ),
    ("250 to STARTTLS", [commands.StartTls()], b"250 ok\r\n"),
    ("250 to AUTH", [commands.Auth("PLAIN", b"x")], b"250 ok\r\n"),
    ("354 to AUTH", [commands.Auth("PLAIN", b"x")], b"354 ok\r\n"),
    ("one reply too many", [commands.Noop()], b"250 ok\r\n250 ok\r\n"),
    ("a reply to nothing", [], b"250 ok\r\n"),
    ("junk", [commands.Noop()], b"junk\r\n"),
]


@pytest.mark.parametrize(("items", "octets"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_the_protocol_does_not_have(items: list[Item], octets: bytes) -> None:
    connection = connected()
    connection.send(*items)
    with pytest.raises(RemoteProtocolError) as caught:
        connection.receive(octets)
    assert connection.state is State.CLOSED
    assert len(caught.value.replies) == octets.count(b"\r\n") - 1
    with pytest.raises(LocalProtocolError):
        connection.send(MAIL)
    assert connection.receive(b"250 whatever\r\n") == []


@pytest.mark.parametrize("octets", [b"354 go\r\n", b"250 x\r\n", b"334 x\r\n"])
def test_greeting_wants_220(octets: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="the server greeted with"):
        Connection().receive(octets)


def test_unsolicited_421_is_a_lost_connection() -> None:
    with pytest.raises(ConnectionLost, match="idle too long") as caught:
        connected().receive(b"421 idle too long\r\n")
    assert caught.value.reply is not None


def test_refusal_in_the_midst_of_content() -> None:
    connection = connected()
    connection.send(MAIL, RCPT, DATA)
    connection.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    connection.send(commands.Content(b"x"))
    assert [reply.code for reply in connection.receive(b"552 too much\r\n")] == [552]
    assert connection.state is State.CLOSED


def test_success_before_the_dot_is_an_error() -> None:
    connection = connected()
    connection.send(MAIL, RCPT, DATA)
    connection.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    connection.send(commands.Content(b"x"))
    with pytest.raises(RemoteProtocolError):
        connection.receive(b"250 queued\r\n")


@pytest.mark.parametrize("surplus", [b"2", b"250-x\r\n", b"250 forged\r\n", b"\x16\x03"])
def test_octets_behind_the_reply_to_starttls(surplus: bytes) -> None:
    def upgrade() -> None:
        connection.receive(b"220 go\r\n" + surplus)
        connection.begin_tls()

    connection = connected("STARTTLS")
    connection.send(commands.StartTls())
    with pytest.raises(RemoteProtocolError):
        upgrade()
    assert connection.state is State.CLOSED


def test_tls_forgets_everything() -> None:
    connection = connected("STARTTLS")
    connection.send(commands.StartTls())
    connection.receive(b"220 go\r\n")
    with pytest.raises(LocalProtocolError):
        connection.send(MAIL)
    connection.begin_tls()
    assert (connection.state, len(connection.capabilities)) == (State.START, 0)
    with pytest.raises(LocalProtocolError):
        connection.begin_tls()
    with pytest.raises(LocalProtocolError):
        connection.send(MAIL)


@pytest.mark.parametrize(
    ("octets", "words"),
    [(b"", "closed the connection"), (b"250 ok", "inside a reply"), (b"250-a\r\n", "inside a reply")],
)
def test_end_of_the_stream(octets: bytes, words: str) -> None:
    connection = connected()
    connection.send(MAIL)
    connection.receive(octets)
    with pytest.raises(ConnectionLost, match=words):
        connection.receive_eof()


def test_lines_over_the_limit() -> None:
    connection = Connection(Limits(command_line=20, auth_line=30))
    connection.receive(b"220 x\r\n")
    with pytest.raises(ValueError, match="limit is 20"):
        connection.send(commands.Ehlo("x" * 20))
    connection.send(commands.Ehlo("x"))
    connection.receive(b"250 x\r\n")
    connection.send(commands.Auth("PLAIN", b"1234567"))
    connection.receive(b"535 no\r\n")
    with pytest.raises(ValueError, match="limit is 30") as caught:
        connection.send(commands.Auth("PLAIN", b"secretsecretsecret"))
    assert "c2VjcmV0" not in str(caught.value)
    connection.send(commands.Auth("PLAIN"))
    connection.receive(b"334 \r\n")
    assert len(connection.send(commands.AuthAnswer(b"secretsecretsecret"))) > 20


def test_every_row_leads_somewhere() -> None:
    said = {verb for _, verb in SEND} | {Verb.GREETING, Verb.CONTENT}
    assert {verb for verb, _ in REPLY} == set(Verb)
    assert said == set(Verb)
    for verb in Verb:
        for code in range(200, 600):
            reached = row_of(verb, code)
            assert reached is False or reached is None or isinstance(reached, State)


ITEMS: list[Item] = [
    commands.Ehlo("x"), commands.Helo("x"), MAIL, RCPT, DATA, END, RSET, QUIT, commands.Noop(), commands.StartTls(),
    commands.Auth("PLAIN", b"x"), commands.AuthAnswer(b""), commands.Content(b".\r\n"), commands.Bdat(3, last=True),
    commands.Bdat(0), commands.Vrfy("x"), commands.Raw("XYZZY"),
]  # fmt: skip
CODES = [220, 221, 235, 250, 334, 354, 421, 450, 500, 503, 550, 552]
STEPS = st.lists(st.sampled_from(ITEMS) | st.sampled_from([b"%d x\r\n" % code for code in CODES]), max_size=40)


@settings(max_examples=300)
@given(STEPS)
def test_any_walk_stays_in_step_or_closes(steps: list[Item | bytes]) -> None:
    connection = connected()
    said = answered = 0
    for step in steps:
        try:
            if isinstance(step, bytes):
                answered += len(connection.receive(step))
            else:
                said += connection.send(step) != b"" and not isinstance(step, commands.Content)
        except LocalProtocolError:
            continue
        except SMTPError:
            assert connection.state is State.CLOSED
            return
        early = connection.state is State.CLOSED and answered > said
        assert early or connection.outstanding == said - answered or connection.state is State.CLOSED


@pytest.mark.parametrize("item", ["NOOP", b"NOOP\r\n", None])
def test_what_is_no_item(item: Any) -> None:
    connection = connected()
    with pytest.raises(TypeError, match=r"one of rawsmtp\.commands"):
        connection.send(RSET, item)
    assert (connection.outstanding, connection.state) == (0, State.READY)
    assert connection.send(MAIL) == b"MAIL FROM:<a@x.test>\r\n"


def test_address_over_the_limit() -> None:
    connection = Connection(Limits(address=20))
    connection.receive(b"220 x.test\r\n")
    connection.send(commands.Ehlo("x.test"))
    connection.receive(b"250-x.test\r\n250 PIPELINING\r\n")
    with pytest.raises(ValueError, match="more than 20 octets"):
        connection.send(RSET, commands.Mail("somebody@of.some.test"))
    connection.send(MAIL)
    with pytest.raises(ValueError, match="more than 20 octets"):
        connection.send(commands.Rcpt("somebody@of.some.test"))
    assert connection.outstanding == 1


@pytest.mark.parametrize("first", [b"no line end", b"cut at CR\r"])
@pytest.mark.parametrize(("second", "octets"), [(b".a\n", b"..a\r\n.\r\n"), (b"\na", b"\r\na\r\n.\r\n")])
def test_each_content_begins_anew(first: bytes, second: bytes, octets: bytes) -> None:
    connection = connected()
    for content in (first, second):
        connection.send(MAIL, RCPT, DATA)
        connection.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
        written = connection.send(commands.Content(content), END)
        connection.receive(b"250 ok\r\n")
    assert written == octets


def test_what_is_owed_behind_a_421_opens_nothing_again() -> None:
    connection = connected()
    connection.send(MAIL, RCPT)
    assert [code for code, _ in connection.receive(b"421 bye\r\n250 ok\r\n")] == [421, 250]
    assert connection.state is State.CLOSED
    with pytest.raises(LocalProtocolError):
        connection.send(RSET)


def test_data_that_is_taken_outside_a_transaction_is_the_end() -> None:
    connection = connected()
    connection.send(ChunkProbe(data=False), ChunkProbe(data=True))
    assert [code for code, _ in connection.receive(b"503 no\r\n354 go\r\n")] == [503, 354]
    assert connection.state is State.CLOSED
