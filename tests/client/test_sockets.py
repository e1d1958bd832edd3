from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import rawsmtp
from rawsmtp.client import asyncio_connect
from rawsmtp.client.asyncio_io import AsyncioIO
from rawsmtp.client.sockets import addresses
from rawsmtp.testing import Server

if TYPE_CHECKING:
    import pytest

STREAM = (socket.SOCK_STREAM, 6, "")


def test_families_take_turns_and_no_address_stands_twice() -> None:
    six, four = (socket.AF_INET6, *STREAM), (socket.AF_INET, *STREAM)
    found: list[Any] = [
        (*six, ("::1", 1)),
        (*six, ("::2", 1)),
        (*four, ("1", 1)),
        (*six, ("::1", 1)),
        (*four, ("2", 1)),
    ]
    assert [address[0] for _, address in addresses(found)] == ["::1", "1", "::2", "2"]


def test_next_address_is_tried_beside_a_silent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = ("192.0.2.1", 25)
    given_up: list[Any] = []

    class Loop(asyncio.SelectorEventLoop):
        async def sock_connect(self, sock: socket.socket, address: Any) -> None:
            if address != silent:
                return await super().sock_connect(sock, address)
            try:
                await asyncio.Event().wait()
            finally:
                given_up.append(address)

    async def connect(server: Server) -> None:
        found = [(socket.AF_INET, *STREAM, silent), (socket.AF_INET, *STREAM, (server.host, server.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        async with rawsmtp.AsyncClient("mail.test", 25, security="none") as client:
            assert (await client.noop()).is_success

    monkeypatch.setattr(asyncio_connect, "_HEAD_START", 0.01)
    with Server() as server, asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(connect(server))
    assert given_up == [silent]


def test_one_timer_serves_many_waits_and_ends_each_in_its_time() -> None:
    async def wait() -> None:
        loop = asyncio.get_running_loop()
        waits = AsyncioIO()
        waits._ready = loop.create_future()
        waits._set_timer(loop, 60)
        timer = waits._timer
        waits._set_timer(loop, 600)
        assert waits._timer is timer
        waits._ring(loop)  # in the time of the first wait, which is over: the second one has its own
        assert not waits._ready.done()
        assert waits._timer is not None
        assert waits._timer.when() > loop.time() + 500
        waits._set_timer(loop, 5)
        assert waits._timer.when() < loop.time() + 6
        waits._ring(loop)
        assert waits._ready.result() is False
        assert waits._timer is None

    asyncio.run(wait())
