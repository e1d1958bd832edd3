"""A login that is tried and told of; no mail is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp import AuthenticationFailed, Client, SMTPError

from .check_verdicts import LOGIN, Verdict, of_error
from .exits import status_of
from .watch import Live

if TYPE_CHECKING:
    from rawsmtp.client.location import Location

    from .output import Output


def try_login(location: Location, out: Output) -> Verdict:
    """Log in, and say what came of it."""
    client = Client(location.host, location.port or None, **location.options)
    client.transcript = Live(out)
    try:
        client.connect()
    except AuthenticationFailed as error:
        return _refused(error, location.host)
    except SMTPError as error:
        return of_error(LOGIN, error)
    else:
        user = getattr(location.options["auth"], "user", "")
        client.close()
        return Verdict("OK", LOGIN, (f"{user} can log in", f"{user} 登录成功"))
    finally:
        client.abort()


def _refused(error: AuthenticationFailed, host: str) -> Verdict:
    from rawsmtp.registry.diagnosis import explain

    if error.reply is None:
        return of_error(LOGIN, error)
    diagnosis = explain(error.reply, host, "auth")
    said = str(error.reply)
    en = f"{said}\n{diagnosis.cause.of('en')}\n{diagnosis.action.of('en')}"
    zh = f"{said}\n{diagnosis.cause.of('zh')}\n{diagnosis.action.of('zh')}"
    return Verdict("FAIL", LOGIN, (en, zh), status_of(error))
