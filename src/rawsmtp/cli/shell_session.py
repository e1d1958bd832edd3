"""What happens to each line that is typed in `rawsmtp shell`."""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64
from pathlib import Path
from typing import TYPE_CHECKING

from rawsmtp.errors import (
    AuthenticationFailed,
    ConnectionLost,
    RemoteProtocolError,
    SMTPError,
    SMTPTimeout,
    TLSFailed,
)
from rawsmtp.flows.session import Progress
from rawsmtp.wire.capabilities import Capabilities
from rawsmtp.wire.command import Content, EndOfData
from rawsmtp.wire.content import PIECE, DotStuffing
from rawsmtp.wire.reply import printable

from .exits import Exit, Failure, status_of
from .shell_help import HELP_TEXT
from .shell_lines import Script
from .shell_notes import note_of, phase_of
from .shell_wire import Typed, visible
from .style import DIM, GREEN, RED, YELLOW

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rawsmtp import Reply, Transcript
    from rawsmtp.wire.command import Command

    from .output import Output
    from .shell_lines import Terminal
    from .shell_wire import Wire

_FINAL = 600.0
"""Seconds for the reply to the final dot, RFC 5321 §4.5.3.2.6."""
_SILENCE = 5.0
"""Seconds after which somebody at the terminal should hear that the server says nothing."""
_ENDS = (ConnectionLost, RemoteProtocolError, TLSFailed)
_COLOURS = {2: GREEN, 4: YELLOW, 5: RED}


