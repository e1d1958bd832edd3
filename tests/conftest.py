"""What the suites share: both clients behind one blocking face."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

import rawsmtp
from rawsmtp.client.tls import default_context
from rawsmtp.testing import MemoryServer, authority
from rawsmtp.testing.memory import run

if TYPE_CHECKING:
    import ssl


class AnyClient(Protocol):
    """The face that both clients show to a test."""

    transcript: rawsmtp.Transcript
    progress: Any
    tls: Any
    greeting: Any
    capabilities: Any

    def connect(self) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...
    def send(self, message: Any, **options: Any) -> rawsmtp.Receipt: ...
    def command(self, command: Any) -> rawsmtp.Reply: ...
    def verify(self, address: str) -> rawsmtp.Reply: ...
    def noop(self) -> rawsmtp.Reply: ...
    def reset(self) -> rawsmtp.Reply: ...
    def run(self, flow: Any) -> Any: ...
    def send_all(self, items: Any, **options: Any) -> list[rawsmtp.Result]: ...


class Waited:
    """An AsyncClient whose coroutines are waited for."""

    def __init__(self, runner: asyncio.Runner, client: rawsmtp.AsyncClient) -> None:
        self._runner = runner
        self._client = client

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, "_run" if name == "run" else name)
        if not asyncio.iscoroutinefunction(found):
            return found
        return lambda *given, **named: self._runner.run(found(*given, **named))

    def send_all(self, items: Any, **options: Any) -> list[rawsmtp.Result]:
        return self._runner.run(collect(self._client, items, **options))


async def collect(
    client: rawsmtp.AsyncClient, items: Any, into: list[rawsmtp.Result] | None = None, **options: Any
) -> list[rawsmtp.Result]:
    """Return the results; `into` has those that came before an error too."""
    results = [] if into is None else into
    async for result in client.send_many(items, **options):
        results.append(result)
    return results


class Driven:
    """A Client, with the loop over a flow under the same name as in `Waited`."""

    def __init__(self, client: rawsmtp.Client) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, "_run" if name == "run" else name)

    def send_all(self, items: Any, into: list[rawsmtp.Result] | None = None, **options: Any) -> list[rawsmtp.Result]:
        results = [] if into is None else into
        for result in self._client.send_many(items, **options):
            results.append(result)
        return results


MakeClient = Callable[..., AnyClient]


@pytest.fixture(params=["blocking", "asyncio"])
def make_client(request: pytest.FixtureRequest) -> Iterator[MakeClient]:
    """Makes clients of one kind; whatever they leave open is closed."""
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner()) if request.param == "asyncio" else None

        def make(*given: Any, **named: Any) -> AnyClient:
            client: Any
            if runner is None:
                client = Driven(rawsmtp.Client(*given, **named))
            else:
                client = Waited(runner, rawsmtp.AsyncClient(*given, **named))
            stack.callback(client.abort)
            return client  # type: ignore[no-any-return]  # both show the face

        yield make


class Unwaited:
    """An AsyncClient in memory, whose coroutines never wait."""

    def __init__(self, client: rawsmtp.AsyncClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, "_run" if name == "run" else name)
        if not asyncio.iscoroutinefunction(found):
            return found
        return lambda *given, **named: run(found(*given, **named))

    def send_all(self, items: Any, **options: Any) -> list[rawsmtp.Result]:
        return run(collect(self._client, items, **options))  # type: ignore[no-any-return]  # what it collects


Talk = Callable[..., AnyClient]


@pytest.fixture(params=["blocking", "asyncio"])
def talk(request: pytest.FixtureRequest) -> Talk:
    """Makes a client of a `MemoryServer`, of one kind: `talk(server, **options)`."""

    def make(server: MemoryServer, **options: Any) -> AnyClient:
        client: Any = (
            Driven(server.client(**options))
            if request.param == "blocking"
            else Unwaited(server.async_client(**options))
        )
        return client  # type: ignore[no-any-return]  # both show the face

    return make


@pytest.fixture(params=["send", "asend"])
def send_once(request: pytest.FixtureRequest) -> Callable[..., rawsmtp.Receipt]:
    """`rawsmtp.send`, and `rawsmtp.asend` waited for."""
    if request.param == "send":
        return rawsmtp.send
    return lambda *given, **named: asyncio.run(rawsmtp.asend(*given, **named))


@pytest.fixture
def client_context() -> ssl.SSLContext:
    """rawsmtp's default context, trusting the test servers as well."""
    context = default_context()
    context.load_verify_locations(cadata=authority().pem.decode())
    return context


@pytest.fixture
def untidy() -> Iterator[None]:
    """For code on asyncio's transports: an event loop may end before one is closed, which is no fault of ours."""
    yield
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()
