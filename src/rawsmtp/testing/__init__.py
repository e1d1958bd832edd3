"""Test servers for programs that send mail, with rawsmtp or with anything else.

from rawsmtp.testing import Server

with Server() as server:
    send_mail_somehow(server.host, server.port)
    assert server.wait_for().subject == "Hello"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .certificates import Authority, Kind, Leaf
from .conformance import Finding
from .kit import ConformanceError, KitOptions, authority
from .logins import LOGINS, LoginRefused
from .mail import Attachment, Login, ReceivedEnvelope, ReceivedMail, ReceivedTLS
from .outbox import Outbox
from .persona import Persona
from .personas import PERSONAS
from .reroute import Capture, UnexpectedHost
from .script import ScriptedSession
from .server import Server
from .steps import Cut, Pause, Say, StartTLS, Step

if TYPE_CHECKING:
    from .memory import MemoryServer, memory_pair

__all__ = [
    "LOGINS",
    "PERSONAS",
    "Attachment",
    "Authority",
    "Capture",
    "ConformanceError",
    "Cut",
    "Finding",
    "Kind",
    "KitOptions",
    "Leaf",
    "Login",
    "LoginRefused",
    "MemoryServer",
    "Outbox",
    "Pause",
    "Persona",
    "ReceivedEnvelope",
    "ReceivedMail",
    "ReceivedTLS",
    "Say",
    "ScriptedSession",
    "Server",
    "StartTLS",
    "Step",
    "UnexpectedHost",
    "authority",
    "memory_pair",
]


def __getattr__(name: str) -> object:
    # A program that is tested over sockets needs neither of rawsmtp's clients.
    if name in ("MemoryServer", "memory_pair"):
        from . import memory

        return getattr(memory, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
