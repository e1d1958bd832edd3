"""A conversation watched while it goes on: line by line, or as the progress of a big message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.client.transcript import Transcript
from rawsmtp.wire.mail_data import Content
from rawsmtp.wire.reply import printable

from .style import of_direction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rawsmtp.client.transcript import Direction
    from rawsmtp.wire.mail_data import Item
    from rawsmtp.wire.reply import Reply

    from .output import Output

BIG = 256 * 1024
"""Octets of a message whose progress is worth showing."""
_ERASE = "\r\x1b[K"


class Live(Transcript):
    """A transcript that shows what it records, if the output is verbose: give it to a client before it connects."""

    __slots__ = ("_octets", "_out")

    def __init__(self, out: Output) -> None:
        super().__init__()
        self._out = out
        self._octets = 0

    def record_sent(self, items: Iterable[Item], *, tls: bool) -> None:
        """Record and show what is written; content only by its size, when it is complete."""
        items = tuple(items)
        super().record_sent(items, tls=tls)
        for item in items:
            if isinstance(item, Content):
                self._octets += len(item.octets)
            else:
                self._show("sent", str(item))

    def record_received(self, replies: Iterable[Reply], *, tls: bool) -> None:
        """Record and show the replies."""
        replies = tuple(replies)
        super().record_received(replies, tls=tls)
        for reply in replies:
            self._show("received", str(reply))

    def note(self, text: str, *, tls: bool = False) -> None:
        """Record and show what happened to the connection."""
        super().note(text, tls=tls)
        self._show("note", text)

    def _show(self, direction: Direction, text: str) -> None:
        octets, self._octets = self._octets, 0
        if self._out.verbose:
            for line in ([f"[{octets} octets]"] if octets else []) + [text]:
                self._out.talk(self._out.paint(printable(line), *of_direction(direction)))


class ProgressLine:
    """One line of a terminal that says how much of a big message is written, and when the wait begins."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._is_shown = False

    def __call__(self, written: int, total: int | None) -> None:
        """Show how far it is, in octets."""
        if total is not None and written >= total:
            self._write(self._out.text("waiting for the server's verdict", "等待服务器的最终答复"))
        elif total:
            done = f"{written / 1e6:.1f} / {total / 1e6:.1f} MB"
            share = 100 * written // total
            self._write(self._out.text(f"sending {done} ({share} %)", f"正在发送 {done}（{share} %）"))

    def erase(self) -> None:
        """Leave no trace of it."""
        if self._is_shown:
            self._write("")

    def _write(self, text: str) -> None:
        self._is_shown = bool(text)
        self._out.stderr.write(_ERASE + text)
        self._out.stderr.flush()


def progress_of(octets: int, out: Output) -> ProgressLine | None:
    """Return what shows the progress of a message of so many octets; None where nobody would look at it."""
    wanted = octets >= BIG and not out.verbose and not out.json and out.stderr.isatty()
    return ProgressLine(out) if wanted else None
