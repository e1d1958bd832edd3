"""What every test server is, however it is reached: its kind, its users, its faults, and what arrived."""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Literal, TypedDict

from .certificates import LOOPBACK, Authority, Kind
from .conversation import check
from .faults import FaultMethods, Faults
from .outbox import Outbox
from .persona import MODERN, Persona
from .personas import PERSONAS
from .script import ScriptedSession
from .session import Handler, Session, Setup
from .transactions import ServerSession

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Mapping, Sequence

    from .channel import Channel
    from .conformance import Finding
    from .mail import ReceivedMail
    from .script import Piece

TLS = Literal["starttls", "implicit"]


class ConformanceError(AssertionError):
    """The client did what the protocol does not allow, and the server is strict."""


class KitOptions(TypedDict, total=False):
    """The keyword parameters of every test server.

    users: names and their passwords (or OAuth 2 tokens); AUTH is offered if there are some.
    tls: "starttls" offers STARTTLS, "implicit" begins with TLS; None has none.
    certificate: "good", or what is wrong with it: "expired", "wrong-host", "self-signed", "unknown-ca",
        "common-name-only".
    names: host names and addresses for the certificate; default: localhost, 127.0.0.1 and ::1.
    context: an ssl.SSLContext for the server's side in place of one made for `certificate` and `names`.
    persona: what kind of server it is: a `Persona`, or "163", "qq", "gmail" or "postfix".
    extensions: EHLO keywords in place of the persona's; STARTTLS and AUTH are added by themselves.
    mechanisms: SASL mechanisms in place of the persona's.
    handler: a function that is asked first for each command; it returns a Reply, or None to leave it to the server.
    lmtp: whether it speaks LMTP.
    strict: whether a client that breaks the protocol makes the test fail: at once in memory, else when the test has
        run or the server is closed.
    script: pieces to say in place of any protocol, one when the connection is made and one for each line.
    close: whether to close the connection behind the script's last piece.
    """

    users: Mapping[str, str]
    tls: TLS | None
    certificate: str
    names: Sequence[str]
    context: ssl.SSLContext | None
    persona: Persona | str
    extensions: Iterable[str] | None
    mechanisms: Iterable[str] | None
    handler: Handler | None
    lmtp: bool
    strict: bool
    script: Sequence[Piece] | None
    close: bool


@cache
def authority() -> Authority:
    """Return the certificate authority of this process; its key is never written anywhere."""
    return Authority()


