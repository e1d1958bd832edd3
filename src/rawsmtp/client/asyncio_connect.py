"""A connected socket for the asyncio client: the addresses of a name raced against each other. RFC 8305."""

from __future__ import annotations

import asyncio
import inspect
import socket
from typing import TYPE_CHECKING, Any

from rawsmtp.errors import ConnectFailed

from . import sockets
from .settings import is_address

if TYPE_CHECKING:
    from .settings import Settings

_HEAD_START = 0.25
"""Seconds that an address is tried alone before the next one is tried beside it. RFC 8305 §8."""


async def connect(settings: Settings, seconds: float) -> socket.socket:
    """Return a connected socket; seconds: what a caller's `connect=` is told. Raises ConnectFailed."""
    if settings.connect is not None:
        return await _call(settings, seconds)
    if settings.is_path:
        return await _race(settings, [(socket.AF_UNIX, settings.host)])
    try:
        found = await _look_up(settings)
    except OSError as error:
        raise ConnectFailed(f"no address for {settings.host!a}: {error}") from error
    return await _race(settings, sockets.addresses(found))


async def _look_up(settings: Settings) -> list[Any]:
    if is_address(settings.host):
        # Nothing is asked for that, so it needs no thread to wait in.
        return socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return await asyncio.get_running_loop().getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)


async def _race(settings: Settings, candidates: list[sockets.Address]) -> socket.socket:
    """Try each address, the next beside it after a head start or at once when it fails; the first one wins."""
    if len(candidates) == 1:
        return await _connect_alone(settings, *candidates[0])
    tries: dict[asyncio.Task[socket.socket], str] = {}
    errors: list[tuple[str, Exception]] = []
    waiting = list(candidates)
    winner: socket.socket | None = None
    try:
        while waiting or tries:
            if waiting:
                family, address = waiting.pop(0)
                tries[asyncio.ensure_future(_connect_to(settings, family, address))] = sockets.shown(address)
            timeout = _HEAD_START if waiting else None
            done, _ = await asyncio.wait(tries, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                name = tries.pop(task)
                error = task.exception()
                if error is None:
                    winner = task.result()
                    return winner
                if not isinstance(error, OSError):
                    raise error
                errors.append((name, error))
    finally:
        try:
            await _abandon(tries)
        except BaseException:
            # A cancellation here would lose what nobody else has seen yet.
            if winner is not None:
                winner.close()
            raise
    raise sockets.connect_failed(settings, errors)


async def _connect_alone(
    settings: Settings, family: socket.AddressFamily, address: tuple[object, ...] | str
) -> socket.socket:
    try:
        return await _connect_to(settings, family, address)
    except OSError as error:
        raise sockets.connect_failed(settings, [(sockets.shown(address), error)]) from error


async def _abandon(tries: dict[asyncio.Task[socket.socket], str]) -> None:
    for task in tries:
        task.cancel()
        task.add_done_callback(_close_result)
    await asyncio.gather(*tries, return_exceptions=True)


def _close_result(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


async def _connect_to(
    settings: Settings, family: socket.AddressFamily, address: tuple[object, ...] | str
) -> socket.socket:
    sock = sockets.make_socket(settings, family)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


async def _call(settings: Settings, seconds: float) -> socket.socket:
    assert settings.connect is not None  # noqa: S101  # for the type checker: connect() has asked
    try:
        made = settings.connect(settings.host, settings.port, seconds)
        return await made if inspect.isawaitable(made) else made  # type: ignore[no-any-return]  # the caller's word
    except OSError as error:
        raise sockets.connect_failed(settings, [("connect=", error)]) from error
