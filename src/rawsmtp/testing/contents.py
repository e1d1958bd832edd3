"""What comes behind a command: the responses of AUTH, the content of DATA, the chunks of BDAT."""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING

from rawsmtp.protocol.state import State
from rawsmtp.wire.mail_data import Bdat, EndOfData
from rawsmtp.wire.reply import Reply
from rawsmtp.wire.verb import Verb

from .lines import read_base64
from .logins import LOGINS, SHOWS_THE_SECRET, Challenges, LoginRefused
from .mail import Login, ReceivedEnvelope, ReceivedMail
from .session import BaseSession, Setup

if TYPE_CHECKING:
    from rawsmtp.wire.auth import Auth

    from .steps import Step

_PROMPTS = {b"Username:": "username", b"Password:": "password"}


class Contents(BaseSession):
    """A session that can be told secrets and messages."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.forget()

    @property
    def offered(self) -> dict[str, str]:
        """The keywords that EHLO offers now."""
        return self.setup.offers(tls=self.tls is not None)

    def forget(self) -> None:
        """Forget the mail transaction."""
        self.sender = ""
        self.parameters: dict[str, str] = {}
        self.recipients: list[tuple[str, dict[str, str]]] = []
        self._chunks = bytearray()

    def begin_login(self, command: Auth) -> list[Step]:
        """Answer AUTH. RFC 4954 §4."""
        refusal = self._may_log_in(command.mechanism.upper())
        if refusal is not None:
            return self.written([refusal])
        mechanism = command.mechanism.upper()
        self.judge.credentials(mechanism, tls=self.tls is not None, plaintext=mechanism in SHOWS_THE_SECRET)
        self.state = State.CHALLENGE
        exchange = LOGINS[mechanism](self.setup.users)
        challenge = next(exchange)
        if command.initial is not None:
            return self._advance(exchange, command.initial)
        return self._challenge(exchange, challenge)

    def _may_log_in(self, mechanism: str) -> Reply | None:
        if "AUTH" not in self.offered:
            return Reply(502, "5.5.1 AUTH is not offered")
        if self.state is not State.READY or self.login is not None:
            return Reply(503, "5.5.1 Bad sequence of commands")
        if mechanism not in self.offered["AUTH"].split() or mechanism not in LOGINS:
            return Reply(504, "5.5.4 That mechanism is not offered")
        return None

    def _challenge(self, exchange: Challenges, challenge: bytes) -> list[Step]:
        self.read = lambda: self._read_response(exchange)
        words = self.setup.persona.words.get(_PROMPTS.get(challenge, ""))
        text = words.partition(" ")[2] if words else b2a_base64(challenge, newline=False).decode()
        # RFC 4954 §4: the space stays, even where the challenge is empty.
        return self.written([Reply(334, text, f"334 {text}\r\n".encode())])

    def _read_response(self, exchange: Challenges) -> list[Step] | None:
        line = self.take_line()
        if line is None:
            return None
        self.record("C", "*" if line == b"*" else "[redacted]")
        self.read, self.state = self.read_line, State.READY
        if line == b"*":
            return self.written([Reply(501, "5.7.0 Authentication cancelled")])
        try:
            response = read_base64(line)
        except ValueError as error:
            return self.written([Reply(501, f"5.5.2 {error}")])
        return self._advance(exchange, response)

    def _advance(self, exchange: Challenges, response: bytes) -> list[Step]:
        try:
            challenge = exchange.send(response)
        except StopIteration as stop:
            return self._verdict(stop.value.user, stop.value)
        except LoginRefused as refusal:
            return self._verdict(refusal.user, None)
        self.state = State.CHALLENGE
        return self._challenge(exchange, challenge)

    def _verdict(self, user: str, login: Login | None) -> list[Step]:
        self.read, self.state = self.read_line, State.READY

        def do() -> list[Reply]:
            self.login = login
            return self.say("AUTH" if login is not None else "AUTH refused")

        return self.respond("AUTH", (user,), do)

    def begin_data(self) -> None:
        """Read content until the final dot."""
        self.state = State.CONTENT
        self.scanned = 0
        self.read = self._read_content

    def _read_content(self) -> list[Step] | None:
        if self.buffer.startswith(b".\r\n"):
            return self._take_content(0)
        end = self.buffer.find(b"\r\n.\r\n", max(0, self.scanned - 4))
        if end < 0:
            self.scanned = len(self.buffer)
            return None
        return self._take_content(end + 2)

    def _take_content(self, size: int) -> list[Step]:
        wire = bytes(self.buffer[:size])
        del self.buffer[: size + 3]
        self.scanned = 0
        self.read, self.state = self.read_line, State.READY
        self.judge.content(wire, stuffed=True, declared=self._declared)
        self.judge_behind(Verb.END_OF_DATA, bytes(self.buffer))
        self.record("C", f"[{len(wire)} octets]\n.")
        octets = (b"\r\n" + wire).replace(b"\r\n.", b"\r\n")[2:]
        asked = self.ask_handler(EndOfData())
        return self._conclude(".", octets, asked)

    @property
    def _declared(self) -> bool:
        return "SMTPUTF8" in self.parameters or self.parameters.get("BODY", "").upper() == "8BITMIME"

    def _conclude(self, key: str, octets: bytes, asked: Reply | None) -> list[Step]:
        # LMTP has one reply for each recipient that was accepted, even for one that was said twice: RFC 2033 §4.2.
        recipients = tuple(address for address, _ in self.recipients)
        groups = [(recipient,) for recipient in recipients] if self.setup.lmtp else [recipients]
        steps: list[Step] = []
        for group in groups:
            steps += self.respond(key, group, lambda group=group: [self._accept(octets, group)], asked)  # type: ignore[misc]  # bound now, not when the loop is over
            if self.is_over:
                break
        self.forget()
        return steps

    def _accept(self, octets: bytes, recipients: tuple[str, ...]) -> Reply:
        if len(octets) > self.setup.size:
            return Reply(552, "5.3.4 The message is too big")
        self.state = State.READY
        envelope = ReceivedEnvelope(
            self.sender,
            recipients,
            self.parameters,
            {name: given for name, given in self.recipients if name in recipients},
        )
        mail = ReceivedMail(envelope, octets, self.login, self.tls, tuple(self.transcript))
        return self.say(".", number=self.setup.deliver(mail))[0]

    def begin_chunk(self, command: Bdat, asked: Reply | None) -> list[Step]:
        """Read the octets of a chunk; where BDAT is not offered they will be read as commands. RFC 3030 §2."""
        if "CHUNKING" not in self.offered:
            return self.written([Reply(502, "5.5.1 BDAT is not offered")])
        refusal = None if self.state in (State.RECIPIENTS, State.CHUNKS) else Reply(503, "5.5.1 No valid recipients")
        self.read = lambda: self._read_chunk(command, refusal or asked)
        return []

    def _read_chunk(self, command: Bdat, asked: Reply | None) -> list[Step] | None:
        if len(self.buffer) < command.size:
            return None
        chunk = bytes(self.buffer[: command.size])
        del self.buffer[: command.size]
        self.read = self.read_line
        self.record("C", f"[{command.size} octets]")
        self.judge_behind(command.verb, bytes(self.buffer))
        recipients = tuple(address for address, _ in self.recipients)
        if self.state not in (State.RECIPIENTS, State.CHUNKS):
            return self.respond("BDAT", recipients, list, asked)
        self._chunks += chunk
        # A refused chunk leaves a transaction that nothing but RSET ends, and no recipient for the next chunk.
        self.state = State.SENDER
        if command.last:
            steps = self._take_last(recipients, asked)
        else:
            steps = self.respond("BDAT", recipients, lambda: self._keep(command), asked)
        if self.state is State.SENDER:
            self.recipients.clear()
        return steps

    def _keep(self, command: Bdat) -> list[Reply]:
        self.state = State.CHUNKS
        return self.say("BDAT", octets=command.size)

    def _take_last(self, recipients: tuple[str, ...], asked: Reply | None) -> list[Step]:
        octets = bytes(self._chunks)
        self.judge.content(octets, stuffed=False, declared=self._declared)
        return self._conclude("BDAT" if self.setup.faults.expects("BDAT", *recipients) else ".", octets, asked)
