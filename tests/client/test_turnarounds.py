"""How often a client waits for the server: counted, not timed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp.testing import MemoryServer

if TYPE_CHECKING:
    from tests.conftest import Talk

TEXT = b"Subject: x\r\n\r\nhello\r\n"
TRUST: dict[str, Any] = {"chunking": "trust"}
LOCKSTEP: dict[str, Any] = {"ignore_extensions": {"PIPELINING"}}

ONE_MESSAGE: list[tuple[str, dict[str, Any], int, str, int]] = [
    ("pipelining, one recipient", {}, 1, "abort", 2),
    ("pipelining, all or nothing", {}, 100, "abort", 3),
    ("pipelining, to whom it may", {}, 100, "continue", 2),
    ("trust, one recipient", TRUST, 1, "abort", 1),
    ("trust, all or nothing", TRUST, 100, "abort", 2),
    ("trust, to whom it may", TRUST, 100, "continue", 1),
    ("lock-step", LOCKSTEP, 1, "abort", 4),
    ("lock-step, several", LOCKSTEP, 100, "abort", 103),
]


@pytest.mark.parametrize(
    ("options", "recipients", "refused", "expected"),
    [row[1:] for row in ONE_MESSAGE],
    ids=[row[0] for row in ONE_MESSAGE],
)
def test_one_message_on_an_open_connection(
    talk: Talk, options: dict[str, Any], recipients: int, refused: str, expected: int
) -> None:
    server = MemoryServer(strict=True)
    client = talk(server, **options)
    client.connect()
    before = server.turnarounds
    to = [f"r{number}@x.test" for number in range(recipients)]
    client.send(TEXT, sender="a@x.test", recipients=to, refused=refused)
    assert server.turnarounds - before == expected
    server.check_findings()


def submissions(count: int) -> list[rawsmtp.Submission]:
    return [rawsmtp.Submission(TEXT, sender=f"s{number}@x.test", recipients="r@x.test") for number in range(count)]


MANY: list[tuple[str, dict[str, Any], int, float]] = [
    ("pipelining", {}, 1, 1.02),
    ("trust, a window of 8", TRUST, 8, 0.14),
    ("lock-step", LOCKSTEP, 1, 4),
]


@pytest.mark.parametrize(("options", "window", "most"), [row[1:] for row in MANY], ids=[row[0] for row in MANY])
def test_many_messages(talk: Talk, options: dict[str, Any], window: int, most: float) -> None:
    server = MemoryServer(strict=True)
    client = talk(server, **options)
    client.connect()
    before = server.turnarounds
    results = client.send_all(submissions(100), window=window)
    assert [result.unwrap().sender for result in results] == [f"s{number}@x.test" for number in range(100)]
    assert (server.turnarounds - before) / 100 <= most
    server.check_findings()


@pytest.mark.parametrize(
    ("options", "expected"), [({}, 3), (TRUST, 2), (LOCKSTEP, 6)], ids=["pipelining", "trust", "lock-step"]
)
def test_whole_session_in_one_shot(talk: Talk, options: dict[str, Any], expected: int) -> None:
    # The TCP handshake and the greeting come on top: 5 in all, 4, and smtplib's 8.
    server = MemoryServer(strict=True)
    client: Any = talk(server, **options)
    client.begin_one_shot()
    client.send(TEXT, sender="a@x.test", recipients="b@x.test")
    client.close()
    assert server.turnarounds == expected
    assert server.transcript.endswith("S: 221 2.0.0 Bye")
    server.check_findings()
