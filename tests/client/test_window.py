"""A window of mail transactions in one flight: what the effects and the state machine carry, on both drivers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import rawsmtp
from rawsmtp import commands
from rawsmtp.flows import Flow, Session, Terms, ask, emit, establish
from rawsmtp.flows.effects import Emit
from rawsmtp.testing import Server

if TYPE_CHECKING:
    import ssl

    from tests.conftest import MakeClient

    from rawsmtp.wire.mail_data import Item

WINDOW = 50
REFUSED = 25
BODY = b"line\r\n" * 5_000


def octets(number: int) -> bytes:
    return b"Subject: %d\r\n\r\n" % number + BODY


def transaction(number: int) -> list[Item]:
    content = octets(number)
    name = "refused" if number == REFUSED else f"r{number}"
    items: list[Item] = [
        commands.Mail("s@x.test"),
        commands.Rcpt(f"{name}@x.test"),
        commands.Bdat(len(content), last=True),
        commands.Content(content),
    ]
    return [commands.Rset(), *items] if number else items


def window(session: Session) -> Flow[int]:
    """Say all transactions in one flight, and emit the replies of each."""
    yield from establish(session)
    items = [item for number in range(WINDOW) for item in transaction(number)]
    replies = yield from ask(*items, timeout=10)
    for number in range(WINDOW):
        count = 4 if number else 3
        yield from emit([reply.code for reply in replies[:count]])
        replies = replies[count:]
    return len(replies)


TLS: dict[str, Any] = {"none": None, "starttls": "starttls", "tls": "implicit"}


@pytest.mark.parametrize("security", TLS)
def test_window_with_a_refusal_in_the_middle(
    make_client: MakeClient, security: Any, client_context: ssl.SSLContext
) -> None:
    with Server(tls=TLS[security]) as server:
        server.reply_to("RCPT", 550, "5.1.1 No such user", when="refused@x.test")
        client = make_client(server.host, server.port, security=security, tls_context=client_context)
        flow = window(Session(Terms(security=security)))
        emitted: list[list[int]] = []
        while isinstance(step := client.run(flow), Emit):
            emitted.append(step.value)  # type: ignore[arg-type]  # what window() emits
        client.abort()
    assert step == 0
    good = [250, 250, 250, 250]
    expected = [good[1:]] + [good] * (WINDOW - 1)
    expected[REFUSED] = [250, 250, 550, 503]
    assert emitted == expected
    arrived = [(mail.envelope.recipients, mail.raw) for mail in server.outbox]
    assert arrived == [((f"r{number}@x.test",), octets(number)) for number in range(WINDOW) if number != REFUSED]


def test_nothing_goes_ahead_without_pipelining(make_client: MakeClient) -> None:
    with Server(extensions=["CHUNKING"]) as server:
        client = make_client(server.host, server.port)
        with pytest.raises(rawsmtp.LocalProtocolError, match="does not offer PIPELINING"):
            client.run(window(Session(Terms(security="none"))))
    assert server.outbox == []
