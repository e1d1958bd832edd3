"""What is to be thought of what a look at a server found: OK, WARN or FAIL, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from time import gmtime, strftime, time
from typing import TYPE_CHECKING, Literal

from rawsmtp.errors import GreetingRefused, TLSFailed

from .exits import Exit, status_of
from .hints import FOREIGN, hint_of, shell_words
from .report import title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rawsmtp import Capabilities, SMTPError, TLSInfo

    from .check_chain import Certificate
    from .check_probe import Probe

Level = Literal["OK", "WARN", "FAIL"]
Both = tuple[str, str]
LOGIN = ("login", "登录")
_CONNECTION = ("connection", "连接")
_GREETING = ("greeting", "问候")
_HELLO = ("EHLO", "EHLO")
_TLS = ("TLS", "TLS")
_CERTIFICATE = ("certificate", "证书")
_CHAIN = ("chain", "证书链")
_IN_CLEAR = ("in clear", "未加密时")
_INSIDE = ("inside TLS", "加密后")
_AUTH = ("AUTH", "登录方式")
_LIMITS = ("limits", "限制")
_TIMES = ("times", "耗时")
_SOON = 21
"""Days: a certificate that ends sooner should have been renewed by now."""
_SLOW = 3.0
"""Seconds of a reply that people begin to notice."""
_DAY = 86_400
_SUBMISSION = (465, 587)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line.

    level: "OK", "WARN" or "FAIL".
    topic, text: in both languages.
    status: what the command ends with, where this is the first that failed.
    """

    level: Level
    topic: Both
    text: Both
    status: Exit = Exit.OK


def of_error(topic: Both, error: SMTPError) -> Verdict:
    """Return the verdict on what ended a conversation."""
    hint = hint_of(error, None)
    en, zh = (f"\n{text}" for text in hint) if hint else ("", "")
    message = shell_words(error.message)
    return Verdict("FAIL", topic, (f"{message}{en}", f"{title_of(error)}：{message}{zh}"), status_of(error))


def judge(found: Probe) -> list[Verdict]:
    """Return the lines, in the order of the conversation."""
    return [*_conversation(found), *_offers(found), *_ending(found), *_times(found)]


def _conversation(found: Probe) -> Iterator[Verdict]:
    if "connect" in found.seconds:
        shown = _milliseconds(found.seconds["connect"])
        yield Verdict("OK", _CONNECTION, (f"it answers, in {shown}", f"已连通，{shown}"))
    if found.greeting is not None and not found.greeting.is_refusal:
        said = str(found.greeting)
        yield Verdict("OK", _GREETING, (said, said))
    if found.tls is not None:
        said = f"{found.tls.version}, {found.tls.cipher}"
        yield Verdict("OK", _TLS, (said, said))
    if found.untrusted is not None:
        yield _untrusted(found.untrusted)
    elif found.tls is not None and found.tls.certificate:
        yield _certificate(found.tls)
    if found.chain:
        yield _chain(found.chain)


def _untrusted(error: TLSFailed) -> Verdict:
    refused = of_error(_CERTIFICATE, error)
    en = f"{refused.text[0]}\nwhat follows was seen without verifying it"
    zh = f"{refused.text[1]}\n以下内容是在不验证证书的情况下取得的"
    return Verdict("FAIL", _CERTIFICATE, (en, zh), refused.status)


def _chain(chain: list[Certificate]) -> Verdict:
    """Say who vouches for whom; a certificate of an authority can end before the server's."""
    en = [f"{each.subject}, until {_day(each.ends)}, issued by {each.issuer}" for each in chain]
    zh = [f"{each.subject}，{_day(each.ends)} 到期，签发者 {each.issuer}" for each in chain]
    soon = min(each.ends for each in chain) - time() < _SOON * _DAY
    return Verdict("WARN" if soon else "OK", _CHAIN, ("\n".join(en), "\n".join(zh)))


def _day(seconds: float) -> str:
    return strftime("%Y-%m-%d", gmtime(seconds))


