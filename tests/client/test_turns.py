"""One conversation at a time: threads, tasks, event loops and forked processes that share a client."""

from __future__ import annotations

import asyncio
import os
import threading
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp.testing import MemoryServer, Server
from rawsmtp.testing.memory import run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

SENDER, RECIPIENT = "a@x.test", "b@x.test"
TEXT = b"Subject: x\r\n\r\nhello\r\n"
EIGHT = [f"r{number}@x.test" for number in range(8)]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def submissions(number: int) -> list[rawsmtp.Submission]:
    return [rawsmtp.Submission(TEXT, sender=SENDER, recipients=RECIPIENT) for _ in range(number)]


async def asynchronous() -> AsyncIterator[bytes]:
    yield TEXT


def recipients(server: Server) -> list[str]:
    return sorted(mail.envelope.recipients[0] for mail in server.outbox)


def test_threads_take_turns(server: Server) -> None:
    client = rawsmtp.Client(server.host, server.port)
    threads = [
        threading.Thread(target=client.send, args=(TEXT,), kwargs={"sender": SENDER, "recipients": each})
        for each in EIGHT
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    client.close()
    assert recipients(server) == EIGHT


async def send_together(client: rawsmtp.AsyncClient) -> None:
    await asyncio.gather(*(client.send(TEXT, sender=SENDER, recipients=each) for each in EIGHT))


def test_tasks_take_turns(server: Server) -> None:
    async def send_all() -> None:
        async with rawsmtp.AsyncClient(server.host, server.port) as client:
            await send_together(client)

    asyncio.run(send_all())
    assert recipients(server) == EIGHT
    assert len(server.sessions) == 1


def test_client_that_outlives_its_event_loop(server: Server) -> None:
    client = rawsmtp.AsyncClient(server.host, server.port)
    for _ in range(2):
        asyncio.run(send_together(client))
    asyncio.run(client.close())
    assert recipients(server) == sorted(EIGHT * 2)
    assert len(server.sessions) == 1


def test_the_deadline_includes_the_wait_for_the_turn() -> None:
    client = rawsmtp.Client("127.0.0.1", 25, deadline=0.05)
    assert client._io.acquire(1)
    with pytest.raises(rawsmtp.SMTPTimeout, match="no turn") as caught:
        client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
    assert caught.value.outcome == "not_sent"


def test_the_deadline_includes_the_wait_for_the_turn_of_a_task() -> None:
    async def wait() -> None:
        client = rawsmtp.AsyncClient("127.0.0.1", 25, deadline=0.05)
        assert await client._io.acquire(1)
        with pytest.raises(rawsmtp.SMTPTimeout, match="no turn") as caught:
            await client.send(TEXT, sender=SENDER, recipients=RECIPIENT)
        assert caught.value.outcome == "not_sent"

    asyncio.run(wait())


def calls(client: Any) -> list[Callable[[], Any]]:
    return [
        client.connect,
        client.close,
        client.noop,
        client.reset,
        lambda: client.verify("x"),
        lambda: client.command("NOOP"),
        lambda: client.send(TEXT, sender=SENDER, recipients=RECIPIENT),
    ]


def test_nothing_else_goes_on_while_many_are_sent() -> None:
    server = MemoryServer()
    client = server.client()
    results = client.send_many(submissions(3))
    next(results)
    another: Any = client.send_many(submissions(1))
    for call in [*calls(client), another.__next__]:
        with pytest.raises(rawsmtp.LocalProtocolError, match="send_many"):
            call()
    assert [result.error for result in results] == [None, None]
    assert len(server.outbox) == 3
    assert client.noop().is_success


def test_nothing_else_goes_on_while_many_are_sent_by_a_task(server: Server) -> None:
    async def send() -> None:
        client = rawsmtp.AsyncClient(server.host, server.port)
        results = client.send_many(submissions(3))
        await anext(results)
        another: Any = client.send_many(submissions(1))
        for call in [*calls(client), another.__anext__]:
            with pytest.raises(rawsmtp.LocalProtocolError, match="send_many"):
                await call()
        assert [result.error async for result in results] == [None, None]
        await client.close()

    asyncio.run(send())
    assert len(server.outbox) == 3


@pytest.mark.parametrize("wrong", [5, None, asynchronous()])
def test_what_are_no_items_leaves_the_client_as_it_was(wrong: Any) -> None:
    client = MemoryServer().client()
    with pytest.raises(TypeError, match="iterable"):
        client.send_many(wrong)
    assert client.noop().is_success


@pytest.mark.parametrize(
    "one", [EmailMessage(), TEXT, TEXT.decode(), Path("mail.eml"), BytesIO(TEXT), rawsmtp.Submission(TEXT)], ids=type
)
@pytest.mark.parametrize("make", [MemoryServer.client, MemoryServer.async_client])
def test_one_message_is_no_many(one: Any, make: Any) -> None:
    server = MemoryServer()
    with pytest.raises(TypeError, match="many messages, such as a list of them; one is for send"):
        make(server).send_many(one)
    assert not server.sessions


def test_what_are_no_items_leaves_the_asyncio_client_as_it_was() -> None:
    client = MemoryServer().async_client()
    with pytest.raises(TypeError, match="iterable"):
        client.send_many(5)  # type: ignore[arg-type]  # the mistake that is tried
    assert run(client.noop()).is_success


def test_async_message_is_not_for_the_blocking_client() -> None:
    server = MemoryServer()
    with pytest.raises(TypeError, match="a message for AsyncClient"):
        server.client().send(asynchronous(), sender=SENDER, recipients=RECIPIENT)
    assert not server.sessions


class LeftError(Exception):
    """What the caller raises."""


def test_whoever_leaves_in_the_midst_of_many_gets_their_own_error() -> None:
    def leave(error: Exception | None) -> None:
        with MemoryServer().client() as client:
            results = client.send_many(submissions(3))
            next(results)
            if error is not None:
                raise error

    leave(None)
    with pytest.raises(LeftError):
        leave(LeftError())


def test_task_that_leaves_in_the_midst_of_many_gets_its_own_error(server: Server) -> None:
    async def leave(error: Exception | None) -> None:
        async with rawsmtp.AsyncClient(server.host, server.port) as client:
            async for _ in client.send_many(submissions(3)):
                if error is not None:
                    raise error
                break

    asyncio.run(leave(None))
    with pytest.raises(LeftError):
        asyncio.run(leave(LeftError()))


def in_a_child(conversation: Callable[[], object]) -> int:
    """Return the status with which a forked child leaves that has this conversation."""
    child = os.fork()
    if not child:
        status = 1
        try:
            conversation()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_forked_child_does_not_share_the_connection(server: Server) -> None:
    client = rawsmtp.Client(server.host, server.port, timeout=5)
    client.noop()
    assert [in_a_child(call) for call in (client.noop, client.close, client.abort)] == [0, 0, 0]
    assert client.noop().is_success
    client.close()
    assert len(server.sessions) == 2


def test_forked_child_does_not_wait_for_a_turn_of_its_parent(server: Server) -> None:
    client = rawsmtp.Client(server.host, server.port, deadline=5)
    assert client._io.acquire(1)
    assert in_a_child(client.noop) == 0


@pytest.mark.parametrize("holds_turn", [False, True])
def test_child_forked_from_a_loop_does_not_share_the_connection(server: Server, *, holds_turn: bool) -> None:
    async def fork() -> None:
        client = rawsmtp.AsyncClient(server.host, server.port, deadline=5)
        await client.noop()
        assert not holds_turn or await client._io.acquire(1)
        assert in_a_child(lambda: asyncio.run(client.noop())) == 0
        if holds_turn:
            client._io.release()
        assert in_a_child(client.abort) == 0
        assert (await client.noop()).is_success
        await client.close()

    asyncio.run(fork())
    assert len(server.sessions) == 2


def test_call_that_another_thread_ends_says_so() -> None:
    class Ended:
        """Ends the connection in the midst of a wait, as another thread may."""

        def poll(self, milliseconds: float) -> list[int]:
            if milliseconds:
                client.abort()
            return [1] if milliseconds else []

    with Server() as server:
        client = rawsmtp.Client(server.host, server.port)
        client.connect()
        io: Any = client._io
        io._poll = Ended()
        with pytest.raises(rawsmtp.ConnectionLost, match="the connection was aborted"):
            client.noop()
