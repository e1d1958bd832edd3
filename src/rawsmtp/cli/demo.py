"""`rawsmtp demo`: the article's mail through both clients to a server on this machine, and what arrived."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rawsmtp import AsyncClient, Client, Password
from rawsmtp.testing import Server, article

from .style import BOLD, GREEN, RED, of_direction

if TYPE_CHECKING:
    import argparse

    from rawsmtp import Transcript

    from .output import Output

HELP = (
    "send a mail to a server on this machine and show the session",
    "向本机上的演示服务器发一封邮件，并显示会话全文",
)

# The embedded server is on loopback, where there is no TLS to protect the published code of the article.
_CREDENTIAL = Password(article.USER, article.CODE, mechanism="LOGIN", in_clear=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the demo has no arguments of its own."""


def run(options: argparse.Namespace, out: Output) -> int:
    """Run the demo; return 0 if what arrived is, octet for octet, what was sent, else 1."""
    with Server(persona="163", users={article.USER: article.CODE}) as server:
        # One line at a time, as the article's reader types them.
        server.hide("PIPELINING")
        transcripts = {"Client": _send(server), "AsyncClient": asyncio.run(_asend(server))}
        arrived = [mail.raw for mail in server.outbox]
    intact = arrived == [article.MESSAGE] * 2
    if out.json:
        said = {name: str(transcript).splitlines() for name, transcript in transcripts.items()}
        out.result("demo", {"intact": intact, "transcripts": said, "arrived": [raw.decode() for raw in arrived]})
    else:
        _show(out, transcripts, arrived)
        verdict = ("Both arrived, octet for octet.", "两封都已送达，逐字节一致。")
        failure = ("What arrived is not what was sent.", "收到的与发出的不一致。")
        out.data(out.paint(out.text(*(verdict if intact else failure)), BOLD, GREEN if intact else RED))
    return 0 if intact else 1


def _send(server: Server) -> Transcript:
    with Client(server.host, server.port, auth=_CREDENTIAL, local_name="163.com") as client:
        client.send(article.MESSAGE, sender=article.SENDER, recipients=article.RECIPIENT)
    return client.transcript


async def _asend(server: Server) -> Transcript:
    async with AsyncClient(server.host, server.port, auth=_CREDENTIAL, local_name="163.com") as client:
        await client.send(article.MESSAGE, sender=article.SENDER, recipients=article.RECIPIENT)
    return client.transcript


def _show(out: Output, transcripts: dict[str, Transcript], arrived: list[bytes]) -> None:
    for number, (name, transcript) in enumerate(transcripts.items()):
        title = out.text(f"The mail of the article, through rawsmtp.{name}:", f"文中的邮件，经由 rawsmtp.{name}：")
        out.data(out.paint(f"\n{title}\n" if number else f"{title}\n", BOLD))
        for entry in transcript:
            out.data(out.paint(_with_content(entry.line), *of_direction(entry.direction)))
    out.data(out.paint(out.text("\nAs it arrived:\n", "\n收到的邮件：\n"), BOLD))
    out.data(arrived[-1].decode() if arrived else out.text("(nothing)", "（没有）"))


def _with_content(line: str) -> str:
    # A transcript only counts the octets of a message; here it is known, and the article shows it.
    return article.MESSAGE.decode().removesuffix("\r\n").replace("\r\n", "\n") if line.endswith("octets]") else line
