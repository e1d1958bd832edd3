"""What becomes of messages that arrive at `rawsmtp serve`: shown, and saved."""

from __future__ import annotations

import json
import threading
from itertools import count
from typing import TYPE_CHECKING

from rawsmtp.testing import Outbox
from rawsmtp.wire.reply import printable

from .style import BOLD, CYAN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rawsmtp.testing import ReceivedMail

    from .output import Output

    Save = Callable[[ReceivedMail], str]


class Arrivals(Outbox):
    """An outbox that shows each message and keeps none.

    out: where to show them.
    save: called with a message, returns where it was saved; None saves nothing, and shows all of it.
    arrived: how many have arrived.
    """

    def __init__(self, out: Output, save: Save | None = None) -> None:
        super().__init__()
        self._out = out
        self._save = save
        self._turn = threading.Lock()
        self.arrived = 0

    def add(self, mail: ReceivedMail) -> str:
        """Save and show a message, and return a name for it; what cannot be saved is not accepted."""
        with self._turn:
            name = f"{self.arrived + 1:08X}"
            saved = self._save(mail) if self._save is not None else None
            self.arrived += 1
            if self._out.json:
                self._out.data(json.dumps(_value(mail, name, saved), ensure_ascii=False))
            else:
                self._show(mail, saved)
        return name

    def _show(self, mail: ReceivedMail, saved: str | None) -> None:
        out = self._out
        recipients = ", ".join(mail.envelope.recipients)
        said = [
            out.text(
                f"{self.arrived}: from <{mail.envelope.sender}> for {recipients}",
                f"{self.arrived}：发件人 <{mail.envelope.sender}>，收件人 {recipients}",
            ),
            out.text(f"{len(mail.raw)} octets", f"{len(mail.raw)} 字节"),
            mail.tls.version if mail.tls else out.text("in clear", "未加密"),
        ]
        if mail.auth:
            said.append(
                out.text(
                    f"logged in as {mail.auth.user} ({mail.auth.mechanism})",
                    f"登录用户 {mail.auth.user}（{mail.auth.mechanism}）",
                )
            )
        if saved:
            said.append(out.text(f"saved as {saved}", f"已保存到 {saved}"))
        out.data(out.paint(printable(" · ".join(said)), BOLD, CYAN))
        if out.verbose:
            for line in mail.transcript:
                out.talk(printable(line))
        if not saved:
            out.data(printable(_text(mail)) + "\n")


def _text(mail: ReceivedMail) -> str:
    return mail.raw.decode("utf-8", "backslashreplace").replace("\r\n", "\n").removesuffix("\n")


def _value(mail: ReceivedMail, name: str, saved: str | None) -> dict[str, object]:
    return {
        "schema": "rawsmtp.serve/1",
        "name": name,
        "sender": mail.envelope.sender,
        "recipients": list(mail.envelope.recipients),
        "parameters": dict(mail.envelope.parameters),
        "user": mail.auth.user if mail.auth else None,
        "mechanism": mail.auth.mechanism if mail.auth else None,
        "tls": mail.tls.version if mail.tls else None,
        "octets": len(mail.raw),
        "subject": mail.subject,
        "saved": saved,
        "message": mail.raw.decode("utf-8", "backslashreplace"),
    }


def to_folder(folder: Path) -> Save:
    """Return what saves each message as a file of its own, octet for octet; no file is ever overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = count(1)

    def save(mail: ReceivedMail) -> str:
        for number in numbers:
            path = folder / f"{number:06}.eml"
            try:
                with path.open("xb") as file:
                    file.write(mail.raw)
            except FileExistsError:
                continue
            return str(path)
        raise AssertionError("the numbers do not end")

    return save


def to_mbox(path: Path) -> Save:
    """Return what appends each message to a file in the mbox format."""
    import mailbox

    def save(mail: ReceivedMail) -> str:
        message = mailbox.mboxMessage(mail.raw)
        message.set_from(mail.envelope.sender or "MAILER-DAEMON", True)
        box = mailbox.mbox(str(path))
        try:
            box.lock()
            box.add(message)
        finally:
            box.close()
        return str(path)

    return save
