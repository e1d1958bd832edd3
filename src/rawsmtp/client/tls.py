"""TLS as a transformation of octets, by `ssl.MemoryBIO`: no socket, so one code serves every driver."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rawsmtp.errors import ConnectionLost, TLSFailed
from rawsmtp.wire.foreign import identify, show
from rawsmtp.wire.reply import printable

if TYPE_CHECKING:
    import ssl

_READ = 65_536
_FIRST = 81
"""Octets that are kept to tell what it is that does not speak TLS: one more than are shown."""
_SHOWN = 80

_NOT_TRUSTED = "if you know the server, trust its issuer by tls_context="
_BY_DATE = "whoever runs the server has to renew it; is the clock of this machine right?"
_BY_NAME = "connect by a name that the certificate has"
_ADVICE = {9: _BY_DATE, 10: _BY_DATE, 62: _BY_NAME, 64: _BY_NAME}
"""By OpenSSL's `verify_code`: not yet valid, expired, of another host name, of another address."""


@dataclass(frozen=True, slots=True)
class TLSInfo:
    """The TLS that a connection runs in.

    version: such as "TLSv1.3".
    cipher: the name of the cipher suite.
    certificate: the server's certificate as `ssl.SSLSocket.getpeercert` gives it; empty if it was not verified.
    """

    version: str
    cipher: str
    certificate: dict[str, Any] = field(repr=False)


def default_context() -> ssl.SSLContext:
    """Return a context that verifies certificate and host name, TLS 1.2 or later. RFC 9525 §6.3."""
    import ssl

    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python still takes the common name of a certificate that names no host; it proves nothing about one.
    context.hostname_checks_common_name = False
    return context


class TLSLayer:
    """One TLS connection, client side; octets in and out by method calls.

    context: an ssl.SSLContext.
    host: the name or the address that the certificate must be for.
    from_first_byte: whether nothing was said in clear before.
    is_up: whether the handshake is done.
    is_verified: whether certificate and host name are verified; `check_hostname` needs a verified certificate.
    """

    def __init__(self, context: ssl.SSLContext, host: str, *, from_first_byte: bool = True) -> None:
        import ssl

        self._ssl = ssl
        self._host = host
        self._from_first_byte = from_first_byte
        self._first = b""
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self.is_up = False
        self.is_verified = context.check_hostname

    def handshake(self) -> bytes:
        """Go on with the handshake and return the octets to write; `is_up` tells when it is done.

        Raises TLSFailed with the reason.
        """
        try:
            self._object.do_handshake()
        except self._ssl.SSLWantReadError:
            pass
        except (self._ssl.SSLError, ValueError) as error:
            raise self._failure(error) from error
        else:
            self.is_up = True
        return self._outgoing.read()

    def _failure(self, error: Exception) -> TLSFailed:
        if isinstance(error, self._ssl.SSLCertVerificationError):
            why = f"the certificate is not good for {self._host!a}: {error.verify_message}"
            return TLSFailed(why, phase="tls", hint=_ADVICE.get(error.verify_code, _NOT_TRUSTED))
        if getattr(error, "reason", None) in _PLAINTEXT and not self._first.startswith(_RECORDS):
            return self._no_tls()
        if isinstance(error, self._ssl.SSLEOFError):
            return TLSFailed("the server closed the connection in the TLS handshake", phase="tls")
        return TLSFailed(f"the TLS handshake failed: {printable(str(error))}", phase="tls")

    def _no_tls(self) -> TLSFailed:
        said = f"it said {show(self._first)}"
        known = identify(self._first)
        if known is not None:
            name, advice = known
            return TLSFailed(f"this is {name}, not an SMTP server with TLS; {said}", phase="tls", hint=advice)
        if not self._from_first_byte:
            return TLSFailed(f"the server does not speak TLS behind its 220 to STARTTLS; {said}", phase="tls")
        return TLSFailed(
            f"the server does not speak TLS on this port from the first byte; {said}",
            phase="tls",
            hint='it may speak plaintext SMTP there: try security="starttls"',
        )

    def encrypt(self, octets: bytes) -> bytes:
        """Return the octets as they go on the wire. Raises ConnectionLost if the server has broken TLS before."""
        if octets:
            try:
                self._object.write(octets)
            except self._ssl.SSLError as error:
                # No frame of the traceback has the octets in it: they may be a secret.
                del octets
                raise _broke(error) from error.with_traceback(None)
        return self._outgoing.read()

    def feed(self, data: bytes) -> None:
        """Take octets from the wire; nothing is the end of the stream."""
        if data:
            self._first += data[: _FIRST - len(self._first)]
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def decrypt(self) -> tuple[bytes, bool]:
        """Return what has been received in clear, and whether the stream has ended, by close_notify or without.

        Raises ConnectionLost if what came is not TLS.
        """
        pieces = []
        ended = False
        try:
            while piece := self._object.read(_READ):
                pieces.append(piece)
            ended = True
        except self._ssl.SSLWantReadError:
            pass
        except (self._ssl.SSLZeroReturnError, self._ssl.SSLEOFError):
            ended = True
        except self._ssl.SSLError as error:
            if not pieces:
                raise _broke(error) from error
        return b"".join(pieces), ended

    @property
    def info(self) -> TLSInfo:
        """Version, cipher and the server's certificate."""
        cipher = self._object.cipher()
        return TLSInfo(self._object.version() or "", cipher[0] if cipher else "", self._object.getpeercert() or {})


def _broke(error: ssl.SSLError) -> ConnectionLost:
    return ConnectionLost(f"the TLS connection broke: {printable(str(error))}")


_RECORDS = (b"\x14", b"\x15", b"\x16", b"\x17")
_PLAINTEXT = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL")
