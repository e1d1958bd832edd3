"""`rawsmtp send`: one message from options, a file or standard input, through the account of its sender."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rawsmtp.errors import RecipientsRefused
from rawsmtp.message.submission import POLICIES

from .account import add_server_arguments, find, own_address
from .exits import INTERRUPTED, Exit, Failure
from .language import both

if TYPE_CHECKING:
    from rawsmtp.client.location import Location
    from rawsmtp.message.envelope import Envelope

    from .delivery import Delivery
    from .output import Output

HELP = ("send a mail", "发送一封邮件")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the message, the envelope and the server."""
    message = parser.add_argument_group(both("message", "邮件"))
    message.add_argument(
        "-f",
        "--from",
        dest="sender",
        metavar="ADDRESS",
        help=both(
            "the sender; default: the name to log in with, if that is an address",
            "发件人；默认为登录用户名（若它是邮件地址）",
        ),
    )
    for flags, zh, en in (
        (("-t", "--to"), "收件人，可重复", "a recipient; again for more"),
        (("--cc",), "抄送，可重复", "a recipient of a copy; again for more"),
        (("--bcc",), "密送，可重复", "a recipient whom no header names; again for more"),
    ):
        message.add_argument(*flags, action="append", default=[], metavar="ADDRESS", help=both(en, zh))
    message.add_argument("-s", "--subject", default="", metavar="TEXT", help=both("the subject", "主题"))
    message.add_argument(
        "-b", "--body", metavar="TEXT", help=both("the body; default: standard input", "正文；默认从标准输入读取")
    )
    message.add_argument(
        "--html",
        action="store_true",
        help=both("the body is HTML; its text goes with it", "正文是 HTML，同时附上纯文本"),
    )
    message.add_argument(
        "-a",
        "--attach",
        action="append",
        default=[],
        metavar="FILE",
        help=both("a file to attach; again for more", "附件，可重复"),
    )
    message.add_argument(
        "--header",
        type=_header,
        action="append",
        default=[],
        metavar="NAME:VALUE",
        help=both("a further header; again for more", "附加的邮件头，可重复"),
    )
    message.add_argument(
        "--message",
        metavar="FILE",
        help=both(
            "send a message that is ready, headers and all; - is standard input; sender and recipients are those of "
            "its headers unless -f and -t say others",
            "发送现成的邮件（含邮件头）；- 为标准输入；未给出 -f、-t 时取邮件头中的发件人和收件人",
        ),
    )
    message.add_argument(
        "--refused",
        choices=POLICIES,
        default="abort",
        help=both(
            "when a recipient is refused: abort (default) sends nothing, continue sends to the others",
            "有收件人被拒绝时：abort（默认）全部不发，continue 发给其余收件人",
        ),
    )
    message.add_argument(
        "--dry-run",
        action="store_true",
        help=both("show envelope and message, connect nowhere", "只显示信封和邮件，不连接"),
    )
    add_server_arguments(parser)


def run(options: argparse.Namespace, out: Output) -> int:
    """Send the message, or show it, and return the exit status."""
    from .delivery import deliver, show
    from .hints import PARTIAL
    from .report import interrupted

    try:
        delivery, location = _prepared(options, out)
    except KeyboardInterrupt:
        interrupted(None, out)
        return INTERRUPTED
    if options.dry_run or location is None:
        show(delivery, location, out)
        return int(Exit.OK)
    try:
        return deliver(delivery, location, out)
    except RecipientsRefused as error:
        if len(error.recipients) < len(delivery.recipients):
            error.hint = PARTIAL
        raise


def _prepared(options: argparse.Namespace, out: Output) -> tuple[Delivery, Location | None]:
    """Return the message and the server; for a dry run the server may be missing, and nobody logs in."""
    if options.message is not None:
        delivery = _ready(options)
        return delivery, _location(options, out, delivery.sender)
    # The envelope comes before the login, and that before the body: nobody types what leads nowhere.
    envelope = _envelope(options)
    location = _location(options, out, envelope.sender.address)
    return _composed(options, envelope, out), location


def _location(options: argparse.Namespace, out: Output, sender: str) -> Location | None:
    try:
        return find(options, out, sender, login=not options.dry_run)
    except Failure as failure:
        if options.dry_run and failure.status == Exit.CONFIGURATION:
            return None
        raise


def _sender(options: argparse.Namespace) -> str:
    """Return the address to send from; the null sender, "", is one."""
    from .compose import address_of

    if options.sender is not None:
        return address_of(options.sender) if options.sender.strip("<> ") else ""
    found = own_address(options)
    if found is None:
        raise Failure(Exit.USAGE, "no sender: give -f", "没有发件人：请用 -f 给出")
    return found


def _ready(options: argparse.Namespace) -> Delivery:
    from .compose import addresses, ready
    from .delivery import Delivery, envelope

    made = [options.subject, options.body, options.html, options.attach, options.header]
    if any(made):
        raise Failure(
            Exit.USAGE,
            "--message is a message that is ready: -s, -b, --html, -a and --header have no place beside it",
            "--message 已是完整的邮件：不能再用 -s、-b、--html、-a、--header",
        )
    octets = _standard_input() if options.message == "-" else Path(options.message).read_bytes()
    sender = _sender(options) if options.sender is not None else None
    read = ready(octets, sender=sender or "")
    given = addresses([*options.to, *options.cc, *options.bcc])
    found = envelope(read.headers, sender, given or None)
    names = tuple(recipient.address for recipient in found.recipients)
    return Delivery(read.octets, read.octets, found.sender.address, names, options.refused)


def _envelope(options: argparse.Namespace) -> Envelope:
    from .compose import addresses
    from .delivery import envelope

    sender = _sender(options)
    recipients = addresses([*options.to, *options.cc, *options.bcc])
    if not recipients:
        raise Failure(Exit.USAGE, "no recipients: give -t", "没有收件人：请用 -t 给出")
    return envelope(None, sender, recipients)


def _composed(options: argparse.Namespace, envelope: Envelope, out: Output) -> Delivery:
    from rawsmtp.message.rendering import render

    from .compose import Parts, compose
    from .delivery import Delivery

    sender = envelope.sender.address
    message = compose(
        Parts(
            sender=options.sender or sender,
            to=options.to,
            cc=options.cc,
            subject=options.subject,
            body=options.body if options.body is not None else _typed(out),
            html=options.html,
            attachments=options.attach,
            headers=options.header,
        )
    )
    try:
        octets = render(message)
    except ValueError as error:
        raise Failure(Exit.DATA, str(error), f"邮件有误：{error}") from error
    return Delivery(message, octets, sender, tuple(to.address for to in envelope.recipients), options.refused)


def _typed(out: Output) -> str:
    if sys.stdin is not None and sys.stdin.isatty():
        out.talk(
            out.text("Type the body; Ctrl-D on a line of its own ends it.", "请输入正文，在新的一行按 Ctrl-D 结束。")
        )
    octets = _standard_input()
    for encoding in dict.fromkeys(("utf-8", sys.stdin.encoding or "utf-8")):
        try:
            return octets.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise Failure(
        Exit.DATA,
        "the body is not text in UTF-8: attach it with -a, or convert it with iconv",
        "正文不是 UTF-8 文本：请用 -a 作为附件发送，或用 iconv 转换编码",
    )


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise Failure(Exit.USAGE, "there is no standard input", "没有标准输入")
    return sys.stdin.buffer.read()


def _header(text: str) -> tuple[str, str]:
    from .compose import header_field

    try:
        return header_field(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(both(str(error), "邮件头的写法是 名称: 值，单独一行")) from error
