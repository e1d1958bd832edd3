"""`rawsmtp codes`: what a reply means, in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp.wire.reply import EnhancedCode, Reply, printable

from .exits import Exit, Failure
from .language import both
from .style import BOLD, GREEN, RED, YELLOW
from .table import padded

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rawsmtp.registry.codes import Meaning, StatusCode
    from rawsmtp.registry.diagnosis import Diagnosis, Language
    from rawsmtp.registry.enhanced import EnhancedMeaning

    from .output import Output

    Row = StatusCode | EnhancedMeaning

HELP = ("say what a reply code, an enhanced code or a whole reply means", "解释应答码、增强状态码或整条应答")
_STYLES = {"2": GREEN, "4": YELLOW, "5": RED}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to look up."""
    parser.add_argument(
        "code",
        nargs="*",
        metavar="REPLY",
        help=both(
            "535, 5.7.8, or a reply as the server said it; default: all codes",
            "535、5.7.8，或服务器应答原文；默认列出全部",
        ),
    )
    parser.add_argument(
        "--search",
        metavar="WORD",
        help=both("codes with this word in their meaning, in either language", "按含义中的词查找，中英文均可"),
    )
    parser.add_argument(
        "--server",
        metavar="HOST",
        help=both("who said it: big providers have words of their own", "应答来自哪个服务器：大服务商各有自己的说法"),
    )


def run(options: argparse.Namespace, out: Output) -> int:
    """Say what is asked for means."""
    if options.search is not None and options.code:
        raise Failure(Exit.USAGE, "a reply and --search exclude each other", "应答与 --search 不能同时使用")
    if options.code:
        _explain(" ".join(options.code), options.server, out)
    else:
        _list(_search(options.search) if options.search is not None else _all(), out)
    return int(Exit.OK)


def _all() -> Sequence[Row]:
    from rawsmtp.registry.codes import REGISTRY
    from rawsmtp.registry.enhanced import REGISTRY as ENHANCED

    return [*sorted(REGISTRY.values(), key=lambda row: row.code), *ENHANCED.values()]


def _search(word: str) -> Sequence[Row]:
    from rawsmtp.registry.codes import search

    found = search(word) if word.strip() else []
    if not found:
        raise Failure(Exit.DATA, f"no code has {word!r} in its meaning", f"没有含义中带“{printable(word)}”的应答码")
    return found


def _list(rows: Sequence[Row], out: Output) -> None:
    if out.json:
        out.result("codes", {"codes": [_row_value(row) for row in rows]})
        return
    for row in rows:
        code = _code(row)
        meaning = out.text(row.english, row.chinese)
        where = f" ({row.rfc})" if row.rfc else ""
        out.data(out.paint(code, *_style(code)) + " " * (8 - len(code)) + meaning + where)


def _code(row: Row) -> str:
    return str(getattr(row, "code", None) or getattr(row, "pattern", ""))


def _style(code: str) -> tuple[str, ...]:
    return (_STYLES[code[0]],) if code[0] in _STYLES else ()


def _explain(query: str, host: str | None, out: Output) -> None:
    from rawsmtp.registry.codes import lookup

    try:
        meaning = lookup(query)
    except ValueError:
        raise Failure(
            Exit.DATA,
            f'no code in {query!r}: give 535, 5.7.8 or a reply such as "535 5.7.8 Authentication failed"',
            f"{query!r} 中没有应答码：请给出 535、5.7.8，或服务器应答原文",
        ) from None
    diagnosis = _diagnosis(query, meaning, host)
    if out.json:
        out.result("codes", _value(query, meaning, diagnosis))
    else:
        _show(query, meaning, diagnosis, out)


def _diagnosis(query: str, meaning: Meaning, host: str | None) -> Diagnosis | None:
    """Return what is known of the whole reply; None where it is only an enhanced code."""
    from rawsmtp.registry.diagnosis import explain

    if meaning.code is None:
        return None
    return explain(Reply(meaning.code.code, query.strip()[4:].strip()), host)


def _show(query: str, meaning: Meaning, diagnosis: Diagnosis | None, out: Output) -> None:
    out.data(out.paint(printable(query.strip()), BOLD, *_style(query.strip())))
    columns = 8 if meaning.enhanced is not None else 5
    if meaning.code is not None:
        where = f" ({meaning.code.rfc})" if meaning.code.rfc else ""
        out.data(
            f"  {padded(str(meaning.code.code), columns)}{out.text(meaning.code.english, meaning.code.chinese)}{where}"
        )
    if meaning.enhanced is not None:
        where = f" ({meaning.enhanced.rfc})" if meaning.enhanced.rfc else ""
        code = EnhancedCode.parse(query.strip()[4:].strip()) or EnhancedCode.parse(query.strip())
        text = out.text(meaning.enhanced.english, meaning.enhanced.chinese)
        out.data(f"  {padded(str(code or meaning.enhanced.pattern), columns)}{text}{where}")
    if diagnosis is None:
        return
    language: Language = "zh" if out.language == "zh" else "en"
    if diagnosis.rule != "code":
        out.data(f"  {out.text('cause:  ', '原因：')}{diagnosis.cause.of(language)}")
    if not diagnosis.reply.is_success:
        out.data(f"  {out.text('action: ', '处理：')}{diagnosis.action.of(language)}")
    if diagnosis.rule != "code":
        doubt = "" if diagnosis.verified else out.text(" (unverified)", "（未经核实）")
        out.data(f"  {out.text('source: ', '来源：')}{diagnosis.source}{doubt}")


def _row_value(row: Row) -> dict[str, object]:
    return {"code": _code(row), "en": row.english, "zh": row.chinese, "rfc": row.rfc}


def _value(query: str, meaning: Meaning, diagnosis: Diagnosis | None) -> dict[str, object]:
    value: dict[str, object] = {"query": query}
    value["code"] = _row_value(meaning.code) if meaning.code is not None else None
    value["enhanced"] = _row_value(meaning.enhanced) if meaning.enhanced is not None else None
    if diagnosis is not None:
        value |= {"kind": meaning.code.kind if meaning.code is not None else None, "retry": diagnosis.retry}
        value["cause"] = {"en": diagnosis.cause.of("en"), "zh": diagnosis.cause.of("zh")}
        value["action"] = {"en": diagnosis.action.of("en"), "zh": diagnosis.action.of("zh")}
        value |= {"source": diagnosis.source, "verified": diagnosis.verified}
    return value
