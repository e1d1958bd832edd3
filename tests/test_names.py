"""The public names: that each is there, how it is called, and with which defaults."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields
from importlib import import_module
from typing import Any

import pytest

import rawsmtp
from rawsmtp import Limits, Password, Reply, Timeouts, commands
from rawsmtp.client.settings import Options

PLACES = [
    *("rawsmtp.wire.ReplyParser", "rawsmtp.flows.Exchange", "rawsmtp.errors.SMTPError", "rawsmtp.testing.Server"),
    *("rawsmtp.codes.REGISTRY", "rawsmtp.codes.lookup", "rawsmtp.providers.PROVIDERS", "rawsmtp.providers.find"),
    *("rawsmtp.commands.Mail", "rawsmtp.protocol.Connection", "rawsmtp.sasl.Password", "rawsmtp.registry.explain"),
    *("rawsmtp.client", "rawsmtp.message"),
]


def run(code: str) -> None:
    """Run code in an interpreter that has imported nothing else."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("place", PLACES)
def test_place_is_reached_from_the_package_alone(place: str) -> None:
    run(f"import rawsmtp; {place}")
    run(f"from {place.rpartition('.')[0]} import {place.rpartition('.')[2]}")


def test_star_brings_every_name() -> None:
    run("from rawsmtp import *; import rawsmtp; assert set(rawsmtp.__all__) <= set(dir())")


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        rawsmtp.nothing  # noqa: B018  # its look-up is what is tested


DEFAULTS: dict[str, Any] = {
    "port": None,
    "security": None,
    "auth": None,
    "lmtp": False,
    "local_name": None,
    "timeout": Timeouts(),
    "deadline": 900.0,
    "tls_context": None,
    "source_address": None,
    "connect": None,
    "limits": Limits(),
    "ignore_extensions": (),
    "chunking": "off",
}


@pytest.mark.parametrize("kind", [rawsmtp.Client, rawsmtp.AsyncClient])
def test_how_clients_are_made(kind: Any) -> None:
    found = inspect.signature(kind).parameters
    assert {name: parameter.default for name, parameter in found.items() if name != "host"} == DEFAULTS
    keywords = [name for name, parameter in found.items() if parameter.kind is inspect.Parameter.KEYWORD_ONLY]
    assert keywords == [*DEFAULTS][1:]
    assert keywords == [*Options.__annotations__]
    kind("mail.test", **DEFAULTS)


@pytest.mark.parametrize("name", ["send", "asend"])
def test_how_one_message_is_sent(name: str) -> None:
    found = inspect.signature(getattr(rawsmtp, name)).parameters
    of_client = inspect.signature(rawsmtp.Client.send).parameters
    assert [*found][:3] == ["message", "host", "port"]
    for keyword, default in {"sender": None, "recipients": None, "refused": "abort"}.items():
        assert found[keyword].default == of_client[keyword].default == default
        assert found[keyword].kind is inspect.Parameter.KEYWORD_ONLY


METHODS = (
    *("connect", "close", "abort", "send", "send_many", "command", "verify", "noop", "reset"),
    *("for_account", "from_url", "from_env"),
)
ATTRIBUTES = ("greeting", "capabilities", "tls", "transcript", "progress")


@pytest.mark.parametrize("name", [*METHODS, *ATTRIBUTES])
def test_both_clients_have_the_same_members(name: str) -> None:
    for client in (rawsmtp.Client("mail.test"), rawsmtp.AsyncClient("mail.test")):
        assert hasattr(client, name)
    if name in METHODS:
        of_blocking = inspect.signature(getattr(rawsmtp.Client, name)).parameters
        of_asyncio = inspect.signature(getattr(rawsmtp.AsyncClient, name)).parameters
        assert [*of_blocking] == [*of_asyncio]


def test_what_sends() -> None:
    sender: rawsmtp.Sender = rawsmtp.Client("mail.test")
    async_sender: rawsmtp.AsyncSender = rawsmtp.AsyncClient("mail.test")
    assert isinstance(sender, rawsmtp.Sender)
    assert isinstance(async_sender, rawsmtp.AsyncSender)
    assert not isinstance(object(), rawsmtp.Sender)


