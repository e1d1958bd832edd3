"""The conversations, written once as generators, for any kind of I/O: `rawsmtp.client` performs them over sockets."""

from __future__ import annotations

from .effects import LATER, Effect, Emit, Exchange, Flow, Link, Open, Pull, Upgrade, ask, ask_one, emit, pull
from .session import Progress, Session, converse, establish, part
from .submission import submit
from .terms import Terms, Timeouts

__all__ = [
    "LATER",
    "Effect",
    "Emit",
    "Exchange",
    "Flow",
    "Link",
    "Open",
    "Progress",
    "Pull",
    "Session",
    "Terms",
    "Timeouts",
    "Upgrade",
    "ask",
    "ask_one",
    "converse",
    "emit",
    "establish",
    "part",
    "pull",
    "submit",
]
