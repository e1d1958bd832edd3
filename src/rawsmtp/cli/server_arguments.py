"""The arguments that say the server and the login, and what they refuse: secrets."""

from __future__ import annotations

import argparse

from rawsmtp.flows.terms import SECURITIES

from .language import both
from .parser import WAYS


def add_server_arguments(parser: argparse.ArgumentParser, *, short: bool = True) -> None:
    """Add what says the server and the login.

    short: whether -H and -p are added beside --host and --port.
    """
    group = parser.add_argument_group(both("server and login", "服务器与登录"))
    host, port = (("-H", "--host"), ("-p", "--port")) if short else (("--host",), ("--port",))
    group.add_argument(
        "--url",
        type=url_without_secret,
        metavar="URL",
        help=both(
            "the server as a URL such as smtps://me%%40example.org@mail.example.org; default: RAWSMTP_URL, else the "
            "provider of the sender's address",
            "服务器 URL，例如 smtps://me%%40example.org@mail.example.org；"
            "默认取 RAWSMTP_URL，否则按发件人地址查找服务商",
        ),
    )
    group.add_argument(*host, type=host_without_secret, metavar="HOST", help=both("the server", "服务器"))
    group.add_argument(
        *port,
        type=_port,
        metavar="PORT",
        help=both(
            "its port; default: 465 for tls, 587 for starttls, else 25",
            "端口；默认 tls 为 465，starttls 为 587，其余为 25",
        ),
    )
    group.add_argument(
        "--security",
        choices=SECURITIES,
        help=both(
            "tls: from the first byte; starttls: required; opportunistic: if it is offered; none. Default: tls for "
            "port 465, none for this machine, else starttls",
            "tls：一开始就加密；starttls：必须升级加密；opportunistic：能加密就加密；none：不加密。"
            "默认：465 端口为 tls，本机为 none，其余为 starttls",
        ),
    )
    group.add_argument(
        "--user",
        type=user_without_secret,
        metavar="NAME",
        help=both("the user to log in as; default: as the provider wants it", "登录用户名；默认按服务商的要求"),
    )
    _add_secret_arguments(group)
    group.add_argument("--local-name", metavar="NAME", help=both("the name to give in EHLO", "EHLO 中报告的主机名"))
    group.add_argument(
        "--timeout",
        type=seconds_above_zero,
        metavar="SECONDS",
        help=both("how long to wait for each reply", "每个应答最多等待的秒数"),
    )


def _add_secret_arguments(group: argparse._ArgumentGroup) -> None:
    sources = group.add_mutually_exclusive_group()
    sources.add_argument(
        "--password-file",
        metavar="FILE",
        help=both("read the password from the first line of a file", "从文件首行读取密码"),
    )
    sources.add_argument(
        "--password-command",
        metavar="COMMAND",
        help=both("run a command that prints the password", "运行一条命令，以其输出的首行为密码"),
    )
    group.add_argument(
        "--oauth2",
        action="store_true",
        help=both("what is found is an OAuth 2 access token, not a password", "所提供的是 OAuth 2 访问令牌，而非密码"),
    )
    group.add_argument(
        "--in-clear",
        action="store_true",
        help=both(
            "let the password go out without TLS, for a server on this machine or a trusted wire",
            "允许在没有 TLS 时发送密码（仅用于本机或可信线路）",
        ),
    )


def url_without_secret(text: str) -> str:
    """Return a URL from the arguments; argparse.ArgumentTypeError, which does not show it, if it has a password."""
    userinfo, at, _ = (text.partition("://")[2] or text).rpartition("@")
    if at and ":" in userinfo:
        raise argparse.ArgumentTypeError(WAYS)
    return text


def host_without_secret(text: str) -> str:
    """Return a host from the arguments; argparse.ArgumentTypeError for a URL, and for what has a password."""
    if "://" in url_without_secret(text):
        raise argparse.ArgumentTypeError(
            both(
                "a host is wanted, not a URL; send and check take one",
                "此处应为主机名，而非 URL；send 和 check 接受 URL",
            )
        )
    return text


def user_without_secret(text: str) -> str:
    """Return a user from the arguments; argparse.ArgumentTypeError, which does not show it, for user:password."""
    if ":" in text:
        raise argparse.ArgumentTypeError(WAYS)
    return text


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(both("a port is a number from 1 to 65535", "端口是 1 到 65535 的数字"))
    return int(text)


def seconds_above_zero(text: str) -> float:
    """Return a time to wait from the arguments."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < 1e9:
        raise argparse.ArgumentTypeError(both("a positive number of seconds, such as 30", "应为正的秒数，例如 30"))
    return seconds
