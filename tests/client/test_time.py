"""How long a client waits: for each reply, for a whole call, and for content."""

from __future__ import annotations

import os
import signal
import socket
import sys
from math import inf
from typing import TYPE_CHECKING

import pytest

import rawsmtp
from rawsmtp.client import blocking_io
from rawsmtp.testing import MemoryServer, Server
from rawsmtp.testing.memory import MemoryIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import MakeClient, Talk

    from rawsmtp.client.link import Link

SENDER, RECIPIENT = "a@x.test", "b@x.test"
TEXT = b"Subject: x\r\n\r\nhello\r\n"
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


def test_a_long_wait_is_many_short_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """recv() is left to wait for a while at a time, and what is over is the time of the reply, not of one wait."""
    slept: list[float] = []
    set_sleep = blocking_io._set_sleep

    def watch(sock: socket.socket, seconds: float) -> float:
        slept.append(set_sleep(sock, seconds))
        return slept[-1]

    monkeypatch.setattr(blocking_io, "_LONGEST_SLEEP", 0.02)
    monkeypatch.setattr(blocking_io, "_set_sleep", watch)
    with Server(script=[GREETING, b""]) as server:
        client = rawsmtp.Client(server.host, server.port, timeout=0.1)
        with pytest.raises(rawsmtp.SMTPTimeout, match=r"in 0\.1 seconds"):
            client.connect()
    assert max(slept) == 0.02
    assert 0.0 < min(slept) < 0.02


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere poll() waits for all sockets")
def test_recv_waits_only_where_it_keeps_the_time() -> None:
    class Theirs(socket.socket):
        """A socket that may wait in a way of its own."""

    def waits(kind: type[socket.socket]) -> bool:
        ours, theirs = socket.socketpair()
        with theirs, kind(ours.family, ours.type, fileno=ours.detach()) as sock:
            return blocking_io._can_sleep(sock) and sock.getblocking()

    assert waits(socket.socket)
    assert not waits(Theirs)
    signal.setitimer(signal.ITIMER_REAL, 1_000, 1_000)
    try:
        assert not waits(socket.socket)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def test_a_socket_that_another_waits_for_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as gevent's, whose descriptors never block, whatever the socket is told."""
    monkeypatch.setattr(os, "get_blocking", lambda _: False)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not blocking_io._can_sleep(ours)
        assert not ours.getblocking()


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
