"""How long a client waits: for each reply, for a whole call, and for content."""

from __future__ import annotations

import signal
import sys
from math import inf
from typing import TYPE_CHECKING

import pytest

import rawsmtp
from rawsmtp.testing import MemoryServer, Server
from rawsmtp.testing.memory import MemoryIO

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.conftest import MakeClient, Talk

    from rawsmtp.client.link import Link

SENDER, RECIPIENT = "a@x.test", "b@x.test"
TEXT = b"Subject: x\r\n\r\nhello\r\n"
MOST = 500
"""Alarms that are rung at most: whoever waits for the last of them waits for something else than the time."""
GREETING, EHLO, OK, GO_ON = b"220 x.test\r\n", b"250 x.test\r\n", b"250 ok\r\n", b"354 go on\r\n"


def test_timeout_is_per_complete_reply(make_client: MakeClient) -> None:
    timeouts = rawsmtp.Timeouts(greeting=5, command=0.2)
    with Server(script=[GREETING, b"250-x\r\n"]) as server:
        client = make_client(server.host, server.port, timeout=timeouts)
        with pytest.raises(rawsmtp.SMTPTimeout, match=r"0\.2 seconds") as caught:
            client.connect()
    assert caught.value.phase == "hello"
    assert isinstance(caught.value, TimeoutError)


def test_deadline_bounds_the_whole_call(make_client: MakeClient) -> None:
    with Server(script=[GREETING]) as server:
        client = make_client(server.host, server.port, deadline=0.2)
        with pytest.raises(rawsmtp.SMTPTimeout, match="deadline"):
            client.connect()


def test_deadline_bounds_the_wait_for_the_last_reply(send_once: Callable[..., rawsmtp.Receipt]) -> None:
    options = {"sender": SENDER, "recipients": RECIPIENT, "deadline": 0.2}
    server = Server(script=[GREETING, EHLO, OK, OK, GO_ON])
    with server, pytest.raises(rawsmtp.SMTPTimeout, match=r"deadline of 0\.2 seconds") as caught:
        send_once(TEXT, server.host, server.port, **options)
    assert (caught.value.phase, caught.value.outcome) == ("content", "unknown")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no timers that interrupt")
def test_a_signal_does_not_prolong_the_wait(make_client: MakeClient) -> None:
    """Python goes on waiting behind a handler; the time that has passed before counts."""
    came: list[int] = []

    def ring(number: int, _: object) -> None:
        came.append(number)
        if len(came) == MOST:
            signal.setitimer(signal.ITIMER_REAL, 0)

    before = signal.signal(signal.SIGALRM, ring)
    try:
        with Server(script=[GREETING, b""]) as server:
            client = make_client(server.host, server.port, timeout=0.2)
            timer = signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
            with pytest.raises(rawsmtp.SMTPTimeout, match=r"in 0\.2 seconds"):
                client.connect()
            signal.setitimer(signal.ITIMER_REAL, *timer)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert 0 < len(came) < MOST


def test_endless_patience(make_client: MakeClient) -> None:
    with Server() as server:
        for seconds in (inf, 1e12):
            timeouts = rawsmtp.Timeouts(*[seconds] * 6)
            client = make_client(server.host, server.port, timeout=timeouts, deadline=seconds)
            client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
            client.close()
    assert len(server.outbox) == 2


def test_connecting_by_hand_is_told_the_time_that_is_left(make_client: MakeClient) -> None:
    told: list[float] = []

    def connect(host: str, port: int, timeout: float) -> socket.socket:
        told.append(timeout)
        raise OSError("no way")

    with pytest.raises(rawsmtp.ConnectFailed, match="no way"):
        make_client("mail.test", connect=connect, timeout=20).connect()
    assert 0 < told[0] <= 20


@pytest.fixture
def slow_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets each piece of a long content take half a minute."""
    move = MemoryIO.move

    def slowly(self: MemoryIO, link: Link, seconds: float) -> bool:
        if len(link.outgoing) > 1_000:
            if seconds < 30:
                return False
            self._clock += 30
        return move(self, link, seconds)

    monkeypatch.setattr(MemoryIO, "move", slowly)


LONG = b"x" * 70 + b"\r\n"


@pytest.mark.usefixtures("slow_line")
def test_content_that_gets_on_takes_the_time_that_it_needs(talk: Talk) -> None:
    server = MemoryServer(chop=5_000)
    server.delay(".", 10)
    talk(server, deadline=20).send(LONG * 500, sender=SENDER, recipients=RECIPIENT)
    assert len(server.outbox) == 1


@pytest.mark.usefixtures("slow_line")
def test_content_that_hardly_gets_on_does_not(talk: Talk) -> None:
    client = talk(MemoryServer(chop=100))
    with pytest.raises(rawsmtp.SMTPTimeout, match="did not read on in 322 seconds") as caught:
        client.send(LONG * 500, sender=SENDER, recipients=RECIPIENT)
    assert (caught.value.phase, caught.value.outcome) == ("content", "not_sent")
