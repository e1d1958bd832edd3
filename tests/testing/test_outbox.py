from __future__ import annotations

import mailbox
import threading
from typing import TYPE_CHECKING

import pytest

from rawsmtp.testing import Outbox, ReceivedEnvelope, ReceivedMail

if TYPE_CHECKING:
    from pathlib import Path


def mail(subject: str, to: str = "b@x.test") -> ReceivedMail:
    return ReceivedMail(ReceivedEnvelope("a@x.test", (to,)), f"Subject: {subject}\r\n\r\nx\r\n".encode())


@pytest.fixture
def outbox() -> Outbox:
    box = Outbox()
    for subject, to in (("Welcome, Ann", "ann@x.test"), ("Welcome, Bob", "bob@x.test"), ("Bill", "bob@x.test")):
        box.add(mail(subject, to))
    return box


def test_is_a_sequence(outbox: Outbox) -> None:
    assert len(outbox) == 3
    assert outbox[0].subject == "Welcome, Ann"
    assert [each.subject for each in outbox[1:]] == ["Welcome, Bob", "Bill"]
    assert outbox.last.subject == "Bill"
    assert outbox == list(outbox)
    outbox.clear()
    assert outbox == []
    with pytest.raises(AssertionError, match="nothing arrived"):
        _ = outbox.last


def test_names_go_on_behind_a_clear(outbox: Outbox) -> None:
    outbox.clear()
    assert outbox.add(mail("x")) == "00000004"


def test_wait_for_what_is_there(outbox: Outbox) -> None:
    assert outbox.wait_for(to="bob@x.test").subject == "Welcome, Bob"
    assert outbox.wait_for(subject="Bill").subject == "Bill"
    assert [each.subject for each in outbox.wait_for(2, to="bob@x.test")] == ["Welcome, Bob", "Bill"]


def test_wait_for_none_waits_for_nothing() -> None:
    assert Outbox().wait_for(0) == []


def test_wait_for_what_comes_later(outbox: Outbox) -> None:
    later = threading.Timer(0.05, outbox.add, [mail("Late")])
    later.start()
    assert outbox.wait_for(subject="Late").subject == "Late"
    later.join()


def test_wait_lists_what_did_arrive(outbox: Outbox) -> None:
    with pytest.raises(AssertionError) as caught:
        outbox.wait_for(2, to="ann@x.test", subject="Welcome", timeout=0.01)
    said = str(caught.value)
    assert "2 messages for ann@x.test with 'Welcome' in the subject wanted in 0.01 seconds" in said
    assert "'Bill' from <a@x.test> for bob@x.test" in said
    with pytest.raises(AssertionError, match=r"1 message wanted in 0\.01 seconds; nothing arrived"):
        Outbox().wait_for(timeout=0.01)


def test_assert_sent(outbox: Outbox) -> None:
    assert len(outbox.assert_sent(2, subject="Welcome")) == 2
    outbox.assert_sent(to="ann@x.test")
    with pytest.raises(AssertionError, match=r"1 message for bob@x\.test wanted, and there are 2; 3 arrived"):
        outbox.assert_sent(to="bob@x.test")


def test_assert_nothing_sent(outbox: Outbox) -> None:
    Outbox().assert_nothing_sent(within=0.01)
    with pytest.raises(AssertionError, match="nothing was to arrive"):
        outbox.assert_nothing_sent()


def test_save(outbox: Outbox, tmp_path: Path) -> None:
    outbox.save(tmp_path / "box")
    box = mailbox.mbox(tmp_path / "box")
    assert [message["Subject"] for message in box] == ["Welcome, Ann", "Welcome, Bob", "Bill"]
    box.close()
