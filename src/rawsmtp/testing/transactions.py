"""The commands of a session and its mail transactions, as the server performs them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rawsmtp import commands
from rawsmtp.protocol.state import State
from rawsmtp.wire.reply import Reply
from rawsmtp.wire.verb import Verb

from .contents import Contents
from .lines import parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .session import Setup
    from .steps import Step

_EXTENSION_OF = {
    (Verb.MAIL, "SIZE"): "SIZE",
    (Verb.MAIL, "BODY"): "8BITMIME",
    (Verb.MAIL, "SMTPUTF8"): "SMTPUTF8",
    (Verb.MAIL, "RET"): "DSN",
    (Verb.MAIL, "ENVID"): "DSN",
    (Verb.MAIL, "AUTH"): "AUTH",
    (Verb.RCPT, "NOTIFY"): "DSN",
    (Verb.RCPT, "ORCPT"): "DSN",
}
# RFC 1870 §3, RFC 6152 §2, RFC 3461 §4, RFC 4954 §5, RFC 6531 §3.4; xtext is RFC 3461 §4.
_XTEXT = "(?:[!-*,-<>-~]|[+][0-9A-F]{2})"
_NOTIFY = "(?:SUCCESS|FAILURE|DELAY)"
_VALUES = {
    "SIZE": "[0-9]{1,20}",
    "BODY": "7BIT|8BITMIME",
    "SMTPUTF8": "",
    "RET": "FULL|HDRS",
    "ENVID": f"{_XTEXT}{{1,100}}",
    "AUTH": f"<>|{_XTEXT}+",
    "NOTIFY": f"NEVER|{_NOTIFY}(?:,{_NOTIFY})*",
    "ORCPT": f"[A-Za-z0-9-]+;{_XTEXT}+",
}
_LMTP = Reply(500, "5.5.1 This is LMTP: say LHLO")
_OUT_OF_ORDER = Reply(503, "5.5.1 Bad sequence of commands")
_IN_TRANSACTION = (State.SENDER, State.RECIPIENTS, State.CHUNKS)


class ServerSession(Contents):
    """One connection, seen from the server.

    setup: what all sessions of the server share.
    """

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._do: Mapping[Verb, Callable[[commands.Command], list[Reply]]] = {
            Verb.EHLO: self._hello,
            Verb.LHLO: self._hello,
            Verb.HELO: self._helo,
            Verb.STARTTLS: self._starttls,
            Verb.MAIL: self._mail,
            Verb.RCPT: self._rcpt,
            Verb.DATA: self._data,
            Verb.RSET: self._rset,
            Verb.QUIT: self._quit,
        }

    def command(self, command: commands.Command) -> list[Step]:
        """Answer a command."""
        asked = self.ask_handler(command)
        if isinstance(command, commands.Auth):
            return self.written([asked]) if asked is not None else self.begin_login(command)
        if isinstance(command, commands.Bdat):
            return self.begin_chunk(command, asked)
        if command.verb is Verb.OTHER:
            return self.respond("*", (), lambda: [Reply(500, "5.5.1 Command not known")], asked)
        do = self._do.get(command.verb, self._ask)
        return self.respond(command.verb.value, _subjects(command), lambda: do(command), asked)

    def _ask(self, command: commands.Command) -> list[Reply]:
        return self.say(command.verb.value)

    def _hello(self, command: commands.Command) -> list[Reply]:
        if (command.verb is Verb.LHLO) is not self.setup.lmtp:
            return [_LMTP if self.setup.lmtp else Reply(500, "5.5.1 This is SMTP: say EHLO")]
        self.forget()
        self.state = State.READY
        first = self.setup.persona.reply("EHLO")
        offered = [
            f"{keyword} {value}".rstrip() for keyword, value in self.setup.offers(tls=self.tls is not None).items()
        ]
        return [Reply(first.code, "\n".join([first.text, *offered]))]

    def _helo(self, command: commands.Command) -> list[Reply]:
        if self.setup.lmtp:
            return [_LMTP]
        self.forget()
        self.state = State.READY
        return self.say("HELO")

    def _starttls(self, command: commands.Command) -> list[Reply]:
        if "STARTTLS" not in self.offered:
            return [Reply(502, "5.5.1 Not offered")]
        if self.state is not State.READY:
            return [_OUT_OF_ORDER]
        self.forget()
        self.state = State.HANDSHAKE
        return self.say("STARTTLS")

    def _mail(self, command: commands.Command) -> list[Reply]:
        assert isinstance(command, commands.Mail)  # noqa: S101  # for the type checker: the verb is MAIL
        if self.state is not State.READY:
            return [_OUT_OF_ORDER]
        given = parameters(command.parameters)
        refusal = self._parameters(Verb.MAIL, given) or self._address(command.address, given) or self._size(given)
        if refusal is not None:
            return [refusal]
        self.sender, self.parameters = command.address, given
        self.state = State.SENDER
        return self.say("MAIL")

    def _rcpt(self, command: commands.Command) -> list[Reply]:
        assert isinstance(command, commands.Rcpt)  # noqa: S101  # for the type checker: the verb is RCPT
        if self.state not in _IN_TRANSACTION[:2]:
            return [_OUT_OF_ORDER]
        given = parameters(command.parameters)
        refusal = self._parameters(Verb.RCPT, given) or self._address(command.address, self.parameters)
        limit = self.setup.faults.recipients
        if refusal is None and limit is not None and len(self.recipients) >= limit:
            refusal = Reply(452, "4.5.3 Too many recipients")
        if refusal is not None:
            return [refusal]
        self.recipients.append((command.address, given))
        self.state = State.RECIPIENTS
        return self.say("RCPT")

    def _parameters(self, verb: Verb, given: Mapping[str, str]) -> Reply | None:
        for keyword in given:
            extension = _EXTENSION_OF.get((verb, keyword))
            if extension is None or extension not in self.offered:
                self.judge.parameter(keyword, verb)
                return Reply(555, f"5.5.4 {keyword} is not known here")
            if not re.fullmatch(_VALUES[keyword], given[keyword], re.IGNORECASE):
                return Reply(501, f"5.5.4 {keyword} has another value")
        return None

    def _address(self, address: str, given: Mapping[str, str]) -> Reply | None:
        declared = "SMTPUTF8" in given
        self.judge.address(address, declared=declared)
        return None if declared or address.isascii() else Reply(553, "5.6.7 Say SMTPUTF8 for such an address")

    def _size(self, given: Mapping[str, str]) -> Reply | None:
        too_big = int(given.get("SIZE", "0")) > self.setup.size
        return Reply(552, "5.3.4 The message is too big") if too_big else None

    def _data(self, command: commands.Command) -> list[Reply]:
        if self.state is State.SENDER:
            return [Reply(554, "5.5.1 No valid recipients")]
        if self.state is not State.RECIPIENTS:
            return [_OUT_OF_ORDER]
        self.begin_data()
        return self.say("DATA")

    def _rset(self, command: commands.Command) -> list[Reply]:
        self.forget()
        self.state = State.START if self.state is State.START else State.READY
        return self.say("RSET")

    def _quit(self, command: commands.Command) -> list[Reply]:
        self.state = State.CLOSED
        return self.say("QUIT")


def _subjects(command: commands.Command) -> tuple[str, ...]:
    if isinstance(command, (commands.Mail, commands.Rcpt)):
        return (command.address,)
    return (str(command).partition(" ")[2],)
