"""The one gate that every command line passes: nothing in a line can begin a second one."""

from __future__ import annotations

import re

# C0, DEL, C1, the line separators of Unicode, and surrogates, which no encoding can carry.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def check_text(text: str, what: str) -> str:
    """Return the text if it can stand in a command line.

    Raises TypeError if it is not a str, ValueError if it holds a control character or a line separator.
    """
    if not isinstance(text, str):
        raise TypeError(f"{what} must be a str, not {type(text).__name__}: {text!a}")
    if _FORBIDDEN.search(text):
        raise ValueError(f"{what} has a control character or a line end in it: {text!a}")
    return text


def check_token(text: str, what: str) -> str:
    """Return the text if it is one token: not empty, no control character, no space."""
    if " " in check_text(text, what) or not text:
        raise ValueError(f"{what} must be one word without spaces: {text!a}")
    return text


def command_line(text: str) -> bytes:
    """Return the octets of one command line, CRLF included: the gate that every line passes."""
    return check_text(text, "a command").encode("utf-8") + b"\r\n"
