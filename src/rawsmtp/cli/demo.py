"""`rawsmtp demo`: the article's mail through both clients to a server on this machine, and what arrived."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rawsmtp import AsyncClient, Client, Password
from rawsmtp.testing import Server, article

from .style import BOLD, CYAN, DIM, GREEN, RED, paint

if TYPE_CHECKING:
    from rawsmtp import Transcript

# The embedded server is on loopback, where there is no TLS to protect the published code of the article.
_CREDENTIAL = Password(article.USER, article.CODE, mechanism="LOGIN", in_clear=True)


def run() -> int:
    """Run the demo; return 0 if what arrived is, octet for octet, what was sent, else 1."""
    with Server(persona="163", users={article.USER: article.CODE}) as server:
        print(paint("The mail of the article, through rawsmtp.Client:", BOLD), end="\n\n")
        _show(_send(server))
        print(paint("\nThe same through rawsmtp.AsyncClient:", BOLD), end="\n\n")
        _show(asyncio.run(_asend(server)))
        arrived = [mail.raw for mail in server.outbox]
    print(paint("\nAs it arrived:", BOLD), end="\n\n")
    print(arrived[-1].decode() if arrived else "(nothing)")
    intact = arrived == [article.MESSAGE] * 2
    verdict = "Both arrived, octet for octet." if intact else "What arrived is not what was sent."
    print(paint(verdict, BOLD, GREEN if intact else RED))
    return 0 if intact else 1


def _send(server: Server) -> Transcript:
    with Client(server.host, server.port, auth=_CREDENTIAL, local_name="163.com") as client:
        client.send(article.MESSAGE, sender=article.SENDER, recipients=article.RECIPIENT)
    return client.transcript


async def _asend(server: Server) -> Transcript:
    async with AsyncClient(server.host, server.port, auth=_CREDENTIAL, local_name="163.com") as client:
        await client.send(article.MESSAGE, sender=article.SENDER, recipients=article.RECIPIENT)
    return client.transcript


def _show(transcript: Transcript) -> None:
    for entry in transcript:
        if entry.direction == "sent":
            print(paint(_with_content(entry.line), CYAN))
        elif entry.direction == "note":
            print(paint(entry.line, DIM))
        else:
            print(entry.line)


def _with_content(line: str) -> str:
    # A transcript only counts the octets of a message; here it is known, and the article shows it.
    return article.MESSAGE.decode().removesuffix("\r\n").replace("\r\n", "\n") if line.endswith("octets]") else line
