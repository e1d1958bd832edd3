"""Which commands go in which flight, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from rawsmtp import Capabilities, commands
from rawsmtp.message.envelope import make
from rawsmtp.message.plan import WORTH_LOSING, Grounds, plan
from rawsmtp.message.source import Source

MAIL, R1, R2, DATA, RSET = "MAIL", "R1", "R2", "DATA", "RSET"
SHOWN = {
    "MAIL FROM:<s@x.test>": MAIL,
    "RCPT TO:<r1@x.test>": R1,
    "RCPT TO:<r2@x.test>": R2,
}
ALL = {"PIPELINING": (), "CHUNKING": (), "SIZE": ("1000000",)}
OCTETS = Source(b"x\r\n")
BIG = Source(b"x" * WORTH_LOSING)
STREAM = Source(pieces=iter([b"x"]))
CHUNK = "BDAT 3 LAST"
BIG_CHUNK = f"BDAT {WORTH_LOSING + 2} LAST"

ROWS: list[tuple[str, dict[str, Any], int, str, Source, list[list[str]]]] = [
    ("lock-step", {"pipelining": False}, 2, "abort", OCTETS, [[MAIL], [R1], [R2], [DATA]]),
    ("lock-step, reset", {"pipelining": False, "reset": True}, 1, "abort", OCTETS, [[RSET], [MAIL], [R1], [DATA]]),
    ("lock-step has no chunks", {"pipelining": False, "chunking": True}, 1, "abort", OCTETS, [[MAIL], [R1], [DATA]]),
    ("one recipient", {}, 1, "abort", OCTETS, [[MAIL, R1, DATA]]),
    ("all or nothing", {}, 2, "abort", OCTETS, [[MAIL, R1, R2], [DATA]]),
    ("to whom it may", {}, 2, "continue", OCTETS, [[MAIL, R1, R2, DATA]]),
    ("reset", {"reset": True}, 1, "abort", OCTETS, [[RSET, MAIL, R1, DATA]]),
    ("a stream", {}, 1, "abort", STREAM, [[MAIL, R1, DATA]]),
    ("chunk", {"chunking": True}, 1, "abort", OCTETS, [[MAIL, R1, CHUNK]]),
    ("chunk, all or nothing", {"chunking": True}, 2, "abort", OCTETS, [[MAIL, R1, R2], [CHUNK]]),
    ("chunk, to whom it may", {"chunking": True}, 2, "continue", OCTETS, [[MAIL, R1, R2, CHUNK]]),
    ("chunk after idling", {"chunking": True, "fresh": False}, 1, "abort", OCTETS, [[MAIL, R1], [CHUNK]]),
    ("chunk too big to lose", {"chunking": True}, 1, "abort", BIG, [[MAIL, R1], [BIG_CHUNK]]),
    ("a stream is no chunk", {"chunking": True}, 1, "abort", STREAM, [[MAIL, R1, DATA]]),
    ("no SIZE", {"chunking": True, "lacks": "SIZE"}, 1, "abort", OCTETS, [[MAIL, R1, DATA]]),
    ("no CHUNKING", {"chunking": True, "lacks": "CHUNKING"}, 1, "abort", OCTETS, [[MAIL, R1, DATA]]),
    ("over SIZE", {"chunking": True, "size": "2"}, 1, "abort", OCTETS, [[MAIL, R1, DATA]]),
    ("SIZE without a limit", {"chunking": True, "size": "0"}, 1, "abort", OCTETS, [[MAIL, R1, CHUNK]]),
]


def shown(command: commands.Command) -> str:
    return SHOWN.get(str(command), str(command))


@pytest.mark.parametrize(
    ("options", "recipients", "policy", "source", "flights"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_plan(options: dict[str, Any], recipients: int, policy: Any, source: Source, flights: list[list[str]]) -> None:
    grounds_of = {name: value for name, value in options.items() if name not in ("lacks", "size")}
    keywords: dict[str, tuple[str, ...]] = {
        keyword: value for keyword, value in ALL.items() if keyword != options.get("lacks")
    }
    if "size" in options:
        keywords["SIZE"] = (options["size"],)
    envelope = make(b"", "s@x.test", [f"r{number}@x.test" for number in range(1, recipients + 1)])
    grounds = Grounds(**{"capabilities": Capabilities(keywords), "pipelining": True, **grounds_of})
    made = plan(envelope, source, policy, grounds)
    assert [[shown(command) for command in flight] for flight in made.flights] == flights
    assert made.chunk is any("BDAT" in command for flight in flights for command in flight)
    assert made.sends_content_ahead is (made.chunk and len(flights) == 1)
