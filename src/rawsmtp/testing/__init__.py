"""Test servers for programs that send mail, with rawsmtp or with anything else.

from rawsmtp.testing import Server

with Server() as server:
    send_mail_somehow(server.host, server.port)
    assert server.wait_for().subject == "Hello"
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .certificates import Authority, Kind, Leaf
    from .conformance import Finding
    from .kit import ConformanceError, KitOptions, authority
    from .logins import LOGINS, LoginRefused
    from .mail import Attachment, Login, ReceivedEnvelope, ReceivedMail, ReceivedTLS
    from .memory import MemoryServer, memory_pair
    from .outbox import Outbox
    from .persona import Persona
    from .personas import PERSONAS
    from .reroute import Capture, UnexpectedHost
    from .script import ScriptedSession
    from .server import Server
    from .steps import Cut, Pause, Say, StartTLS, Step

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

# pytest loads the plugin beside this file wherever rawsmtp is installed: that must cost nothing.
_HOME = {
    "certificates": ("Authority", "Kind", "Leaf"),
    "conformance": ("Finding",),
    "kit": ("ConformanceError", "KitOptions", "authority"),
    "logins": ("LOGINS", "LoginRefused"),
    "mail": ("Attachment", "Login", "ReceivedEnvelope", "ReceivedMail", "ReceivedTLS"),
    "memory": ("MemoryServer", "memory_pair"),
    "outbox": ("Outbox",),
    "persona": ("Persona",),
    "personas": ("PERSONAS",),
    "reroute": ("Capture", "UnexpectedHost"),
    "script": ("ScriptedSession",),
    "server": ("Server",),
    "steps": ("Cut", "Pause", "Say", "StartTLS", "Step"),
}
_MODULES = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
