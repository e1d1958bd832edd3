"""What sends mail, whatever stands behind it: the part of a client that does not speak of one connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from rawsmtp.message.receipt import Receipt, Result
    from rawsmtp.message.source import AnyMessage
    from rawsmtp.message.submission import RefusedPolicy, Submission
    from rawsmtp.wire.path import Mail, Rcpt

    from .settings import AnyIterable


@runtime_checkable
class Sender(Protocol):
    """What a program needs to send mail by blocking; `Client` is one, and so may be what stands for it in a test."""

    def send(
        self,
        message: AnyMessage,
        *,
        sender: str | Mail | None = None,
        recipients: str | Iterable[str | Rcpt] | None = None,
        refused: RefusedPolicy = "abort",
    ) -> Receipt:
        """Send one message, as `Client.send` does."""

    def send_many(self, items: Iterable[AnyMessage | Submission], *, window: int = 1) -> Iterator[Result]:
        """Send many messages, as `Client.send_many` does."""

    def close(self) -> None:
        """Close in peace, as `Client.close` does."""


@runtime_checkable
class AsyncSender(Protocol):
    """What a program needs to send mail with asyncio; `AsyncClient` is one."""

    async def send(
        self,
        message: AnyMessage,
        *,
        sender: str | Mail | None = None,
        recipients: str | Iterable[str | Rcpt] | None = None,
        refused: RefusedPolicy = "abort",
    ) -> Receipt:
        """Send one message, as `AsyncClient.send` does."""

    def send_many(self, items: AnyIterable[AnyMessage | Submission], *, window: int = 1) -> AsyncIterator[Result]:
        """Send many messages, as `AsyncClient.send_many` does."""

    async def close(self) -> None:
        """Close in peace, as `AsyncClient.close` does."""
