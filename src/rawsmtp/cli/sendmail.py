"""`rawsmtp sendmail`: a message on standard input, for programs that expect /usr/sbin/sendmail."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from .account import add_server_arguments, find, own_address
from .exits import INTERRUPTED, Exit, Failure
from .language import both

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .compose import Ready
    from .delivery import Delivery
    from .output import Output

HELP = (
    "send the message on standard input, as /usr/sbin/sendmail does",
    "像 /usr/sbin/sendmail 那样发送标准输入中的邮件",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of sendmail that say something to a program that submits mail elsewhere."""
    group = parser.add_argument_group(both("sendmail", "sendmail"))
    group.add_argument("recipients", nargs="*", metavar="RECIPIENT", help=both("whom to send it to", "收件人"))
    group.add_argument(
        "-t",
        dest="from_headers",
        action="store_true",
        help=both("send it to those in To, Cc and Bcc as well", "同时发给邮件头 To、Cc、Bcc 中的收件人"),
    )
    group.add_argument(
        "-f",
        "-r",
        dest="sender",
        metavar="ADDRESS",
        help=both(
            "the sender; default: that of the headers, else the name to log in with",
            "发件人；默认取邮件头，否则取登录用户名",
        ),
    )
    group.add_argument("-F", dest="name", default="", metavar="NAME", help=both("the sender's full name", "发件人姓名"))
    group.add_argument(
        "-i",
        dest="ignore_dots",
        action="store_true",
        help=both("a line with a dot alone does not end it", "单独一行的点不表示结束"),
    )
    group.add_argument(
        "-o",
        dest="set",
        action="append",
        default=[],
        metavar="OPTION",
        help=both("-oi is -i; others are taken and change nothing", "-oi 等同于 -i；其余选项接受但不起作用"),
    )
    group.add_argument(
        "-b", dest="mode", type=_mode, default="m", metavar="m", help=both("-bm, the default", "-bm，默认")
    )
    for flag in ("-B", "-e"):
        group.add_argument(flag, dest="_ignored", metavar="X", help=both("taken, changes nothing", "接受但不起作用"))
    for flag in ("-m", "-n"):
        group.add_argument(
            flag, dest="_ignored", action="store_true", help=both("taken, changes nothing", "接受但不起作用")
        )
    add_server_arguments(parser, short=False)


def _mode(text: str) -> str:
    if text != "m":
        raise argparse.ArgumentTypeError(
            both(
                f"there is no -b{text[:1]}: this sends the message on standard input to a server, and has no queue, no "
                "aliases and no SMTP of its own",
                f"不支持 -b{text[:1]}：本命令只把标准输入中的邮件交给服务器，没有队列、别名，自身也不提供 SMTP 服务",
            )
        )
    return text


def run(options: argparse.Namespace, out: Output) -> int:
    """Send the message and return the exit status; nothing is said of a message that was taken."""
    from .delivery import deliver
    from .report import interrupted

    try:
        delivery = _read(options)
        location = find(options, out, delivery.sender or own_address(options))
    except KeyboardInterrupt:
        interrupted(None, out)
        return INTERRUPTED
    return deliver(delivery, location, out, quiet=True)


def _read(options: argparse.Namespace) -> Delivery:
    """Return the message on standard input and its envelope."""
    from .compose import addresses, ready
    from .delivery import Delivery, envelope

    if sys.stdin is None:
        raise Failure(Exit.USAGE, "there is no standard input", "没有标准输入")
    given = addresses(options.recipients)
    if not given and not options.from_headers:
        raise Failure(Exit.USAGE, "no recipients: give them, or -t", "没有收件人：请给出收件人，或使用 -t")
    lines = sys.stdin.buffer
    octets = lines.read() if options.ignore_dots or "i" in options.set else b"".join(until_dot(lines))
    sender = _sender(options, ready(octets))
    read = ready(octets, sender=sender or own_address(options) or "", name=options.name)
    if options.from_headers:
        given += _in_headers(read, sender)
        if not given:
            raise Failure(Exit.USAGE, "no recipients: To, Cc and Bcc name nobody", "邮件头 To、Cc、Bcc 中没有收件人")
    found = envelope(None, sender, given)
    return Delivery(read.octets, read.octets, sender, tuple(to.address for to in found.recipients))


def _in_headers(read: Ready, sender: str) -> list[str]:
    from .delivery import envelope

    try:
        return [to.address for to in envelope(read.headers, sender, None).recipients]
    except Failure as failure:
        if failure.en.startswith("no recipients"):
            return []
        raise


def until_dot(lines: Iterable[bytes]) -> Iterable[bytes]:
    """Return the lines before the one with a dot alone."""
    for line in lines:
        if line.rstrip(b"\r\n") == b".":
            return
        yield line


def _sender(options: argparse.Namespace, read: Ready) -> str:
    """Return the sender: of -f, else of the headers, else the name to log in with."""
    from .compose import address_of
    from .delivery import envelope

    if options.sender is not None:
        return address_of(options.sender) if options.sender.strip("<> ") else ""
    try:
        return envelope(read.headers, None, ["postmaster"]).sender.address
    except Failure:
        # cron writes "From: root (Cron Daemon)", which no server outside takes for an address.
        found = own_address(options)
    if found is None:
        raise Failure(Exit.USAGE, "no sender: give -f", "没有发件人：请用 -f 给出")
    return found
