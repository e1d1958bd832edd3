"""`rawsmtp check`: does the server answer, what does it offer, is its certificate good, does the login work."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from rawsmtp import InsecureCredentials
from rawsmtp.client.settings import is_address
from rawsmtp.registry import providers

from .account import add_server_arguments, find, own_address, url_without_secret
from .exits import Exit, Failure
from .language import both

if TYPE_CHECKING:
    import argparse

    from rawsmtp.client.location import Location

    from .check_probe import Probe
    from .check_verdicts import Verdict
    from .output import Output

HELP = ("look at a server: what it offers, its certificate, its limits, a login", "检查服务器：功能、证书、限制与登录")
_SUBMISSION = ((465, "tls"), (994, "tls"), (587, "starttls"))
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
            "HOST[:PORT], a URL, or an address: its provider is looked at, and where none is known, what its domain "
            "may have; default: as --host and --url say",
            "HOST[:PORT]、URL，或邮箱地址（检查其服务商；未知时尝试其域名下常见的服务器）；默认取 --host 或 --url",
        ),
    )
    parser.add_argument(
        "--login",
        action="store_true",
        help=both("log in as well, and send nothing", "同时尝试登录，不发送任何邮件"),
    )
    add_server_arguments(parser)


def run(options: argparse.Namespace, out: Output) -> int:
    """Look at the server and return 0, or the status of the first thing that failed."""
    options.timeout = options.timeout or _PATIENCE
    sender = _take_target(options)
    # An address among the arguments says more than a variable that is set for another account.
    is_own = sender is None or sender == own_address(options)
    if sender is None or is_own or providers.find(sender) is not None:
        status, value = _check(options, out, sender, environment=is_own)
        out.result("check", {"status": int(status), "servers": [value]})
        return int(status)
    return _guess(options, out, sender)


def _guess(options: argparse.Namespace, out: Output, sender: str) -> int:
    """Look for the server of an unknown provider, and say how to name the one that is found."""
    domain = sender.rpartition("@")[2]
    options.user = options.user or sender
    values: list[dict[str, object]] = []
    url = None
    for host in (f"smtp.{domain}", f"mail.{domain}"):
        status, value, url = _look_at(host, options, out, sender)
        values += value
        if url is not None:
            break
    out.result("check", {"status": int(status), "servers": values, "url": url})
    if url is None:
        out.talk(
            out.text(
                f"No server of {domain!r} was found: ask whoever runs it, and give --host.",
                f"没有找到 {domain!r} 的服务器：请询问其管理员，再用 --host 给出。",
            )
        )
    elif not out.json:
        out.talk(out.text("To send through it, keep this variable:", "要通过它发信，请保存此环境变量："))
        out.data(f"RAWSMTP_URL={url}")
    return int(status)


def _look_at(
    host: str, options: argparse.Namespace, out: Output, sender: str
) -> tuple[Exit, list[dict[str, object]], str | None]:
    """Look at the ports of submission, up to one that is good; return the last status, what was found, and its URL."""
    values = []
    options.host = host
    for options.port, options.security in _SUBMISSION:
        status, value = _check(options, out, sender)
        values.append(value)
        if status in (Exit.OK, Exit.CREDENTIALS):
            return status, values, _url(options)
        if status == Exit.NO_HOST:
            break
    return status, values, None


def _url(options: argparse.Namespace) -> str:
    scheme = "smtps" if options.security == "tls" else "smtp+starttls"
    return f"{scheme}://{quote(options.user, safe='')}@{options.host}:{options.port}"


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
        raise Failure(Exit.USAGE, f"{text!r} is no HOST[:PORT]", f"{text!r} 不是 HOST[:PORT]")
    return host, int(port)


def _check(
    options: argparse.Namespace, out: Output, sender: str | None, *, environment: bool = True
) -> tuple[Exit, dict[str, object]]:
    from .check_probe import probe
    from .check_verdicts import judge, value_of

    location = find(options, out, sender, login=False, environment=environment)
    found = probe(location, out)
    verdicts = judge(found)
    if not out.json:
        _title(location, out)
        for verdict in verdicts:
            show(verdict, out)
    if options.login:
        login = _login(found, options, out, sender, environment=environment)
        verdicts.append(login)
        if not out.json:
            show(login, out)
    failed = next((verdict for verdict in verdicts if verdict.level == "FAIL"), None)
    return (failed.status if failed else Exit.OK), value_of(found, verdicts)


def _login(found: Probe, options: argparse.Namespace, out: Output, sender: str | None, *, environment: bool) -> Verdict:
    from .check_login import try_login
    from .check_verdicts import LOGIN, Verdict, of_error

    if found.error is not None:
        why = ("not tried: see above", "未尝试：见上文")
        return Verdict("FAIL", LOGIN, why, Exit.CREDENTIALS)
    try:
        location = find(options, out, sender, environment=environment)
    except InsecureCredentials as error:
        return of_error(LOGIN, error)
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
