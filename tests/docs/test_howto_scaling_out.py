"""The workers of docs/howto-scaling-out.md, with a queue in the place of Celery and RQ that carries pickles."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from tests.docs.pages import ROOT, blocks

import rawsmtp
from rawsmtp.testing import Server

PAGE = ROOT / "docs" / "howto-scaling-out.md"
(CELERY,) = blocks(PAGE, "python celery")
(RQ,) = blocks(PAGE, "python rq")
MAIL = ("Subject: x\n\nx\n", "me@x.test")


class TryAgain(Exception):
    """What Celery's `retry` raises, and what RQ's jobs return."""

    def __init__(self, max: int = 5, interval: Any = 0) -> None:  # noqa: A002  RQ's name
        super().__init__(max, interval)


class Work:
    """One job, done as a worker does it: what goes in and what comes out is pickled."""

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self.id, self.attempts = "1", 0
        self._result = self._done(function, pickle.dumps(arguments))

    def _done(self, function: Callable[..., Any], parcel: bytes) -> bytes:
        for _ in range(6):
            self.attempts += 1
            try:
                found = function(*pickle.loads(parcel))
            except TryAgain:
                continue
            except Exception as error:  # noqa: BLE001  it is the result
                return pickle.dumps(error)
            if not isinstance(found, TryAgain):
                return pickle.dumps(found)
        raise AssertionError("tried for ever")

    def get(self, timeout: float) -> Any:
        found = pickle.loads(self._result)
        if isinstance(found, Exception):
            raise found
        return found


class Celery:
    """As much of celery.Celery as the page uses."""

    def __init__(self, name: str, *, broker: str, backend: str) -> None:
        self.conf: dict[str, Any] = {}

    def task(self, *, bind: bool, max_retries: int) -> Callable[[Any], Any]:
        def make(function: Any) -> Any:
            request = type("Request", (), {"retries": 0})
            task = type("Task", (), {"request": request, "retry": staticmethod(_retry)})
            function.delay = lambda *given: Work(lambda *sent: function(task, *sent), given)
            return function

        return make


def _retry(*, exc: Exception, countdown: float) -> TryAgain:
    assert countdown >= 60
    pickle.dumps(exc)
    return TryAgain()


class Queue:
    """As much of rq.Queue as the page uses."""

    def __init__(self, name: str, *, connection: object) -> None:
        pass

    def enqueue(self, function: Callable[..., Any], *given: Any) -> Work:
        return Work(function, given)


def module(name: str, **names: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(names)
    return made


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server() as server:
        monkeypatch.setenv("RAWSMTP_URL", f"smtp://{server.host}:{server.port}")
        yield server


Deliver = Callable[[str], Work]


@pytest.fixture(params=["celery", "rq"])
def deliver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, server: Server) -> Deliver:
    monkeypatch.setitem(sys.modules, "celery", module("celery", Celery=Celery))
    monkeypatch.setitem(sys.modules, "rq", module("rq", Queue=Queue, Retry=TryAgain))
    monkeypatch.setitem(sys.modules, "redis", module("redis", Redis=object))
    names: dict[str, Any] = {"__name__": "tasks"}
    exec(compile(CELERY if request.param == "celery" else RQ, str(PAGE), "exec"), names)
    server.assert_sent(1)
    server.outbox.clear()
    if request.param == "celery":
        assert names["app"].conf["result_serializer"] == "pickle"
        return lambda to: names["deliver"].delay(*MAIL, to)
    return lambda to: Work(names["deliver"], (*MAIL, to))


def test_what_can_be_tried_again_is(deliver: Deliver, server: Server) -> None:
    server.reply_to("RCPT", 450, "4.2.2 mailbox full", when="full@x.test", times=2)
    work = deliver("full@x.test")
    assert work.get(timeout=1)
    assert work.attempts == 3
    server.assert_sent(1)


@pytest.mark.parametrize("outcome", ["refused", "unknown"])
def test_what_must_not_be_tried_again_is_not(deliver: Deliver, server: Server, outcome: str) -> None:
    if outcome == "refused":
        server.reply_to("RCPT", 550, "5.1.1 no such user")
    else:
        server.drop_after(".")
    work = deliver("ann@x.test")
    with pytest.raises(rawsmtp.SMTPError) as caught:
        work.get(timeout=1)
    assert (caught.value.outcome, caught.value.retryable) == (outcome, False)
    assert work.attempts == 1


def test_what_is_made_anew_of_class_and_text_is_not_the_error() -> None:
    error = rawsmtp.ConnectionLost("gone", phase="content", outcome="unknown")
    assert not error.retryable
    assert type(error)(*error.args).retryable  # so results by JSON mislead, as the page says
    assert pickle.loads(pickle.dumps(error)) == error
