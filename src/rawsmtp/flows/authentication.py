"""AUTH: which mechanism, and the exchange of challenges and answers. RFC 4954."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rawsmtp.errors import (
    AuthenticationFailed,
    ConnectionLost,
    InsecureCredentials,
    NotSupported,
    RemoteProtocolError,
)
from rawsmtp.sasl import External, MechanismFailed, OAuth2, choose
from rawsmtp.sasl.credentials import with_token
from rawsmtp.sasl.mechanism import decoded
from rawsmtp.wire.auth import Auth, AuthAnswer
from rawsmtp.wire.reply import printable

from .effects import ask_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rawsmtp.errors import SMTPError
    from rawsmtp.sasl import Credential, Mechanism, Responses
    from rawsmtp.wire.reply import Reply

    from .effects import Flow
    from .session import Session

_MECHANISM_NOT_TAKEN = 504
"""RFC 4954 §4: the only refusal after which another mechanism is tried with the same secret."""
_NOTHING_MORE = frozenset({421, 534, 535})
"""Behind these nothing is tried: the connection is closing, or the secret is not good."""

# RFC 7628 §3.2.2 has invalid_token; Google and Microsoft say 400 or 401 in XOAUTH2, or speak of it in the reply.
_EXPIRED = re.compile(r'"status"\s*:\s*"?(?:invalid_token|40[01])|\bexpired\b', re.IGNORECASE)
_SHOWN = 300


class _Turn(Exception):  # none of these leaves this module
    """Where one attempt has ended, and the failure that is raised if no other one is made."""

    def __init__(self, failure: SMTPError) -> None:
        super().__init__()
        self.failure = failure


class _TryAnother(_Turn):
    """The mechanism is of no use here."""


class _TokenExpired(_Turn):
    """The mechanism is good, and the token is not any more."""

    def __init__(self, failure: SMTPError, mechanism: Mechanism) -> None:
        super().__init__(failure)
        self.mechanism = mechanism


class _Unanswered(_Turn):
    """The connection went before AUTH was answered."""


def authenticate(session: Session, credential: Credential) -> Flow[None]:
    """Log in with the best mechanism that both sides have.

    Raises InsecureCredentials if the credential may not be used without TLS and there is none, NotSupported if no
    mechanism fits, AuthenticationFailed if the server refuses: then nothing more is tried with that secret.
    """
    if not session.trusted and not credential.in_clear:
        raise InsecureCredentials(_why_insecure(session), hint=ALLOW)
    mechanisms = choose(credential, session.capabilities.auth, tls=session.secure)
    if not mechanisms:
        raise _nothing_fits(session, credential)
    asked = with_token(credential)
    try:
        yield from _try_each(session, mechanisms, asked)
    except _TokenExpired as expired:
        failure, mechanism = expired.failure, expired.mechanism
    else:
        return
    renewed = with_token(credential)
    if renewed == asked:
        # Nobody has another one, and one that was refused is not said again.
        raise failure
    try:
        yield from _try_each(session, [mechanism], renewed, failure)
    except _TokenExpired as expired:
        failure = expired.failure
    else:
        return
    raise failure


def _try_each(
    session: Session, mechanisms: Sequence[Mechanism], credential: Credential, failure: SMTPError | None = None
) -> Flow[None]:
    """Log in by the first mechanism that the server takes.

    failure: of an attempt before: a refusal that is followed by a cut is the refusal.
    """
    given_up = False
    for mechanism in mechanisms:
        if given_up and mechanism.shows_secret:
            break
        try:
            yield from _log_in(session, mechanism, credential)
        except _TryAnother as refusal:
            failure = refusal.failure
            # In clear whoever spoils an exchange that hides the secret may be waiting for one that shows it.
            given_up = not session.secure and not mechanism.shows_secret
        except _Unanswered as cut:
            failure = failure or cut.failure
            break
        else:
            return
    if failure is not None:
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
    # RFC 4954 §4 bounds the command, and not the lines that answer challenges.
    waits = command.initial is not None and len(command.line) > session.terms.limits.auth_line
    try:
        reply = yield from ask_one(Auth(mechanism.name) if waits else command, timeout)
    except ConnectionLost as lost:
        raise _Unanswered(lost) from lost
    if waits and reply.code == 334:
        reply = yield from ask_one(AuthAnswer(command.initial), timeout)
    return reply


def _first(mechanism: Mechanism, responses: Responses) -> Auth:
    initial = _respond(responses, None)
    if isinstance(initial, MechanismFailed):
        raise _TryAnother(NotSupported(f"AUTH {mechanism.name} cannot be used: {initial}", extension="AUTH"))
    return Auth(mechanism.name, initial)


_ENDED = MechanismFailed("a challenge too many")


def _respond(responses: Responses, challenge: bytes | None) -> bytes | MechanismFailed | None:
    """Return the response, or why there is none: raised on, it would have the frames with it that know the secret."""
    try:
        return responses.send(challenge)
    except StopIteration:
        return _ENDED
    except MechanismFailed as error:
        return error


def _answer(responses: Responses, challenge: bytes | None) -> AuthAnswer | MechanismFailed:
    response = _respond(responses, challenge)
    return response if isinstance(response, MechanismFailed) else AuthAnswer(response)


def _answer_challenges(
    session: Session, mechanism: Mechanism, responses: Responses, reply: Reply
) -> Flow[tuple[Reply, bytes]]:
    """Return the reply that ended the exchange, and the server's account of what was wrong, if it gave one."""
    document = b""
    for _ in range(session.terms.limits.auth_rounds):
        if reply.code != 334:
            return reply, document
        challenge = _challenge(reply)
        if isinstance(challenge, MechanismFailed):
            raise (yield from _cancel(session, mechanism, challenge))
        answer = _answer(responses, challenge)
        if isinstance(answer, MechanismFailed):
            raise (yield from _cancel(session, mechanism, answer))
        document = challenge if mechanism.error_document else b""
        reply = yield from ask_one(answer, session.terms.timeouts.command)
    if reply.code != 334:
        return reply, document
    raise RemoteProtocolError(f"more than {session.terms.limits.auth_rounds} challenges in AUTH {mechanism.name}")


