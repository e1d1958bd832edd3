"""Recognises what is no SMTP server by its first octets."""

from __future__ import annotations

_SHOWN = 80
_KNOWN: tuple[tuple[bytes, str, str], ...] = (
    (b"( success ", "a Subversion server (svnserve)", "mail is sent to another port: 465, 587 or 25"),
    (b"HTTP/", "a web server", "mail is sent to another port: 465, 587 or 25"),
    (b"<", "a web server", "mail is sent to another port: 465, 587 or 25"),
    (b"SSH-", "an SSH server", "mail is sent to another port: 465, 587 or 25"),
    (b"* OK", "an IMAP server", "IMAP reads mail; sending goes to port 465, 587 or 25"),
    (b"+OK", "a POP3 server", "POP3 reads mail; sending goes to port 465, 587 or 25"),
    (b"\x15\x03", "a TLS server", 'it wants TLS from the first byte: try security="tls"'),
    (b"\x16\x03", "a TLS server", 'it wants TLS from the first byte: try security="tls"'),
)


def identify(octets: bytes) -> tuple[str, str] | None:
    """Return what kind of server sends these octets first, and what to try; None if that is not known."""
    for start, name, advice in _KNOWN:
        if octets and (octets.startswith(start) or start.startswith(octets)):
            return name, advice
    return None


def show(octets: bytes) -> str:
    """Return the first of some octets as they are shown in messages, everything but printable ASCII escaped."""
    shown = ascii(octets[:_SHOWN])[1:]
    return shown + "…" if len(octets) > _SHOWN else shown
