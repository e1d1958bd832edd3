"""What a flight is on a real socket: one write, read meanwhile, and acknowledged at once; for both clients."""

from __future__ import annotations

import socket
import sys
import threading
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp.testing import MemoryServer, Say, Server

if TYPE_CHECKING:
    from tests.conftest import MakeClient

TEXT = b"Subject: x\r\n\r\nhello\r\n"


class Watched(socket.socket):
    """Keeps what is done with it, in order.

    most: octets that a read finds, at most.
    """

    def __init__(self, address: tuple[str, int], most: int = 1_000_000) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self.most = most
        self.done: list[Any] = []
        self.connect(address)

    def setsockopt(self, *given: Any) -> None:
        super().setsockopt(*given)
        self.done.append(given)

    def send(self, octets: Any, flags: int = 0) -> int:
        self.done.append(bytes(octets))
        return super().send(octets, flags)

    def recv(self, size: int, flags: int = 0) -> bytes:
        come = super().recv(min(size, self.most), flags)
        self.done.append("read")
        return come


def test_a_flight_is_one_write(make_client: MakeClient) -> None:
    with Server() as server:
        watched = Watched((server.host, server.port))
        client = make_client(server.host, server.port, connect=lambda *_: watched)
        client.send(TEXT, sender="a@x.test", recipients=["b@x.test", "c@x.test"], refused="continue")
    written = [done for done in watched.done if isinstance(done, bytes)]
    assert [octets.count(b"\r\n") for octets in written] == [1, 4, 4]
    assert written[1].startswith(b"MAIL")
    assert written[1].endswith(b"DATA\r\n")
    assert written[2] == TEXT + b".\r\n"


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_QUICKACK is Linux's")
def test_what_comes_is_acknowledged_at_once(make_client: MakeClient) -> None:
    """Without it the Nagle algorithm of some servers holds the rest back for our delayed ACK, 40 ms each turn."""
    with Server() as server:
        watched = Watched((server.host, server.port), most=7)
        client = make_client(server.host, server.port, connect=lambda *_: watched)
        client.send(TEXT, sender="a@x.test", recipients="b@x.test")
    quick = (socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    done = [step for step in watched.done if step in ("read", quick) or isinstance(step, bytes)]
    more = [step for before, step in pairwise(done) if before == "read" and not isinstance(step, bytes)]
    assert len(more) >= 4
    assert set(more) == {quick}


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_QUICKACK is Linux's")
def test_what_is_complete_is_acknowledged_with_the_next_command(make_client: MakeClient) -> None:
    with Server() as server:
        watched = Watched((server.host, server.port))
        client = make_client(server.host, server.port, connect=lambda *_: watched, ignore_extensions={"PIPELINING"})
        client.connect()
        before = len(watched.done)
        client.send(TEXT, sender="a@x.test", recipients="b@x.test")
        done = watched.done[before:]
        client.abort()
    assert [step == "read" for step in done] == [False, True] * 4


def serve_by_octets(sock: socket.socket, channel: Any) -> None:
    """Be a server that reads one octet at a time, and reads on when its answer is written."""
    with sock:
        sock.settimeout(30)
        for step in channel.open():
            sock.sendall(step.octets)
        while octet := sock.recv(1):
            for step in channel.receive(octet):
                if isinstance(step, Say):
                    sock.sendall(step.octets)


def test_a_writer_reads_while_it_writes(make_client: MakeClient) -> None:
    """All buffers are full on both sides long before all is written: who writes alone waits for ever."""
    count = 3_000
    server = MemoryServer()
    server.limit(recipients=count)
    server.reply_to("RCPT", 250, "2.1.5 " + "x" * 1_000)
    ours, theirs = socket.socketpair()
    for sock in (ours, theirs):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    thread = threading.Thread(target=serve_by_octets, args=(theirs, server.new_channel()))
    thread.start()
    client = make_client("localhost", 25, security="none", connect=lambda *_: ours, timeout=20)
    to = [f"r{number}@x.test" for number in range(count)]
    try:
        receipt = client.send(TEXT, sender="a@x.test", recipients=to, refused="continue")
    finally:
        client.abort()
        thread.join(60)
    assert list(receipt.accepted) == to
    assert server.outbox[0].envelope.recipients == tuple(to)


def hear(sock: socket.socket, end: bytes) -> None:
    heard = b""
    while not heard.endswith(end):
        heard += sock.recv(1)


def narrow(host: str, port: int, seconds: float) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    try:
        sock.settimeout(seconds)
        sock.connect((host, port))
    except BaseException:
        sock.close()
        raise
    return sock


@pytest.mark.parametrize(
    ("answer", "expected"), [(b"250 taken\r\n", "sent"), (b"552 no\r\n", "refused"), (b"", "unknown")]
)
def test_verdict_does_not_depend_on_the_envelope_behind_the_dot(
    make_client: MakeClient, answer: bytes, expected: str
) -> None:
    """The next envelope may be long, and the connection end while it is written: the dot is on its way nevertheless."""

    def serve() -> None:
        sock, _ = listener.accept()
        listener.close()  # before the end, so that a second connection is refused, not reset
        with sock:
            sock.settimeout(10)
            sock.sendall(b"220 x\r\n")
            hear(sock, b"\r\n")
            sock.sendall(b"250-x\r\n250 PIPELINING\r\n")
            hear(sock, b"DATA\r\n")
            sock.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
            hear(sock, b"DATA\r\n")
            sock.sendall(b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n")
            hear(sock, b"RCPT TO:<r1@x.test>\r\n")
            sock.sendall(answer)

    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    port = listener.getsockname()[1]
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client = make_client("127.0.0.1", port, security="none", timeout=10, connect=narrow)
    many = [f"r{number}@x.test" for number in range(20_000)]
    items = [rawsmtp.Submission(TEXT, sender="s@x.test", recipients=to) for to in ("r@x.test", "r@x.test", many)]
    results: list[rawsmtp.Result] = []
    with pytest.raises(rawsmtp.ConnectFailed):
        client.send_all(items, into=results)
    thread.join(10)
    told = [getattr(result.error, "outcome", "sent") for result in results]
    assert told == ["sent", expected, "not_sent"]


def take_envelope(sock: socket.socket) -> None:
    sock.settimeout(10)
    sock.sendall(b"220 x\r\n")
    for end in (b"EHLO", b"MAIL", b"RCPT", b"DATA"):
        hear(sock, end)
        hear(sock, b"\r\n")
        sock.sendall(b"354 go\r\n" if end == b"DATA" else b"250 ok\r\n")


def test_content_is_written_as_fast_as_it_is_read(make_client: MakeClient) -> None:
    """The buffers are full, and no word comes meanwhile: only that the server reads lets the rest be written."""

    def serve() -> None:
        sock, _ = listener.accept()
        with sock:
            take_envelope(sock)
            heard = bytearray()
            while not heard.endswith(b"\r\n.\r\n"):
                heard += sock.recv(4_096)
            sock.sendall(b"250 %d octets\r\n" % len(heard))

    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client = make_client("127.0.0.1", listener.getsockname()[1], security="none", timeout=5, connect=narrow)
    content = b"0123456789\r\n" * 100_000
    with listener:
        receipt = client.send(content, sender="s@x.test", recipients="r@x.test")
    thread.join(10)
    assert receipt.reply.text == f"{len(content) + 3} octets"


def test_nothing_more_is_written_behind_a_refusal_in_the_midst(make_client: MakeClient) -> None:
    """A server that has refused may read no further: who writes on waits for ever."""
    is_over = threading.Event()

    def serve() -> None:
        sock, _ = listener.accept()
        with sock:
            take_envelope(sock)
            hear(sock, b"\r\n")
            sock.sendall(b"552 no\r\n")
            is_over.wait(10)

    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client = make_client("127.0.0.1", listener.getsockname()[1], security="none", timeout=5, connect=narrow)
    content = b"0123456789\r\n" * 100_000
    with listener, pytest.raises(rawsmtp.MessageRefused) as caught:
        client.send(content, sender="s@x.test", recipients="r@x.test")
    is_over.set()
    thread.join(10)
    assert caught.value.reply == rawsmtp.Reply(552, "no")
    assert caught.value.__cause__ is None, "it was not the end of the waiting"
    assert (caught.value.phase, caught.value.outcome) == ("content", "refused")
