"""The loop that performs the effects of a flow, by blocking; the other client's is the same, with `await`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rawsmtp.errors import LocalProtocolError, SMTPError, SMTPTimeout
from rawsmtp.flows.bulk import submit_many
from rawsmtp.flows.effects import Emit, Exchange, Open, Pull, Upgrade
from rawsmtp.flows.session import establish
from rawsmtp.wire.mail_data import content_octets

from .base import BaseClient
from .blocking_io import BlockingIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rawsmtp.flows.effects import Effect, Flow, T
    from rawsmtp.message.receipt import Result
    from rawsmtp.wire.reply import Reply

    from .link import Link
    from .settings import OnProgress


class BlockingDriver(BaseClient):
    """What a client does with its connection, one conversation at a time."""

    _IO = BlockingIO
    _io: BlockingIO

    def _call(self, conversation: Callable[[], Flow[T]], on_progress: OnProgress | None = None) -> T:
        """Perform a conversation on a connection that is up, and return its result."""
        self._take_turn()
        try:
            self._check_usable()
            self._prepare()
            flow = conversation()
            while isinstance(result := self._run(flow), Emit):
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
            while isinstance(step := self._run(flow), Emit):
                begun = self._now()
                yield self._explained(cast("Result", step.value))
                self._note_pause(begun)
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
            raise SMTPTimeout(f"no turn to converse in {self._settings.deadline:.3g} seconds", phase="command")
        self._deadline = deadline

    def _end_turn(self) -> None:
        if self._is_out_of_step():
            self._drop("a call ended in the midst of its conversation")
        self._used = self._now()
        self._io.release()

    def _prepare(self) -> None:
        """Connect if there is no connection, or if the one that idled turns out unusable."""
        if self._is_ours() and self._is_alive():
            self._note_freshness()
        else:
            self._establish()

    def _establish(self) -> None:
        try:
            self._run(establish(self._session))
        finally:
            # A session that did not get to where mail can be sent is not one to go on with.
            if not self._session.established:
                self._drop()

    def _run(self, flow: Flow[Any]) -> Any:
        """Perform the effects of a flow until it returns; return its result, or the next Emit."""
        answer: object = None
        error: Exception | None = None
        while True:
            try:
                effect = flow.send(answer) if error is None else flow.throw(error)
            except StopIteration as stop:
                return stop.value
            if isinstance(effect, Emit):
                return effect
            answer = error = None
            try:
                answer = self._exchange(effect) if isinstance(effect, Exchange) else self._perform(effect)
            except Exception as failure:  # noqa: BLE001  # the flow alone knows what it means
                # What the caller's source raises says nothing of the link.
                if not isinstance(effect, Pull) and not isinstance(failure, LocalProtocolError):
                    self._drop(str(failure))
                error = failure
            except BaseException:
                self._drop("a call on it was cancelled")
                flow.close()
                raise

    def _perform(self, effect: Effect) -> object:
        if isinstance(effect, Pull):
            return self._pull(effect)
        if isinstance(effect, Open):
            return self._open(effect)
        if isinstance(effect, Upgrade):
            return self._shake_hands(self._live(), effect.timeout, from_first_byte=False)
        raise TypeError(f"no effect: {effect!r}")

    def _pull(self, effect: Pull) -> object:
        begun = self._now()
        try:
            return self._io.pull(effect.source, wait=effect.wait)
        finally:
            self._note_pause(begun)

    def _open(self, effect: Open) -> Link:
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

    def _exchange(self, effect: Exchange) -> list[Reply]:
        link = self._link or self._live()
        items, timeout, owed = effect
        try:
            if link.is_quiet and (early := self._look(link, effect)):
                return early
            if items:
                link.say(items)
            now, ends = self._now(), self._deadline
            if link.outgoing and now < ends:
                self._io.write(link)
                if link.outgoing and (octets := content_octets(items)):
                    now = self._move_content(link, effect, octets, now)
                    ends = self._deadline
            progress, until = link.progress, min(now + timeout, ends)
            while not link.is_settled(owed):
                if not self._io.move(link, until - now):
                    raise self._late(link, timeout)
                now = self._now()
                if link.progress != progress:
                    progress, until = link.progress, min(now + timeout, ends)
        except SMTPError as error:
            error.replies = [*link.take_replies(), *error.replies]
            raise
        return link.take_replies()

    def _move_content(self, link: Link, effect: Exchange, octets: int, begun: float) -> float:
        """Write what is left of the content, and return what time it is then."""
        progress, patience = -1, self._patience(effect)
        now, last = begun, begun + self._content_bound(patience, octets)
        in_time = True
        try:
            while in_time and link.outgoing and not link.is_settled(effect.owed):
                if link.progress != progress:
                    progress, until = link.progress, now + patience
                in_time = self._io.move(link, min(until, last) - now)
                now = self._now()
        finally:
            self._deadline += self._now() - begun
        if not in_time:
            raise self._late(link, patience if until < last else last - begun)
        return now
