"""A cancellation at every await of a session: the connection is closed, and the client knows the outcome."""

from __future__ import annotations

import asyncio
from types import coroutine
from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp.testing import MemoryServer
from rawsmtp.testing.memory import AsyncMemoryIO, run

if TYPE_CHECKING:
    from collections.abc import Generator

    from rawsmtp.client.link import Link

TEXT = b"Subject: x\r\n\r\n" + b"hello\r\n" * 20
CREDENTIAL = rawsmtp.Password("user", "secret")


@coroutine
def suspend() -> Generator[None, None, None]:
    yield


class Suspending(AsyncMemoryIO):
    """Waits at each move, as a socket would."""

    async def move(self, link: Link, seconds: float) -> bool:
        await suspend()
        return await super().move(link, seconds)


def new_client(server: MemoryServer) -> rawsmtp.AsyncClient:
    client = server.async_client(auth=CREDENTIAL)
    client._io = Suspending(server)
    return client


def send(client: rawsmtp.AsyncClient) -> Any:
    return client.send(TEXT, sender="a@x.test", recipients=["b@x.test", "c@x.test"])


def advance(conversation: Any, steps: int) -> bool:
    """Run a coroutine up to its nth await; return whether it got there."""
    for _ in range(steps):
        try:
            conversation.send(None)
        except StopIteration:
            return False
    return True


def cancelled_at(step: int, extensions: list[str]) -> tuple[rawsmtp.AsyncClient, MemoryServer] | None:
    server = MemoryServer(users={"user": "secret"}, tls="starttls", chop=64, extensions=extensions)
    client = new_client(server)
    conversation = send(client)
    if not advance(conversation, step):
        return None
    with pytest.raises(asyncio.CancelledError):
        conversation.throw(asyncio.CancelledError())
    return client, server


PHASES = {"greeting", "hello", "tls", "auth", "mail", "data", "content"}


@pytest.mark.parametrize(("extensions", "phases"), [([], PHASES | {"rcpt"}), (["PIPELINING"], PHASES)])
def test_cancelled_at_every_await(extensions: list[str], phases: set[str]) -> None:
    seen = set()
    step = 1
    while (found := cancelled_at(step, extensions)) is not None:
        client, server = found
        phase, outcome = client.progress
        assert outcome in ("not_sent", "unknown")
        assert outcome == "unknown" or not server.outbox
        assert client.tls is None
        assert client._io._sock is None
        assert str(client.transcript).endswith("Connection closed.")
        seen.add((phase, outcome))
        after(client)
        step += 1
    assert phases <= {phase for phase, _ in seen}
    assert {("content", "not_sent"), ("content", "unknown")} <= seen
    assert step > 40


def after(client: rawsmtp.AsyncClient) -> None:
    """Nothing goes on where it was cut: a client that was in a session says so, connect() makes a new one."""
    client._io = AsyncMemoryIO(MemoryServer(users={"user": "secret"}, tls="starttls"))
    if client._session.established:
        with pytest.raises(rawsmtp.LocalProtocolError, match="cancelled"):
            run(client.noop())
    run(client.connect())
    assert run(client.noop()).is_success
    run(client.close())


def test_cancelled_close_and_connect_leave_nothing() -> None:
    server = MemoryServer()
    client = new_client_in_clear(server)
    run_through(client.connect())
    closing = client.close()
    assert advance(closing, 1)
    with pytest.raises(asyncio.CancelledError):
        closing.throw(asyncio.CancelledError())
    assert str(client.transcript).endswith("Connection closed.")


def new_client_in_clear(server: MemoryServer) -> rawsmtp.AsyncClient:
    client = server.async_client()
    client._io = Suspending(server)
    return client


def run_through(conversation: Any) -> None:
    while advance(conversation, 1):
        pass
