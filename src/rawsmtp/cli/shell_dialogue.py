"""Lines that go to the server in `rawsmtp shell`, and the replies that come, shown and explained."""

from __future__ import annotations

from binascii import Error, a2b_base64
from typing import TYPE_CHECKING

from rawsmtp.errors import ConnectionLost
from rawsmtp.flows.session import Progress
from rawsmtp.wire.capabilities import Capabilities
from rawsmtp.wire.reply import printable

from .exits import Exit, Failure
from .shell_content import Writing
from .shell_notes import note_of, phase_of
from .shell_wire import Typed
from .style import CYAN, DIM, GREEN, RED, YELLOW

if TYPE_CHECKING:
    from rawsmtp import Reply, Transcript
    from rawsmtp.wire.command import Command

    from .output import Output
    from .shell_wire import Wire

_FINAL = 600.0
"""Seconds for the reply to the final dot, RFC 5321 §4.5.3.2.6."""
_COLOURS = {2: GREEN, 4: YELLOW, 5: RED}


class Dialogue:
    """A conversation, whoever says the lines.

    wire: the connection.
    host: the server, whose provider may have words of its own.
    transcript: what was said.
    is_interactive: whether somebody sees the lines that are typed.
    capabilities: what the server offers.
    content: the message that is being written; None outside of content.
    doubt: how far a message is that is under way; None if none is.
    is_challenged: whether the server waits for an answer in AUTH.
    is_over, is_lost: whether QUIT was taken; whether the connection has gone.
    """

    def __init__(self, wire: Wire, host: str, transcript: Transcript, out: Output) -> None:
        self.wire = wire
        self.host = host
        self.transcript = transcript
        self.is_interactive = False
        self.capabilities = Capabilities()
        self.content: Writing | None = None
        self.doubt: Progress | None = None
        self.is_challenged = self.is_over = self.is_lost = False
        self._out = out

    def say(self, line: str, shown: str | None = None) -> Reply:
        """Say a line that was typed, show the answer, and do what it leads to.

        shown: what may be seen of the line, if that is not all.
        """
        verb = line.split(" ")[0].upper()
        if verb == "BDAT" and not self.is_challenged:
            raise Failure(
                Exit.USAGE,
                "the octets behind BDAT are counted: use DATA, or .data FILE",
                "BDAT 之后须按字节计数：请改用 DATA 或 .data 文件",
            )
        if shown is not None and shown != line:
            self._learn(line)
        phase = "auth" if self.is_challenged else phase_of(verb)
        reply = self.ask(Typed(line), shown if shown is not None else line, phase)
        self._follow(verb, reply)
        return reply

    def say_own(self, line: str) -> Reply:
        """Say a line that nobody typed, and let it be seen."""
        self._show_own(line)
        return self.say(line)

    def say_secret(self, command: Command) -> Reply:
        """Say a command of a login; what is shown of it has no secret."""
        self._show_own(str(command))
        reply = self.ask(command, str(command), "auth")
        self.is_challenged = False
        return reply

    def ask(self, command: Command, shown: str, phase: str) -> Reply:
        """Write a command and return the reply. Raises Failure for what could begin another one."""
        self.check_open()
        try:
            bytes(command)
        except ValueError as error:
            raise Failure(Exit.USAGE, str(error), f"这一行不能发送：{error}") from None
        for unasked in self.wire.glance():
            self.show(unasked, "command")
        if self._out.verbose and not self.is_interactive:
            self._out.talk(printable(shown))
        self.wire.say(command, shown)
        reply = self.wire.read()
        self.is_challenged = reply.code == 334
        if reply.code == 354 and phase == "data":  # before it is shown, and Ctrl-C pressed for it
            self.doubt = Progress("content", "not_sent")
        self.show(reply, phase)
        return reply

    def check_open(self) -> None:
        """Raise Failure if there is no connection any more."""
        if self.is_lost:
            raise Failure(Exit.USAGE, "there is no connection: .save FILE or .quit", "没有连接：.save 文件 或 .quit")

    def begin_tls(self) -> None:
        """Shake hands; what the server offered before counts no more."""
        info = self.wire.begin_tls()
        self.capabilities = Capabilities()
        self.talk(f"[{info.version} with {info.cipher}]", f"[{info.version}，{info.cipher}]")

    def write(self, piece: bytes, shown: str | None = None) -> None:
        """Write a piece of the content; a reply in the midst of it ends it.

        shown: what the transcript keeps of it; None keeps its size.
        """
        if self.content is None:
            return
        self.content.write(piece, shown)
        for unasked in self.wire.glance():
            self.show(unasked, "content")
            self.content = self.doubt = None

    def end_content(self) -> None:
        """Write the final dot and show the verdict; from here on the message may have gone."""
        if self.content is None:
            return
        content, self.content = self.content, None
        self.doubt = Progress("content", "unknown")
        content.end()
        self.show(self.wire.read(_FINAL), "content")
        self.doubt = None

    def quit(self) -> None:
        """Say QUIT, if there is somebody to say it to."""
        self.is_over = True
        if self.is_lost:
            return
        if self.is_challenged:
            self.ask(Typed("*"), "*", "auth")
        self._show_own("QUIT")
        self.ask(Typed("QUIT"), "QUIT", "quit")

    def show(self, reply: Reply, phase: str) -> None:
        """Show a reply and what it means. Raises ConnectionLost for 421."""
        if not self._out.json:
            self._out.data(self._out.paint(str(reply), *filter(None, [_COLOURS.get(reply.code // 100)])))
            for line in note_of(reply, self.host, phase, self._out):
                self._out.talk(self._out.paint(printable(f"    {line}"), DIM))
        if reply.code == 421:
            raise ConnectionLost(f"the server ended the connection: {str(reply)!r}", reply=reply)

    def talk(self, en: str, zh: str) -> None:
        """Tell the person at the terminal something that the server did not say."""
        self._out.talk(self._out.paint(self._out.text(en, zh), DIM))

    def _show_own(self, line: str) -> None:
        if self.is_interactive:
            self._out.talk(self._out.paint(printable(line), CYAN))

    def _learn(self, line: str) -> None:
        try:
            self.wire.keep_secret(response=a2b_base64(line.split()[-1]))
        except (Error, ValueError):  # what was typed is no base64, and so no response
            return

    def _follow(self, verb: str, reply: Reply) -> None:
        if verb in ("EHLO", "LHLO") and reply.is_success:
            self.capabilities = Capabilities.parse(reply)
        elif verb == "STARTTLS" and reply.code == 220:
            self.begin_tls()
            self.talk("Say EHLO again.", "请重新发送 EHLO。")
        elif verb == "DATA" and reply.code == 354:
            self.content = Writing(self.wire, self.transcript)
        elif verb == "QUIT" and reply.is_success:
            self.is_over = True
