"""The pytest plugin: `smtp_server`, `smtp_server_factory`, `smtp_capture`, and the marker `rawsmtp`.

Nothing of rawsmtp is imported before a fixture is used, but the two packages around this module, which load nothing
themselves: the plugin costs nothing where it is only installed, and comes before no measurement of coverage.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from rawsmtp.testing.reroute import Capture
    from rawsmtp.testing.server import Server

_SERVERS = pytest.StashKey["list[list[Server]]"]()
_CHECKS = pytest.StashKey["list[Callable[[BaseException | None], None]]"]()
_MARKER = "rawsmtp(**options): options of the servers of smtp_server and smtp_capture, as for rawsmtp.testing.Server"


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", _MARKER)


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("rawsmtp"))):
        if marker.args:
            raise pytest.UsageError(f"@pytest.mark.rawsmtp takes keyword options alone, not {marker.args!r}")
        options.update(marker.kwargs)
    return options


@pytest.fixture
def smtp_server_factory(request: pytest.FixtureRequest) -> Iterator[Callable[..., Server]]:
    """Make servers, as by `smtp_server_factory(users={"me": "code"})`; they end with the test."""
    from rawsmtp.testing.server import Server

    servers: list[Server] = []
    request.node.stash.setdefault(_SERVERS, []).append(servers)
    with ExitStack() as stack:

        def make(**options: Any) -> Server:
            server = stack.enter_context(Server(**options))
            servers.append(server)
            request.node.stash.setdefault(_CHECKS, []).append(server.check)
            return server

        yield make


@pytest.fixture
def smtp_server(request: pytest.FixtureRequest, smtp_server_factory: Callable[..., Server]) -> Server:
    """Return an SMTP server on a port of this machine, with the options of the marker `rawsmtp`."""
    return smtp_server_factory(**_options(request))


@pytest.fixture
def smtp_capture(request: pytest.FixtureRequest) -> Iterator[Capture]:
    """Send clients that dial a name to a local server: `smtp_capture("smtp.163.com", 465)`."""
    from rawsmtp.testing.reroute import Capture

    with Capture(**_options(request)) as capture:
        request.node.stash.setdefault(_SERVERS, []).append(capture.servers)
        request.node.stash.setdefault(_CHECKS, []).append(capture.check)
        yield capture


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Fail the test itself for what went wrong at its servers, where its teardown would; what comes later it does."""
    __tracebackhide__ = True
    try:
        yield
    except BaseException as error:
        for check in item.stash.get(_CHECKS, []):
            check(error)
        raise
    for check in item.stash.get(_CHECKS, []):
        check(None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the conversations to the report of a failing test."""
    report = yield
    servers = [server for some in item.stash.get(_SERVERS, []) for server in some]
    if report.failed:
        for number, server in enumerate(servers, 1):
            if server.transcript:
                report.sections.append((f"SMTP server {number}", server.transcript))
    return report
