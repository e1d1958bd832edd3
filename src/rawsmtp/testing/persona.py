"""What kind of server a test server is: how it greets, what it offers, and in which words it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rawsmtp.wire.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYWORDS = ("PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "CHUNKING", "DSN", "ENHANCEDSTATUSCODES", "HELP")
"""What a modern server offers."""

_WORDS: Mapping[str, str] = {
    "greeting": "220 {domain} ESMTP rawsmtp test server",
    "EHLO": "250 {domain}",
    "HELO": "250 {domain}",
    "STARTTLS": "220 2.0.0 Go ahead",
    "AUTH": "235 2.7.0 Authentication successful",
    "AUTH refused": "535 5.7.8 Authentication credentials invalid",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 End data with <CR><LF>.<CR><LF>",
    ".": "250 2.0.0 Ok: queued as {number}",
    "BDAT": "250 2.0.0 {octets} octets taken",
    "RSET": "250 2.0.0 Ok",
    "NOOP": "250 2.0.0 Ok",
    "VRFY": "252 2.5.0 Cannot verify, but will take a message",
    "EXPN": "502 5.5.1 Not done here",
    "HELP": "214 2.0.0 RFC 5321",
    "QUIT": "221 2.0.0 Bye",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A kind of server.

    domain: the name that it gives itself.
    keywords: what EHLO offers; STARTTLS, AUTH and the value of SIZE are added by themselves.
    mechanisms: the SASL mechanisms that it offers.
    size: octets of a message at most.
    words: its replies, where they are not the usual ones: by verb, "greeting", "." for the final reply, "AUTH
        refused", "username" and "password" (the prompts of LOGIN, as they are on the wire).
    refusals: typical refusals by a short name: where they come, and their words.
    source: where its words are from.
    """

    domain: str = "localhost"
    keywords: tuple[str, ...] = KEYWORDS
    mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN")
    size: int = 35_882_577
    words: Mapping[str, str] = field(default_factory=dict)
    refusals: Mapping[str, tuple[str, Reply]] = field(default_factory=dict)
    source: str = ""

    def reply(self, key: str, **values: object) -> Reply:
        """Return the reply of this kind of server, its blanks filled in."""
        code, _, text = (self.words.get(key) or _WORDS[key]).partition(" ")
        return Reply(int(code), text.format(domain=self.domain, **values) if "{" in text else text)


MODERN = Persona()
"""A modern server without peculiarities."""
