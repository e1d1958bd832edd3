"""SASLprep, RFC 4013: one form for names and secrets that look the same; the stringprep profile of RFC 3454."""

from __future__ import annotations

from .mechanism import MechanismFailed


def prepare(text: str, what: str, *, stored: bool = False) -> str:
    """Return the text as SASLprep makes it.

    what: what the text is, for the error, which never shows the text.
    stored: whether code points that Unicode 3.2 does not know are refused ("stored strings") or kept ("queries").

    Raises MechanismFailed if the text has a character that may not be there, or if nothing of it is left.
    RFC 4013 §2, RFC 3454 §7.
    """
    if text.isascii() and text.isprintable() and text:
        return text  # ASCII stands for itself, and nearly all names and secrets are ASCII
    prepared = _normalized(text)
    why = _why_not(prepared, stored=stored)
    if why:
        raise MechanismFailed(f"{what} cannot be prepared by SASLprep: {why}")
    return prepared


def prepare_if_possible(text: str) -> str:
    """Return the text as SASLprep makes it, or as it is where SASLprep refuses it.

    For mechanisms in which the server sees the text itself: RFC 4616 §2 says SHOULD, and servers have secrets that
    SASLprep forbids.
    """
    try:
        return prepare(text, "the text")
    except MechanismFailed:
        return text


def _normalized(text: str) -> str:
    from unicodedata import ucd_3_2_0

    return ucd_3_2_0.normalize("NFKC", "".join(map(_mapped, text)))


def _mapped(character: str) -> str:
    # RFC 4013 §2.1; U+200B is in both tables, and what nobody sees is better left out.
    from stringprep import in_table_b1, in_table_c12

    if in_table_b1(character):
        return ""
    return " " if in_table_c12(character) else character


def _why_not(prepared: str, *, stored: bool) -> str | None:
    import stringprep

    if not prepared:
        return "nothing is left of it"
    for why, in_table in (
        ("a space that is not ASCII", stringprep.in_table_c12),
        ("a control character", stringprep.in_table_c21_c22),
        ("a character for private use", stringprep.in_table_c3),
        ("a code point that is no character", stringprep.in_table_c4),
        ("a surrogate", stringprep.in_table_c5),
        ("a character that is not for plain text", stringprep.in_table_c6),
        ("a character that is not for canonical text", stringprep.in_table_c7),
        ("a character that changes how text is displayed", stringprep.in_table_c8),
        ("a tag character", stringprep.in_table_c9),
    ):
        if any(map(in_table, prepared)):
            return f"it has {why}"
    if stored and any(map(stringprep.in_table_a1, prepared)):
        return "it has a character newer than Unicode 3.2"
    return _why_not_in_both_directions(prepared)


def _why_not_in_both_directions(prepared: str) -> str | None:
    # RFC 3454 §6
    from stringprep import in_table_d1, in_table_d2

    if not any(map(in_table_d1, prepared)):
        return None
    if any(map(in_table_d2, prepared)):
        return "it has letters of both writing directions"
    if not (in_table_d1(prepared[0]) and in_table_d1(prepared[-1])):
        return "it is written from right to left, and does not begin and end with a letter that is"
    return None