class Session:
    """A conversation by hand.

    wire: the connection.
    host: the server, whose provider may have words of its own.
    transcript: what was said.
    in_clear: whether `.auth` may send a password without TLS.
    lines: where the lines come from.
    status: what the command ends with.
    doubt: how far a message is that is under way; None if none is.
    """

    def __init__(self, wire: Wire, host: str, transcript: Transcript, out: Output, *, in_clear: bool) -> None:
        self.wire = wire
        self.lines: Script | Terminal = Script()
        self.status = Exit.OK
        self.doubt: Progress | None = None
        self._host = host
        self._transcript = transcript
        self._out = out
        self._in_clear = in_clear
        self._capabilities = Capabilities()
        self._content: DotStuffing | None = None
        self._is_challenged = False
        self._is_over = self._is_lost = False

    def mechanisms(self) -> Sequence[str]:
        """Return the SASL mechanisms that the server offers."""
        return self._capabilities.auth

    def begin(self, security: str) -> None:
        """Take the greeting, in TLS or before STARTTLS if that is wanted."""
        if security == "tls":
            self._begin_tls()
        try:
            self._show(self.wire.read(_SILENCE if self.lines.is_interactive else None), "greeting")
        except SMTPTimeout:
            if not self.lines.is_interactive:
                raise
            self._talk(
                "The server is silent; one that speaks SMTP speaks first. Port 465 wants --tls. Type, or .quit.",
                "服务器没有问候；SMTP 服务器总是先发言。465 端口须用 --tls。可以继续输入，或用 .quit 退出。",
            )
        if security == "starttls":
            self._typed("EHLO " + _local_name())
            self._typed("STARTTLS")

    def converse(self) -> None:
        """Take lines until the end."""
        while not self._is_over:
            line = self.lines.ask("" if self._content is not None else "> ")
            try:
                if line is None:
                    self._end()
                else:
                    self._take(line)
            except (SMTPError, Failure, OSError) as error:
                if self.doubt is not None and isinstance(error, SMTPError):
                    error.phase, error.outcome = self.doubt
                if not self.lines.is_interactive:
                    raise
                self._fail(error)

    def _fail(self, error: SMTPError | Failure | OSError) -> None:
        """Tell somebody at the terminal, who may go on if there still is a connection."""
        from .report import report

        if isinstance(error, AuthenticationFailed):
            return  # the reply was shown, and what it means
        report(error, status_of(error), self._out, host=self._host)
        if isinstance(error, _ENDS):
            self._is_lost = True
            self._content = self.doubt = None
            self.status = self.status or status_of(error)
            self._talk("The connection is closed; .save FILE or .quit.", "连接已关闭；可用 .save 文件 或 .quit。")

    def _take(self, line: str) -> None:
        if self._content is not None:
            self._take_content(line)
            return
        shown = visible(line, is_challenged=self._is_challenged)
        if shown == line:
            self.lines.remember(line)
        if line.startswith("."):
            self._do(line)
        elif line.strip() or self._is_challenged:
            self._typed(line, shown)

    def _typed(self, line: str, shown: str | None = None) -> Reply:
        """Say a line, show the answer, and do what it leads to."""
        verb = line.split(" ")[0].upper()
        if verb == "BDAT" and not self._is_challenged:
            raise Failure(
                Exit.USAGE,
                "the octets behind BDAT are counted: use DATA, or .data FILE",
                "BDAT 之后须按字节计数：请改用 DATA 或 .data 文件",
            )
        if shown is not None and shown != line:
            self._learn(line)
        phase = "auth" if self._is_challenged else phase_of(verb)
        reply = self._ask(Typed(line), shown if shown is not None else line, phase)
        self._follow(verb, reply)
        return reply

    def _learn(self, line: str) -> None:
        try:
            self.wire.keep_secret(response=a2b_base64(line.split()[-1]))
        except (Error, ValueError):  # what was typed is no base64, and so no response
            return

    def _ask(self, command: Command, shown: str, phase: str, seconds: float | None = None) -> Reply:
        self._check_open()
        try:
            bytes(command)
        except ValueError as error:
            raise Failure(Exit.USAGE, str(error), f"这一行不能发送：{error}") from None
        for unasked in self.wire.glance():
            self._show(unasked, "command")
        if self._out.verbose and not self.lines.is_interactive:
            self._out.talk(printable(shown))
        self.wire.say(command, shown)
        reply = self.wire.read(seconds)
        self._is_challenged = reply.code == 334
        self._show(reply, phase)
        return reply

    def _follow(self, verb: str, reply: Reply) -> None:
        if verb in ("EHLO", "LHLO") and reply.is_success:
            self._capabilities = Capabilities.parse(reply)
        elif verb == "STARTTLS" and reply.code == 220:
            self._begin_tls()
            self._talk("Say EHLO again.", "请重新发送 EHLO。")
        elif verb == "DATA" and reply.code == 354:
            self._content = DotStuffing()
            self.doubt = Progress("content", "not_sent")
        elif verb == "QUIT" and reply.is_success:
            self._is_over = True

    def _begin_tls(self) -> None:
        info = self.wire.begin_tls()
        self._capabilities = Capabilities()
        self._talk(f"[{info.version} with {info.cipher}]", f"[{info.version}，{info.cipher}]")

    def _take_content(self, line: str) -> None:
        assert self._content is not None  # noqa: S101  # for the type checker: who calls has looked
        if line == ".":
            self._end_content()
            return
        octets = line.encode("utf-8", "surrogateescape") + b"\n"
        self._transcript.record_sent([Typed(printable(line))], tls=self.wire.tls is not None)
        self.wire.write(self._content.convert(octets))
        self._glance_in_content()

    def _glance_in_content(self) -> None:
        for unasked in self.wire.glance():
            self._show(unasked, "content")
            self._content = self.doubt = None

    def _end_content(self) -> None:
        if self._content is None:
            return
        octets, self._content = self._content.end(), None
        self._transcript.record_sent([EndOfData()], tls=self.wire.tls is not None)
        self.doubt = Progress("content", "unknown")
        self.wire.write(octets)
        self._show(self.wire.read(_FINAL), "content")
        self.doubt = None

    def _end(self) -> None:
        """End at the end of the input: an unfinished message is not sent."""
        self._is_over = True
        if self._content is not None:
            self.status = Exit.DATA
            self._talk("The message has no end and was not sent.", "邮件没有结束，未发送。")
        elif not self._is_lost:
            self._quit()

    def _quit(self) -> None:
        self._is_over = True
        if self._is_lost:
            return
        if self._is_challenged:
            self._ask(Typed("*"), "*", "auth")
        self._ask(Typed("QUIT"), "QUIT", "quit")

    def _check_open(self) -> None:
        if self._is_lost:
            raise Failure(Exit.USAGE, "there is no connection: .save FILE or .quit", "没有连接：.save 文件 或 .quit")

    def _do(self, line: str) -> None:
        name, _, argument = line.partition(" ")
        argument = argument.strip()
        if name == ".auth":
            self._auth(argument)
        elif name == ".starttls":
            self._typed("STARTTLS")
        elif name == ".b64":
            self._out.data(b2a_base64(argument.encode("utf-8", "surrogateescape"), newline=False).decode())
        elif name in (".data", ".save"):
            self._with_file(name, argument)
        elif name == ".help":
            self._talk(*HELP_TEXT)
        elif name == ".quit":
            self._quit()
        else:
            raise Failure(Exit.USAGE, f"no such command: {name!a}; .help lists them", f"没有 {name!a}；.help 列出全部")

    def _with_file(self, name: str, argument: str) -> None:
        if not argument:
            raise Failure(Exit.USAGE, f"{name} wants a file", f"{name} 需要文件名")
        do: Callable[[Path], None] = self._data if name == ".data" else self._save
        do(Path(argument).expanduser())

    def _data(self, path: Path) -> None:
        with path.open("rb") as file:
            if self._typed("DATA").code != 354:
                return
            while self._content is not None and (piece := file.read(PIECE)):
                self._transcript.record_sent([Content(piece)], tls=self.wire.tls is not None)
                self.wire.write(self._content.convert(piece))
                self._glance_in_content()
        self._end_content()

    def _save(self, path: Path) -> None:
        with path.open("x", encoding="utf-8") as file:
            file.write(f"{self._transcript}\n")
        self._talk(f"Saved as {path}.", f"已保存到 {path}。")

    def _auth(self, user: str) -> None:
        from .shell_auth import log_in

        user = user or self.lines.ask(self._out.text("User: ", "用户名：")) or ""
        if not user:
            raise Failure(Exit.USAGE, ".auth wants a user", ".auth 需要用户名")
        self._check_open()
        self._is_challenged = False
        log_in(self.wire, self._capabilities, user, self._host, self._out, self._say_secret, in_clear=self._in_clear)

    def _say_secret(self, command: Command) -> Reply:
        reply = self._ask(command, str(command), "auth")
        self._is_challenged = False
        return reply

    def _show(self, reply: Reply, phase: str) -> None:
        if not self._out.json:
            self._out.data(self._out.paint(str(reply), *filter(None, [_COLOURS.get(reply.code // 100)])))
            for line in note_of(reply, self._host, phase, self._out):
                self._out.talk(self._out.paint(printable(f"    {line}"), DIM))
        if reply.code == 421:
            raise ConnectionLost(f"the server ended the connection: {str(reply)!r}", reply=reply)

    def _talk(self, en: str, zh: str) -> None:
        self._out.talk(self._out.paint(self._out.text(en, zh), DIM))


def _local_name() -> str:
    from rawsmtp.client.settings import default_local_name

    return default_local_name() or "localhost"
