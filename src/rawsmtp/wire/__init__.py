"""Values to octets and back: no state of a conversation, no I/O."""

from __future__ import annotations

from .address import Mailbox
from .capabilities import Capabilities
from .limits import Limits
from .parser import ReplyParser
from .reply import EnhancedCode, Reply

__all__ = ["Capabilities", "EnhancedCode", "Limits", "Mailbox", "Reply", "ReplyParser"]
