from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

import rawsmtp
from rawsmtp.client import asyncio_io
from rawsmtp.client.sockets import addresses

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

    async def connect() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        found = [(socket.AF_INET, *STREAM, silent), (socket.AF_INET, *STREAM, listener.getsockname())]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        client = rawsmtp.AsyncClient("mail.test", 25, security="none", timeout=rawsmtp.Timeouts(greeting=0.01))
        with listener, pytest.raises(rawsmtp.SMTPTimeout) as caught:
            await client.connect()
        assert caught.value.phase == "greeting"

    monkeypatch.setattr(asyncio_io, "_HEAD_START", 0.01)
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(connect())
    assert given_up == [silent]
