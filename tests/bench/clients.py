"""What each client does in a benchmark, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SENDER = "sender@x.test"
BODY = b"Subject: x\r\n\r\n" + b"0123456789abcdef 0123456789abcdef\r\n" * 60
CONTENTS = {
    "text": b"0123456789abcdef 0123456789abcdef 0123456789abcdef 0123456789abcdef\r\n",
    "dot lines": b".\r\n",
    "bare LF": b"0123456789abcdef 0123456789abcdef 0123456789abcdef 0123456789abcdef\n",
    "no newline": b"0123456789abcdef",
}


def addresses(count: int) -> list[str]:
    return [f"recipient{number}@x.test" for number in range(count)]


def big(kind: str) -> bytes:
    line = CONTENTS[kind]
    return line * (100_000_000 // len(line))


def smtplib_many(port: int, messages: int, recipients: int) -> None:
    import smtplib

    with smtplib.SMTP("127.0.0.1", port, local_hostname="x.test") as client:
        for _ in range(messages):
            client.sendmail(SENDER, addresses(recipients), BODY)


def smtplib_big(port: int, kind: str) -> Callable[[], None]:
    import smtplib

    octets = big(kind)
    client = smtplib.SMTP("127.0.0.1", port, local_hostname="x.test")
    client.ehlo()

    def send() -> None:
        client.sendmail(SENDER, addresses(1), octets)

    return send


def rawsmtp_client(port: int, **options: Any) -> Any:
    import rawsmtp

    return rawsmtp.Client("127.0.0.1", port, local_name="x.test", **options)


def rawsmtp_many(port: int, messages: int, recipients: int, **options: Any) -> None:
    with rawsmtp_client(port, **options) as client:
        for _ in range(messages):
            client.send(BODY, sender=SENDER, recipients=addresses(recipients), refused="continue")


def rawsmtp_bulk(port: int, messages: int, recipients: int, window: int = 1, **options: Any) -> None:
    import rawsmtp

    item = rawsmtp.Submission(BODY, sender=SENDER, recipients=addresses(recipients), refused="continue")
    with rawsmtp_client(port, **options) as client:
        for result in client.send_many([item] * messages, window=window):
            result.unwrap()


def rawsmtp_big(port: int, kind: str, stream: bool = False) -> Callable[[], None]:
    octets = b"" if stream else big(kind)
    client = rawsmtp_client(port)
    client.connect()

    def pieces() -> Iterator[bytes]:
        piece = CONTENTS[kind] * (65_536 // len(CONTENTS[kind]))
        for _ in range(100_000_000 // len(piece)):
            yield piece

    def send() -> None:
        client.send(pieces() if stream else octets, sender=SENDER, recipients=addresses(1))

    return send


def in_one_shot(port: int, messages: int, recipients: int, **options: Any) -> None:
    import rawsmtp

    for _ in range(messages):
        rawsmtp.send(
            BODY, "127.0.0.1", port, sender=SENDER, recipients=addresses(recipients), local_name="x.test", **options
        )


def smtplib_one_shot(port: int, messages: int, recipients: int) -> None:
    for _ in range(messages):
        smtplib_many(port, 1, recipients)


def aiosmtplib_many(port: int, messages: int, recipients: int, connections: int = 1) -> None:
    import aiosmtplib

    async def session() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, local_hostname="x.test", start_tls=False) as client:
            for _ in range(messages):
                await client.sendmail(SENDER, addresses(recipients), BODY)

    asyncio.run(_gather(session, connections))


def rawsmtp_async(port: int, messages: int, recipients: int, connections: int = 1) -> None:
    import rawsmtp

    async def session() -> None:
        async with rawsmtp.AsyncClient("127.0.0.1", port, local_name="x.test") as client:
            for _ in range(messages):
                await client.send(BODY, sender=SENDER, recipients=addresses(recipients), refused="continue")

    asyncio.run(_gather(session, connections))


def smtpproto_many(port: int, messages: int, recipients: int) -> None:
    from email.message import EmailMessage

    from smtpproto.client import SyncSMTPClient

    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content(BODY.decode())
    with SyncSMTPClient("127.0.0.1", port, domain="x.test").connect() as session:
        for _ in range(messages):
            session.send_message(message, sender=SENDER, recipients=addresses(recipients))


async def _gather(session: Callable[[], Any], connections: int) -> None:
    await asyncio.gather(*(session() for _ in range(connections)))


MANY: dict[str, Any] = {
    "smtplib": smtplib_many,
    "smtplib one-shot": smtplib_one_shot,
    "aiosmtplib": aiosmtplib_many,
    "smtpproto": smtpproto_many,
    "lock-step": lambda *given: rawsmtp_many(*given, ignore_extensions={"PIPELINING"}),
    "pipelined": rawsmtp_many,
    "trust": lambda *given: rawsmtp_many(*given, chunking="trust"),
    "send_many": rawsmtp_bulk,
    "window": lambda port, messages, recipients: rawsmtp_bulk(port, messages, recipients, 8, chunking="trust"),
    "one-shot": in_one_shot,
    "one-shot trust": lambda *given: in_one_shot(*given, chunking="trust"),
    "asyncio": rawsmtp_async,
}
BIG: dict[str, Any] = {
    "smtplib": smtplib_big,
    "rawsmtp": rawsmtp_big,
    "rawsmtp stream": lambda port, kind: rawsmtp_big(port, kind, stream=True),
}


def warm_up(name: str, port: int) -> None:
    """Import and compile what the measured run needs."""
    MANY[name](port, 1, 1)


def main(arguments: list[str]) -> None:
    form, name, port, *rest = arguments
    if form == "many":
        numbers = [int(number) for number in rest]
        warm_up(name, int(port))
        run: Callable[[], None] = partial(MANY[name], int(port), *numbers)
    else:
        run = BIG[name](int(port), rest[0])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "grown": grown}))


if __name__ == "__main__":
    main(sys.argv[1:])
