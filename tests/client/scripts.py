"""A server with a script for each of its connections, one behind the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rawsmtp.testing import MemoryServer, ScriptedSession

if TYPE_CHECKING:
    from rawsmtp.testing.channel import Channel


class Scripts(MemoryServer):
    """Has a script for each connection, and counts what is said on each."""

    def __init__(self, *scripts: list[Any]) -> None:
        super().__init__(script=scripts[0])
        self._scripts = scripts

    def new_channel(self) -> Channel:
        self._script = self._scripts[len(self.sessions)]
        return super().new_channel()

    def mails(self) -> list[int]:
        """Return how many transactions were begun on each connection."""
        heard = [session.received for session in self.sessions if isinstance(session, ScriptedSession)]
        return [octets.count(b"MAIL FROM") for octets in heard]
