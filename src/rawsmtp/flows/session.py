"""From the connection to the last word: greeting, EHLO, STARTTLS, EHLO, AUTH … QUIT. RFC 5321 §3.1, RFC 3207."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from rawsmtp.errors import (
    ConnectionLost,
    GreetingRefused,
    HelloRefused,
    InsecureCredentials,
    LocalProtocolError,
    SMTPTimeout,
    TLSFailed,
)
from rawsmtp.wire.capabilities import Capabilities
from rawsmtp.wire.command import Command, Ehlo, Helo, Quit, StartTls
from rawsmtp.wire.verb import Verb

from .authentication import ALLOW, authenticate
from .effects import ask, ask_one, open_link, upgrade

if TYPE_CHECKING:
    from rawsmtp.errors import Outcome, Phase
    from rawsmtp.wire.reply import Reply

    from .effects import Flow
    from .terms import Terms


class Progress(NamedTuple):
    """How far a conversation is: what an error raised now would say."""

    phase: Phase
    outcome: Outcome


_NOTHING = Progress("connect", "not_sent")
_progress = cache(Progress)  # there are a few dozen, and each message goes through some


@dataclass(slots=True)
class Session:
    """What the conversations on one connection have learnt, and where they stand.

    terms: what the client was told.
    greeting: the server's greeting.
    capabilities: of the EHLO in force.
    secure: whether the link is inside TLS.
    trusted: whether secrets may be said: inside TLS that was verified, or that the caller wants as it is.
    needs_reset: whether RSET has to stand in front of the next MAIL.
    established: whether mail transactions can begin.
    fresh: whether the connection is known to be alive: it was made or used just now.
    reused: whether it was made for an earlier call: if it turns out to be gone, it is replaced.
    spent: whether no message may be sent on this connection any more.
    parting: whether QUIT has been said.
    messages: how many have been sent on this connection.
    refusals: how many envelopes in a row the server has refused on it.
    lockstep: whether this server was found not to answer what it is told ahead, although it offers PIPELINING.
    alone: whether this server was found to refuse, or to lose, an envelope behind the final dot.
    discards: whether this server discards a chunk that it refuses; None as long as that is not known.
    progress: the phase, and what has become of the message so far.
    """

    terms: Terms
    greeting: Reply | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
    secure: bool = False
    trusted: bool = False
    needs_reset: bool = False
    established: bool = False
    fresh: bool = False
    reused: bool = False
    spent: bool = False
    parting: bool = False
    messages: int = 0
    refusals: int = 0
    lockstep: bool = False
    alone: bool = False
    discards: bool | None = None
    progress: Progress = _NOTHING

    @property
    def pipelines(self) -> bool:
        """Whether commands may go ahead of replies."""
        return self.capabilities.pipelining and not self.lockstep

    def enter(self, phase: Phase, outcome: Outcome = "not_sent") -> None:
        """Note the phase that begins."""
        self.progress = _progress(phase, outcome)


def establish(session: Session) -> Flow[None]:
    """Connect, and come to where mail transactions can begin.

    Raises the SMTPError of the phase that failed: ConnectFailed, GreetingRefused, HelloRefused, TLSFailed,
    InsecureCredentials, NotSupported, AuthenticationFailed, and those that any exchange may raise.
    """
    security = session.terms.security
    credential = session.terms.credential
    if security == "none" and credential is not None and not credential.in_clear:
        session.enter("auth")
        raise InsecureCredentials(
            "AUTH would go out in clear: the connection has no TLS",
            hint=ALLOW,
        )
    try:
        yield from _establish(session, security)
    except TLSFailed:
        if security != "opportunistic":
            raise
        yield from _establish(session, "none")


def _establish(session: Session, security: str) -> Flow[None]:
    session.enter("connect")
    session.needs_reset = session.established = session.spent = session.parting = session.reused = False
    session.messages = session.refusals = 0
    session.secure = session.trusted = security == "tls"
    link = yield from open_link(session.terms.timeouts.connect, tls=session.secure)
    name = session.terms.local_name or link.local_name
    yield from _greet(session)
    yield from _hello(session, name)
    if security in ("starttls", "opportunistic"):
        yield from _secure(session, name, required=security == "starttls")
    if session.terms.credential is not None:
        session.enter("auth")
        yield from authenticate(session, session.terms.credential)
    session.established = session.fresh = True


def _greet(session: Session) -> Flow[None]:
    session.enter("greeting")
    try:
        (reply,) = yield from ask(timeout=session.terms.timeouts.greeting)
    except (SMTPTimeout, ConnectionLost) as error:
        if error.reply is None:
            error.hint = _silence(session)
        raise
    session.greeting = reply
    if reply.is_refusal:
        raise GreetingRefused(f"the server turns connections away: {str(reply)!r}", reply=reply)


def _silence(session: Session) -> str:
    if session.secure:
        return "TLS is up but nothing speaks SMTP in it; a server that waits for the client may be a web server"
    return (
        "an SMTP server speaks first; one that waits may want TLS from the first byte (port 465, try "
        'security="tls"), or be a web server: mail is sent to port 465, 587 or 25'
    )


def _hello(session: Session, name: str) -> Flow[None]:
    session.enter("hello")
    timeout = session.terms.timeouts.command
    reply = yield from ask_one(Ehlo(name), timeout)
    _learn(session, Verb.EHLO, reply)
    if reply.is_permanent_failure:
        # A server that knows no extensions may still know HELO: RFC 5321 §3.2.
        try:
            reply = yield from ask_one(Helo(name), timeout)
        except ConnectionLost as lost:
            raise _hello_refused(name, reply) from lost
    if reply.is_refusal:
        raise _hello_refused(name, reply)


def _learn(session: Session, verb: Verb, reply: Reply) -> None:
    if verb is Verb.HELO or reply.is_refusal:
        session.capabilities = Capabilities()
    else:
        session.capabilities = Capabilities.parse(reply, session.terms.limits, session.terms.ignore_extensions)


def _hello_refused(name: str, reply: Reply) -> HelloRefused:
    return HelloRefused(f"the server refused the greeting as {name!a}: {str(reply)!r}", reply=reply)


def _secure(session: Session, name: str, *, required: bool) -> Flow[None]:
    session.enter("tls")
    reply = None
    if session.capabilities.starttls:
        reply = yield from ask_one(StartTls(), session.terms.timeouts.command)
    if reply is None or reply.is_refusal:
        if required or (reply is not None and reply.code == 421):
            raise _no_tls(reply)
        return
    link = yield from upgrade(session.terms.timeouts.command)
    session.secure = True
    session.trusted = required or link.is_verified
    yield from _hello(session, name)


def _no_tls(reply: Reply | None) -> TLSFailed:
    why = "does not offer STARTTLS" if reply is None else f"refused STARTTLS: {str(reply)!r}"
    hint = 'port 465 wants security="tls"; security="none" sends in clear'
    return TLSFailed(f"TLS is required, and the server {why}", reply=reply, hint=hint)


def converse(session: Session, command: Command) -> Flow[Reply]:
    """Say one command of the caller's and return its reply, whatever it is.

    Raises LocalProtocolError for one that does not end with its reply.
    """
    session.enter("command")
    verb = command.verb
    if verb in _ELSEWHERE:
        raise LocalProtocolError(f"{verb.value} does not end with its reply", hint=_ELSEWHERE[verb])
    session.fresh = False
    reply = yield from ask_one(command, session.terms.timeouts.command)
    if verb in (Verb.MAIL, Verb.RCPT):
        session.needs_reset = True
    elif verb is Verb.RSET and reply.is_success:
        session.needs_reset = False
    elif verb in _HELLOS and reply.is_success:
        _learn(session, verb, reply)
    return reply


_HELLOS = (Verb.EHLO, Verb.LHLO, Verb.HELO)


_ELSEWHERE = {
    Verb.STARTTLS: 'use security="starttls"',
    Verb.AUTH: "use auth=",
    Verb.AUTH_ANSWER: "use auth=",
    Verb.DATA: "use send()",
    Verb.BDAT: "use send()",
    Verb.BDAT_LAST: "use send()",
}


def part(session: Session) -> Flow[None]:
    """Say QUIT and wait a moment for its answer."""
    session.enter("quit")
    yield from ask(*(() if session.parting else (Quit(),)), timeout=session.terms.timeouts.quit)
