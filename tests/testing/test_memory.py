from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rawsmtp
from rawsmtp.testing import ConformanceError, MemoryServer, memory_pair
from rawsmtp.testing.memory import run

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.conftest import Talk

TEXT = b"Subject: x\r\n\r\nhello\r\n"


def test_pair() -> None:
    client, server = memory_pair(users={"me": "code"})
    client.send(TEXT, sender="a@x.test", recipients="b@x.test")
    client.close()
    assert server.last.raw == TEXT
    server.assert_conversation("""
        S: 220 ...
        C: EHLO ...
        ...
        C: MAIL FROM:<a@x.test> SIZE=21
        ...
        S: 221 ...
    """)


@given(content=st.binary(max_size=300), chop=st.none() | st.integers(1, 50), tls=st.sampled_from([None, "implicit"]))
def test_same_whatever_the_pieces(content: bytes, chop: int | None, tls: str | None) -> None:
    server = MemoryServer(chop=chop, tls=tls, strict=True)  # type: ignore[arg-type]  # one of the two
    client = server.client()
    client.send(content, sender="a@x.test", recipients="b@x.test")
    client.close()
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert server.last.raw.replace(b"\r\n", b"\n") == (lines if lines.endswith(b"\n") or not lines else lines + b"\n")


def test_time_passes_on_its_own_clock_alone() -> None:
    server = MemoryServer()
    server.delay("MAIL", 3_600)
    with pytest.raises(rawsmtp.SMTPTimeout, match="60 seconds"):
        server.client().send(TEXT, sender="a@x.test", recipients="b@x.test")


def test_strict_server_fails_the_test_at_once(talk: Talk) -> None:
    server = MemoryServer(users={"me": "code"}, mechanisms=["PLAIN"], strict=True)
    client = talk(server, auth=rawsmtp.Password("me", "code", in_clear=True))
    with pytest.raises(ConformanceError, match="credentials-in-clear"):
        client.send(TEXT, sender="a@x.test", recipients="b@x.test")
    assert server.outbox == []
    server.check()


def test_async_client_without_an_event_loop() -> None:
    server = MemoryServer()
    client = server.async_client()
    receipt = run(client.send(TEXT, sender="a@x.test", recipients="b@x.test"))
    assert receipt.queue_id == "00000001"
    run(client.close())


def test_coroutine_that_waits_for_something_else() -> None:
    class Elsewhere:
        def __await__(self) -> Generator[None, None, None]:
            yield

    async def wait() -> None:
        await Elsewhere()

    with pytest.raises(RuntimeError, match="waits for something"):
        run(wait())


def test_connections_run_out() -> None:
    server = MemoryServer(connections=1)
    server.client().connect()
    with pytest.raises(rawsmtp.ConnectFailed, match="refused"):
        server.client().connect()


def test_conversation_of_no_connection() -> None:
    with pytest.raises(AssertionError, match="no connection"):
        MemoryServer().assert_conversation("S: 220")
