"""Performs a flow without I/O: each Exchange is answered from a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rawsmtp import Reply
from rawsmtp.errors import SMTPError
from rawsmtp.flows.effects import Emit, Exchange, Flow, Open, Pull, Upgrade
from rawsmtp.wire.mail_data import Content

Answer = Sequence[Reply] | SMTPError


class FakeLink:
    """What a flow may know of a link."""

    local_name = "[192.0.2.1]"
    is_verified = True


class Play:
    """A performance: `said` is what was said, line by line; content by its octets."""

    def __init__(self, flow: Flow[Any], answers: Sequence[Answer | Reply | str]) -> None:
        self.said: list[str] = []
        self.emitted: list[object] = []
        self.error: SMTPError | None = None
        self.result: Any = None
        self._answers: Iterator[Answer] = iter([self._as_answer(answer) for answer in answers])
        try:
            self._perform(flow)
        except SMTPError as error:
            self.error = error
        assert next(self._answers, None) is None, "an answer was not asked for"

    @staticmethod
    def _as_answer(answer: Answer | Reply | str) -> Answer:
        if isinstance(answer, str):
            code, _, text = answer.partition(" ")
            return [Reply(int(code), text)]
        return [answer] if isinstance(answer, Reply) else answer

    def _perform(self, flow: Flow[Any]) -> None:
        answer: object = None
        error: Exception | None = None
        while True:
            try:
                effect = flow.send(answer) if error is None else flow.throw(error)
            except StopIteration as stop:
                self.result = stop.value
                return
            answer = error = None
            try:
                answer = self._answer(effect)
            except Exception as failure:  # noqa: BLE001  # a driver throws in whatever performing an effect raised
                error = failure

    def _answer(self, effect: object) -> object:
        if isinstance(effect, Pull):
            return next(effect.source, None)  # type: ignore[call-overload]  # tests pull from iterators
        if isinstance(effect, Emit):
            self.emitted.append(effect.value)
            return None
        if isinstance(effect, (Open, Upgrade)):
            self.said.append(f"<{type(effect).__name__.lower()}>")
            return FakeLink()
        assert isinstance(effect, Exchange)
        for item in effect.items:
            self.said.append(bytes(item.octets).decode() if isinstance(item, Content) else str(item))
        if effect.items and all(isinstance(item, Content) for item in effect.items):
            return []
        answer = next(self._answers)
        if isinstance(answer, SMTPError):
            raise answer
        return list(answer)
