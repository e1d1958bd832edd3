"""A connection that the server ended while nobody used it: replaced before the first command, and never after one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.client.scripts import Scripts

import rawsmtp
from rawsmtp.testing import Cut

if TYPE_CHECKING:
    from tests.conftest import Talk


GREETING, HELLO, OK, GO_ON = b"220 x\r\n", b"250-x\r\n250 PIPELINING\r\n", b"250 ok\r\n", b"354 go on\r\n"
TEXT = b"Subject: x\r\n\r\nhello\r\n"
TRANSACTION = [OK, OK, GO_ON]


def send(client: Any, sender: str = "a@x.test") -> rawsmtp.Receipt:
    receipt = client.send(TEXT, sender=sender, recipients="b@x.test")
    assert isinstance(receipt, rawsmtp.Receipt)
    return receipt


def send_many(client: Any) -> rawsmtp.Receipt:
    (result,) = client.send_all([rawsmtp.Submission(TEXT, sender="a@x.test", recipients="b@x.test")])
    receipt = result.unwrap()
    assert isinstance(receipt, rawsmtp.Receipt)
    return receipt


WHOLE: list[Any] = [GREETING, HELLO, *TRANSACTION, b"250 queued as 2\r\n"]
ENDS: dict[str, list[Any]] = {
    "closed": [Cut()],
    "reset": [Cut(reset=True)],
    "421 and closed": [b"421 4.4.2 too long\r\n", Cut()],
    "421": [b"421 4.4.2 too long\r\n"],
    "221 and closed": [b"221 bye\r\n", Cut()],
    "221": [b"221 bye\r\n"],
    "451 and closed": [b"451 4.7.0 timeout\r\n", Cut()],
    "451": [b"451 4.7.0 timeout\r\n"],
    "a reply that nobody asked for": [b"250 ok\r\n"],
    "junk": [b"\0\0\0\r\n"],
    "the beginning of a line": [b"42"],
    "the beginning of a line, and closed": [b"42", Cut()],
}


@pytest.mark.parametrize("again", [send, send_many])
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_ended_while_idle(talk: Talk, end: list[Any], again: Any) -> None:
    server = Scripts([GREETING, HELLO, *TRANSACTION, [b"250 queued as 1\r\n", *end]], WHOLE)
    client = talk(server, timeout=5)
    assert send(client).queue_id == "1"
    assert again(client).queue_id == "2"
    assert server.mails() == [1, 1]


# What the second transaction meets on its way, and whether nothing of it can have been heard.
FIRST_FLIGHTS: dict[str, tuple[list[Any], bool]] = {
    "closed": ([Cut()], True),
    "reset": ([Cut(reset=True)], True),
    "421 to MAIL, and closed": ([[b"421 4.4.2 too long\r\n", Cut()]], True),
    "421 to everything": ([b"421 4.4.2 too long\r\n"] * 3, True),
    "451 to MAIL, and closed": ([[b"451 4.7.0 timeout\r\n", Cut()]], True),
    "MAIL was answered, and closed": ([[OK, Cut()]], False),
    "MAIL was answered, and reset": ([[OK, Cut(reset=True)]], False),
    "RCPT was answered, and closed": ([OK, [OK, Cut()]], False),
    "DATA was answered, and closed": ([OK, OK, [GO_ON, Cut()]], False),
    "no answer": ([], False),
}


@pytest.mark.parametrize("again", [send, send_many])
@pytest.mark.parametrize(("answers", "replaced"), FIRST_FLIGHTS.values(), ids=FIRST_FLIGHTS)
def test_ended_under_the_first_flight(talk: Talk, answers: list[Any], replaced: bool, again: Any) -> None:
    server = Scripts([GREETING, HELLO, *TRANSACTION, b"250 queued as 1\r\n", *answers], WHOLE)
    client = talk(server, timeout=5)
    send(client)
    if replaced:
        assert again(client).queue_id == "2"
    else:
        with pytest.raises((rawsmtp.ConnectionLost, rawsmtp.SMTPTimeout)) as caught:
            again(client)
        assert caught.value.outcome == "not_sent"
    assert server.mails() == ([2, 1] if replaced else [2])


@pytest.mark.parametrize("end", [[Cut()], [b"421 4.4.2 too long\r\n", Cut()], [b"451 4.7.0 no\r\n", Cut()]])
def test_ended_under_a_later_command_is_not_replaced(talk: Talk, end: list[Any]) -> None:
    """Where each command waits for its answer, MAIL was answered before: the connection was no idle one any more."""
    server = Scripts([GREETING, b"250 x\r\n", *TRANSACTION, b"250 queued as 1\r\n", OK, end], WHOLE)
    client = talk(server, timeout=5)
    send(client)
    with pytest.raises((rawsmtp.ConnectionLost, rawsmtp.RecipientsRefused)) as caught:
        send(client)
    assert caught.value.outcome == ("not_sent" if len(end) == 1 else "refused")
    assert server.mails() == [2]


def test_new_connection_is_not_replaced(talk: Talk) -> None:
    server = Scripts([GREETING, HELLO, Cut()], WHOLE)
    with pytest.raises(rawsmtp.ConnectionLost) as caught:
        send(talk(server))
    assert (caught.value.outcome, server.mails()) == ("not_sent", [1])


def test_replaced_once(talk: Talk) -> None:
    server = Scripts([GREETING, HELLO, *TRANSACTION, b"250 queued as 1\r\n", Cut()], [GREETING, HELLO, Cut()], WHOLE)
    client = talk(server)
    send(client)
    with pytest.raises(rawsmtp.ConnectionLost) as caught:
        send(client)
    assert (caught.value.outcome, server.mails()) == ("not_sent", [2, 1])
