"""What both clients are, apart from waiting: what they know, when a call is late, and what an error is told."""

from __future__ import annotations

import os
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from rawsmtp.errors import PICKLED_LINES, ConnectionLost, LocalProtocolError, Refused, SMTPError, SMTPTimeout
from rawsmtp.flows.session import Progress, Session
from rawsmtp.flows.terms import DEFAULT_TIMEOUTS
from rawsmtp.message.source import is_one
from rawsmtp.message.submission import Submission, prepare
from rawsmtp.wire.command import Command, Raw
from rawsmtp.wire.content import PIECE
from rawsmtp.wire.limits import DEFAULT_LIMITS

from .link import Link
from .process import process
from .settings import DEADLINE, Options, settings
from .tls import TLSInfo, default_context
from .transcript import Transcript

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    from rawsmtp.flows.effects import Exchange
    from rawsmtp.flows.terms import Chunking, Security, Timeouts
    from rawsmtp.message.receipt import Result
    from rawsmtp.message.submission import Prepared
    from rawsmtp.wire.capabilities import Capabilities
    from rawsmtp.wire.limits import Limits
    from rawsmtp.wire.reply import Reply

    from .redaction import Redactor
    from .settings import Auth

IDLE = 5.0
"""Seconds after which a connection counts as idle: no server was seen to close one sooner, and many do later."""
SLOWEST = 500
"""Octets per second that content has to make on average: a server that takes one octet a minute is no slow line."""


