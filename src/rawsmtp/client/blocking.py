"""The blocking client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, cast

from rawsmtp.errors import LocalProtocolError, SMTPError, SMTPTimeout
from rawsmtp.flows import effects
from rawsmtp.flows.session import converse, establish, part
from rawsmtp.flows.bulk import submit_many
from rawsmtp.flows.submission import submit
from rawsmtp.message.submission import Submission, prepare
from rawsmtp.wire.command import Noop, Rset, Vrfy

from .base import BaseClient
from .blocking_io import BlockingIO

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType
    from typing import Unpack

    from rawsmtp.flows.effects import T
    from rawsmtp.message.receipt import Receipt, Result
    from rawsmtp.message.source import AnyMessage
    from rawsmtp.message.submission import RefusedPolicy
    from rawsmtp.wire.command import Command, Mail, Rcpt
    from rawsmtp.wire.reply import Reply

    from .link import Link
    from .settings import OnProgress, Options


class Client(BaseClient):
    """An SMTP client that blocks.

    The constructor does no I/O: `with Client(…)` connects, else the first call does. Calls from several
    threads wait for their turn.

    host: a name, an address, or the path of a unix socket.
    port: default 465 for security="tls", 587 for "starttls", else 25.
    options: see `Options`.
    Raises ValueError or TypeError for what cannot be meant.
    """

    def __init__(self, host: str | os.PathLike[str], port: int | None = None, **options: Unpack[Options]) -> None:
        super().__init__(self._check(host, port, options))
        self._io = BlockingIO()

    def connect(self) -> None:
        """Connect and log in, if there is no connection yet.

        Raises the SMTPError of the phase that failed.
        """
        self._take_turn()
        try:
            self._broken = None
            self._prepare()
        except SMTPError as error:
            self._explain(error)
            raise
        finally:
            self._end_turn()

    def close(self) -> None:
        """Say QUIT, wait a moment for the answer, and close; never raises for what the server does."""
        self._take_turn()
        try:
            if self._is_ours() and not self._is_out_of_step():
                self._run(part(self._session))
        except SMTPError:
            pass
        finally:
            self.abort()
            self._end_turn()

    def abort(self) -> None:
        """Close the connection without a word."""
        self._drop("it was closed")
        self._broken = "it was closed"

    def send(
        self,
        message: AnyMessage,
        *,
        sender: str | Mail | None = None,
        recipients: str | Iterable[str | Rcpt] | None = None,
        refused: RefusedPolicy = "abort",
        on_progress: OnProgress | None = None,
    ) -> Receipt:
        """Send one message and return the receipt of the server that took it.

        message: EmailMessage or Message, bytes-like, str with the content, path, binary file, or iterable of
            bytes.
        sender: the envelope's sender; "" is the null sender; None reads the headers of an email message.
        recipients: one address or several; None reads the headers of an email message.
        refused: "abort" sends nothing when one recipient is refused; "continue" sends to the others, and the receipt
            names the refused ones.
        on_progress: called with the octets of content written so far and with those of all of it, None if that is not
            known; then comes the wait for the server's verdict.
        Raises ValueError or TypeError for what cannot be meant, before anything is connected; SenderRefused,
        RecipientsRefused, MessageRefused, NotSupported, and any other SMTPError: `outcome` tells of the message.
        """
        submission = Submission(message, sender=sender, recipients=recipients, refused=refused)
        prepared = prepare(submission, reports=on_progress is not None)
        return self._call(lambda: submit(self._session, prepared, last=self._is_one_shot), on_progress)

    def send_many(self, items: Iterable[AnyMessage | Submission], *, window: int = 1) -> Iterator[Result]:
        """Send many messages on one connection, the next envelope with the last dot, and yield one Result for each.

        items: messages, or `Submission`s; pulled one ahead, so that from a synchronous source results lag by one.
        window: how many messages may be in doubt at once; more than one needs a client with chunking.
        A refused message, and a caller's mistake, is the error of its Result. What the source raises is raised when
        the results that are owed were given. Any other call on this client is an error until all is taken or closed.
        Raises ValueError for a window that cannot be, and the SMTPError after which no message can be sent.
        """
        self._check_window(window)
        return self._stream(items, window)

    def _stream(self, items: Iterable[AnyMessage | Submission], window: int) -> Iterator[Result]:
        self._take_turn()
        self._streaming = True
        flow = submit_many(self._session, self._io.iterate(items), self._prepared, window)
        try:
            self._check_usable()
            self._prepare()
            while isinstance(step := self._run(flow), effects.Emit):
                yield self._explained(cast("Result", step.value))
                self._start()
        except SMTPError as error:
            self._explain(error)
            raise
        finally:
            self._streaming = False
            flow.close()
            self._io.stop_pulling()
            self._end_turn()

    def command(self, command: Command | str) -> Reply:
        """Say one command and return the reply, whatever it is.

        command: one of `rawsmtp.commands`, or a line as it is typed.
        Raises ValueError for a line that is none, LocalProtocolError for a command that the state forbids.
        """
        checked = self._command(command)
        return self._call(lambda: converse(self._session, checked))

    def verify(self, address: str) -> Reply:
        """Ask whether the address is known (VRFY) and return the reply, whatever it is. RFC 5321 §3.5."""
        return self.command(Vrfy(address))

    def noop(self) -> Reply:
        """Say NOOP and return the reply, whatever it is."""
        return self.command(Noop())

    def reset(self) -> Reply:
        """Say RSET and return the reply, whatever it is."""
        return self.command(Rset())

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or issubclass(kind, Exception):
            self.close()
        else:
            self.abort()

    def _call(self, conversation: Callable[[], effects.Flow[T]], on_progress: OnProgress | None = None) -> T:
        """Perform a conversation on a connection that is up, and return its result."""
        self._take_turn()
        try:
            self._check_usable()
            self._prepare()
            flow = conversation()
            while isinstance(result := self._run(flow), effects.Emit):
                if on_progress is not None:
                    on_progress(*cast("tuple[int, int | None]", result.value))
        except SMTPError as error:
            self._explain(error)
            raise
        else:
            return result  # type: ignore[no-any-return]  # what the flow returned
        finally:
            self._end_turn()

    def _take_turn(self) -> None:
        self._check_not_streaming()
        self._start()
        if not self._io.acquire(self._left()):
            raise SMTPTimeout(f"no turn to converse in {self._settings.deadline:.3g} seconds")

    def _end_turn(self) -> None:
        if self._is_out_of_step():
            self._drop("a call ended in the midst of its conversation")
        self._used = self._now()
        self._io.release()

    def _prepare(self) -> None:
        """Connect if there is no connection, or if the one that idled turns out unusable."""
        if self._is_ours():
            try:
                self._io.glance(self._live())
            except SMTPError:
                self._drop()
        self._note_freshness()
        if not self._is_ours():
            self._establish()

    def _establish(self) -> None:
        try:
            self._run(establish(self._session))
        finally:
            # A session that did not get to where mail can be sent is not one to go on with.
            if not self._session.established:
                self._drop()

    def _run(self, flow: effects.Flow[Any]) -> Any:
        """Perform the effects of a flow until it returns; return its result, or the next Emit."""
        answer: object = None
        error: Exception | None = None
        while True:
            try:
                effect = flow.send(answer) if error is None else flow.throw(error)
            except StopIteration as stop:
                return stop.value
            if isinstance(effect, effects.Emit):
                return effect
            answer = error = None
            try:
                answer = self._perform(effect)
            except LocalProtocolError as failure:
                error = failure
            except SMTPError as failure:
                self._drop(str(failure))
                error = failure
            except BaseException as failure:
                if not isinstance(effect, effects.Pull) or not isinstance(failure, Exception):
                    self._drop("a call on it was cancelled")
                    flow.close()
                    raise
                error = failure

    def _perform(self, effect: effects.Effect) -> object:
        if isinstance(effect, effects.Exchange):
            return self._exchange(effect)
        if isinstance(effect, effects.Pull):
            return self._io.pull(effect.source, wait=effect.wait)
        if isinstance(effect, effects.Open):
            return self._open(effect)
        if isinstance(effect, effects.Upgrade):
            return self._shake_hands(self._live(), effect.timeout, from_first_byte=False)
        raise TypeError(f"no effect: {effect!r}")

    def _open(self, effect: effects.Open) -> Link:
        self._drop()
        until = self._until(effect.timeout)
        self.transcript.note(f"Trying {self._settings.place}...")
        self._link = self._new_link(self._io.open(self._settings, until - self._now()))
        if effect.tls:
            self._shake_hands(self._link, until - self._now(), from_first_byte=True)
        return self._link

    def _shake_hands(self, link: Link, seconds: float, *, from_first_byte: bool) -> Link:
        link.begin_tls(self._tls_context(), self._settings.host, from_first_byte=from_first_byte)
        until = self._until(seconds)
        while not link.shake_hands():
            if not self._io.move(link, until - self._now()):
                raise self._late_handshake(seconds)
        return link

    def _exchange(self, effect: effects.Exchange) -> list[Reply]:
        link = self._live()
        try:
            if link.is_quiet:
                self._io.glance(link)
                if early := link.take_replies():
                    return early
            octets = link.say(effect.items) if effect.items else 0
            if octets:
                self._move_content(link, effect, octets)
            else:
                self._move(link, effect)
        except SMTPError as error:
            error.replies = [*link.take_replies(), *error.replies]
            raise
        return link.take_replies()

    def _move(self, link: Link, effect: effects.Exchange) -> None:
        progress = link.progress
        until = self._until(effect.timeout)
        while not link.is_settled(effect.owed):
            if link.progress != progress:
                progress, until = link.progress, self._until(effect.timeout)
            if not self._io.move(link, until - self._now()):
                raise self._late(link, effect.timeout)

    def _move_content(self, link: Link, effect: effects.Exchange, octets: int) -> None:
        begun = self._now()
        progress = link.progress
        until, last = begun + self._patience(link, effect), self._content_until(effect, octets)
        while not link.is_settled(effect.owed):
            if link.progress != progress:
                progress, until = link.progress, self._now() + self._patience(link, effect)
            if not self._io.move(link, min(until, last) - self._now()):
                raise self._late(link, effect.timeout)
        self._deadline += self._now() - begun

    def _drop(self, reason: str | None = None) -> None:
        self._forget_link(reason)
        self._io.drop()


def send(
    message: AnyMessage,
    host: str | os.PathLike[str],
    port: int | None = None,
    *,
    sender: str | Mail | None = None,
    recipients: str | Iterable[str | Rcpt] | None = None,
    refused: RefusedPolicy = "abort",
    on_progress: OnProgress | None = None,
    **options: Unpack[Options],
) -> Receipt:
    """Send one message in a session of its own; `deadline` bounds the whole.

    The parameters are those of `Client` and `Client.send`; what is raised too.
    """
    client = Client(host, port, **options)
    client.begin_one_shot()
    receipt = None
    try:
        receipt = client.send(message, sender=sender, recipients=recipients, refused=refused, on_progress=on_progress)
    finally:
        if receipt is None:
            client.abort()
        else:
            client.close()
    return receipt
