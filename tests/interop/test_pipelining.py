"""Many messages in few flights at real servers: exactly the accepted ones arrive, once each, intact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.interop.postfix import DOMAIN, UNKNOWN, Postfix
from tests.interop.test_other_servers import DOTS, content

import rawsmtp

if TYPE_CHECKING:
    import ssl

    from tests.conftest import MakeClient
    from tests.interop.exim import Exim, Jailed

SENDER, RECIPIENT = "sender@x.test", f"someone@{DOMAIN}"

FORMS: dict[str, tuple[dict[str, Any], int]] = {
    "chain": ({}, 1),
    "lock-step": ({"ignore_extensions": {"PIPELINING"}}, 1),
    "chunks, one by one": ({"chunking": "probe"}, 1),
    "chunks, a window of 8": ({"chunking": "probe"}, 8),
}


def submissions(count: int) -> list[rawsmtp.Submission]:
    """Return messages, every fifth of which has only a recipient that is refused, every seventh one that is too."""
    items = []
    for number in range(count):
        to = [UNKNOWN] if number % 5 == 2 else [RECIPIENT, UNKNOWN] if number % 7 == 3 else [RECIPIENT]
        octets = content(number, DOTS)
        items.append(rawsmtp.Submission(octets, sender=SENDER, recipients=to, refused="continue"))
    return items


@pytest.mark.parametrize("form", FORMS)
def test_refusals_in_the_midst(make_client: MakeClient, server: Postfix | Jailed, form: str) -> None:
    options, window = FORMS[form]
    items = submissions(40)
    results = make_client(server.host, server.port, **options).send_all(items, window=window)
    expected = [number for number in range(40) if number % 5 != 2]
    assert [number for number, result in enumerate(results) if result.receipt is not None] == expected
    assert all(isinstance(result.error, rawsmtp.RecipientsRefused) for result in results if result.receipt is None)
    assert sorted(server.wait_for(len(expected))) == sorted(content(number, DOTS) for number in expected)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("form", FORMS)
def test_inside_tls(
    make_client: MakeClient, postfix: Postfix, client_context: ssl.SSLContext, form: str, security: str
) -> None:
    options, window = FORMS[form]
    port = postfix.tls_port if security == "tls" else postfix.port
    client = make_client(postfix.host, port, security=security, tls_context=client_context, **options)
    results = client.send_all(submissions(20), window=window)
    expected = [number for number in range(20) if number % 5 != 2]
    assert [number for number, result in enumerate(results) if result.receipt is not None] == expected
    assert sorted(postfix.wait_for(len(expected))) == sorted(content(number, DOTS) for number in expected)


@pytest.mark.parametrize("chunking", ["off", "probe", "trust"])
def test_one_shot_with_quit_behind_the_last_octets(send_once: Any, server: Postfix | Jailed, chunking: Any) -> None:
    octets = content(1, DOTS)
    receipt = send_once(octets, server.host, server.port, sender=SENDER, recipients=RECIPIENT, chunking=chunking)
    assert receipt.reply.is_success
    assert server.wait_for(1) == [octets]


def test_a_big_chunk(make_client: MakeClient, server: Postfix | Jailed) -> None:
    octets = content(1, b".0123456789abcdef\n" * 100_000)
    client = make_client(server.host, server.port, chunking="probe")
    client.send(octets, sender=SENDER, recipients=RECIPIENT)
    client.send(content(2), sender=SENDER, recipients=RECIPIENT)
    assert sorted(server.wait_for(2)) == sorted([octets, content(2)])


def test_real_servers_discard_a_refused_chunk(make_client: MakeClient, postfix: Postfix, exim: Exim) -> None:
    for server in (postfix, exim):
        client = make_client(server.host, server.port, chunking="probe")
        client.send(content(1), sender=SENDER, recipients=RECIPIENT)
        said = [entry.line for entry in client.transcript if entry.direction == "sent"]
        assert "BDAT 6 LAST" in said
        assert any(line.startswith("BDAT") and line != "BDAT 6 LAST" for line in said)
