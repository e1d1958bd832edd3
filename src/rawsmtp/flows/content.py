"""How a message's octets get on the wire: by DATA up to the final dot, or as one chunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.message.fitting import not_8bit
from rawsmtp.message.source import check_piece
from rawsmtp.wire.command import Quit
from rawsmtp.wire.content import PIECE, LineEnds, views
from rawsmtp.wire.mail_data import Content, EndOfData

from .effects import ask, emit, pull

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rawsmtp.message.source import Source
    from rawsmtp.wire.capabilities import Capabilities
    from rawsmtp.wire.command import Command
    from rawsmtp.wire.reply import Reply

    from .effects import Flow
    from .session import Session


_END = EndOfData()


class SourceFailed(Exception):
    """The message's own source raised an error: its content is not complete, and the link is alive.

    error: what it raised.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def write_content(
    session: Session, source: Source, *behind: Command, reports: bool = False
) -> Flow[tuple[list[Reply], bool]]:
    """Write the content and the final dot.

    behind: commands that go with the last octets; replies to QUIT are not waited for.
    Returns the replies that came, and whether the dot was written: a server may refuse in the midst of the content.
    Raises SourceFailed, and what an exchange may raise.
    """
    last: tuple[Content, ...] = ()
    if source.pieces is None and len(source.octets) <= PIECE:
        last = (Content(source.octets, source.is_canonical),) if source.octets else ()
        if last and reports:
            yield from emit((len(source.octets), len(source.octets)))
    else:
        early, last = yield from _write_pieces(session, source, reports=reports)
        if early:
            return early, False
    session.enter("content", "unknown")
    session.parting = bool(behind) and isinstance(behind[-1], Quit)
    replies = yield from ask(*last, _END, *behind, timeout=session.terms.timeouts.final, owed=int(session.parting))
    if len(replies) <= len(behind) - session.parting:
        # A refusal stood there already, so nothing of this was written.
        session.enter("content")
        return replies, False
    return replies, True


def _write_pieces(session: Session, source: Source, *, reports: bool) -> Flow[tuple[list[Reply], tuple[Content, ...]]]:
    """Write content piece by piece; return the refusal that came in its midst, and the piece that goes with the dot."""
    timeout = session.terms.timeouts.data
    written = 0
    last: tuple[Content, ...] = ()
    if source.pieces is not None:
        while (octets := (yield from _next_piece(source.pieces, session.capabilities))) is not None:
            for view in views(octets):
                if early := (yield from ask(Content(view), timeout=timeout)):
                    return early, ()
                written += len(view)
                if reports:
                    yield from emit((written, None))
    else:
        total = len(source.octets)
        for view in views(source.octets):
            written += len(view)
            content = Content(view, source.is_canonical)
            if written == total:
                last = (content,)
            elif early := (yield from ask(content, timeout=timeout)):
                return early, ()
            if reports:
                yield from emit((written, total))
    return [], last


def _next_piece(pieces: object, capabilities: Capabilities) -> Flow[bytes | None]:
    try:
        piece = yield from pull(pieces)
        octets = None if piece is None else check_piece(piece)
    except Exception as error:
        # It is the caller's own error, which has no outcome.
        error.add_note("rawsmtp: the source of the message failed before its end, so the message is not_sent")
        raise SourceFailed(error) from error
    if octets is not None and not (capabilities.eight_bit_mime or octets.isascii()):
        raise SourceFailed(not_8bit("content"))
    return octets


def chunk_pieces(source: Source) -> Iterator[Content]:
    """Return the pieces of a chunk: line ends made CRLF, the last one there; dots stay as they are."""
    lines = LineEnds()
    for view in views(source.octets):
        yield Content(lines.convert(bytes(view)))
    if end := lines.end():
        yield Content(end)
