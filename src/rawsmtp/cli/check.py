"""`rawsmtp check`: does the server answer, what does it offer, is its certificate good, does the login work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.client.settings import is_address
from rawsmtp.registry import providers

from .account import add_server_arguments, find, url_without_secret
from .exits import Exit, Failure
from .language import both

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from rawsmtp.client.location import Location

    from .check_probe import Probe
    from .check_verdicts import Verdict
    from .output import Output

HELP = ("look at a server: what it offers, its certificate, its limits, a login", "检查服务器：功能、证书、限制与登录")
_PATIENCE = 15.0
"""Seconds for each reply, where nobody says otherwise: somebody is waiting at the terminal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the server to look at, and whether to log in."""
    parser.add_argument(
        "target",
        nargs="?",
        type=url_without_secret,
        metavar="TARGET",
        help=both(
            "HOST[:PORT], a URL, or an address whose provider is looked at; default: as --host and --url say",
            "HOST[:PORT]、URL，或邮箱地址（检查其服务商）；默认取 --host 或 --url",
        ),
    )
    parser.add_argument(
        "--login",
        action="store_true",
        help=both("log in as well, and send nothing", "同时尝试登录，不发送任何邮件"),
    )
    parser.add_argument(
        "--guess",
        action="store_true",
        help=both(
            "for an address of an unknown provider: try smtp.DOMAIN and mail.DOMAIN, ports 465 and 587",
            "服务商未知时：尝试 smtp.域名 和 mail.域名 的 465、587 端口",
        ),
    )
    add_server_arguments(parser)


def run(options: argparse.Namespace, out: Output) -> int:
    """Look at the server and return 0, or the status of the first thing that failed."""
    options.timeout = options.timeout or _PATIENCE
    sender = _take_target(options)
    values: list[dict[str, object]] = []
    status = Exit.OK
    for location in _locations(options, out, sender):
        status, value = _check(location, options, out, sender)
        values.append(value)
        if status == Exit.OK:
            break
    out.result("check", {"status": int(status), "servers": values})
    return int(status)


def _take_target(options: argparse.Namespace) -> str | None:
    """Put the target where the other commands have it; return the address, if it is one."""
    target = options.target
    if target is None:
        return None
    if options.host or options.url:
        raise Failure(
            Exit.USAGE, "one server at a time: no --host or --url", "一次只检查一个服务器：勿加 --host、--url"
        )
    if "://" in target:
        options.url = target
    elif "@" in target:
        return str(target)
    else:
        options.host, port = host_and_port(target)
        options.port = options.port or port
    return None


def host_and_port(text: str) -> tuple[str, int | None]:
    """Return what HOST[:PORT] says; an IPv6 address with a port stands in brackets. Raises Failure."""
    host, colon, port = text.rpartition(":")
    if not colon or is_address(text) or (text.startswith("[") and text.endswith("]")) or "/" in text:
        return text, None
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise Failure(Exit.USAGE, f"{text!a} is no HOST[:PORT]", f"{text!a} 不是 HOST[:PORT]")
    return host, int(port)


def _locations(options: argparse.Namespace, out: Output, sender: str | None) -> Iterator[Location]:
    is_unknown = sender is not None and providers.find(sender) is None
    if sender is None or not is_unknown or not options.guess:
        try:
            yield find(options, out, sender, login=False)
        except Failure as failure:
            if is_unknown and not options.guess:
                raise Failure(
                    failure.status,
                    f"{failure.en}, or --guess, which tries smtp.DOMAIN and mail.DOMAIN",
                    f"{failure.zh}；也可用 --guess 尝试 smtp.域名 和 mail.域名",
                ) from failure
            raise
        return
    domain = sender.rpartition("@")[2]
    for host in (f"smtp.{domain}", f"mail.{domain}"):
        for port in (465, 587):
            options.host, options.port = host, port
            yield find(options, out, sender, login=False)


def _check(
    location: Location, options: argparse.Namespace, out: Output, sender: str | None
) -> tuple[Exit, dict[str, object]]:
    from .check_probe import probe
    from .check_verdicts import judge, value_of

    found = probe(location, out)
    verdicts = judge(found)
    if not out.json:
        _title(location, out)
        for verdict in verdicts:
            show(verdict, out)
    if options.login:
        login = _login(found, options, out, sender)
        verdicts.append(login)
        if not out.json:
            show(login, out)
    failed = next((verdict for verdict in verdicts if verdict.level == "FAIL"), None)
    return (failed.status if failed else Exit.OK), value_of(found, verdicts)


def _login(found: Probe, options: argparse.Namespace, out: Output, sender: str | None) -> Verdict:
    from .check_login import try_login
    from .check_verdicts import Verdict

    if found.error is not None:
        why = ("not tried: see above", "未尝试：见上文")
        return Verdict("FAIL", ("login", "登录"), why, Exit.CREDENTIALS)
    location = find(options, out, sender, login=True)
    if "auth" not in location.options:
        raise Failure(
            Exit.USAGE, "who logs in? give --user, or the address", "以谁的身份登录？请给出 --user 或邮箱地址"
        )
    return try_login(location, out)


def _title(location: Location, out: Output) -> None:
    from .style import BOLD

    port = f":{location.port}" if location.port else ""
    out.data(out.paint(f"{location.host}{port} ({location.options.get('security')})", BOLD))


def show(verdict: Verdict, out: Output) -> None:
    """Print one line of the verdict; further lines of its text stand below it."""
    from rawsmtp.wire.reply import printable

    from .style import GREEN, RED, YELLOW
    from .table import padded

    colour = {"OK": GREEN, "WARN": YELLOW, "FAIL": RED}[verdict.level]
    first, *rest = printable(out.text(*verdict.text)).split("\n")
    topic = padded(out.text(*verdict.topic), 14)
    out.data(f"{out.paint(verdict.level.ljust(5), colour)} {topic} {first}")
    for line in rest:
        out.data(f"{' ' * 20} {line}")
