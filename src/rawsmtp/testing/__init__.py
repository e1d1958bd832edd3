"""A scripted SMTP server for tests, rawsmtp's own and those of programs that send mail."""

from __future__ import annotations

from . import article
from .script import ScriptedSession
from .server import Server
from .session import Behaviour, ReceivedMail, ServerSession

__all__ = ["Behaviour", "ReceivedMail", "ScriptedSession", "Server", "ServerSession", "article"]
