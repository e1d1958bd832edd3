"""`rawsmtp shell`: a session by hand, as at a telnet, with every reply explained."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rawsmtp.registry.providers import serving

from .exits import INTERRUPTED, Exit
from .language import both

if TYPE_CHECKING:
    import argparse

    from rawsmtp import Transcript

    from .output import Output
    from .shell_dialogue import Dialogue
    from .shell_session import Session

HELP = ("type SMTP yourself, every reply explained", "亲手输入 SMTP 命令，逐条解释应答")
_PORTS = {"tls": 465, "starttls": 587, "plain": 25}
_PATIENCE = 60.0
"""Seconds to wait for a reply."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the server, and how the conversation begins."""
    from .server_arguments import host_without_secret, seconds_above_zero

    parser.add_argument("server", type=host_without_secret, metavar="HOST[:PORT]", help=both("the server", "服务器"))
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--tls",
        dest="security",
        action="store_const",
        const="tls",
        help=both("TLS from the first byte; default for port 465", "一开始就加密；465 端口的默认方式"),
    )
    group.add_argument(
        "--starttls",
        dest="security",
        action="store_const",
        const="starttls",
        help=both("say EHLO and STARTTLS first", "先自动发送 EHLO 和 STARTTLS"),
    )
    group.add_argument(
        "--plain",
        dest="security",
        action="store_const",
        const="plain",
        help=both("in clear; STARTTLS can be typed", "明文；之后可以自己输入 STARTTLS"),
    )
    parser.add_argument(
        "--in-clear",
        action="store_true",
        help=both("let .auth send a password without TLS", "允许 .auth 在没有 TLS 时发送密码"),
    )
    parser.add_argument(
        "--timeout",
        type=seconds_above_zero,
        default=_PATIENCE,
        metavar="SECONDS",
        help=both("how long to wait for each reply", "每个应答最多等待的秒数"),
    )


def run(options: argparse.Namespace, out: Output) -> int:
    """Converse until QUIT or the end of the input, and return the exit status."""
    from rawsmtp import Transcript

    from .shell_dialogue import Dialogue
    from .shell_wire import Wire

    host, port, security = _place(options)
    options.place = host
    transcript = Transcript()
    out.talk(out.text(f"Trying {host}:{port}...", f"正在连接 {host}:{port}……"))
    dialogue: Dialogue | None = None
    try:
        dialogue = Dialogue(Wire(host, port, transcript, options.timeout), host, transcript, out)
        session = _session(dialogue, out, in_clear=options.in_clear)
        session.begin(security)
        session.converse()
    except KeyboardInterrupt:
        _interrupted(dialogue, out)
        return INTERRUPTED
    finally:
        if dialogue is not None:
            dialogue.wire.close()
    _result(transcript, out)
    return int(session.status)


def _session(dialogue: Dialogue, out: Output, *, in_clear: bool) -> Session:
    from .shell_help import LOCAL
    from .shell_lines import Script, Terminal
    from .shell_local import Local
    from .shell_session import Session

    is_terminal = sys.stdin is not None and sys.stdin.isatty()
    lines = Terminal(LOCAL, lambda: dialogue.capabilities.auth) if is_terminal else Script()
    return Session(dialogue, lines, Local(dialogue, lines, out, in_clear=in_clear), out)


def _place(options: argparse.Namespace) -> tuple[str, int, str]:
    from rawsmtp.client.settings import settings

    from .check import host_and_port
    from .exits import Failure

    host, port = host_and_port(options.server)
    try:
        host = settings(host, port, {}).host
    except ValueError as error:
        raise Failure(Exit.USAGE, str(error), f"服务器有误：{error}") from error
    security = options.security
    provider = serving(host)
    if port is None and security is None and provider is not None:
        best = next(server for server in provider.servers if server.host == host.lower())
        return host, best.port, best.security
    if security is None:
        security = "tls" if port == _PORTS["tls"] else "plain"
        port = port or _PORTS["starttls"]
    return host, port or _PORTS[security], security


def _interrupted(dialogue: Dialogue | None, out: Output) -> None:
    from .report import interrupted

    if dialogue is not None and dialogue.doubt is not None:
        interrupted(dialogue.doubt, out)
    else:
        out.talk(out.text("\nInterrupted; no message is under way.", "\n已中断；没有正在发送的邮件。"))


def _result(transcript: Transcript, out: Output) -> None:
    lines = [{"direction": entry.direction, "line": entry.line, "tls": entry.tls} for entry in transcript]
    out.result("shell", {"transcript": lines})
