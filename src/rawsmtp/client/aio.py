"""The asyncio client."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from rawsmtp.errors import SMTPError
from rawsmtp.flows.session import converse, part
from rawsmtp.flows.submission import submit
from rawsmtp.message.submission import Submission
from rawsmtp.wire.command import Noop, Rset, Vrfy

from .asyncio_driver import AsyncioDriver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from types import TracebackType
    from typing import Unpack

    from rawsmtp.message.receipt import Receipt, Result
    from rawsmtp.message.source import AnyMessage
    from rawsmtp.message.submission import RefusedPolicy
    from rawsmtp.sasl import Credential
    from rawsmtp.wire.command import Command
    from rawsmtp.wire.path import Mail, Rcpt
    from rawsmtp.wire.reply import Reply

    from .location import Location
    from .settings import AnyIterable, OnProgress, Options


class AsyncClient(AsyncioDriver):
    """An SMTP client for asyncio.

    The constructor does no I/O: `async with AsyncClient(…)` connects, else the first call does. Calls from several
    tasks wait for their turn.

    host: a name, an address, or the path of a unix socket.
    port: default: a known provider's own; else 465 for security="tls", 587 for "starttls", 25 without either.
    The others: see `Options`.
    Raises ValueError or TypeError for what cannot be meant.
    """

    @classmethod
    def for_account(
        cls, address: str, secret: str | Credential, *, provider: str | None = None, **options: Unpack[Options]
    ) -> Self:
        """Return a client for an account at a known provider: "me@163.com" and its authorization code.

        address: the mail address; with `provider` also a user's name that is no address.
        secret: the password, authorization code or app password that the provider asks for, or a credential.
        provider: a provider's id, for one that is not known by the address's domain.
        options: see `Options`.
        Raises ValueError for an unknown provider, and for a str where only OAuth 2 is taken.
        """
        from . import location

        return cls._at(location.for_account(address, secret, provider=provider, **options))

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Return a client for a URL such as smtps://user:password@host or submission://host:587.

        Raises ValueError for what is none; the password is never shown.
        """
        from . import location

        return cls._at(location.from_url(url))

    @classmethod
    def from_env(cls) -> Self:
        """Return a client for the URL in the environment variable RAWSMTP_URL, or SMTP_URL.

        RAWSMTP_PASSWORD fills in a password that the URL lacks. Raises ValueError if neither is set.
        """
        from . import location

        return cls._at(location.from_env(os.environ))

    @classmethod
    def _at(cls, place: Location) -> Self:
        return cls(place.host, place.port, **place.options)

    async def connect(self) -> None:
        """Connect and log in, if there is no connection yet.

        Raises the SMTPError of the phase that failed.
        """
        await self._take_turn()
        try:
            self._broken = None
            await self._prepare()
        except SMTPError as error:
            self._explain(error)
            raise
        finally:
            self._end_turn()

    async def close(self) -> None:
        """Say QUIT, wait a moment for the answer, and close; never raises for what the server does."""
        await self._take_turn()
        try:
            if self._is_ours() and not self._is_out_of_step():
                await self._run(part(self._session))
        except SMTPError:
            pass
        finally:
            self.abort()
            self._end_turn()

    def abort(self) -> None:
        """Close the connection without a word."""
        self._drop("it was closed")
        self._broken = "it was closed"

    async def send(
        self,
        message: AnyMessage,
        *,
        sender: str | Mail | None = None,
        recipients: str | Iterable[str | Rcpt] | None = None,
        refused: RefusedPolicy = "abort",
        on_progress: OnProgress | None = None,
    ) -> Receipt:
        """Send one message and return the receipt of the server that took it.

        message: EmailMessage or Message, bytes-like, str with the content, path, binary file, or iterable of
            bytes, async ones too.
        sender: the envelope's sender; "" is the null sender; None reads the headers of an email message.
        recipients: one address or several; None reads the headers of an email message.
        refused: "abort" sends nothing when one recipient is refused; "continue" sends to the others, and the receipt
            names the refused ones.
        on_progress: called with the octets of content written so far and with those of all of it, None if that is not
            known; then comes the wait for the server's verdict.
        Raises ValueError or TypeError for what cannot be meant, and OSError for a path that leads nowhere, before
        anything is connected; SenderRefused, RecipientsRefused, MessageRefused, NotSupported, and any other SMTPError:
        `outcome` tells of the message.
        """
        submission = Submission(message, sender=sender, recipients=recipients, refused=refused)
        prepared = self._prepared(submission, reports=on_progress is not None)
        return await self._call(lambda: submit(self._session, prepared, last=self._is_one_shot), on_progress)

    def send_many(self, items: AnyIterable[AnyMessage | Submission], *, window: int = 1) -> AsyncIterator[Result]:
        """Send many messages on one connection, the next envelope with the last dot, and yield one Result for each.

        items: messages, or `Submission`s; pulled one ahead, so that from a synchronous source results lag by one.
        window: how many messages may be in doubt at once; more than one needs a client with chunking.
        A refused message, and a caller's mistake, is the error of its Result. What the source raises is raised when
        the results that are owed were given. Any other call on this client is an error until all is taken or closed.
        Raises ValueError for a window that cannot be, TypeError for one message and for items that cannot be
        iterated over, and the SMTPError after which no message can be sent.
        """
        self._check_many(items, window)
        return self._stream(self._io.iterate(items), window)

    async def command(self, command: Command | str) -> Reply:
        """Say one command and return the reply, whatever it is.

        command: one of `rawsmtp.commands`, or a line as it is typed.
        Raises ValueError for a line that is none, LocalProtocolError for a command that the state forbids.
        """
        checked = self._command(command)
        return await self._call(lambda: converse(self._session, checked))

    async def verify(self, address: str) -> Reply:
        """Ask whether the address is known (VRFY) and return the reply, whatever it is. RFC 5321 §3.5."""
        return await self.command(Vrfy(address))

    async def noop(self) -> Reply:
        """Say NOOP and return the reply, whatever it is."""
        return await self.command(Noop())

    async def reset(self) -> Reply:
        """Say RSET and return the reply, whatever it is."""
        return await self.command(Rset())

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Whoever leaves in the midst of send_many() takes no more results; an interruption wants no word with anybody.
        if self._streaming or not (kind is None or issubclass(kind, Exception)):
            self.abort()
        else:
            await self.close()


async def asend(
    message: AnyMessage,
    host: str | os.PathLike[str],
    port: int | None = None,
    *,
    sender: str | Mail | None = None,
    recipients: str | Iterable[str | Rcpt] | None = None,
    refused: RefusedPolicy = "abort",
    on_progress: OnProgress | None = None,
    **options: Unpack[Options],
) -> Receipt:
    """Send one message in a session of its own; `deadline` bounds the whole.

    The parameters are those of `AsyncClient` and `AsyncClient.send`; what is raised too.
    """
    client = AsyncClient(host, port, **options)
    client.begin_one_shot()
    receipt = None
    try:
        receipt = await client.send(
            message, sender=sender, recipients=recipients, refused=refused, on_progress=on_progress
        )
    finally:
        if receipt is None:
            client.abort()
        else:
            await client.close()
    return receipt