class BaseClient:
    """The state and the judgement of a client; `Client` and `AsyncClient` add the waiting."""

    _IO: ClassVar[type[Any]]
    """What waits."""

    def __init__(
        self,
        host: str | os.PathLike[str],
        port: int | None = None,
        *,
        security: Security | None = None,
        auth: Auth | None = None,
        lmtp: Literal[False] = False,
        local_name: str | None = None,
        timeout: Timeouts | float = DEFAULT_TIMEOUTS,
        deadline: float = DEADLINE,
        tls_context: ssl.SSLContext | None = None,
        source_address: tuple[str, int] | None = None,
        connect: Callable[[str, int, float], Any] | None = None,
        limits: Limits = DEFAULT_LIMITS,
        ignore_extensions: Iterable[str] = (),
        chunking: Chunking = "off",
    ) -> None:
        options: Options = {
            "security": security,
            "auth": auth,
            "lmtp": lmtp,
            "local_name": local_name,
            "timeout": timeout,
            "deadline": deadline,
            "tls_context": tls_context,
            "source_address": source_address,
            "connect": connect,
            "limits": limits,
            "ignore_extensions": ignore_extensions,
            "chunking": chunking,
        }
        self._settings = settings(host, port, options)
        self._io = self._IO()
        self._now: Callable[[], float] = monotonic
        self._session = Session(self._settings.terms)
        self._link: Link | None = None
        self._redactor: Redactor | None = None
        self._owner = 0
        self._takes_async: bool = self._io.takes_async
        self._broken: str | None = None
        self._streaming = False
        self._deadline = inf
        self._ends: float | None = None
        self._used = -inf
        self.transcript = Transcript()

    @property
    def greeting(self) -> Reply | None:
        """The server's greeting; None before it came."""
        return self._session.greeting

    @property
    def capabilities(self) -> Capabilities:
        """What the server offers, by the EHLO in force; empty before it."""
        return self._session.capabilities

    @property
    def tls(self) -> TLSInfo | None:
        """The TLS of the connection; None in clear or without a connection."""
        return self._link.tls if self._link is not None else None

    @property
    def progress(self) -> Progress:
        """The phase of the conversation and the outcome of its message: after a cancellation, the only word on it.

        It is what an error raised now would say. Of a message whose call returned, the Receipt or Result has the word.
        """
        return self._session.progress

    def __repr__(self) -> str:
        state = "connected" if self._link is not None else "not connected"
        return f"<{type(self).__name__} {self._settings.place} {self._settings.terms.security} {state}>"

    def _prepared(self, item: object, *, reports: bool = False) -> Prepared:
        """Return a message, or an item of `send_many`, ready to be sent; raises ValueError, TypeError or OSError."""
        submission = item if isinstance(item, Submission) else Submission(item)  # type: ignore[arg-type]  # checked in there
        if hasattr(submission.message, "__fspath__"):
            # Only asked: a pipe may be opened no more than once.
            os.stat(submission.message)  # type: ignore[arg-type]  # noqa: PTH116  # it is a path
        prepared = prepare(submission, reports=reports)
        if not self._takes_async and hasattr(prepared.source.pieces, "__anext__"):
            raise TypeError(
                "an async iterable is a message for AsyncClient and asend(); here it is an iterable of bytes"
            )
        return prepared

    def _check_many(self, items: object, window: int) -> None:
        if isinstance(items, Submission) or is_one(items):
            what = "many messages, such as a list of them; one is for send()"
            raise TypeError(f"send_many() takes {what}: {type(items).__name__}")
        if type(window) is not int or window < 1:
            raise ValueError(f"window={window!a}: a window is a whole number of messages, one at least")
        if window > 1 and self._settings.terms.chunking == "off":
            raise ValueError(f'window={window} needs a client with chunking="probe" or "trust"')

    def _command(self, command: Command | str) -> Command:
        if isinstance(command, str):
            return Raw(command)
        if not isinstance(command, Command):
            raise TypeError(f"a command is one of rawsmtp.commands or a str, not {type(command).__name__}: {command!a}")
        return command

    def _new_link(self, local_name: str) -> Link:
        terms = self._settings.terms
        self._owner = process()
        self._broken = None
        self.transcript.note(f"Connected to {self._settings.place}.")
        secrets = terms.credential.secrets if terms.credential is not None else ()
        return Link(self.transcript, terms.limits, terms.ignore_extensions, local_name, secrets, self._redactor)

    def _live(self) -> Link:
        if self._link is None:
            raise ConnectionLost("there is no connection")
        return self._link

    def _tls_context(self) -> ssl.SSLContext:
        return self._settings.tls_context or default_context()

    def _new_deadline(self) -> float:
        """Return the moment at which a call that begins now has to be over."""
        return self._ends if self._ends is not None else self._now() + self._settings.deadline

    def _left(self) -> float:
        return self._deadline - self._now()

    def _until(self, seconds: float) -> float:
        """Return the moment when so many seconds, or the deadline of the call, are over."""
        return min(self._deadline, self._now() + seconds)

    def _content_bound(self, patience: float, octets: int) -> float:
        # A big message may take what it needs: content has a bound of its own, and the deadline waits meanwhile.
        return patience + max(octets, PIECE) / SLOWEST

    def _late(self, link: Link, seconds: float) -> SMTPTimeout:
        phase = self._session.progress.phase
        waiting = "the server did not read on" if link.outgoing else "no complete reply came"
        if self._left() <= 0:
            return SMTPTimeout(f"the deadline of {self._settings.deadline:.3g} seconds is over: {waiting} ({phase})")
        return SMTPTimeout(f"{waiting} in {seconds:.3g} seconds ({phase})")

    def _late_handshake(self, seconds: float) -> SMTPTimeout:
        return SMTPTimeout(f"the TLS handshake was not done in {seconds:.3g} seconds", phase="tls")

    def begin_one_shot(self) -> None:
        """Let one deadline, from now on, bound all calls together, and QUIT travel with the only message."""
        self._ends = self._now() + self._settings.deadline

    @property
    def _is_one_shot(self) -> bool:
        return self._ends is not None

    def _look(self, link: Link, effect: Exchange) -> list[Reply]:
        """Return what came unasked, before anything is said that it would be taken to answer."""
        if effect.items:
            link.begin()
        self._io.glance(link)
        return link.take_replies()

    def _patience(self, effect: Exchange) -> float:
        """Return for how long nothing may move while there is content to be written."""
        return min(effect.timeout, self._settings.terms.timeouts.data)

    def _explained(self, result: Result) -> Result:
        """Return a result whose error knows what the client knows."""
        if isinstance(result.error, SMTPError):
            # A caller may keep thousands of results.
            result.error.transcript = self.transcript.tail(PICKLED_LINES)
            self._hint(result.error)
        return result

    def _drop(self, reason: str | None = None) -> None:
        """Close the connection, if there is one; reason: why, for whoever goes on with it."""
        link, self._link = self._link, None
        if link is not None:
            self._forget(link, reason)
        self._io.drop()

    def _forget(self, link: Link, reason: str | None) -> None:
        self._redactor = link.redactor
        self._broken = reason if self._session.established else None
        progress = self._session.progress
        if progress.outcome == "unknown" and not link.has_handed_over:
            # The last octets were never handed over, so the message cannot be complete.
            self._session.enter(progress.phase)
        self.transcript.note("Connection closed.")

    def _is_ours(self) -> bool:
        # A forked child has a copy of the socket: two writers on one conversation would be out of step at once.
        link = self._link
        return link is not None and not link.is_over and self._owner == process()

    def _is_alive(self) -> bool:
        """Whether the connection that may have idled is one to go on with, as far as what came unasked tells."""
        link = self._live()
        try:
            self._io.glance(link)
        except SMTPError:
            self._drop()
            return False
        return not link.is_over

    def _is_out_of_step(self) -> bool:
        return self._link is not None and not self._link.is_idle

    def _note_freshness(self) -> None:
        """Take note whether the connection that was found alive has been used just now."""
        self._session.fresh = self._now() - self._used < IDLE
        self._session.reused = True

    def _note_pause(self, begun: float) -> None:
        """Take note that the caller took its time since then: the deadline waits, and the connection idles."""
        seconds = self._now() - begun
        self._deadline += seconds
        if seconds >= IDLE:
            self._session.fresh, self._session.reused = False, True

    def _check_not_streaming(self) -> None:
        if self._streaming:
            raise LocalProtocolError(
                "send_many() is under way", phase="command", hint="take all of its results first, or close it"
            )

    def _check_usable(self) -> None:
        if self._broken is not None:
            raise LocalProtocolError(
                f"this client has no connection: {self._broken}", phase="connect", hint="connect() makes a new one"
            )
        self._session.enter("connect")

    def _explain(self, error: SMTPError) -> None:
        """Complete an error with what the client knows."""
        progress = self._session.progress
        error.phase = error.phase or progress.phase
        # What the state forbids was never said, whatever became of the message before.
        if error.outcome == "not_sent" and not isinstance(error, LocalProtocolError):
            error.outcome = progress.outcome
        error.transcript = self.transcript.tail(len(self.transcript))
        self._hint(error)

    def _hint(self, error: SMTPError) -> None:
        """Say what a refusal means, and what doubt does, where nothing better is known."""
        if error.hint is None and error.outcome == "unknown":
            error.hint = "the message may have been delivered: sent again, it may arrive twice"
        if isinstance(error, Refused) and error.hint is None and error.reply is not None:
            from rawsmtp.registry.diagnosis import explain

            error.hint = explain(error.reply, self._settings.host, error.phase).hint()
