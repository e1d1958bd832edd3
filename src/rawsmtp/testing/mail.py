"""A message as it arrived, and what a test wants to know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import EmailMessage, Message

_LINK = re.compile(r"""https?://[^\s<>"'\])}，。；：！？、（）【】《》「」“”‘’]+""")
_TRAILING = ".,;:!?"


@dataclass(frozen=True, slots=True)
class ReceivedEnvelope:
    """Who it came from and for, as MAIL and RCPT said it.

    sender: the address; "" for the null sender.
    recipients: the accepted addresses, in order.
    parameters: the ESMTP parameters of MAIL, keywords in upper case; a keyword without a value has "".
    recipient_parameters: those of each RCPT, by address.
    """

    sender: str
    recipients: tuple[str, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)
    recipient_parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Login:
    """Who had logged in, and by which SASL mechanism."""

    user: str
    mechanism: str


@dataclass(frozen=True, slots=True)
class ReceivedTLS:
    """The TLS that it came in: version such as "TLSv1.3", and the name of the cipher suite."""

    version: str
    cipher: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attachment: its file name, media type and octets."""

    filename: str | None
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A message that the server took.

    envelope: sender and recipients.
    raw: its octets as the client meant them: dots removed, nothing added.
    auth: who had logged in; None for nobody.
    tls: the TLS that it came in; None for clear.
    transcript: the dialogue up to it, a line an entry: "C: …" or "S: …".
    """

    envelope: ReceivedEnvelope
    raw: bytes = field(repr=False)
    auth: Login | None = None
    tls: ReceivedTLS | None = None
    transcript: tuple[str, ...] = field(default=(), repr=False)

    @property
    def message(self) -> EmailMessage:
        """The message parsed, by the default policy of `email`."""
        from email import message_from_bytes, policy

        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def headers(self) -> EmailMessage:
        """The headers alone, by name: `headers["Message-ID"]`, `headers.get_all("Received")`."""
        from email import policy
        from email.parser import BytesHeaderParser

        return BytesHeaderParser(policy=policy.default).parsebytes(self.raw)

    @property
    def subject(self) -> str:
        """The Subject, decoded; "" without one."""
        return str(self.headers["Subject"] or "")

    @property
    def text(self) -> str:
        """The plain text body, with LF line ends; "" without one."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML body, with LF line ends; "" without one."""
        return self._body("html")

    def _body(self, subtype: str) -> str:
        part = self.message.get_body(preferencelist=(subtype,))
        if part is None:
            return ""
        try:
            return str(part.get_content()).replace("\r\n", "\n")
        except LookupError:  # a charset that Python does not know
            return _octets(part).decode("utf-8", "replace")

    @property
    def attachments(self) -> list[Attachment]:
        """The attachments, in order."""
        return [
            Attachment(part.get_filename(), part.get_content_type(), _octets(part))
            for part in self.message.iter_attachments()
        ]

    @property
    def links(self) -> list[str]:
        """The http and https links in the text and in the HTML, each once, in order."""
        from html import unescape

        found = _LINK.findall(self.text) + [unescape(link) for link in _LINK.findall(self.html)]
        return list(dict.fromkeys(link.rstrip(_TRAILING) for link in found))

    def link(self, part: str = "") -> str:
        """Return the only link with this text in it; AssertionError that lists the links otherwise."""
        found = [link for link in self.links if part in link]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} links with {part!r} in them; the links are {self.links}")
        return found[0]

    def code(self, pattern: str = r"(?a:\b\d{4,8}\b)") -> str:
        """Return the first match of a regular expression in the body, its first group if it has one.

        pattern: default: a number of four to eight digits, as a confirmation code is; no letter of ASCII beside it.
        """
        match = re.search(pattern, self.text or self.html)
        if match is None:
            raise AssertionError(f"nothing matches {pattern!r} in: {self.text or self.html!r:.500}")
        return str(match[1] if match.re.groups else match[0])

    def __str__(self) -> str:
        recipients = ", ".join(self.envelope.recipients)
        return f"{self.subject!r} from <{self.envelope.sender}> for {recipients} ({len(self.raw)} octets)"


def _octets(part: Message) -> bytes:
    """Return the content of a part, its transfer encoding undone; that of a message within a message is all of it."""
    if part.is_multipart():
        return b"".join(inner.as_bytes() for inner in cast("list[Message]", part.get_payload()))
    return cast("bytes", part.get_payload(decode=True) or b"")
