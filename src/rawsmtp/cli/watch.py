"""A conversation watched while it goes on: line by line, or as the progress of a big message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.client.transcript import Transcript
from rawsmtp.wire.command import Content, EndOfData
from rawsmtp.wire.reply import printable

from .style import CYAN, DIM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rawsmtp.client.transcript import Direction
    from rawsmtp.wire.command import Item
    from rawsmtp.wire.reply import Reply

    from .output import Output

BIG = 256 * 1024
"""Octets of a message whose progress is worth showing."""
_ERASE = "\r\x1b[K"


class Watch(Transcript):
    """A transcript that shows what it records: give it to a client before it connects.

    total: octets of the message.
    """

    __slots__ = ("_out", "_sent", "_shows_progress", "_total")

    def __init__(self, out: Output, total: int) -> None:
        super().__init__()
        self._out = out
        self._total = total
        self._sent = 0
        self._shows_progress = total >= BIG and not out.verbose and not out.json and out.stderr.isatty()

    def record_sent(self, items: Iterable[Item], *, tls: bool) -> None:
        """Record what is written, and show it or how far it is."""
        items = tuple(items)
        super().record_sent(items, tls=tls)
        for item in items:
            if isinstance(item, Content):
                self._sent += len(item.octets)
                self._progress()
            elif isinstance(item, EndOfData):
                self._end_of_data()
            else:
                self._line("sent", str(item))

    def record_received(self, replies: Iterable[Reply], *, tls: bool) -> None:
        """Record and show the replies."""
        replies = tuple(replies)
        super().record_received(replies, tls=tls)
        self._erase()
        for reply in replies:
            self._line("received", str(reply))

    def note(self, text: str, *, tls: bool = False) -> None:
        """Record and show what happened to the connection."""
        super().note(text, tls=tls)
        self._erase()
        self._line("note", text)

    def _line(self, direction: Direction, text: str) -> None:
        if self._out.verbose:
            codes = {"sent": (CYAN,), "note": (DIM,)}.get(direction, ())
            self._out.talk(self._out.paint(printable(text), *codes))

    def _progress(self) -> None:
        if self._shows_progress:
            megabytes = f"{self._sent / 1e6:.1f} / {self._total / 1e6:.1f} MB"
            share = min(100, 100 * self._sent // self._total)
            self._show(self._out.text(f"sending {megabytes} ({share} %)", f"正在发送 {megabytes}（{share} %）"))

    def _end_of_data(self) -> None:
        self._line("sent", f"[{self._sent} octets]")
        self._line("sent", ".")
        if self._shows_progress:
            self._show(self._out.text("waiting for the server's verdict", "等待服务器的最终答复"))

    def _show(self, text: str) -> None:
        self._out.stderr.write(_ERASE + text)
        self._out.stderr.flush()

    def _erase(self) -> None:
        if self._shows_progress and self._sent:
            self._show("")