class Kit(FaultMethods):
    """The part of a test server that a test talks to."""

    def __init__(self, options: KitOptions, outbox: Outbox | None = None) -> None:
        unknown = sorted(set(options) - set(KitOptions.__annotations__))
        if unknown:
            raise TypeError(f"no such option: {', '.join(unknown)}; there are {', '.join(KitOptions.__annotations__)}")
        for option in ("names", "extensions", "mechanisms"):
            if isinstance(options.get(option), str):
                raise TypeError(f"{option}={options[option]!a} is one str; it is a list of them")
        self.faults = Faults()
        self.outbox = outbox if outbox is not None else Outbox()
        self.wait_for = self.outbox.wait_for
        self.assert_sent = self.outbox.assert_sent
        self.assert_nothing_sent = self.outbox.assert_nothing_sent
        self.clear = self.outbox.clear
        self.save = self.outbox.save
        self._numbers = count(1)
        self.sessions: list[Session] = []
        self.errors: list[BaseException] = []  # of the test's own handler
        self._told = (0, 0)
        self._strict = options.get("strict", False)
        self._implicit = options.get("tls") == "implicit"
        self._context = _context(options)
        self._script = options.get("script")
        self._close = options.get("close", False)
        self._setup = Setup(
            deliver=self.outbox.add,
            persona=_persona(options),
            users=dict(options.get("users", {})),
            faults=self.faults,
            handler=options.get("handler"),
            starttls=self._context is not None and not self._implicit,
            lmtp=options.get("lmtp", False),
        )

    @property
    def users(self) -> Mapping[str, str]:
        """Names and their passwords or tokens; assign to change them for logins to come."""
        return self._setup.users

    @users.setter
    def users(self, users: Mapping[str, str]) -> None:
        self._setup.users = dict(users)

    @property
    def persona(self) -> Persona:
        """What kind of server it is."""
        return self._setup.persona

    def new_channel(self) -> Channel:
        """Return the server's side of a new connection."""
        from .channel import Channel

        session: Session
        if self._script is None:
            session = ServerSession(self._setup)
        else:
            session = ScriptedSession(self._script, close=self._close)
        self.sessions.append(session)
        return Channel(session, self._context, implicit=self._implicit)

    def refuse(self, name: str, *, when: str | None = None, times: int | None = None) -> None:
        """Refuse as this kind of server typically does: `persona.refusals` has the names."""
        refusals = self.persona.refusals
        if name not in refusals:
            raise ValueError(f"no such refusal: {name!a}; this persona has {', '.join(refusals) or 'none'}")
        command, reply = refusals[name]
        self.reply_to(command, reply.code, reply.text, when=when, times=times)

    @property
    def findings(self) -> list[Finding]:
        """What clients did that the protocol does not allow."""
        judged = [session for session in self.sessions if isinstance(session, ServerSession)]
        return [finding for session in judged for finding in session.findings]

    def check_findings(self) -> None:
        """Raise ConformanceError if the server is strict and a client broke the protocol."""
        if self._strict and self.findings:
            raise _offence(self.findings)

    def check(self, error: BaseException | None = None) -> None:
        """Raise what went wrong here since the last check: the handler's own error, and what a strict server found.

        error: what makes the test fail anyway; it is not raised, but told what went wrong here, by notes.
        """
        __tracebackhide__ = True
        errors, findings = self._told
        self._told = len(self.errors), len(self.findings)
        news = self.errors[errors : self._told[0]]
        if self._strict and self._told[1] > findings:
            news = [*news, _offence(self.findings[findings : self._told[1]])]
        tell(news, error)

    @property
    def transcript(self) -> str:
        """The dialogue of every connection, a line each: "C: …" and "S: …", secrets out."""
        return "\n\n".join("\n".join(session.transcript) for session in self.sessions)

    def assert_conversation(self, expected: str, *, connection: int = -1) -> None:
        """Fail, with a diff, unless the dialogue of a connection is the expected one.

        expected: its lines, "C: …" and "S: …"; "..." in a line stands for any text, a line "..." for any lines.
        connection: which one, in order; -1 is the last.
        """
        if not self.sessions:
            raise AssertionError("no connection was made")
        check(expected, self.sessions[connection].transcript)

    @property
    def last(self) -> ReceivedMail:
        """The newest message; AssertionError without one."""
        return self.outbox.last

    def new_address(self) -> str:
        """Return an address that this server has not given out yet: for tests that share it, to tell their mail by."""
        return f"user-{next(self._numbers)}@example.test"


def _offence(findings: list[Finding]) -> ConformanceError:
    return ConformanceError("the client broke the protocol:\n  " + "\n  ".join(map(str, findings)))


def tell(news: list[BaseException], error: BaseException | None) -> None:
    """Raise the first, or none where there is an error already; that has the others as notes."""
    __tracebackhide__ = True
    for other in news if error is not None else news[1:]:
        (error or news[0]).add_note(f"before that, at the test server: {type(other).__name__}: {other}")
    if error is None and news:
        raise news[0]


def _persona(options: KitOptions) -> Persona:
    from dataclasses import replace

    given = options.get("persona", MODERN)
    if isinstance(given, str):
        if given not in PERSONAS:
            raise ValueError(f"no such persona: {given!a}; there are {', '.join(PERSONAS)}")
        given = PERSONAS[given]
    extensions, mechanisms = options.get("extensions"), options.get("mechanisms")
    if extensions is not None:
        given = replace(given, keywords=tuple(keyword.upper() for keyword in extensions))
    if mechanisms is not None:
        given = replace(given, mechanisms=tuple(name.upper() for name in mechanisms))
    return given


def _context(options: KitOptions) -> ssl.SSLContext | None:
    given = options.get("context")
    if given is not None:
        return given
    tls = options.get("tls")
    if tls not in (None, "starttls", "implicit"):
        raise ValueError(f'tls={tls!a} is none of "starttls", "implicit" and None')
    try:
        kind = Kind(options.get("certificate", "good"))
    except ValueError as error:
        raise ValueError(f"no such certificate: there are {', '.join(kind.value for kind in Kind)}") from error
    return None if tls is None else authority().issue(*options.get("names", LOOPBACK), kind=kind).server_context()
