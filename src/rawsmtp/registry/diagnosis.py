"""A reply, and who sent it, made a cause and a next step, in English and Chinese.

The rules are data in `diagnosis_rules.py`, the most specific first. What no rule knows, the codes still say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rawsmtp.wire.reply import Reply

from .codes import lookup, status
from .diagnosis_rule import Rule, Text
from .diagnosis_rules import RULES
from .providers import serving

if TYPE_CHECKING:
    from .providers import Provider

Language = Literal["en", "zh"]

# Hosts of the providers whose words the rules know; a provider's special servers stand before its others.
_HOSTS: dict[str, tuple[str, ...]] = {
    "netease-business": ("qiye.163.com", "ym.163.com"),
    "netease": ("163.com", "126.com", "yeah.net", "188.com", "netease.com"),
    "tencent-business": ("exmail.qq.com",),
    "tencent": ("qq.com", "foxmail.com"),
    "google": ("gmail.com", "googlemail.com", "google.com"),
    "microsoft": ("outlook.com", "office365.com", "hotmail.com", "live.com", "outlook.cn"),
    "yahoo": ("yahoo.com", "aol.com", "yahoodns.net"),
    "apple": ("me.com", "icloud.com", "mac.com"),
}
# Characters of a reply that are read: what it is about stands first, and a server must not keep us busy.
_ENOUGH = 4_096
# Each line of a reply may begin with the enhanced code again: RFC 2034 §4.
_REPEATED = re.compile(r"^[245]\.[0-9]{1,3}\.[0-9]{1,3}(?= |$) *", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a reply comes to.

    reply: the reply itself; its own words are the first thing to read.
    summary: what happened.
    cause: why.
    action: what to do.
    retry: whether trying again, with nothing changed, can help.
    rule: the name of the rule that knew it; "preset" where a provider's own settings said it, "code" where the codes
        alone did.
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
    Raises TypeError for what is no Reply.
    """
    if not isinstance(reply, Reply):
        raise TypeError(f"a reply is a Reply, such as Reply(550, 'text'), not {type(reply).__name__}: {reply!a:.80}")
    provider, words = _provider(host), _words(reply)
    for rule in RULES:
        if _fits(rule, reply, provider, phase) and _says(rule, reply, words):
            if rule.name == "bad-credentials" and (preset := serving(host or "")):
                return _by_preset(reply, preset)
            retry = (reply.is_transient_failure and not rule.stubborn) or rule.retry
            return Diagnosis(
                reply, _summary(reply), rule.cause, rule.action, retry, rule.name, rule.source, rule.verified
            )
    return _by_codes(reply)


def _by_preset(reply: Reply, provider: Provider) -> Diagnosis:
    """Say which credential a known provider wants in place of the one that it refused."""
    en, zh = provider.names[0], provider.names[1] or provider.names[0]
    space = " " if zh[-1].isascii() else ""
    cause = Text(f"{en} does not take this user name and password", f"{zh}{space}不接受该用户名和密码")
    action = Text(f"what it wants: {provider.hint_en}", provider.hint_zh)
    source = provider.help or ", ".join(provider.sources)
    return Diagnosis(reply, _summary(reply), cause, action, False, "preset", source, provider.grade != "C")


def _words(reply: Reply) -> str:
    """Return the reply's text as one line, without enhanced codes: a sentence may run over several lines."""
    return " ".join(_REPEATED.sub("", reply.text[:_ENOUGH]).split())


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
    return not rule.phases or phase in rule.phases or (phase is None and rule.text is not None)


def _says(rule: Rule, reply: Reply, words: str) -> bool:
    if rule.text is None or re.search(rule.text, words, re.IGNORECASE) is not None:
        return True
    return reply.enhanced is not None and reply.enhanced[2:] in rule.or_detail


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
