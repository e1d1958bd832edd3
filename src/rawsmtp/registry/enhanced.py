"""Enhanced status codes: what class, subject and detail say, in English and Chinese.

Source: IANA, "Simple Mail Transfer Protocol (SMTP) Enhanced Status Codes Registry"; RFC 3463, RFC 5248.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from .enhanced_data import DETAILS, SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rawsmtp.wire.reply import EnhancedCode

CLASSES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {2: ("success", "成功"), 4: ("persistent transient failure", "暂时失败"), 5: ("permanent failure", "永久失败")}
)
"""What the first number says."""

_UNKNOWN = ("Not known", "未知")


@dataclass(frozen=True, slots=True)
class EnhancedMeaning:
    """What subject and detail of an enhanced code say.

    pattern: the code with X for its class, such as "X.1.1".
    english, chinese: what it says.
    rfc: where it is defined; "" for one that is not known.
    """

    pattern: str
    english: str
    chinese: str
    rfc: str

    @property
    def subject(self) -> tuple[str, str]:
        """What its subject says, in English and Chinese."""
        return SUBJECTS.get(int(self.pattern.split(".")[1]), _UNKNOWN)


REGISTRY: Mapping[str, EnhancedMeaning] = MappingProxyType(
    {f"X.{number}": EnhancedMeaning(f"X.{number}", *words) for number, words in DETAILS.items()}
)
"""The codes that are registered, by "X.subject.detail"."""


def meaning(code: EnhancedCode) -> EnhancedMeaning:
    """Return what an enhanced code says; for one that is not known, what its subject says."""
    pattern = f"X.{code.subject}.{code.detail}"
    found = REGISTRY.get(pattern)
    if found is not None:
        return found
    english, chinese = SUBJECTS.get(code.subject, _UNKNOWN)
    return EnhancedMeaning(pattern, english, chinese, "")
