"""`.auth`: the library's own login, spoken over a session by hand."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from rawsmtp.flows.authentication import authenticate
from rawsmtp.flows.effects import Exchange
from rawsmtp.flows.session import Session
from rawsmtp.flows.terms import Terms
from rawsmtp.registry.providers import serving
from rawsmtp.sasl import OAuth2, Password

from .exits import Exit, Failure
from .password import find_password

if TYPE_CHECKING:
    from rawsmtp import Reply

    from .output import Output
    from .shell_dialogue import Dialogue


def check_ready(dialogue: Dialogue, *, in_clear: bool) -> None:
    """Raise Failure where nobody can log in: not yet, or not in clear."""
    dialogue.check_open()
    if not dialogue.capabilities.auth:
        raise Failure(Exit.USAGE, "no login is offered: say EHLO first", "服务器没有提供登录方式：请先发送 EHLO")
    if dialogue.wire.tls is None and not in_clear:
        raise Failure(
            Exit.CREDENTIALS,
            "the password would go out in clear: .starttls first, or start with --in-clear",
            "密码会以明文发送：请先用 .starttls，或以 --in-clear 启动",
        )


def log_in(dialogue: Dialogue, user: str, out: Output, *, in_clear: bool) -> None:
    """Find the secret and log in with the best mechanism that both sides have.

    Raises Failure without a secret or a mechanism, and what `authenticate` raises.
    """
    provider = serving(dialogue.host)
    nothing = Namespace(password_file=None, password_command=None)
    secret = find_password(nothing, out, user, dialogue.host, provider)
    dialogue.wire.keep_secret(secret)
    is_token = provider is not None and provider.credential == "oauth2"
    try:
        credential = (OAuth2 if is_token else Password)(user, secret, in_clear=in_clear)
    except ValueError as error:  # which names what is wrong, and does not show it
        raise Failure(Exit.CREDENTIALS, str(error), f"登录信息有误：{error}") from None
    dialogue.is_challenged = False
    _drive(Session(Terms(security="tls", credential=credential)), credential, dialogue)


def _drive(session: Session, credential: OAuth2 | Password, dialogue: Dialogue) -> None:
    session.capabilities = dialogue.capabilities
    session.secure = session.trusted = dialogue.wire.tls is not None
    flow = authenticate(session, credential)
    answer: list[Reply] | None = None
    try:
        while True:
            effect = flow.send(answer)
            assert isinstance(effect, Exchange)  # noqa: S101  # for the type checker: a login has no other effect
            answer = [dialogue.say_secret(item) for item in effect.items]  # type: ignore[arg-type]  # a login says commands alone
    except StopIteration:
        return
    finally:
        flow.close()