def _certificate(tls: TLSInfo) -> Verdict:
    days = int((ends_at(tls) - time()) // _DAY)
    day = _day(ends_at(tls))
    names = ", ".join(value for _, value in tls.certificate.get("subjectAltName", ()))
    issuer = _name(tls.certificate.get("issuer", ()))
    en = f"for {names}; issued by {issuer}; ends {day}, in {days} days"
    zh = f"适用于 {names}；签发者 {issuer}；{day} 到期（还有 {days} 天）"
    return Verdict("WARN" if days < _SOON else "OK", _CERTIFICATE, (en, zh))


def ends_at(tls: TLSInfo) -> float:
    """Return when the certificate ends, in seconds since the epoch."""
    import ssl

    return ssl.cert_time_to_seconds(tls.certificate["notAfter"])


def _name(parts: tuple[tuple[tuple[str, str], ...], ...]) -> str:
    named = {key: value for part in parts for key, value in part}
    return named.get("organizationName") or named.get("commonName") or "?"


def _offers(found: Probe) -> Iterator[Verdict]:
    for topic, offered in ((_IN_CLEAR, found.in_clear), (_INSIDE, found.inside)):
        if offered is not None:
            said = " ".join(offered) or "-"
            yield Verdict("OK", topic, (said, said))
    last = found.inside if found.inside is not None else found.in_clear
    if last is None:
        return
    yield from _logins(found, last)
    if found.inside is None and found.error is None:
        yield _no_tls(found, last)
    yield _limits(last)


def _logins(found: Probe, offered: Capabilities) -> Iterator[Verdict]:
    if found.in_clear is not None and found.in_clear.auth and found.inside is not None:
        en, zh = (
            "AUTH is offered before TLS: some clients send passwords in clear",
            "加密之前就提供 AUTH：有的客户端会明文发送密码",
        )
        yield Verdict("WARN", _AUTH, (en, zh))
    if offered.auth:
        said = " ".join(offered.auth)
        yield Verdict("OK", _AUTH, (said, said))
    elif found.inside is not None and found.location.port in _SUBMISSION:
        yield Verdict("WARN", _AUTH, ("no login is offered", "不提供登录"))


def _no_tls(found: Probe, offered: Capabilities) -> Verdict:
    if offered.starttls:
        en, zh = "not used; STARTTLS is offered", "未使用；服务器提供 STARTTLS"
        return Verdict("OK", _TLS, (en, zh))
    en, zh = "none: everything goes in clear", "没有加密：全部内容以明文传输"
    return Verdict("WARN", _TLS, (en, zh))


def _limits(offered: Capabilities) -> Verdict:
    size = offered.size
    en = [f"messages of {size / 1e6:.3g} MB at most" if size else "no limit on the size is declared"]
    zh = [f"单封邮件最大 {size / 1e6:.3g} MB" if size else "未声明邮件大小限制"]
    more = [f"{name} {value}" for name, value in offered.limits.items()]
    return Verdict("OK", _LIMITS, ("; ".join(en + more), "；".join(zh + more)))


def _ending(found: Probe) -> Iterator[Verdict]:
    if found.error is None:
        return
    if found.foreign is not None:
        name, (en, zh) = found.foreign, FOREIGN[found.foreign][1]
        both = (f"this is {name}: {en}", f"这是{FOREIGN[name][0]}：{zh}")
        yield Verdict("FAIL", _GREETING, both, Exit.PROTOCOL)
        return
    yield of_error(_topic(found.error), found.error)


def _topic(error: SMTPError) -> Both:
    if isinstance(error, TLSFailed):
        return _TLS
    if isinstance(error, GreetingRefused):
        return _GREETING
    return {"greeting": _GREETING, "hello": _HELLO, "tls": _TLS}.get(error.phase or "", _CONNECTION)


def _times(found: Probe) -> Iterator[Verdict]:
    if found.error is not None or not found.seconds:
        return
    said = ", ".join(f"{what} {_milliseconds(seconds)}" for what, seconds in found.seconds.items())
    yield Verdict("WARN" if max(found.seconds.values()) > _SLOW else "OK", _TIMES, (said, said))


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def value_of(found: Probe, verdicts: list[Verdict]) -> dict[str, object]:
    """Return what was found, and what is to be thought of it, for JSON."""
    location, tls = found.location, found.tls
    last = found.inside if found.inside is not None else found.in_clear
    return {
        "server": location.host,
        "port": location.port,
        "security": location.options.get("security"),
        "greeting": str(found.greeting) if found.greeting is not None else None,
        "tls": {"version": tls.version, "cipher": tls.cipher} if tls is not None else None,
        "certificate": _certificate_value(tls) if tls is not None and tls.certificate else None,
        "chain": [{"subject": each.subject, "issuer": each.issuer, "not_after": each.ends} for each in found.chain],
        "extensions": {"in_clear": _extensions(found.in_clear), "inside_tls": _extensions(found.inside)},
        "auth": list(last.auth) if last is not None else [],
        "limits": {"SIZE": last.size, **last.limits} if last is not None else {},
        "seconds": {what: round(seconds, 4) for what, seconds in found.seconds.items()},
        "verdicts": [{"level": each.level, "topic": each.topic[0], "text": each.text[0]} for each in verdicts],
    }


def _certificate_value(tls: TLSInfo) -> dict[str, object]:
    return {
        "names": [value for _, value in tls.certificate.get("subjectAltName", ())],
        "issuer": _name(tls.certificate.get("issuer", ())),
        "not_after": int(ends_at(tls)),
    }


def _extensions(offered: Capabilities | None) -> dict[str, list[str]] | None:
    return {keyword: list(parameters) for keyword, parameters in offered.items()} if offered is not None else None
