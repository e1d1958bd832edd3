"""The language of the command line: English or Chinese, as the locale says or as it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES = ("en", "zh")
_BORDER = "\0"


def of_locale(environ: Mapping[str, str]) -> str:
    """Return "zh" if the first of LC_ALL, LC_MESSAGES and LANG that is set names a Chinese locale, else "en"."""
    name = next((environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(key)), "")
    return "zh" if name.lower().startswith("zh") else "en"


def both(en: str, zh: str) -> str:
    """Return the help of an option in both languages, as one str that argparse takes; the parser shows one of them."""
    return f"{en}{_BORDER}{zh}"


def one_of(help_text: str, language: str) -> str:
    """Return the help in the language; help that is in one language only is returned as it is."""
    en, border, zh = help_text.partition(_BORDER)
    return zh if border and language == "zh" else en
