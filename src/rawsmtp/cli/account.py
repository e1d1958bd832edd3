"""Which server and which login: one way for all commands to find them."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from rawsmtp.client.location import Location, for_account, from_env
from rawsmtp.client.settings import settings
from rawsmtp.flows.terms import SECURITIES
from rawsmtp.registry import providers
from rawsmtp.sasl import OAuth2, Password

from .exits import Exit, Failure
from .language import both
from .parser import WAYS
from .password import find_password, netrc_login

if TYPE_CHECKING:
    from rawsmtp.client.settings import Options
    from rawsmtp.registry.providers import Provider

    from .output import Output

_UNKNOWN = "\x01"
"""Stands for a secret that is still to be found; no server ever sees it."""
_URL_VARIABLES = ("RAWSMTP_URL", "SMTP_URL")


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
            "服务器 URL，例如 smtps://me%%40example.org@mail.example.org；默认取 RAWSMTP_URL，否则按发件人地址查找服务商",
        ),
    )
    group.add_argument(*host, metavar="HOST", help=both("the server", "服务器"))
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
        type=_user,
        metavar="NAME",
        help=both("the user to log in as; default: as the provider wants it", "登录用户名；默认按服务商的要求"),
    )
    _add_secret_arguments(group)
    group.add_argument("--local-name", metavar="NAME", help=both("the name to give in EHLO", "EHLO 中报告的主机名"))
    group.add_argument(
        "--timeout",
        type=_seconds,
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
    userinfo, at, _ = text.partition("://")[2].rpartition("@")
    if at and ":" in userinfo:
        raise argparse.ArgumentTypeError(WAYS)
    return text


def _user(text: str) -> str:
    if ":" in text:
        raise argparse.ArgumentTypeError(WAYS)
    return text


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(both("a port is a number from 1 to 65535", "端口是 1 到 65535 的数字"))
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < 1e9:
        raise argparse.ArgumentTypeError(both("a positive number of seconds, such as 30", "应为正的秒数，例如 30"))
    return seconds


def find(options: argparse.Namespace, out: Output, sender: str | None, *, login: bool = True) -> Location:
    """Return the server and the login: of --url, --host, RAWSMTP_URL, or the provider of the sender's address.

    options: as `add_server_arguments` makes them; `options.place` becomes the host, for a report of what went wrong.
    sender: the sender's address, or None.
    login: whether the password is looked for, and asked for; if not, the location has no credential.

    Raises Failure where there is no server or no password, or what says them is wrong.
    """
    location = _server(options, sender)
    options.place = location.host
    auth = location.options.pop("auth", None)
    user = auth.user if isinstance(auth, Password) else options.user
    if not login:
        return location
    known = isinstance(auth, Password) and auth.secret != _UNKNOWN
    if known and not (options.password_file or options.password_command):
        location.options["auth"] = _adapted(auth, options)
        return location
    user = user or _default_user(options, location.host, sender)
    if user is None:
        return location
    provider = provider_of(location.host)
    if provider is not None and provider.credential == "oauth2" and not options.oauth2:
        raise _wants_token(provider)
    secret = find_password(options, out, user, location.host, provider)
    location.options["auth"] = _credential(auth, user, secret, options)
    return location


def provider_of(host: str) -> Provider | None:
    """Return the provider whose server the host is."""
    servers = ((server.host, provider) for provider in providers.PROVIDERS for server in provider.servers)
    return next((provider for name, provider in servers if name == host.lower()), None)


def own_address(options: argparse.Namespace) -> str | None:
    """Return the address that is the name to log in with, if that is an address: the natural sender."""
    user = options.user
    if not user and not options.host and (url := options.url or _environment_url()):
        auth = _from_url(url, options).options.get("auth")
        user = auth.user if isinstance(auth, Password) else None
    return user if user and "@" in user else None


def _default_user(options: argparse.Namespace, host: str, sender: str | None) -> str | None:
    """Return whom to log in as at a server that was given without a user: nobody, unless a password is at hand."""
    if options.password_file or options.password_command:
        return sender or None
    return netrc_login(host)


def _server(options: argparse.Namespace, sender: str | None) -> Location:
    if options.url and options.host:
        raise Failure(Exit.USAGE, "--url and --host exclude each other", "--url 与 --host 不能同时使用")
    if (options.port or options.security) and options.url:
        raise Failure(
            Exit.USAGE, "the URL says port and security already", "端口与加密方式已由 --url 给出，不能另外指定"
        )
    if options.host:
        return _adjusted(_from_host(options), options)
    if options.port:
        raise Failure(Exit.USAGE, "--port wants --host", "--port 须与 --host 一起使用")
    url = options.url or (None if options.security else _environment_url())
    return _adjusted(_from_url(url, options) if url else _from_provider(options, sender), options)


def _environment_url() -> str | None:
    return next((os.environ[name] for name in _URL_VARIABLES if os.environ.get(name)), None)


def _from_host(options: argparse.Namespace) -> Location:
    given: Options = {"security": options.security, "local_name": options.local_name}
    try:
        found = settings(options.host, options.port, given)
    except ValueError as error:
        raise _unusable(Exit.USAGE, str(error)) from error
    known: Options = {"security": found.terms.security}
    if options.user:
        known["auth"] = Password(options.user, _UNKNOWN)
    return Location(found.host, found.port, known)


def _from_url(url: str, options: argparse.Namespace) -> Location:
    """Return what the URL says, its password unknown unless it has one."""
    scheme, separator, rest = url.partition("://")
    if options.user and separator and "@" not in rest:
        url = f"{scheme}://{quote(options.user, safe='')}@{rest}"
    try:
        location = from_env({_URL_VARIABLES[0]: url, "RAWSMTP_PASSWORD": _UNKNOWN})
    except ValueError as error:
        name = "--url" if options.url else next(name for name in _URL_VARIABLES if os.environ.get(name))
        text = str(error).removeprefix(f"{_URL_VARIABLES[0]}: ")
        raise _unusable(Exit.USAGE if options.url else Exit.CONFIGURATION, f"{name}: {text}") from None
    auth = location.options.get("auth")
    if options.user and isinstance(auth, Password) and auth.user != options.user:
        raise Failure(Exit.USAGE, "--user and the user of the URL differ", "--user 与 URL 中的用户名不一致")
    return location


def _from_provider(options: argparse.Namespace, sender: str | None) -> Location:
    if not sender or "@" not in sender:
        raise Failure(
            Exit.CONFIGURATION,
            "no server: give --host, --url or RAWSMTP_URL, or a sender (-f) whose provider is known",
            "没有服务器：请给出 --host、--url 或 RAWSMTP_URL，或者用 -f 给出已知服务商的发件人地址",
        )
    provider = providers.find(sender)
    user = options.user or (provider.user_name(sender) if provider is not None else sender)
    try:
        return for_account(sender, Password(user, _UNKNOWN), security=options.security)
    except ValueError as error:
        domain = sender.rpartition("@")[2]
        if provider is not None:
            raise _unusable(Exit.USAGE, str(error)) from error
        raise Failure(
            Exit.CONFIGURATION,
            f"no provider is known for {ascii(domain)}: give --host, --url or RAWSMTP_URL",
            f"不认识 {ascii(domain)} 的邮件服务商：请给出 --host、--url 或 RAWSMTP_URL",
        ) from error


def _adjusted(location: Location, options: argparse.Namespace) -> Location:
    if options.timeout:
        location.options["timeout"] = options.timeout
    if options.local_name:
        location.options["local_name"] = options.local_name
    try:
        settings(location.host, location.port or None, location.options)
    except ValueError as error:
        raise _unusable(Exit.USAGE, str(error)) from error
    return location


def _credential(auth: object, user: str, secret: str, options: argparse.Namespace) -> Password | OAuth2:
    try:
        if isinstance(auth, Password):
            return _adapted(replace(auth, user=user, secret=secret), options)
        return _adapted(Password(user, secret), options)
    except ValueError as error:  # which names what is wrong, and does not show it
        raise Failure(Exit.CREDENTIALS, str(error), f"登录信息有误：{error}") from None


def _adapted(credential: Password, options: argparse.Namespace) -> Password | OAuth2:
    in_clear = credential.in_clear or options.in_clear
    if options.oauth2:
        return OAuth2(credential.user, credential.secret, mechanism=credential.mechanism, in_clear=in_clear)
    return replace(credential, in_clear=in_clear)


def _wants_token(provider: Provider) -> Failure:
    return Failure(
        Exit.CREDENTIALS,
        f"{provider.names[0]} takes an OAuth 2 access token, no password: give one by --password-command with "
        f"--oauth2. {provider.hint_en} {provider.help}".rstrip(),
        f"{provider.names[1] or provider.names[0]} 不接受密码，只接受 OAuth 2 访问令牌：请用 --password-command 提供令牌，"
        f"并加上 --oauth2。{provider.hint_zh} {provider.help}".rstrip(),
    )


def _unusable(status: Exit, why: str) -> Failure:
    return Failure(status, why, f"服务器设置有误：{why}")
