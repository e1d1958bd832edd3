"""The driver of docs/bring-your-own-io.md, on trio, against a server."""

from __future__ import annotations

import re
import socket
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rawsmtp import (
    AuthenticationFailed,
    ConnectFailed,
    ConnectionLost,
    Password,
    RecipientsRefused,
    SMTPTimeout,
    Submission,
    Timeouts,
    commands,
)
from rawsmtp.flows import Terms, ask_one
from rawsmtp.testing import Server

if TYPE_CHECKING:
    from collections.abc import Callable

trio: Any = pytest.importorskip("trio", reason="the driver on the page is for trio, which is not installed")

PAGE = Path(__file__).parent.parent.parent / "docs" / "bring-your-own-io.md"
DRIVER, USE = re.findall(r"^```python trio\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
MAIL = Submission("Subject: x\n\n.\n..x\n", sender="a@x.test", recipients="b@x.test")
LOGIN = Password("me", "code")


@cache
def driver() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "driver"}
    line = PAGE.read_text(encoding="utf-8").partition(DRIVER)[0].count("\n")
    exec(compile("\n" * line + DRIVER, str(PAGE), "exec"), names)  # so that a traceback names the page's lines
    return names


def client(server: Server, **terms: Any) -> Any:
    told = Terms(**{"security": "none", **terms})
    return driver()["TrioClient"](server.host, server.port, told, server.client_context())


async def send(mailer: Any, message: Submission = MAIL) -> Any:
    return await mailer.send(message.message, sender=message.sender, recipients=message.recipients)


def run(server: Server, talk: Callable[[Any], Any], **terms: Any) -> Any:
    async def main() -> Any:
        with trio.fail_after(20):
            async with client(server, **terms) as mailer:
                return await talk(mailer)

    return trio.run(main)


def test_use_on_the_page() -> None:
    exec(compile(USE, str(PAGE), "exec"), dict(driver()))


@pytest.mark.parametrize(
    ("security", "tls"),
    [("none", None), ("starttls", "starttls"), ("tls", "implicit")],
    ids=["clear", "starttls", "tls"],
)
@pytest.mark.parametrize("chop", [None, 1], ids=["whole", "by-octet"])
def test_message_arrives_as_it_was(security: str, tls: Any, chop: int | None) -> None:
    with Server(users={"me": "code"}, tls=tls, chop=chop, strict=security != "none") as server:
        credential = Password("me", "code", in_clear=security == "none")
        receipt = run(server, send, security=security, credential=credential)
        assert list(receipt.accepted) == ["b@x.test"]
        assert server.last.raw == b"Subject: x\r\n\r\n.\r\n..x\r\n"
        assert (server.last.tls is None) == (security == "none")
        assert "C: QUIT" in server.transcript


def test_many_in_order_with_a_refused_one_among_them() -> None:
    async def talk(mailer: Any) -> list[Any]:
        mails = [Submission(f"Subject: {n}\n\nx\n", sender="a@x.test", recipients=f"{n}@x.test") for n in range(5)]
        return [result async for result in mailer.send_many(mails)]

    with Server() as server:
        server.reply_to("RCPT", 550, "5.1.1 no", when="2@x.test")
        results = run(server, talk)
        assert [type(result.error) for result in results] == [type(None)] * 2 + [RecipientsRefused] + [type(None)] * 2
        assert [mail.subject for mail in server.outbox] == ["0", "1", "3", "4"]
        assert len(server.sessions) == 1


def test_tasks_take_turns() -> None:
    async def talk(mailer: Any) -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(send, mailer)

    with Server(strict=True) as server:
        run(server, talk)
        server.assert_sent(3)
        assert len(server.sessions) == 1


def test_error_of_the_source_comes_out_and_the_connection_lives() -> None:
    def mails() -> Any:
        yield MAIL
        raise KeyError("mine")

    async def talk(mailer: Any) -> None:
        with pytest.raises(KeyError, match="mine"):
            [_ async for _ in mailer.send_many(mails())]
        await send(mailer)

    with Server() as server:
        run(server, talk)
        server.assert_sent(2)
        assert len(server.sessions) == 1


def test_big_message_to_many() -> None:
    with Server() as server:
        content = b"Subject: big\r\n\r\n" + (b"." * 70 + b"\r\n") * 60_000
        recipients = [f"{number}@x.test" for number in range(300)]
        run(server, lambda mailer: send(mailer, Submission(content, sender="a@x.test", recipients=recipients)))
        assert server.last.raw == content
        assert len(server.last.envelope.recipients) == 300


@pytest.mark.parametrize(
    ("command", "phase", "outcome"), [("DATA", "data", "not_sent"), (".", "content", "unknown")], ids=["data", "dot"]
)
@pytest.mark.parametrize("fault", ["drop_after", "send_raw"], ids=["closed", "silent"])
def test_error_says_what_became_of_the_message(command: str, phase: str, outcome: str, fault: str) -> None:
    async def talk(mailer: Any) -> None:
        silent = fault == "send_raw"
        with pytest.raises(SMTPTimeout if silent else ConnectionLost) as caught:
            await send(mailer)
        assert (caught.value.phase, caught.value.outcome) == (phase, outcome)
        assert "MAIL FROM" in str(caught.value.transcript)
        await send(mailer)  # on a new connection

    with Server() as server:
        if fault == "send_raw":
            server.send_raw(command, b"", times=1)
        else:
            server.drop_after(command, times=1)
        run(server, talk, timeouts=Timeouts(command=0.2, data=0.2, final=0.2))
        assert server.last.subject == "x"
        assert len(server.sessions) == 2


def test_cancelled_conversation_is_never_gone_on_with() -> None:
    async def talk(mailer: Any) -> None:
        with trio.move_on_after(0.1) as scope:
            await send(mailer)
        assert scope.cancelled_caught
        assert mailer.session.progress.outcome == "unknown"
        await send(mailer)

    with Server() as server:
        server.freeze_after("DATA", times=1)
        run(server, talk)
        assert len(server.sessions) == 2


def test_wrong_password_leaves_no_connection() -> None:
    async def main(server: Server) -> None:
        mailer = client(server, security="tls", credential=Password("me", "wrong"))
        with pytest.raises(AuthenticationFailed) as caught:
            await send(mailer)
        assert (caught.value.phase, caught.value.outcome) == ("auth", "refused")
        assert "wrong" not in str(caught.value.transcript)
        server.wait_until_closed()

    with Server(users={"me": "code"}, tls="implicit") as server:
        trio.run(main, server)


def test_idle_connection_that_was_closed_is_replaced() -> None:
    async def talk(mailer: Any) -> None:
        await send(mailer)
        await trio.to_thread.run_sync(server.wait_until_closed)
        await send(mailer)

    with Server() as server:
        server.drop_after(".", answer=True, times=1)
        run(server, talk)
        server.assert_sent(2)


def test_an_end_that_came_meanwhile_is_found_before_the_next_command_counts() -> None:
    def twice() -> Any:
        yield from ask_one(commands.Noop(), 60)
        server.wait_until_closed()
        yield from ask_one(commands.Noop(), 60)

    async def talk(mailer: Any) -> None:
        with pytest.raises(ConnectionLost):
            await mailer._run(twice())
        assert str(mailer.transcript).count("NOOP") == 1

    with Server() as server:
        server.drop_after("NOOP", answer=True)
        run(server, talk)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    async def main() -> None:
        with pytest.raises(ConnectFailed):
            await send(driver()["TrioClient"]("127.0.0.1", port, Terms(security="none")))

    trio.run(main)
