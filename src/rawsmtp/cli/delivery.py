"""One message on its way: sent, and told of; the same for `send` and `sendmail`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rawsmtp import Client
from rawsmtp.message.envelope import make
from rawsmtp.wire.reply import printable

from .exits import INTERRUPTED, Exit, Failure
from .hints import shell_words
from .report import interrupted
from .style import BOLD, GREEN, YELLOW
from .watch import Live, progress_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rawsmtp import Receipt
    from rawsmtp.client.location import Location
    from rawsmtp.message.envelope import Envelope
    from rawsmtp.message.source import AnyMessage
    from rawsmtp.message.submission import RefusedPolicy

    from .output import Output


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message and its envelope, checked.

    message: in a form that `Client.send` takes.
    octets: as it looks when nothing has to be fitted to the server.
    """

    message: AnyMessage
    octets: bytes
    sender: str
    recipients: tuple[str, ...]
    refused: RefusedPolicy = "abort"


def envelope(headers: object, sender: str | None, recipients: Sequence[str] | None) -> Envelope:
    """Return the envelope, of the headers where nothing is given. Raises Failure where there is none."""
    try:
        return make(headers, sender, recipients)
    except ValueError as error:
        text = shell_words(str(error))
        raise Failure(Exit.USAGE, text, f"发件人或收件人有误：{text}") from error


def deliver(delivery: Delivery, location: Location, out: Output, *, quiet: bool = False) -> int:
    """Send the message and return the exit status; Ctrl-C ends it with 130 and a word on the message.

    quiet: whether nothing is said of a message that everybody gets.
    Raises what `Client.send` raises, but for errors of the caller: those are a Failure.
    """
    client = Client(location.host, location.port or None, **location.options)
    client.transcript = Live(out)
    client.begin_one_shot()
    progress = progress_of(len(delivery.octets), out)
    receipt = None
    try:
        try:
            receipt = client.send(
                delivery.message,
                sender=delivery.sender,
                recipients=delivery.recipients,
                refused=delivery.refused,
                on_progress=progress,
            )
        finally:
            if progress is not None:
                progress.erase()
            # What became of the message is known: nobody waits for a goodbye of a server that refused it.
            (client.close if receipt is not None else client.abort)()
    except KeyboardInterrupt:
        if receipt is None:
            interrupted(client.progress, out)
            return INTERRUPTED
    except ValueError as error:
        raise Failure(Exit.DATA, str(error), f"邮件有误：{error}") from error
    if receipt is not None:
        _tell(receipt, location, out, quiet=quiet)
    return int(Exit.OK)


def show(delivery: Delivery, location: Location | None, out: Output) -> None:
    """Show what would be sent, and where."""
    text = delivery.octets.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    place = _place(location) if location is not None else None
    if out.json:
        value = {"sender": delivery.sender, "recipients": list(delivery.recipients), "message": text}
        out.result("dry-run", {"server": place, **value})
        return
    out.talk(out.text(f"Nothing is sent. Server: {place or 'none'}", f"不会真正发送。服务器：{place or '无'}"))
    out.data(f"MAIL FROM:<{delivery.sender}>")
    for recipient in delivery.recipients:
        out.data(f"RCPT TO:<{recipient}>")
    out.data("\n" + text.removesuffix("\n"))


def _place(location: Location) -> str:
    port = f":{location.port}" if location.port else ""
    return f"{location.host}{port} ({location.options.get('security')})"


def _tell(receipt: Receipt, location: Location, out: Output, *, quiet: bool) -> None:
    for address, reply in receipt.refused.items():
        text = out.text(f"refused: {address}: {reply}", f"被拒绝：{address}：{reply}")
        out.talk(out.paint(printable(text), YELLOW))
    if out.json:
        out.result("send", _value(receipt, location))
    elif not quiet:
        people = ", ".join(receipt.accepted)
        sent = out.text(f"Sent to {people}.", f"已发送给 {people}。")
        out.talk(out.paint(printable(sent), BOLD, GREEN))
        out.data(printable(str(receipt.reply)))


def _value(receipt: Receipt, location: Location) -> dict[str, object]:
    return {
        "outcome": "sent",
        "server": _place(location),
        "sender": receipt.sender,
        "accepted": {address: str(reply) for address, reply in receipt.accepted.items()},
        "refused": {address: str(reply) for address, reply in receipt.refused.items()},
        "reply": str(receipt.reply),
        "queue_id": receipt.queue_id,
    }
