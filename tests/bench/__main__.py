"""`python -m tests.bench`: prints a Markdown table of ratios, each measured side by side in one run.

Needs aiosmtplib and smtpproto beside rawsmtp for the rows that name them; rows without their peer are left out.
"""

from __future__ import annotations

import importlib.util
import json
import platform
import subprocess
import sys
import time
from statistics import median
from typing import Any

from tests.bench.clients import CONTENTS
from tests.bench.sink import Sink

ROUNDS = 3
MORE_ROUNDS = 9
"""For what is over in a moment: a machine with other things to do shows in each of the runs."""


def measure(form: str, name: str, *arguments: object, round_trip: float = 0.0) -> dict[str, float]:
    """Run a client in a process of its own and return its figures; turnarounds are those of the measured run."""
    sink = Sink(round_trip)
    try:
        command = [sys.executable, "-m", "tests.bench.clients", form, name, str(sink.port), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        figures: dict[str, float] = json.loads(done.stdout)
        return {**figures, "turnarounds": sink.turnarounds}
    finally:
        sink.close()


def ratio(figure: str, ours: tuple[Any, ...], theirs: tuple[Any, ...], rounds: int = ROUNDS) -> float:
    """Return the median of several ratios, each of one run after the other."""
    found = []
    for _ in range(rounds):
        mine, other = measure(*ours), measure(*theirs)
        found.append(mine[figure] / other[figure])
    return median(found)


def row(what: str, value: str, bar: str = "") -> None:
    """Print one row at once: the whole takes minutes."""
    print(f"| {what} | {value} | {bar} |", flush=True)


def has(module: str) -> bool:
    """Whether a peer is installed."""
    return importlib.util.find_spec(module) is not None


def turnarounds() -> None:
    """Count turnarounds: those of a run of many messages less those of a run of one, and of one whole session."""
    for what, name, recipients, bar in [
        ("smtplib, 1 recipient", "smtplib", 1, ""),
        ("PIPELINING, 1 recipient", "pipelined", 1, "2"),
        ("PIPELINING, 100 recipients", "pipelined", 100, "2"),
        ('`chunking="trust"`, 1 recipient', "trust", 1, "1"),
        ("`send_many`", "send_many", 1, "1.02"),
        ('`send_many(window=8)`, `chunking="trust"`', "window", 1, "0.14"),
    ]:
        many = measure("many", name, 65, recipients)["turnarounds"]
        one = measure("many", name, 1, recipients)["turnarounds"]
        row(f"turnarounds a message: {what}", f"{(many - one) / 64:.2f}", bar)
    for what, name, bar in [
        ("smtplib", "smtplib one-shot", "8"),
        ("PIPELINING", "one-shot", "5"),
        ('`chunking="trust"`', "one-shot trust", "4"),
    ]:
        # The warm-up is one session too; connecting and the greeting are two turnarounds that the sink does not see.
        row(f"turnarounds of a whole session: {what}", f"{measure('many', name, 1, 1)['turnarounds'] / 2 + 2:.0f}", bar)


def processor() -> None:
    """Compare processor time a message."""
    for what, name, bar in [
        ("lock-step", "lock-step", "0.75"),
        ("pipelined", "pipelined", "0.50"),
        ("`send_many`", "send_many", "0.30"),
    ]:
        for recipients in (1, 100):
            count = 1000 if recipients == 1 else 50
            ours, theirs = ("many", name, count, recipients), ("many", "smtplib", count, recipients)
            value = ratio("cpu", ours, theirs, MORE_ROUNDS)
            row(
                f"CPU a message against smtplib: {what}, {recipients} recipient{'s' * (recipients > 1)}",
                f"{value:.2f}",
                bar if recipients == 1 else "",
            )
    if has("aiosmtplib"):
        value = ratio("cpu", ("many", "asyncio", 20, 1, 100), ("many", "aiosmtplib", 20, 1, 100), MORE_ROUNDS)
        row("CPU a message against aiosmtplib, 100 connections × 20", f"{value:.2f}", "0.5")
    if has("smtpproto"):
        value = ratio("cpu", ("many", "pipelined", 200, 1), ("many", "smtpproto", 200, 1))
        row("CPU a message against smtpproto", f"{value:.2f}")


WAITS: list[tuple[int, int, int]] = [(0, 1, 100), (20, 1, 100), (100, 1, 10), (0, 100, 20), (20, 100, 2), (100, 100, 1)]
"""Round-trip times in milliseconds, with the recipients of a message, and how many messages are sent."""


def waiting() -> None:
    """Compare the time on the clock with a round-trip time in front of the server."""
    names = ("pipelined", "send_many", "window")
    for milliseconds, recipients, count in WAITS:
        found: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(ROUNDS):
            theirs = measure("many", "smtplib", count, recipients, round_trip=milliseconds / 1000)["wall"]
            for name in names:
                ours = measure("many", name, count, recipients, round_trip=milliseconds / 1000)["wall"]
                found[name].append(ours / theirs)
        for name in names:
            what = f"{name}, {recipients} recipient{'s' * (recipients > 1)}, {milliseconds} ms"
            row(f"time a message against smtplib: {what}", f"{median(found[name]):.2f}")


def big_messages() -> None:
    """Compare 100 MB of several kinds."""
    for kind, bar in [("text", "3 times"), ("dot lines", "8 times"), ("bare LF", ""), ("no newline", "")]:
        value = ratio("cpu", ("big", "smtplib", kind), ("big", "rawsmtp", kind))
        row(f"100 MB of {kind}: as fast as smtplib", f"{value:.1f} times", bar)
    for kind in CONTENTS:
        grown = max(measure("big", "rawsmtp", kind)["grown"], measure("big", "rawsmtp stream", kind)["grown"])
        row(f"100 MB of {kind}: memory over the source", f"{grown / 1e6:.1f} MB", "4 MB")


def imports() -> None:
    """Compare the time that an import takes, over that of starting Python."""

    def started(code: str) -> float:
        found = []
        for _ in range(15):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-I", "-c", code], check=True)
            found.append(time.perf_counter() - begun)
        return median(found)

    bare = started("pass")
    theirs = started("import smtplib") - bare
    row("`import rawsmtp` against `import smtplib`", f"{(started('import rawsmtp') - bare) / theirs:.2f}", "0.4")
    loaded = started("from rawsmtp import Client") - bare
    row("`from rawsmtp import Client` against `import smtplib`", f"{loaded / theirs:.2f}")


def replies() -> None:
    """Count the replies that are parsed in a second, no two of them the same."""
    from rawsmtp.wire import ReplyParser

    octets = [
        b"".join(b"250 2.0.0 Ok: queued as %d\r\n" % (200 * group + one) for one in range(200))
        for group in range(1_000)
    ]
    parser = ReplyParser()
    begun = time.perf_counter()
    for group in octets:
        parser.feed(group)
    row("replies parsed in a second", f"{200_000 / (time.perf_counter() - begun):,.0f}")


def main() -> None:
    """Print the whole table."""
    print(f"CPython {platform.python_version()}, {platform.system()} {platform.machine()}\n")
    print("| | measured | bar |\n|---|--:|--:|")
    for part in (turnarounds, processor, waiting, big_messages, imports, replies):
        part()


if __name__ == "__main__":
    main()