def test_values_are_made_by_position() -> None:
    assert Timeouts(1, 2, 3, 4, 5, 6) == Timeouts(connect=1, greeting=2, command=3, data=4, final=5, quit=6)
    assert Limits(1_000, 2_000, 30) == Limits(line=1_000, reply=2_000, lines=30)
    assert Password("u", "s", "PLAIN", "z") == Password("u", "s", mechanism="PLAIN", authzid="z")


COMMANDS: list[tuple[Any, bytes]] = [
    (commands.Ehlo("me.test"), b"EHLO me.test\r\n"),
    (commands.Helo("163.com"), b"HELO 163.com\r\n"),
    (commands.Lhlo("me.test"), b"LHLO me.test\r\n"),
    (commands.Auth("LOGIN"), b"AUTH LOGIN\r\n"),
    (commands.Auth("PLAIN", b"\0u\0p"), b"AUTH PLAIN AHUAcA==\r\n"),
    (commands.AuthAnswer(b"testformybook"), b"dGVzdGZvcm15Ym9vaw==\r\n"),
    (commands.AuthAnswer(None), b"*\r\n"),
    (commands.StartTls(), b"STARTTLS\r\n"),
    (commands.Mail("a@b"), b"MAIL FROM:<a@b>\r\n"),
    (commands.Mail(""), b"MAIL FROM:<>\r\n"),
    (commands.Mail("a@b", "SIZE=10", "BODY=8BITMIME"), b"MAIL FROM:<a@b> SIZE=10 BODY=8BITMIME\r\n"),
    (commands.Rcpt("a@b", "NOTIFY=NEVER"), b"RCPT TO:<a@b> NOTIFY=NEVER\r\n"),
    (commands.Data(), b"DATA\r\n"),
    (commands.Content(b"x\n"), b"x\n"),
    (commands.EndOfData(), b".\r\n"),
    (commands.Bdat(10), b"BDAT 10\r\n"),
    (commands.Bdat(10, last=True), b"BDAT 10 LAST\r\n"),
    (commands.Rset(), b"RSET\r\n"),
    (commands.Noop(), b"NOOP\r\n"),
    (commands.Quit(), b"QUIT\r\n"),
    (commands.Vrfy("x"), b"VRFY x\r\n"),
    (commands.Expn("x"), b"EXPN x\r\n"),
    (commands.Help("MAIL"), b"HELP MAIL\r\n"),
]


@pytest.mark.parametrize(("command", "octets"), COMMANDS, ids=lambda value: type(value).__name__)
def test_command_is_a_frozen_value_with_its_octets(command: Any, octets: bytes) -> None:
    assert bytes(command) == octets
    assert pickle.loads(pickle.dumps(command)) == command
    assert hash(pickle.loads(pickle.dumps(command))) == hash(command)
    for field in fields(command):
        with pytest.raises((FrozenInstanceError, AttributeError)):
            setattr(command, field.name, b"")


def test_every_command_is_in_the_table() -> None:
    kinds = {name for name in commands.__all__ if name not in ("Command", "Raw")}
    assert kinds == {type(command).__name__ for command, _ in COMMANDS}


def test_reply_is_a_value_that_unpacks() -> None:
    reply = Reply(550, "5.1.1 no such user")
    code, text = reply
    assert (code, text) == (550, "5.1.1 no such user")
    assert str(reply) == "550 5.1.1 no such user"
    assert reply.enhanced == "5.1.1"
    assert reply.raw == b"550 5.1.1 no such user\r\n"
    assert pickle.loads(pickle.dumps(reply)) == reply
    with pytest.raises(FrozenInstanceError):
        reply.code = 250  # type: ignore[misc]  # that it cannot be set is what is tested


@pytest.mark.parametrize("name", ["codes", "providers"])
def test_name_of_a_module_stands_for_all_of_it(name: str) -> None:
    found, whole = import_module(f"rawsmtp.{name}"), import_module(f"rawsmtp.registry.{name}")
    made = {each for each, value in vars(whole).items() if getattr(value, "__module__", "") == whole.__name__}
    assert {each for each in made if not each.startswith("_")} - {"Row"} <= set(found.__all__)
    assert all(getattr(found, each) is getattr(whole, each) for each in found.__all__)
