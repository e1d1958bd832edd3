"""What a call may take: each wait has its bound, and `deadline` bounds them together."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp import SMTPTimeout
from rawsmtp.testing import Cut, MemoryServer, Pause, Say, Server
from rawsmtp.testing.memory import MemoryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import AnyClient, MakeClient, Talk

    from rawsmtp.client.link import Link
    from rawsmtp.testing.script import Piece

TEXT = b"Subject: x\r\n\r\nhello\r\n"
OK = b"250 ok\r\n"
SESSION: list[bytes] = [b"220 x\r\n", OK, OK, OK, b"354 go\r\n", b"250 queued as X1\r\n"]
PHASES = ["greeting", "hello", "mail", "rcpt", "data", "content"]
OFFER = [b"220 x\r\n", b"250-x\r\n250-STARTTLS\r\n250 AUTH LOGIN\r\n"]
LOGIN = rawsmtp.Password("u", "p", in_clear=True)
RECORD = b"\x16\x03\x03\x40\x00"
"""The beginning of a TLS record of 16,384 octets."""


def send(client: AnyClient, message: Any = TEXT) -> rawsmtp.Receipt:
    return client.send(message, sender="a@x.test", recipients="b@x.test")


def overdue(client: Any, deadline: float) -> SMTPTimeout:
    """Return the error of a call that its deadline ends, on the second."""
    with pytest.raises(SMTPTimeout) as caught:
        send(client)
    assert client._now() == deadline
    return caught.value


WAYS: dict[str, Piece] = {
    "silence": b"",
    "trickled": Say(b"250-" + b"x" * 3_000, trickle=0.5),
    "continued": [part for _ in range(100) for part in (b"250-x\r\n", Pause(0.5))],
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("phase", PHASES)
def test_deadline_ends_a_call_in_any_phase(talk: Talk, phase: str, way: Piece) -> None:
    server = MemoryServer(script=[*SESSION[: PHASES.index(phase)], way])
    error = overdue(talk(server, deadline=7.0), 7.0)
    assert "the deadline of 7 seconds is over" in str(error)
    assert (error.phase, error.outcome) == (phase, "unknown" if phase == "content" else "not_sent")


HANDSHAKES: dict[str, tuple[str, list[Piece], str]] = {
    "implicit, silence": ("tls", [b""], "tls"),
    "implicit, trickled": ("tls", [Say(RECORD + bytes(3_000), trickle=0.5)], "tls"),
    "STARTTLS, silence": ("starttls", [*OFFER, b"220 go\r\n"], "tls"),
    "STARTTLS, trickled": (
        "starttls",
        [*OFFER, [b"220 go\r\n", Pause(1), Say(RECORD + bytes(3_000), trickle=0.5)]],
        "tls",
    ),
    "AUTH, silence": ("none", [*OFFER, b""], "auth"),
    "a challenge, silence": ("none", [*OFFER, b"334 \r\n", b""], "auth"),
    "a challenge, trickled": ("none", [*OFFER, b"334 \r\n", Say(b"334 " + b"x" * 3_000, trickle=0.5)], "auth"),
    "what is cancelled, silence": ("none", [*OFFER, b"334 !\r\n", b""], "auth"),
}


@pytest.mark.parametrize(("security", "script", "phase"), HANDSHAKES.values(), ids=HANDSHAKES)
def test_deadline_bounds_handshakes_and_logins(talk: Talk, security: Any, script: list[Piece], phase: str) -> None:
    client = talk(MemoryServer(script=script), security=security, auth=LOGIN, deadline=7.0)
    error = overdue(client, 7.0)
    assert (error.phase, error.outcome) == (phase, "not_sent")


@pytest.mark.parametrize("chop", [None, 1])
def test_deadline_bounds_all_of_it_together(talk: Talk, chop: int | None) -> None:
    slow: list[Piece] = [[Pause(2), piece] for piece in SESSION]
    assert overdue(talk(MemoryServer(script=slow, chop=chop), deadline=11.0), 11.0).phase == "content"
    assert send(talk(MemoryServer(script=slow, chop=chop), deadline=12.5)).queue_id == "X1"


def test_each_call_has_its_own(talk: Talk) -> None:
    client = talk(MemoryServer(script=[[Pause(2), piece] for piece in (*SESSION[:2], OK, OK, OK)]), deadline=4.5)
    client.connect()
    for _ in range(3):
        assert client.noop().is_success


def test_each_reply_of_a_flight_has_its_own_time(talk: Talk) -> None:
    server = MemoryServer()
    server.delay("*", 4)
    client = talk(server, timeout=5, deadline=100.0)
    to = ["b@x.test", "c@x.test", "d@x.test"]
    assert [*client.send(TEXT, sender="a@x.test", recipients=to, refused="continue").accepted] == to
    server.delay("*", 6)
    with pytest.raises(SMTPTimeout, match="in 5 seconds"):
        client.noop()


def test_nothing_is_said_when_the_deadline_is_over(talk: Talk) -> None:
    """The reply came in time, and then the process had to wait: what it would say could not be answered in time."""
    client: Any = talk(MemoryServer(script=SESSION), deadline=5.0)
    io = client._client._io
    memory: Any = io if isinstance(io, MemoryIO) else io._memory
    hear = memory._hear

    def sleeps_behind_it(link: Link, step: Any) -> None:
        hear(link, step)
        memory._clock += 5.0 if step.octets.startswith(b"354") else 0.0

    memory._hear = sleeps_behind_it
    with pytest.raises(SMTPTimeout, match="deadline of 5 seconds is over") as caught:
        send(client)
    assert (caught.value.phase, caught.value.outcome) == ("content", "not_sent")


def reading(client: Any, octets: int) -> Any:
    """Let the server take so many octets a second."""
    io = client._client._io
    memory: Any = io if isinstance(io, MemoryIO) else io._memory
    write = memory._write

    def slowly(link: Link, channel: Any) -> None:
        memory._clock += 1
        memory._server.chop = octets
        write(link, channel)

    memory._write = slowly
    return client


def test_content_has_its_own_bound_and_the_deadline_waits_meanwhile(talk: Talk) -> None:
    client = reading(talk(MemoryServer(script=SESSION), deadline=20.0), 1_000)
    assert send(client, b"x" * 100_000).queue_id == "X1"
    assert client._now() > 100


def test_deadline_goes_on_behind_the_content(talk: Talk) -> None:
    client = reading(talk(MemoryServer(script=[*SESSION[:5], b""]), deadline=20.0), 1_000)
    with pytest.raises(SMTPTimeout, match="deadline of 20 seconds is over: no complete reply") as caught:
        send(client, b"x" * 100_000)
    assert caught.value.outcome == "unknown"
    assert 120 < client._now() < 130


def test_content_that_was_cut_took_nothing_of_the_deadline(talk: Talk) -> None:
    server = MemoryServer()
    client: Any = reading(talk(server, deadline=60.0), 1_000)
    io = client._client._io
    memory: Any = io if isinstance(io, MemoryIO) else io._memory

    def items() -> Iterator[rawsmtp.Submission]:
        yield rawsmtp.Submission(TEXT, sender="a@x.test", recipients="b@x.test")
        yield rawsmtp.Submission(b"x" * 100_000, sender="a@x.test", recipients="b@x.test")

    write = memory._write

    def breaks(link: Link, channel: Any) -> None:
        memory._is_cut = len(server.sessions) == 1 and memory._clock > 80
        write(link, channel)

    memory._write = breaks
    assert [result.error for result in client.send_all(items())] == [None, None]
    assert len(server.sessions) == 2


def test_server_that_reads_an_octet_a_second_is_not_waited_for(talk: Talk) -> None:
    client = reading(talk(MemoryServer(script=SESSION), deadline=1e6), 1)
    with pytest.raises(SMTPTimeout, match="did not read on in 322 seconds") as caught:
        send(client, b"x" * 50_000)
    assert (caught.value.phase, caught.value.outcome) == ("content", "not_sent")


def test_whoever_waits_for_its_turn_does_not_move_the_deadline_of_another(talk: Talk) -> None:
    client: Any = talk(MemoryServer(script=SESSION), deadline=10.0)
    inner = client._client
    ends: list[float] = []

    def no_turn(seconds: float) -> bool:
        ends.append(inner._deadline)
        return False

    async def no_turn_either(seconds: float) -> bool:
        return no_turn(seconds)

    inner._deadline = 3.0
    inner._io.acquire = no_turn if isinstance(inner, rawsmtp.Client) else no_turn_either
    with pytest.raises(SMTPTimeout, match="no turn"):
        client.noop()
    assert (ends, inner._deadline) == ([3.0], 3.0)


def test_the_look_up_of_a_name_is_a_part_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be interrupted in the blocking client, but nothing is begun behind it when the time is up."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9))]
    clock = iter([0.0, *[5.0] * 9])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr("rawsmtp.client.blocking_io.monotonic", lambda: next(clock))
    monkeypatch.setattr("rawsmtp.client.blocking_io._connect", lambda *_: pytest.fail("it connected"))
    with pytest.raises(SMTPTimeout, match="was not looked up in time") as caught:
        rawsmtp.Client("mail.test", timeout=3).connect()
    assert (caught.value.phase, caught.value.outcome) == ("connect", "not_sent")


def test_connect_is_told_how_long_it_may_take(make_client: MakeClient) -> None:
    told: list[float] = []

    def connect(host: str, port: int, seconds: float) -> socket.socket:
        told.append(seconds)
        return socket.create_connection((server.host, server.port), seconds)

    with Server() as server:
        client = make_client("mail.test", 25, security="none", connect=connect, timeout=rawsmtp.Timeouts(connect=4))
        send(client)
        client.close()
    assert 0 < told[0] <= 4


def test_quit_is_waited_for_a_moment_only(talk: Talk) -> None:
    client: Any = talk(MemoryServer(script=[*SESSION, Pause(1e9), Cut()]))
    send(client)
    client.close()
    assert client._now() == 1.0
