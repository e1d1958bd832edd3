"""`rawsmtp providers`: where each provider takes mail, and what it takes for a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.registry.providers import PROVIDERS, find

from .exits import Exit, Failure
from .language import both
from .style import BOLD, DIM
from .table import padded, width

if TYPE_CHECKING:
    import argparse

    from rawsmtp.registry.providers import Provider

    from .output import Output

HELP = ("show where a provider takes mail, and with which password", "查询邮件服务商的服务器与所需密码")
_CREDENTIALS = {
    "password": ("login password", "登录密码"),
    "app-password": ("app password", "应用专用密码"),
    "auth-code": ("authorization code", "授权码"),
    "oauth2": ("OAuth 2 access token", "OAuth 2 访问令牌"),
    "token": ("key for SMTP", "SMTP 专用密钥"),
}
_USERS = {"address": ("the whole address", "完整邮箱地址"), "local-part": ("the part before the @", "@ 之前的部分")}
_GRADES = {
    "A": ("two or more independent sources", "两个以上独立来源一致"),
    "B": ("one source", "单一来源"),
    "C": ("unverified", "未经核实"),
}
_GAP = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the provider to show."""
    parser.add_argument(
        "provider",
        nargs="?",
        metavar="PROVIDER",
        help=both(
            "an id such as 163, a domain, or an address; default: all of them",
            "服务商标识（如 163）、域名或邮箱地址；默认列出全部",
        ),
    )


def run(options: argparse.Namespace, out: Output) -> int:
    """Show the provider, or all of them."""
    found = PROVIDERS if options.provider is None else (_find(options.provider),)
    if out.json:
        out.result("providers", {"providers": [_value(provider) for provider in found]})
    elif options.provider is None:
        _show_table(out)
    else:
        _show(found[0], out)
    return int(Exit.OK)


def _find(query: str) -> Provider:
    found = find(query) if query.strip() else None
    if found is not None:
        return found
    domain = query.rpartition("@")[2]
    unverified = [provider.id for provider in PROVIDERS if domain.lower() in provider.domains]
    if unverified:
        raise Failure(
            Exit.CONFIGURATION,
            f"what is known of {domain!r} is unverified: rawsmtp providers {unverified[0]} shows it",
            f"{domain!r} 的资料未经核实：可用 rawsmtp providers {unverified[0]} 查看",
        )
    raise Failure(
        Exit.CONFIGURATION,
        f"no provider is known for {query!r}: rawsmtp providers lists those that are",
        f"不认识 {query!r}：rawsmtp providers 列出全部已知服务商",
    )


def _name(provider: Provider, out: Output) -> str:
    return out.text(provider.names[0], provider.names[1] or provider.names[0])


def _show_table(out: Output) -> None:
    titles = out.text("ID NAME SERVER CREDENTIAL", "标识 名称 服务器 密码").split()
    rows = [_row(provider, out) for provider in PROVIDERS]
    widths = [max(map(width, column)) + _GAP for column in zip(titles, *rows, strict=True)]
    out.data(out.paint(_line(titles, widths), BOLD))
    for provider, row in zip(PROVIDERS, rows, strict=True):
        line = _line(row, widths)
        out.data(out.paint(line, DIM) if provider.grade == "C" else line)


def _row(provider: Provider, out: Output) -> list[str]:
    best = provider.servers[0]
    credential = out.text(*_CREDENTIALS[provider.credential])
    unverified = out.text(" (unverified)", "（未经核实）") if provider.grade == "C" else ""
    return [provider.id, _name(provider, out), f"{best.host}:{best.port} {best.security}", credential + unverified]


def _line(cells: list[str], widths: list[int]) -> str:
    return "".join(map(padded, cells, widths)).rstrip()


def _show(provider: Provider, out: Output) -> None:
    unverified = out.text(" (unverified)", "（未经核实）") if provider.grade == "C" else ""
    out.data(out.paint(f"{_name(provider, out)} [{provider.id}]{unverified}", BOLD))
    lines = [
        (out.text("addresses", "邮箱域名"), " ".join(provider.domains) or out.text("own domains", "自有域名")),
        *((out.text("server", "服务器"), f"{at.host}:{at.port} {at.security}") for at in provider.servers),
        (out.text("user", "用户名"), out.text(*_USERS[provider.user_form])),
        (out.text("password", "密码"), out.text(*_CREDENTIALS[provider.credential])),
        ("", out.text(provider.hint_en, provider.hint_zh)),
        (out.text("help", "帮助"), provider.help),
        (out.text("sources", "资料来源"), f"{out.text(*_GRADES[provider.grade])}: {'; '.join(provider.sources)}"),
    ]
    columns = max(width(title) for title, _ in lines) + _GAP
    for title, text in lines:
        if text:
            out.data(f"  {padded(title, columns)}{text}")


def _value(provider: Provider) -> dict[str, object]:
    return {
        "id": provider.id,
        "name": {"en": provider.names[0], "zh": provider.names[1]},
        "domains": list(provider.domains),
        "servers": [{"host": at.host, "port": at.port, "security": at.security} for at in provider.servers],
        "credential": provider.credential,
        "user_form": provider.user_form,
        "help": provider.help,
        "hint": {"en": provider.hint_en, "zh": provider.hint_zh},
        "grade": provider.grade,
        "sources": list(provider.sources),
    }
