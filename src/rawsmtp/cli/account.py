"""Which server and which login: one way for all commands to find them."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from rawsmtp import InsecureCredentials
from rawsmtp.client.location import Location, for_account, from_env
from rawsmtp.client.settings import settings
from rawsmtp.registry import providers
from rawsmtp.sasl import OAuth2, Password

from .exits import Exit, Failure
from .password import find_password, netrc_login
from .server_arguments import add_server_arguments, url_without_secret

if TYPE_CHECKING:
    import argparse

    from rawsmtp.client.settings import Options
    from rawsmtp.registry.providers import Provider

    from .output import Output

__all__ = ["add_server_arguments", "find", "own_address", "url_without_secret"]

_UNKNOWN = "\x01"
"""Stands for a secret that is still to be found; no server ever sees it."""
_URL_VARIABLES = ("RAWSMTP_URL", "SMTP_URL")


def find(
    options: argparse.Namespace, out: Output, sender: str | None, *, login: bool = True, environment: bool = True
) -> Location:
    """Return the server and the login: of --url, --host, RAWSMTP_URL, or the provider of the sender's address.

    options: as `add_server_arguments` makes them; `options.place` becomes the host, for a report of what went wrong.
    sender: the sender's address, or None.
    login: whether the password is looked for, and asked for; if not, the location has no credential.
    environment: whether RAWSMTP_URL and SMTP_URL count.

    Raises Failure where there is no server or no password, or what says them is wrong, and InsecureCredentials where
    the password would go out in clear.
    """
    location = _server(options, sender, environment=environment)
    options.place = location.host
    auth = location.options.pop("auth", None)
    if login:
        known = auth if isinstance(auth, Password) else None
        credential = _login(known, location, options, out, sender)
        if credential is not None:
            location.options["auth"] = credential
    return location


def _login(
    known: Password | None, location: Location, options: argparse.Namespace, out: Output, sender: str | None
) -> Password | OAuth2 | None:
    """Return the credential; None where nobody is to log in.

    known: what the server's URL or provider says of it, the secret unknown unless the URL has it.
    """
    host = location.host
    is_asked = options.password_file or options.password_command
    if known is not None and known.secret != _UNKNOWN and not is_asked:
        return _adapted(known, options)
    user = known.user if known is not None else options.user or (sender if is_asked else netrc_login(host))
    if not user:
        return None
    allowed = options.in_clear or (known is not None and known.in_clear)
    if location.options.get("security") == "none" and not allowed:
        # The client would say so too, when somebody has been asked for the password.
        raise InsecureCredentials("AUTH would go out in clear: the connection has no TLS", phase="auth")
    provider = providers.serving(host)
    if provider is not None and provider.credential == "oauth2" and not options.oauth2:
        raise _wants_token(provider)
    secret = find_password(options, out, user, host, provider)
    try:
        return _adapted(replace(known or Password(user, secret), secret=secret), options)
    except ValueError as error:  # which names what is wrong, and does not show it
        raise Failure(Exit.CREDENTIALS, str(error), f"登录信息有误：{error}") from None


def own_address(options: argparse.Namespace) -> str | None:
    """Return the address that is the name to log in with, if that is an address: the natural sender."""
    user = options.user
    if not user and not options.host and (url := options.url or _environment_url()):
        auth = _from_url(url, options).options.get("auth")
        user = auth.user if isinstance(auth, Password) else None
    return user if user and "@" in user else None


def _server(options: argparse.Namespace, sender: str | None, *, environment: bool) -> Location:
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
    url = options.url or (_environment_url() if environment and not options.security else None)
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
        ids = [known.id for known in providers.PROVIDERS if domain.lower() in known.domains]
        raise Failure(
            Exit.CONFIGURATION,
            f"no provider is known for {domain!r}: give --host, --url or RAWSMTP_URL"
            + (f"; what is known and unverified: rawsmtp providers {ids[0]}" if ids else ""),
            f"不认识 {domain!r} 的邮件服务商：请给出 --host、--url 或 RAWSMTP_URL"
            + (f"；未经核实的资料见 rawsmtp providers {ids[0]}" if ids else ""),
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
        f"{provider.names[1] or provider.names[0]} 不接受密码，只接受 OAuth 2 访问令牌："
        f"请用 --password-command 提供令牌，并加上 --oauth2。{provider.hint_zh} {provider.help}".rstrip(),
    )


def _unusable(status: Exit, why: str) -> Failure:
    return Failure(status, why, f"服务器设置有误：{why}")
