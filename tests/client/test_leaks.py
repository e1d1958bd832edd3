"""What is left when a call has failed: no file descriptor, no task, no thread."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp.client import asyncio_connect
from rawsmtp.client.tls import default_context
from rawsmtp.testing import Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = b"Subject: x\r\n\r\nhello\r\n"
FOLDER = next((folder for folder in ("/proc/self/fd", "/dev/fd") if os.path.isdir(folder)), None)  # noqa: PTH112  # a device
GREETING, OK = b"220 x\r\n", b"250 ok\r\n"
LOGIN = b"250-x\r\n250 AUTH PLAIN\r\n"
PASSWORD = rawsmtp.Password("u", "p", in_clear=True)

pytestmark = pytest.mark.skipif(FOLDER is None, reason="there is no folder of open files")


def open_files() -> set[str]:
    gc.collect()
    assert FOLDER is not None
    found = set()
    for name in os.listdir(FOLDER):  # noqa: PTH208  # names are what is wanted
        with suppress(OSError):  # the one by which the folder was read
            found.add(f"{name} {os.readlink(f'{FOLDER}/{name}')}")  # noqa: PTH115  # not a file that a Path could read
    return found


# How the server is made, and the options of the client.
SERVERS: dict[str, tuple[Callable[[], Server], dict[str, Any]]] = {
    "refused": (lambda: Server(script=[b"554 no\r\n"]), {}),
    "junk": (lambda: Server(script=[b"junk\r\n"]), {}),
    "closed": (lambda: Server(script=[GREETING, OK], close=True), {}),
    "silence": (lambda: Server(script=[GREETING, b""]), {"timeout": 0.1}),
    "deadline": (lambda: Server(script=[GREETING, b""]), {"deadline": 0.1}),
    "a recipient": (lambda: Server(script=[GREETING, OK, OK, b"550 no\r\n"]), {}),
    "the login": (lambda: Server(script=[GREETING, LOGIN, b"535 no\r\n"]), {"auth": PASSWORD}),
    "insecure": (lambda: Server(script=[GREETING, LOGIN]), {"auth": ("u", "p")}),
    "no STARTTLS": (lambda: Server(script=[GREETING, OK]), {"security": "starttls"}),
    "no TLS": (lambda: Server(script=[GREETING]), {"security": "tls"}),
    "a certificate": (lambda: Server(tls="implicit", certificate="expired"), {"security": "tls"}),
    "behind STARTTLS": (lambda: Server(tls="starttls", certificate="unknown-ca"), {"security": "starttls"}),
    "opportunistic": (lambda: Server(tls="starttls", certificate="unknown-ca"), {"security": "opportunistic"}),
    "good": (Server, {}),
}


def fail(server: Server, options: dict[str, Any]) -> None:
    client = rawsmtp.Client(server.host, server.port, tls_context=default_context(), **options)
    with suppress(rawsmtp.SMTPError), client:
        client.send(TEXT, sender="a@x.test", recipients="b@x.test")
    client.close()


def fail_async(server: Server, options: dict[str, Any]) -> None:
    async def send() -> None:
        client = rawsmtp.AsyncClient(server.host, server.port, tls_context=default_context(), **options)
        with suppress(rawsmtp.SMTPError):
            async with client:
                await client.send(TEXT, sender="a@x.test", recipients="b@x.test")
        await client.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(send())


@pytest.mark.parametrize("run", [fail, fail_async], ids=["blocking", "asyncio"])
@pytest.mark.parametrize("name", SERVERS)
def test_nothing_is_left_open(run: Callable[[Server, dict[str, Any]], None], name: str) -> None:
    make, options = SERVERS[name]
    before, threads = open_files(), threading.enumerate()
    with make() as server:
        run(server, options)
    assert open_files() == before
    assert threading.enumerate() == threads


@pytest.mark.parametrize("run", [fail, fail_async], ids=["blocking", "asyncio"])
def test_nothing_is_left_open_where_nobody_listens(run: Callable[[Any, dict[str, Any]], None], tmp_path: Path) -> None:
    class Nobody:
        host, port = str(tmp_path / "nobody"), None

    before = open_files()
    run(Nobody, {})
    assert open_files() == before


async def cancelled_in(phase: str, turns: int, client: rawsmtp.AsyncClient) -> bool:
    """Cancel a send so many turns of the event loop after a phase has begun; return whether it was not done before."""
    sending = asyncio.ensure_future(client.send(TEXT, sender="a@x.test", recipients="b@x.test"))
    while client.progress.phase != phase and not sending.done():  # noqa: ASYNC110  # it alone tells of its progress
        await asyncio.sleep(0)
    for _ in range(turns):
        await asyncio.sleep(0)
    is_done = sending.done()
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert is_done or client._io._sock is None
    await client.close()
    return not is_done


def check_outcome(client: rawsmtp.AsyncClient, server: Server) -> None:
    phase, outcome = client.progress
    assert outcome in ("not_sent", "unknown")
    assert outcome == "unknown" or phase != "content" or not server.outbox


@pytest.mark.parametrize("addresses", [1, 2])
@pytest.mark.parametrize("phase", ["connect", "greeting", "hello", "tls", "mail", "content"])
def test_cancellation_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch, client_context: Any, phase: str, addresses: int
) -> None:
    """Over sockets, at the turns of the event loop in which addresses race and hands are shaken, and behind them."""
    monkeypatch.setattr(asyncio_connect, "_HEAD_START", 0)

    async def look_up(*_: Any, **__: Any) -> Any:
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, (f"127.0.0.{number}", server.port)) for number in range(1, addresses + 1)]

    async def run() -> int:
        asyncio.get_running_loop().getaddrinfo = look_up  # type: ignore[method-assign]  # no thread, so no turns of chance
        cancelled = 0
        for turns in range(12):
            client = rawsmtp.AsyncClient("localhost", server.port, security="starttls", tls_context=client_context)
            if await cancelled_in(phase, turns, client):
                cancelled += 1
                check_outcome(client, server)
        return cancelled

    before = open_files()
    with Server(tls="starttls") as server:
        assert asyncio.run(run()) > 0
    assert open_files() == before
