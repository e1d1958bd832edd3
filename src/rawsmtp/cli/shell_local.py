"""The commands that `rawsmtp shell` does itself."""

from __future__ import annotations

from binascii import b2a_base64
from pathlib import Path
from typing import TYPE_CHECKING

from rawsmtp.wire.content import PIECE

from .exits import Exit, Failure
from .shell_help import HELP_TEXT

if TYPE_CHECKING:
    from .output import Output
    from .shell_dialogue import Dialogue
    from .shell_lines import Script, Terminal


class Local:
    """What a line does that begins with a dot.

    lines: where a user's name can be asked for.
    in_clear: whether `.auth` may send a password without TLS.
    """

    def __init__(self, dialogue: Dialogue, lines: Script | Terminal, out: Output, *, in_clear: bool) -> None:
        self._dialogue = dialogue
        self._lines = lines
        self._out = out
        self._in_clear = in_clear

    def do(self, line: str) -> None:
        """Do one of them. Raises Failure if there is no such command, or it cannot be done."""
        name, _, argument = line.partition(" ")
        argument = argument.strip()
        if name == ".auth":
            self._auth(argument)
        elif name == ".starttls":
            self._dialogue.say_own("STARTTLS")
        elif name == ".b64":
            self._out.data(b2a_base64(argument.encode("utf-8", "surrogateescape"), newline=False).decode())
        elif name == ".data":
            self._data(_path(name, argument))
        elif name == ".save":
            self._save(_path(name, argument))
        elif name == ".help":
            self._dialogue.talk(*HELP_TEXT)
        elif name == ".quit":
            self._dialogue.quit()
        else:
            raise Failure(Exit.USAGE, f"no such command: {name!r}; .help lists them", f"没有 {name!r}；.help 列出全部")

    def _data(self, path: Path) -> None:
        with path.open("rb") as file:
            if self._dialogue.say_own("DATA").code != 354:
                return
            while self._dialogue.content is not None and (piece := file.read(PIECE)):
                self._dialogue.write(piece)
        self._dialogue.end_content()

    def _save(self, path: Path) -> None:
        with path.open("x", encoding="utf-8") as file:
            file.write(f"{self._dialogue.transcript}\n")
        self._dialogue.talk(f"Saved as {path}.", f"已保存到 {path}。")

    def _auth(self, user: str) -> None:
        from .shell_auth import check_ready, log_in

        dialogue = self._dialogue
        check_ready(dialogue, in_clear=self._in_clear)
        user = user or self._lines.ask(self._out.text("User: ", "用户名：")) or ""
        if not user:
            raise Failure(Exit.USAGE, ".auth wants a user", ".auth 需要用户名")
        log_in(dialogue, user, self._out, in_clear=self._in_clear)


def _path(name: str, argument: str) -> Path:
    if not argument:
        raise Failure(Exit.USAGE, f"{name} wants a file", f"{name} 需要文件名")
    return Path(argument).expanduser()
