"""The loop that performs the effects of a flow, by blocking; the other client's is the same, with `await`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rawsmtp.errors import LocalProtocolError, SMTPError, SMTPTimeout
from rawsmtp.flows import effects
from rawsmtp.flows.bulk import submit_many
from rawsmtp.flows.session import establish

from .base import BaseClient
from .blocking_io import BlockingIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rawsmtp.flows.effects import T
    from rawsmtp.message.receipt import Result
    from rawsmtp.wire.reply import Reply

    from .link import Link
    from .settings import OnProgress


class BlockingDriver(BaseClient):
    """What a client does with its connection, one conversation at a time."""

    _IO = BlockingIO
    _io: BlockingIO

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

    def _stream(self, items: Iterable[tuple[object]], window: int) -> Iterator[Result]:
        self._take_turn()
        self._streaming = True
        flow = submit_many(self._session, items, self._prepared, window)
        try:
            self._check_usable()
            self._prepare()
            while isinstance(step := self._run(flow), effects.Emit):
                yield self._explained(cast("Result", step.value))
                self._deadline = self._new_deadline()
        except SMTPError as error:
            self._explain(error)
            raise
        finally:
            self._streaming = False
            flow.close()
            self._io.stop_pulling()
            self._end_turn()

    def _take_turn(self) -> None:
        self._check_not_streaming()
        # Whoever has the turn goes by its own deadline, which is not ours to move.
        deadline = self._new_deadline()
        if not self._io.acquire(deadline - self._now()):
            raise SMTPTimeout(f"no turn to converse in {self._settings.deadline:.3g} seconds")
        self._deadline = deadline

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
        link.begin_tls(self._tls_context(), self._settings.certified_name, from_first_byte=from_first_byte)
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
        progress, patience = link.progress, self._patience(effect)
        until, last = begun + patience, self._content_until(patience, octets)
        while link.outgoing and not link.is_settled(effect.owed):
            if link.progress != progress:
                progress, until = link.progress, self._now() + patience
            if not self._io.move(link, min(until, last) - self._now()):
                self._deadline += self._now() - begun
                raise self._late(link, patience if until < last else last - begun)
        self._deadline += self._now() - begun
        self._move(link, effect)

    def _drop(self, reason: str | None = None) -> None:
        self._forget_link(reason)
        self._io.drop()
