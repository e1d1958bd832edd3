"""The waiting of the asyncio client: the only part in which it differs from the blocking client.

It works on the bare socket: a transport drops its reader when a write fails, and replies that had come are lost.
"""

from __future__ import annotations

import asyncio
import select
from collections import deque
from typing import TYPE_CHECKING, Any

from rawsmtp.errors import ConnectionLost, SMTPTimeout
from rawsmtp.flows.effects import LATER

from . import sockets
from .asyncio_connect import connect
from .process import process

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Iterator

    from .link import Link
    from .settings import Settings

_AHEAD = 4
"""Reads that are taken before anybody asked for them: then the system holds the rest back."""
_SLICE = 0.5
"""Seconds that a thread waits at a time, where the event loop cannot watch a socket."""


class AsyncioIO:
    """One socket that is waited for by an event loop."""

    takes_async = True

    def __init__(self) -> None:
        self._sock: socket.socket | None = None
        self._owner = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_blind = False
        self._come: deque[bytes | OSError] = deque()
        self._ready: asyncio.Future[bool] | None = None
        self._turn, self._turns_of = asyncio.Lock(), process()
        self._turns_in: asyncio.AbstractEventLoop | None = None
        self._queue: list[None] = []
        self._timer: asyncio.TimerHandle | None = None
        self._rings = self._until = 0.0
        self._poll: select.poll | None = None
        self._acknowledge: Callable[[], object]
        self._has_read = False
        self._ahead: tuple[object, asyncio.Task[object]] | None = None

    async def acquire(self, seconds: float) -> bool:
        """Wait for the turn to converse; return whether it came."""
        self._check_turn()
        queue = self._queue
        if not queue and not self._turn.locked():
            return await self._turn.acquire()
        queue.append(None)
        try:
            async with asyncio.timeout(seconds):
                return await self._turn.acquire()
        except TimeoutError:
            return False
        finally:
            queue.pop()

    def _check_turn(self) -> None:
        # A lock stays with the first loop in which somebody waited for it. In a forked child, or when that loop is
        # gone, whoever holds it is not there to release it.
        loop = asyncio.get_running_loop()
        if self._turns_of != process() or (self._turns_in is not None and self._turns_in.is_closed()):
            self._turn, self._turns_of, self._queue = asyncio.Lock(), process(), []
        self._turns_in = loop

    def release(self) -> None:
        """Give the turn to the next."""
        self._turn.release()

    async def open(self, settings: Settings, seconds: float) -> str:
        """Connect within so many seconds and return the local address as a literal. Raises ConnectFailed."""
        self.drop()
        try:
            async with asyncio.timeout(seconds):
                self._sock = await connect(settings, seconds)
        except TimeoutError as error:
            raise SMTPTimeout(f"no connection to {settings.place} in {seconds:.3g} seconds") from error
        self._owner = process()
        self._acknowledge = sockets.prepare(self._sock)
        self._has_read = False
        self._poll = sockets.watch(self._sock)
        return sockets.address_literal(self._sock)

    def write(self, link: Link) -> None:
        """Write what can be written without waiting."""
        self._has_read = False
        sockets.write(self._sock or self._live(), link)

    async def move(self, link: Link, seconds: float) -> bool:
        """Wait until octets can be moved, and move some; return False if the time was up before."""
        sock = self._sock or self._live()
        if seconds <= 0:
            return False
        write = sockets.wants_to_write(link)
        if (write and sockets.write(sock, link)) or self._take(link):
            return True
        loop = self._watch(sock)
        if loop is None:
            return await self._read_when_ready(sock, link, seconds)
        if self._has_read:
            self._acknowledge()
        ready: asyncio.Future[bool] = loop.create_future()
        self._ready = ready
        if write:
            loop.add_writer(sock, _set, ready, True)
        self._set_timer(loop, seconds)
        try:
            is_ready = await ready
        finally:
            self._ready = None
            if write and self._sock is sock:
                loop.remove_writer(sock)
        self._take(link)
        return is_ready

    def _watch(self, sock: socket.socket) -> asyncio.AbstractEventLoop | None:
        """Let the event loop read whatever comes, and return it; None if it cannot watch sockets."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._stop_timer()
            self._loop = loop
            try:
                loop.add_reader(sock, self._read, sock)
            except NotImplementedError:
                self._is_blind = True
        return None if self._is_blind else loop

    def _read(self, sock: socket.socket) -> None:
        """Take what has come, as soon as the event loop sees it: it would see it again until it is taken."""
        try:
            come: bytes | OSError = sock.recv(sockets.READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            come = error
        self._come.append(come)
        if not come or isinstance(come, OSError) or len(self._come) >= _AHEAD:
            self._unwatch(sock)
        ready = self._ready
        if ready is not None and not ready.done():
            ready.set_result(True)

    def _unwatch(self, sock: socket.socket) -> None:
        if self._loop is not None and not self._is_blind and not self._loop.is_closed():
            self._loop.remove_reader(sock)
            self._loop.remove_writer(sock)
        self._stop_timer()
        self._loop = None

    def _take(self, link: Link) -> bool:
        """Hand over what has come; return whether there was something."""
        if not self._come:
            return False
        self._has_read = True
        sockets.receive(self._come.popleft(), link)
        return True

    def _set_timer(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        # One timer serves many waits, as most of them end long before it: it rings early, and then is set anew.
        self._until = loop.time() + seconds
        if self._timer is None or self._rings > self._until:
            self._stop_timer()
            self._rings = self._until
            self._timer = loop.call_at(self._rings, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        if self._ready is None:
            return
        if self._until <= self._rings:
            _set(self._ready, False)
        else:
            self._set_timer(loop, self._until - loop.time())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _read_when_ready(self, sock: socket.socket, link: Link, seconds: float) -> bool:
        # Windows' default loop watches no sockets; slices are short, so that a cancelled wait leaves no thread behind.
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not sockets.read(sock, link):
            left = until - loop.time()
            if left <= 0:
                return False
            writers = [sock] if sockets.wants_to_write(link) else []
            ready = await loop.run_in_executor(None, select.select, [sock], writers, [sock], min(left, _SLICE))
            if ready[1]:
                return True
        return True

    def glance(self, link: Link) -> None:
        """Read what is there without waiting."""
        sock = self._sock or self._live()
        while self._come:
            self._take(link)
        if self._poll is None or self._poll.poll(0):
            sockets.read(sock, link)

    def iterate(self, items: Any) -> Iterator[tuple[object]] | AsyncIterator[tuple[object]]:
        """Return an iterator over the caller's items, each in a tuple of its own."""
        if hasattr(items, "__aiter__"):
            return ((item,) async for item in items)
        return ((item,) for item in items)

    async def pull(self, source: Any, *, wait: bool) -> object:
        """Return the next of the caller's source, None at its end, LATER if it would have to be waited for."""
        if not hasattr(source, "__anext__"):
            return next(source, None)
        if self._ahead is not None and self._ahead[0] is source:
            task = self._ahead[1]
        elif wait:
            return await _next(source)
        else:
            task = asyncio.ensure_future(_next(source))
            self._ahead = source, task
            await asyncio.sleep(0)
        if not wait and not task.done():
            return LATER
        try:
            return await task
        finally:
            self._ahead = None

    def stop_pulling(self) -> None:
        """Leave off what was begun ahead."""
        if self._ahead is not None:
            self._ahead[1].cancel()
            self._ahead = None

    def drop(self) -> None:
        """Close the socket, if there is one."""
        sock, self._sock = self._sock, None
        if sock is None:
            return
        if self._owner == process():
            # A forked child shares what the system watches for the loop: what it takes out is lost to its parent.
            self._unwatch(sock)
        self._loop = None
        self._come.clear()
        if self._ready is not None:
            _set(self._ready, True)
        sockets.close(sock, self._owner)

    def _live(self) -> socket.socket:
        if self._sock is None:
            raise ConnectionLost("the connection was aborted")
        return self._sock


async def _next(source: Any) -> object:
    return await anext(source, None)


def _set(future: asyncio.Future[bool], value: bool) -> None:
    if not future.done():
        future.set_result(value)
