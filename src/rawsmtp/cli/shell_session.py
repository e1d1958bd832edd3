"""What happens to each line that is typed in `rawsmtp shell`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.errors import (
    AuthenticationFailed,
    ConnectionLost,
    RemoteProtocolError,
    SMTPError,
    SMTPTimeout,
    TLSFailed,
)

from .exits import Exit, Failure, status_of
from .shell_wire import visible

if TYPE_CHECKING:
    from .output import Output
    from .shell_dialogue import Dialogue
    from .shell_lines import Script, Terminal
    from .shell_local import Local

_SILENCE = 5.0
"""Seconds after which somebody at the terminal should hear that the server says nothing."""
_ENDS = (ConnectionLost, RemoteProtocolError, TLSFailed)


class Session:
    """A conversation by hand.

    dialogue: the conversation itself.
    lines: where the lines come from.
    local: what lines do that begin with a dot.
    status: what the command ends with.
    """

    def __init__(self, dialogue: Dialogue, lines: Script | Terminal, local: Local, out: Output) -> None:
        self.status = Exit.OK
        self._dialogue = dialogue
        self._lines = lines
        self._local = local
        self._out = out
        dialogue.is_interactive = lines.is_interactive

    def begin(self, security: str) -> None:
        """Take the greeting, in TLS or before STARTTLS if that is wanted."""
        dialogue, is_interactive = self._dialogue, self._lines.is_interactive
        if security == "tls":
            dialogue.begin_tls()
        try:
            dialogue.show(dialogue.wire.read(_SILENCE if is_interactive else None), "greeting")
        except SMTPTimeout:
            if not is_interactive:
                raise
            dialogue.talk(
                "The server is silent; one that speaks SMTP speaks first. Port 465 wants --tls. Type, or .quit.",
                "服务器没有问候；SMTP 服务器总是先发言。465 端口须用 --tls。可以继续输入，或用 .quit 退出。",
            )
        if security == "starttls":
            dialogue.say_own("EHLO " + _local_name())
            dialogue.say_own("STARTTLS")

    def converse(self) -> None:
        """Take lines until the end."""
        while not self._dialogue.is_over:
            line = self._lines.ask("" if self._dialogue.content is not None else "> ")
            try:
                if line is None:
                    self._end()
                else:
                    self._take(line)
            except (SMTPError, Failure, OSError) as error:
                if self._dialogue.doubt is not None and isinstance(error, SMTPError):
                    error.phase, error.outcome = self._dialogue.doubt
                if not self._lines.is_interactive:
                    raise
                self._fail(error)

    def _take(self, line: str) -> None:
        dialogue = self._dialogue
        if dialogue.content is not None:
            if line == ".":
                dialogue.end_content()
            else:
                dialogue.write(line.encode("utf-8", "surrogateescape") + b"\n", line)
            return
        shown = visible(line, is_challenged=dialogue.is_challenged)
        if shown == line:
            self._lines.remember(line)
        if line.startswith("."):
            self._local.do(line)
        elif line.strip() or dialogue.is_challenged:
            dialogue.say(line, shown)

    def _end(self) -> None:
        """End at the end of the input: an unfinished message is not sent."""
        self._dialogue.is_over = True
        if self._dialogue.content is not None:
            self.status = Exit.DATA
            self._dialogue.talk("The message has no end and was not sent.", "邮件没有结束，未发送。")
        else:
            self._dialogue.quit()

    def _fail(self, error: SMTPError | Failure | OSError) -> None:
        """Tell somebody at the terminal, who may go on if there still is a connection."""
        from .report import report

        dialogue = self._dialogue
        if isinstance(error, AuthenticationFailed):
            return  # the reply was shown, and what it means
        in_doubt = dialogue.doubt is not None
        report(error, status_of(error), self._out, host=dialogue.host, message=in_doubt, in_shell=True)
        if isinstance(error, _ENDS):
            dialogue.is_lost = True
            dialogue.content = dialogue.doubt = None
            self.status = self.status or status_of(error)
            dialogue.talk("The connection is closed; .save FILE or .quit.", "连接已关闭；可用 .save 文件 或 .quit。")


def _local_name() -> str:
    from rawsmtp.client.settings import default_local_name

    return default_local_name() or "localhost"
