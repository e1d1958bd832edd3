"""AUTH: which mechanism, and the exchange of challenges and answers. RFC 4954."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from rawsmtp.errors import AuthenticationFailed, InsecureCredentials, NotSupported, RemoteProtocolError
from rawsmtp.sasl import External, MechanismFailed, OAuth2, choose
from rawsmtp.wire.command import Auth, AuthAnswer
from rawsmtp.wire.reply import printable

from .effects import ask_one

if TYPE_CHECKING:
    from rawsmtp.errors import SMTPError
    from rawsmtp.sasl import Credential, Mechanism, Responses
    from rawsmtp.wire.reply import Reply

    from .effects import Flow
    from .session import Session

_MECHANISM_NOT_TAKEN = 504
"""RFC 4954 §4: the only refusal after which another mechanism is tried with the same secret."""

# RFC 7628 §3.2.2 has invalid_token; Google and Microsoft say 400 or 401 in XOAUTH2, or speak of it in the reply.
_EXPIRED = re.compile(r'"status"\s*:\s*"?(?:invalid_token|40[01])|\bexpired\b', re.IGNORECASE)
_SHOWN = 300


class _TryAnother(Exception):  # never leaves this module
    def __init__(self, failure: SMTPError) -> None:
        super().__init__()
        self.failure = failure


class _TokenExpired(_TryAnother):
    """The failure, unless a new token can be had."""


def authenticate(session: Session, credential: Credential) -> Flow[None]:
    """Log in with the best mechanism that both sides have.

    Raises InsecureCredentials if the credential may not be used without TLS and there is none, NotSupported if no
    mechanism fits, AuthenticationFailed if the server refuses: then nothing more is tried with that secret.
    """
    if not session.trusted and not credential.in_clear:
        raise InsecureCredentials(_why_insecure(session), hint=ALLOW)
    failure: SMTPError = _nothing_fits(session, credential)
    given_up = False
    for mechanism in choose(credential, session.capabilities.auth, tls=session.secure):
        if given_up and mechanism.shows_secret:
            break
        try:
            yield from _with_a_valid_token(session, mechanism, credential)
        except _TryAnother as refusal:
            failure = refusal.failure
            # In clear whoever spoils an exchange that hides the secret may be waiting for one that shows it.
            given_up = not session.secure and not mechanism.shows_secret
        else:
            return
    raise failure


ALLOW = 'use security="starttls" or "tls", or allow this credential with in_clear=True'


def _why_insecure(session: Session) -> str:
    why = "nobody verified whom TLS leads to" if session.secure else "TLS did not come up"
    return f"AUTH would go out in clear: {why}"


def _nothing_fits(session: Session, credential: Credential) -> NotSupported:
    offered = " ".join(session.capabilities.auth)
    named = None if isinstance(credential, External) else credential.mechanism
    wanted = named or f"a mechanism for {type(credential).__name__}"
    what = f"the server offers AUTH {offered}" if offered else "the server does not offer AUTH"
    return NotSupported(f"{what}; wanted: {wanted}", extension="AUTH")


def _with_a_valid_token(session: Session, mechanism: Mechanism, credential: Credential) -> Flow[None]:
    """Log in; where the server says that the token has expired, ask for another one, once."""
    try:
        yield from _log_in(session, mechanism, credential)
    except _TokenExpired as expired:
        if not (isinstance(credential, OAuth2) and callable(credential.token)):
            raise expired.failure from None
    else:
        return
    try:
        yield from _log_in(session, mechanism, credential)
    except _TokenExpired as expired:
        raise expired.failure from None


def _log_in(session: Session, mechanism: Mechanism, credential: Credential) -> Flow[None]:
    responses = mechanism.begin(credential, session.terms.limits)
    reply = yield from _begin(session, mechanism, responses)
    reply, document = yield from _answer_challenges(session, mechanism, responses, reply)
    if reply.is_refusal:
        raise _refusal(mechanism, reply, document)
    _finish(mechanism, responses, reply)


def _begin(session: Session, mechanism: Mechanism, responses: Responses) -> Flow[Reply]:
    timeout = session.terms.timeouts.command
    command = _first(mechanism, responses)
    if command.initial is None or len(command.line) <= session.terms.limits.auth_line:
        return (yield from ask_one(command, timeout))
    reply = yield from ask_one(Auth(mechanism.name), timeout)
    if reply.code == 334:
        reply = yield from ask_one(AuthAnswer(command.initial), timeout)
    return reply


def _first(mechanism: Mechanism, responses: Responses) -> Auth:
    try:
        return Auth(mechanism.name, next(responses))
    except MechanismFailed as error:
        raise _TryAnother(NotSupported(f"AUTH {mechanism.name} cannot be used: {error}", extension="AUTH")) from None


def _answer_challenges(
    session: Session, mechanism: Mechanism, responses: Responses, reply: Reply
) -> Flow[tuple[Reply, bytes]]:
    """Return the reply that ended the exchange, and the server's account of what was wrong, if it gave one."""
    document = b""
    for _ in range(session.terms.limits.auth_rounds):
        if reply.code != 334:
            return reply, document
        try:
            challenge = _challenge(reply)
            answer = AuthAnswer(responses.send(challenge))
        except (MechanismFailed, StopIteration) as error:
            yield from _cancel(session, mechanism, str(error) or "a challenge too many")
        else:
            document = challenge if mechanism.error_document else b""
            reply = yield from ask_one(answer, session.terms.timeouts.command)
    if reply.code != 334:
        return reply, document
    raise RemoteProtocolError(f"more than {session.terms.limits.auth_rounds} challenges in AUTH {mechanism.name}")


def _challenge(reply: Reply) -> bytes:
    try:
        return binascii.a2b_base64(reply.raw[4:].strip(b" \r\n"), strict_mode=True)
    except binascii.Error as error:
        raise MechanismFailed(f"a challenge that is not base64: {error}") from None


def _cancel(session: Session, mechanism: Mechanism, why: str) -> Flow[None]:
    # RFC 4954 §4: "*" ends the exchange, and the server answers it with a refusal.
    reply = yield from ask_one(AuthAnswer(None), session.terms.timeouts.command)
    if reply.code == 334:
        raise RemoteProtocolError(f"the server goes on with AUTH {mechanism.name}, which was cancelled", reply=reply)
    raise _TryAnother(AuthenticationFailed(f"AUTH {mechanism.name} was given up: {why}", reply=reply))


def _refusal(mechanism: Mechanism, reply: Reply, document: bytes) -> Exception:
    account = printable(document.decode("utf-8", "replace"))[:_SHOWN]
    told = f"; it says {account}" if account else ""
    failure = AuthenticationFailed(f"the server refused AUTH {mechanism.name}: {str(reply)!r}{told}", reply=reply)
    if reply.code == _MECHANISM_NOT_TAKEN:
        return _TryAnother(failure)
    is_expired = mechanism.credential is OAuth2 and _EXPIRED.search(account or reply.text)
    return _TokenExpired(failure) if is_expired else failure


def _finish(mechanism: Mechanism, responses: Responses, reply: Reply) -> None:
    try:
        responses.send(None)
    except StopIteration:
        return
    except MechanismFailed as error:
        raise RemoteProtocolError(f"the server ended AUTH {mechanism.name} too early: {error}", reply=reply) from None
    raise RemoteProtocolError(f"the server ended AUTH {mechanism.name} too early", reply=reply)