def _challenge(reply: Reply) -> bytes | MechanismFailed:
    try:
        return decoded(reply.raw[4:].strip(b" \r\n"), "the challenge")
    except MechanismFailed as error:
        return error


def _cancel(session: Session, mechanism: Mechanism, why: MechanismFailed) -> Flow[Exception]:
    """End the exchange and return what is to be raised."""
    # RFC 4954 §4: "*" ends the exchange, and the server answers it with a refusal.
    reply = yield from ask_one(AuthAnswer(None), session.terms.timeouts.command)
    if not reply.is_refusal:
        raise RemoteProtocolError(f"the server goes on with AUTH {mechanism.name}, which was cancelled", reply=reply)
    failure = AuthenticationFailed(f"AUTH {mechanism.name} was given up: {why}", reply=reply)
    if reply.code in _NOTHING_MORE:
        return failure
    # What the code means would be said of the "*", which is our own.
    failure.hint = "where the server offers another mechanism, the credential can name it: mechanism="
    return failure if why.is_final else _TryAnother(failure)


def _refusal(mechanism: Mechanism, reply: Reply, document: bytes) -> Exception:
    account = printable(document.decode("utf-8", "replace"))[:_SHOWN]
    told = f"; it says {account}" if account else ""
    failure = AuthenticationFailed(f"the server refused AUTH {mechanism.name}: {str(reply)!r}{told}", reply=reply)
    if reply.code == _MECHANISM_NOT_TAKEN:
        return _TryAnother(failure)
    is_expired = mechanism.credential is OAuth2 and _EXPIRED.search(account or reply.text)
    return _TokenExpired(failure, mechanism) if is_expired and reply.code != 421 else failure


def _finish(mechanism: Mechanism, responses: Responses, reply: Reply) -> None:
    answer = _answer(responses, None)
    if answer is not _ENDED:
        why = f": {answer}" if isinstance(answer, MechanismFailed) else ""
        raise RemoteProtocolError(f"the server ended AUTH {mechanism.name} too early{why}", reply=reply)
