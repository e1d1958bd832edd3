"""What a look at a server finds: one session without a login, watched, and no mail."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from rawsmtp import Client, SMTPError
from rawsmtp.client.tls import default_context
from rawsmtp.errors import ConnectionLost, SMTPTimeout, TLSFailed
from rawsmtp.wire.capabilities import Capabilities
from rawsmtp.wire.command import Ehlo, StartTls
from rawsmtp.wire.foreign import identify

from .check_chain import watched
from .watch import Live

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from rawsmtp import Reply, TLSInfo
    from rawsmtp.client.location import Location
    from rawsmtp.client.settings import Options
    from rawsmtp.wire.mail_data import Item

    from .check_chain import Certificate
    from .output import Output

_PROBE_PATIENCE = 3.0
"""Seconds for a server that is silent to show what it is."""
_PROBE_OCTETS = 256


@dataclass(slots=True)
class Probe:
    """What was found.

    location: the server, and how it was to be used.
    greeting: the server's first reply.
    in_clear, inside: what EHLO offered before and inside TLS; None where it was not said.
    tls: the TLS that came up.
    chain: the server's certificates, its own first.
    untrusted: why the certificate is not good; None if it is, or was not seen.
    error: what ended the look; with `untrusted`, what ended the second one, which did not verify.
    foreign: what the server is instead, as in `hints.FOREIGN`, if it does not speak SMTP.
    seconds: how long each step took: "connect", "tls", "greeting", "EHLO", "STARTTLS".
    """

    location: Location
    greeting: Reply | None = None
    in_clear: Capabilities | None = None
    inside: Capabilities | None = None
    tls: TLSInfo | None = None
    chain: list[Certificate] = field(default_factory=list)
    untrusted: TLSFailed | None = None
    error: SMTPError | None = None
    foreign: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)


class Watch(Live):
    """A transcript that fills in a probe as the conversation goes on."""

    __slots__ = ("_last", "_probe", "_since")

    def __init__(self, out: Output, found: Probe) -> None:
        super().__init__(out)
        self._probe = found
        self._since = monotonic()
        self._last: Item | None = None

    def note(self, text: str, *, tls: bool = False) -> None:
        """Take the time of a connection, or of a handshake."""
        super().note(text, tls=tls)
        if tls:
            self._lap("tls")
        elif text.startswith("Connected"):
            self._lap("connect")

    def record_sent(self, items: Iterable[Item], *, tls: bool) -> None:
        """Remember what is said."""
        items = tuple(items)
        super().record_sent(items, tls=tls)
        self._since = monotonic()
        self._last = items[-1] if items else self._last

    def record_received(self, replies: Iterable[Reply], *, tls: bool) -> None:
        """Keep what the server offers."""
        replies = tuple(replies)
        super().record_received(replies, tls=tls)
        for reply in replies:
            if self._last is None:
                self._probe.greeting = reply
                self._lap("greeting")
            elif isinstance(self._last, Ehlo):
                self._lap("EHLO")
                self._learn(reply, tls=tls)
            elif isinstance(self._last, StartTls):
                self._lap("STARTTLS")

    def _learn(self, reply: Reply, *, tls: bool) -> None:
        offered = Capabilities.parse(reply) if reply.is_success else Capabilities()
        if tls:
            self._probe.inside = offered
        else:
            self._probe.in_clear = offered

    def _lap(self, what: str) -> None:
        now = monotonic()
        self._probe.seconds[what] = now - self._since
        self._since = now


def probe(location: Location, out: Output) -> Probe:
    """Look at the server; nothing is raised for what the server does."""
    found = Probe(location)
    error = _look(found, {**location.options, "tls_context": watched(default_context(), found.chain)}, out)
    if isinstance(error, TLSFailed) and hasattr(error.__cause__, "verify_code"):
        found.untrusted = error
        # What it offers can still be seen; nobody logs in on this connection.
        error = _look(found, {**location.options, "tls_context": watched(_blind_context(), found.chain)}, out)
    found.error = error
    if error is not None and found.greeting is None and isinstance(error, (SMTPTimeout, ConnectionLost)):
        found.foreign = _identify(found, out) if error.phase == "greeting" else None
    return found


def _look(found: Probe, options: Options, out: Output) -> SMTPError | None:
    """Open a session and end it; return what went wrong."""
    client = Client(found.location.host, found.location.port or None, **options)
    client.transcript = Watch(out, found)
    try:
        client.connect()
    except SMTPError as error:
        return error
    else:
        found.tls = client.tls
        client.close()
        return None
    finally:
        client.abort()


def _blind_context() -> ssl.SSLContext:
    import ssl

    context = default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _identify(found: Probe, out: Output) -> str | None:
    """Return what a server that waits for its client is."""
    if found.tls is not None or found.location.options.get("security") == "tls" or not found.location.port:
        return None
    within_tls = Probe(found.location)
    options: Options = {**found.location.options, "security": "tls", "tls_context": _blind_context()}
    _look(within_tls, options, out)
    if "tls" in within_tls.seconds:
        return "a TLS server"
    return _answer_to_hello(found.location)


def _answer_to_hello(location: Location) -> str | None:
    """Say hello, as one does at a telnet, and see what the server answers."""
    try:
        with socket.create_connection((location.host, location.port), _PROBE_PATIENCE) as sock:
            sock.sendall(b"hello\r\n\r\n")
            known = identify(sock.recv(_PROBE_OCTETS))
    except OSError:
        return None
    return known[0] if known is not None else None
