"""`.auth`: the library's own login, spoken over a session by hand."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from rawsmtp.flows.authentication import authenticate
from rawsmtp.flows.effects import Exchange
from rawsmtp.flows.session import Session
from rawsmtp.flows.terms import Terms
from rawsmtp.sasl import OAuth2, Password

from .account import provider_of
from .exits import Exit, Failure
from .password import find_password

if TYPE_CHECKING:
    from collections.abc import Callable

    from rawsmtp import Capabilities, Reply
    from rawsmtp.wire.command import Command

    from .output import Output
    from .shell_wire import Wire


def log_in(
    wire: Wire,
    capabilities: Capabilities,
    user: str,
    host: str,
    out: Output,
    say: Callable[[Command], Reply],
    *,
    in_clear: bool,
) -> None:
    """Find the secret and log in with the best mechanism that both sides have.

    say: says one command and returns the reply.
    Raises Failure without a secret or a mechanism, or in clear, and what `authenticate` raises.
    """
    if not capabilities.auth:
        raise Failure(Exit.USAGE, "no login is offered: say EHLO first", "服务器没有提供登录方式：请先发送 EHLO")
    if wire.tls is None and not in_clear:
        raise Failure(
            Exit.CREDENTIALS,
            "the password would go out in clear: .starttls first, or start with --in-clear",
            "密码会以明文发送：请先用 .starttls，或以 --in-clear 启动",
        )
    provider = provider_of(host)
    secret = find_password(Namespace(password_file=None, password_command=None), out, user, host, provider)
    wire.keep_secret(secret)
    is_token = provider is not None and provider.credential == "oauth2"
    try:
        credential = (OAuth2 if is_token else Password)(user, secret, in_clear=in_clear)
    except ValueError as error:  # which names what is wrong, and does not show it
        raise Failure(Exit.CREDENTIALS, str(error), f"登录信息有误：{error}") from None
    _drive(Session(Terms(security="tls", credential=credential)), credential, capabilities, wire, say)


def _drive(
    session: Session,
    credential: OAuth2 | Password,
    capabilities: Capabilities,
    wire: Wire,
    say: Callable[[Command], Reply],
) -> None:
    session.capabilities = capabilities
    session.secure = session.trusted = wire.tls is not None
    flow = authenticate(session, credential)
    answer: list[Reply] | None = None
    try:
        while True:
            effect = flow.send(answer)
            assert isinstance(effect, Exchange)  # noqa: S101  # for the type checker: a login has no other effect
            answer = [say(item) for item in effect.items]  # type: ignore[arg-type]  # a login says commands alone
    except StopIteration:
        return
    finally:
        flow.close()
