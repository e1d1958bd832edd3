"""The form of one thing that is known of replies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple


class Text(NamedTuple):
    """A text in both languages."""

    en: str
    zh: str

    def of(self, language: Literal["en", "zh"]) -> str:
        """Return it in one language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is known.

    example: a reply that it is about, as servers give it.
    codes, enhanced: the reply codes and the enhanced codes that it is about; empty for any.
    provider: whose servers it is about; None for any.
    text: a regular expression that the reply's text has to have; None for any.
    or_detail: enhanced codes that will do in place of the text, as "subject.detail".
    phases: where in the session it may come; empty for anywhere.
    retry: whether trying again unchanged can help, a permanent failure included.
    stubborn: whether it cannot, a transient failure included; without either the reply's class says it.
    source: where it is documented: an RFC, or a public page.
    verified: whether the source says just this; False for what users report.
    """

    name: str
    cause: Text
    action: Text
    source: str
    example: str
    codes: frozenset[int] = field(default=frozenset(), kw_only=True)
    enhanced: frozenset[str] = field(default=frozenset(), kw_only=True)
    provider: str | None = field(default=None, kw_only=True)
    text: str | None = field(default=None, kw_only=True)
    or_detail: frozenset[str] = field(default=frozenset(), kw_only=True)
    phases: frozenset[str] = field(default=frozenset(), kw_only=True)
    retry: bool = field(default=False, kw_only=True)
    stubborn: bool = field(default=False, kw_only=True)
    verified: bool = field(default=True, kw_only=True)


def codes(*numbers: int) -> frozenset[int]:
    """Return reply codes as a rule has them."""
    return frozenset(numbers)


def enhanced(*texts: str) -> frozenset[str]:
    """Return enhanced codes as a rule has them; also "subject.detail" for `or_detail`."""
    return frozenset(texts)
