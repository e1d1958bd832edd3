"""A server in memory: no socket, no thread, no clock but its own, so that a test of a client is the same every time."""

from __future__ import annotations

from collections import deque
from math import isfinite
from typing import TYPE_CHECKING, Any

from rawsmtp.client.aio import AsyncClient
from rawsmtp.client.asyncio_io import AsyncioIO
from rawsmtp.client.blocking import Client
from rawsmtp.client.blocking_io import BlockingIO
from rawsmtp.errors import ConnectFailed, ConnectionLost

from .kit import Kit, KitOptions, authority
from .steps import Cut, Pause, Say

if TYPE_CHECKING:
    from typing import Unpack

    from rawsmtp.client.link import Link
    from rawsmtp.client.settings import Options, Settings

    from .channel import Channel
    from .steps import Step

HOST = "localhost"


class MemoryServer(Kit):
    """A server that rawsmtp's own clients reach without a socket.

    chop: octets that are handed over at a time, in both directions; None hands over all at once.
    connections: how many can be made; more are refused. None is any number.
    taken: octets that its clients have read.
    turnarounds: how often its clients have written something and then waited for an answer.
    options: see `KitOptions`.
    """

    def __init__(
        self, *, chop: int | None = None, connections: int | None = None, **options: Unpack[KitOptions]
    ) -> None:
        super().__init__(options)
        self.chop = chop
        self.taken = 0
        self.turnarounds = 0
        self.connections = connections

    def client(self, **options: Unpack[Options]) -> Client:
        """Return a Client of this server."""
        client = Client(HOST, self._port, **self._defaults(options))
        client._io = MemoryIO(self)
        client._now = client._io.now
        return client

    def async_client(self, **options: Unpack[Options]) -> AsyncClient:
        """Return an AsyncClient of this server; its coroutines never wait, so they need no event loop."""
        client = AsyncClient(HOST, self._port, **self._defaults(options))
        client._io = AsyncMemoryIO(self)
        client._now = client._io.now
        return client

    @property
    def _port(self) -> int:
        return 465 if self._implicit else 587

    def _defaults(self, options: Options) -> Options:
        defaults: Options = {"security": "tls" if self._implicit else "starttls" if self._setup.starttls else "none"}
        if self._context is not None:
            defaults["tls_context"] = authority().client_context()
        return {**defaults, **options}


def memory_pair(**options: Unpack[KitOptions]) -> tuple[Client, MemoryServer]:
    """Return a Client and the server in memory that it talks to; `MemoryServer` has more to choose."""
    server = MemoryServer(**options)
    return server.client(), server


class MemoryIO(BlockingIO):
    """Octets handed from one machine to the other; waiting takes no time but on this clock."""

    def __init__(self, server: MemoryServer) -> None:
        super().__init__()
        self._server = server
        self._channel: Channel | None = None
        self._coming: deque[Step] = deque()
        self._is_cut = False
        self._is_heard = True
        self._clock = 0.0

    def now(self) -> float:
        """Return the time on this clock, in seconds."""
        return self._clock

    def open(self, settings: Settings, seconds: float) -> str:
        """Make a connection."""
        self.drop()
        if self._server.connections is not None and len(self._server.sessions) >= self._server.connections:
            raise ConnectFailed(f"no connection to {settings.place}: connection refused")
        self._channel = self._server.new_channel()
        self._coming = deque(self._channel.open())
        self._is_cut = False
        return "[127.0.0.1]"

    def move(self, link: Link, seconds: float) -> bool:
        """Hand some octets over, in one direction; return False if there was nothing to hand over in time."""
        if seconds <= 0:
            return False
        if link.outgoing and link.write_error is None:
            self.write(link)
            return True
        return self._take(link, seconds)

    def write(self, link: Link) -> None:
        """Hand over what was said, as much as is taken at a time."""
        if self._channel is None:
            raise ConnectionLost("the connection was aborted")
        self._write(link, self._channel)

    def _write(self, link: Link, channel: Channel) -> None:
        if self._is_cut:
            link.write_error = BrokenPipeError("the server has closed the connection")
            return
        self._server.turnarounds += self._is_heard
        self._is_heard = False
        octets = bytes(link.outgoing[: self._server.chop or len(link.outgoing)])
        link.wrote(len(octets))
        self._coming += channel.receive(octets)
        self._server.check()

    def _take(self, link: Link, seconds: float) -> bool:
        if not self._coming:
            if self._is_cut:
                link.receive(b"")
            return self._let_pass(seconds, seconds + 1)
        step = self._coming.popleft()
        if isinstance(step, Pause):
            if not self._let_pass(seconds, step.seconds):
                self._coming.appendleft(Pause(step.seconds - max(seconds, 0)))
                return False
        elif isinstance(step, Say):
            self._hear(link, step)
        elif isinstance(step, Cut):
            self._is_cut = True
            if step.reset:
                raise ConnectionLost("the connection broke: connection reset")
            link.receive(b"")
        return True

    def _let_pass(self, seconds: float, needed: float) -> bool:
        """Let time pass, as much as is needed or allowed; return whether it was enough."""
        passed = min(max(seconds, 0.0), needed)
        self._clock += passed if isfinite(passed) else 0.0
        return needed <= seconds

    def _hear(self, link: Link, step: Say) -> None:
        size = 1 if step.trickle else self._server.chop or len(step.octets)
        piece, rest = step.octets[:size], step.octets[size:]
        if rest:
            self._coming.appendleft(Say(rest, step.trickle))
            if step.trickle:
                self._coming.appendleft(Pause(step.trickle))
        self._is_heard = True
        self._server.taken += len(piece)
        if piece:
            link.receive(piece)

    def glance(self, link: Link) -> None:
        """Hand over what has come without waiting."""
        while self._coming and not isinstance(self._coming[0], Pause):
            self._take(link, 0.0)
        if self._is_cut:
            link.receive(b"")

    def drop(self) -> None:
        """End the connection."""
        self._channel = None
        self._coming.clear()


class AsyncMemoryIO(AsyncioIO):
    """The same for the asyncio client."""

    def __init__(self, server: MemoryServer) -> None:
        super().__init__()
        self._memory = MemoryIO(server)
        self.now = self._memory.now
        self.write = self._memory.write  # type: ignore[method-assign]  # the same, there is nothing to wait for
        self.glance = self._memory.glance  # type: ignore[method-assign]
        self.drop = self._memory.drop  # type: ignore[method-assign]

    async def acquire(self, seconds: float) -> bool:
        """Wait for the turn to converse."""
        return self._memory.acquire(seconds)

    def release(self) -> None:
        """Give the turn to the next."""
        self._memory.release()

    async def open(self, settings: Settings, seconds: float) -> str:
        """Make a connection."""
        return self._memory.open(settings, seconds)

    async def move(self, link: Link, seconds: float) -> bool:
        """Hand some octets over."""
        return self._memory.move(link, seconds)

    async def pull(self, source: Any, *, wait: bool) -> object:
        """Return the next of the caller's source, None at its end: there is no loop on which it could be waited for."""
        return await anext(source, None) if hasattr(source, "__anext__") else next(source, None)


def run(coroutine: Any) -> Any:
    """Run a coroutine that never waits for anything outside memory, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    coroutine.close()
    raise RuntimeError("the coroutine waits for something that is not in memory")
