"""A session and its TLS, the server's side, as a transformation of octets: one code for sockets and for memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .mail import ReceivedTLS
from .steps import Cut, Say, StartTLS, Step

if TYPE_CHECKING:
    import ssl

    from .session import Session

_READ = 65_536


class Channel:
    """One connection, seen from the server: octets in, steps out, all as they are on the wire.

    session: who answers.
    context: an ssl.SSLContext for the server's side; None has no TLS.
    implicit: whether TLS begins with the first octet.
    """

    def __init__(self, session: Session, context: ssl.SSLContext | None, *, implicit: bool) -> None:
        self._session = session
        self._context = context
        self._tls: ssl.SSLObject | None = None
        self._is_up = False
        if implicit:
            self._wrap()

    def open(self) -> list[Step]:
        """Return what happens when the connection is made."""
        return [] if self._tls is not None else self._performed(self._session.greet())

    def receive(self, data: bytes) -> list[Step]:
        """Return what happens when these octets have come."""
        if self._tls is None:
            return self._performed(self._session.receive(data))
        import ssl

        self._incoming.write(data)
        steps: list[Step] = []
        try:
            if not self._is_up:
                self._tls.do_handshake()
                self._is_up = True
                steps.append(Say(self._outgoing.read()))
                steps += self._performed(self._session.begin_tls(self._info))
            while clear := self._tls.read(_READ):
                steps += self._performed(self._session.receive(clear))
            # The client has said that it closes, and waits for the same from us.
            return [*steps, Say(self._goodbye()), Cut()]
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            # The client does not want this certificate, speaks no TLS, or has closed: its own error says so.
            return [*steps, Say(self._outgoing.read()), Cut(abrupt=True)]
        return [*steps, Say(self._outgoing.read())]

    def _wrap(self) -> None:
        import ssl

        if self._context is None:
            raise ValueError("this server has no TLS: give tls= or context=")
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = self._context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    @property
    def _info(self) -> ReceivedTLS:
        assert self._tls is not None  # noqa: S101  # for the type checker: the handshake is done
        cipher = self._tls.cipher()
        return ReceivedTLS(self._tls.version() or "", cipher[0] if cipher else "")

    def _performed(self, steps: list[Step]) -> list[Step]:
        """Return the steps with their octets as they go on the wire."""
        wire: list[Step] = []
        for step in steps:
            if isinstance(step, StartTLS):
                self._wrap()
            elif isinstance(step, Say) and self._is_up:
                wire.append(Say(self._encrypt(step.octets), step.trickle))
            elif isinstance(step, Cut) and self._is_up and not step.abrupt:
                wire += [Say(self._goodbye()), step]
            else:
                wire.append(step)
        return wire

    def _encrypt(self, octets: bytes) -> bytes:
        assert self._tls is not None  # noqa: S101  # for the type checker: the handshake is done
        if octets:
            self._tls.write(octets)
        return self._outgoing.read()

    def _goodbye(self) -> bytes:
        import contextlib
        import ssl

        assert self._tls is not None  # noqa: S101  # for the type checker: the handshake is done
        with contextlib.suppress(ssl.SSLError):
            self._tls.unwrap()
        return self._outgoing.read()
