"""A reply, and who sent it, made a cause and a next step, in English and Chinese.

The rules are data in `diagnosis_rules.py`, the most specific first. What no rule knows, the codes still say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .codes import lookup, status
from .diagnosis_rule import Rule, Text
from .diagnosis_rules import RULES

if TYPE_CHECKING:
    from rawsmtp.wire.reply import Reply

Language = Literal["en", "zh"]

# Hosts of the providers whose words the rules know.
_HOSTS: dict[str, tuple[str, ...]] = {
    "netease": ("163.com", "126.com", "yeah.net", "188.com", "netease.com"),
    "tencent": ("qq.com", "foxmail.com"),
    "google": ("gmail.com", "googlemail.com", "google.com"),
    "microsoft": ("outlook.com", "office365.com", "hotmail.com", "live.com", "outlook.cn"),
    "yahoo": ("yahoo.com", "yahoo.co.jp", "aol.com"),
    "apple": ("me.com", "icloud.com", "mac.com"),
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a reply comes to.

    reply: the reply itself; its own words are the first thing to read.
    summary: what happened.
    cause: why.
    action: what to do.
    retry: whether trying again, with nothing changed, can help.
    rule: the name of the rule that knew it; "code" where the codes alone said it.
    source: where that is documented.
    verified: whether the source says just this; False where it is what users report.
    """

    reply: Reply
    summary: Text
    cause: Text
    action: Text
    retry: bool
    rule: str
    source: str
    verified: bool

    def hint(self, language: Language = "en") -> str:
        """Return cause and next step in one line."""
        cause, action = self.cause.of(language), self.action.of(language)
        return f"{cause}; {action}" if language == "en" else f"{cause}；{action}"


def explain(reply: Reply, host: str | None = None, phase: str | None = None) -> Diagnosis:
    """Return what a reply comes to; the more exact where the host is a known provider's.

    reply: any reply.
    host: the server's name, if it is known.
    phase: where in the session it came, as in an error's `phase`.
    """
    provider = _provider(host)
    for rule in RULES:
        if _fits(rule, reply, provider, phase):
            return Diagnosis(
                reply, _summary(reply), rule.cause, rule.action, rule.retry, rule.name, rule.source, rule.verified
            )
    return _by_codes(reply)


def _provider(host: str | None) -> str | None:
    name = (host or "").lower().rstrip(".")
    for provider, domains in _HOSTS.items():
        if any(name == domain or name.endswith(f".{domain}") for domain in domains):
            return provider
    return None


def _fits(rule: Rule, reply: Reply, provider: str | None, phase: str | None) -> bool:
    if rule.codes and reply.code not in rule.codes:
        return False
    if rule.enhanced and str(reply.enhanced or "") not in rule.enhanced:
        return False
    if rule.provider is not None and rule.provider != provider:
        return False
    if rule.phases and phase not in rule.phases and (phase is not None or rule.text is None):
        return False
    return rule.text is None or re.search(rule.text, reply.text, re.IGNORECASE) is not None


def _summary(reply: Reply) -> Text:
    if not 200 <= reply.code <= 599:
        return Text("Not a reply code", "不是有效的应答码")
    found = lookup(f"{reply.code} {reply.enhanced or ''}")
    return Text(found.english, found.chinese)


def _by_codes(reply: Reply) -> Diagnosis:
    if not 200 <= reply.code <= 599:
        unknown = Text("the server broke the protocol", "服务器违反了协议")
        return Diagnosis(reply, _summary(reply), unknown, _READ, False, "code", "RFC 5321 §4.2", True)
    code = status(reply.code)
    source = code.rfc or "RFC 5321 §4.2.1"
    action = _LATER if reply.is_transient_failure else _READ if reply.is_permanent_failure else _NOTHING
    return Diagnosis(reply, _summary(reply), _summary(reply), action, reply.is_transient_failure, "code", source, True)


_LATER = Text("try again later", "请稍后重试")
_READ = Text("read the server's own words; trying again unchanged does not help", "请阅读服务器原文；原样重试没有用")
_NOTHING = Text("nothing has to be done", "无需处理")
