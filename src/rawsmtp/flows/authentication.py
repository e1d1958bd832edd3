"""AUTH: which mechanism, and the exchange of challenges and answers. RFC 4954."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

from rawsmtp.errors import AuthenticationFailed, InsecureCredentials, NotSupported, RemoteProtocolError
from rawsmtp.sasl import External, MechanismFailed, choose
from rawsmtp.wire.command import Auth, AuthAnswer

from .effects import ask_one

if TYPE_CHECKING:
    from rawsmtp.sasl import Credential, Mechanism, Responses
    from rawsmtp.wire.reply import Reply

    from .effects import Flow
    from .session import Session

_MECHANISM_NOT_TAKEN = 504
"""RFC 4954 §4: the only refusal after which another mechanism is tried with the same secret."""


def authenticate(session: Session, credential: Credential) -> Flow[None]:
    """Log in with the best mechanism that both sides have.

    Raises InsecureCredentials if the credential may not be used without TLS and there is none, NotSupported if no
    mechanism fits, AuthenticationFailed if the server refuses: then nothing more is tried with that secret.
    """
    if not session.secure and not credential.in_clear:
        raise InsecureCredentials(
            "AUTH would go out in clear: TLS did not come up",
            hint='use security="starttls" or "tls", or allow this credential with in_clear=True',
        )
    candidates = choose(credential, session.capabilities.auth, tls=session.secure)
    failure: Exception = _nothing_fits(session, credential)
    for mechanism in candidates:
        try:
            yield from _log_in(session, mechanism, credential)
        except _TryAnother as refusal:
            failure = refusal.failure
        else:
            return
    raise failure


class _TryAnother(Exception):  # never leaves this module
    def __init__(self, failure: AuthenticationFailed) -> None:
        super().__init__()
        self.failure = failure


def _nothing_fits(session: Session, credential: Credential) -> NotSupported:
    offered = " ".join(session.capabilities.auth)
    named = None if isinstance(credential, External) else credential.mechanism
    wanted = named or f"a mechanism for {type(credential).__name__}"
    what = f"the server offers AUTH {offered}" if offered else "the server does not offer AUTH"
    return NotSupported(f"{what}; wanted: {wanted}", extension="AUTH")


def _log_in(session: Session, mechanism: Mechanism, credential: Credential) -> Flow[None]:
    timeout = session.terms.timeouts.command
    responses = mechanism.start(credential)
    initial = next(responses)
    if initial is not None and 4 * len(initial) // 3 + 32 > session.terms.limits.auth_line:
        reply = yield from ask_one(Auth(mechanism.name), timeout)
        if reply.code == 334:
            reply = yield from ask_one(AuthAnswer(initial), timeout)
    else:
        reply = yield from ask_one(Auth(mechanism.name, initial), timeout)
    reply = yield from _answer_challenges(session, mechanism, responses, reply)
    if reply.is_refusal:
        raise _refusal(mechanism, reply)
    _finish(mechanism, responses, reply)


def _answer_challenges(session: Session, mechanism: Mechanism, responses: Responses, reply: Reply) -> Flow[Reply]:
    for _ in range(session.terms.limits.auth_rounds):
        if reply.code != 334:
            return reply
        try:
            response = responses.send(_challenge(reply))
        except (MechanismFailed, StopIteration) as error:
            yield from _cancel(session, mechanism, error)
        else:
            reply = yield from ask_one(AuthAnswer(response), session.terms.timeouts.command)
    if reply.code != 334:
        return reply
    raise RemoteProtocolError(f"more than {session.terms.limits.auth_rounds} challenges in AUTH {mechanism.name}")


def _challenge(reply: Reply) -> bytes:
    try:
        return binascii.a2b_base64(reply.raw[4:].strip(b" \r\n"), strict_mode=True)
    except binascii.Error as error:
        raise MechanismFailed(f"a challenge that is not base64: {error}") from error


def _cancel(session: Session, mechanism: Mechanism, error: Exception) -> Flow[None]:
    # RFC 4954 §4: "*" ends the exchange, and the server answers it with a refusal.
    reply = yield from ask_one(AuthAnswer(None), session.terms.timeouts.command)
    why = str(error) or "a challenge too many"
    raise _TryAnother(AuthenticationFailed(f"AUTH {mechanism.name} was given up: {why}", reply=reply))


def _refusal(mechanism: Mechanism, reply: Reply) -> Exception:
    failure = AuthenticationFailed(f"the server refused AUTH {mechanism.name}: {str(reply)!r}", reply=reply)
    return _TryAnother(failure) if reply.code == _MECHANISM_NOT_TAKEN else failure


def _finish(mechanism: Mechanism, responses: Responses, reply: Reply) -> None:
    try:
        responses.send(None)
    except StopIteration:
        return
    except MechanismFailed as error:
        raise RemoteProtocolError(f"the server ended AUTH {mechanism.name} too early: {error}", reply=reply) from error
    raise RemoteProtocolError(f"the server ended AUTH {mechanism.name} too early", reply=reply)
