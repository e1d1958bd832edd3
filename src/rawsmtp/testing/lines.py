"""A command line as it arrives, made the value that the client would have sent."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from rawsmtp import commands
from rawsmtp.wire.gate import check_text
from rawsmtp.wire.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

_PATH = re.compile(r' *<(?P<path>(?:"(?:[^"\\]|\\.)*"|[^>"])*)>(?: +(?P<parameters>.*))?', re.DOTALL)


class Unreadable(Exception):
    """A line that is no command; `reply` is the answer to it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.reply = Reply(code, text)


def read_command(line: bytes) -> commands.Command:
    """Return the command of a line without its line end. Raises Unreadable."""
    try:
        text = check_text(line.decode("utf-8"), "a command").rstrip(" ")
    except ValueError as error:
        raise Unreadable(500, "5.5.2 Control characters or broken UTF-8 in a command") from error
    word = re.split("[ :]", text, maxsplit=1)[0].upper()
    if not word:
        raise Unreadable(500, "5.5.2 A command begins with its verb")
    try:
        return _READERS.get(word, commands.Raw)(text)
    except ValueError as error:
        raise Unreadable(501, f"5.5.4 {str(error)[:200]}") from error


def _argument(text: str) -> str:
    return text.partition(" ")[2].strip(" ")


def _path(text: str, keyword: str) -> tuple[str, list[str]]:
    if not text.upper().startswith(f"{keyword}:"):
        raise ValueError(f"It is {keyword}:<address>")
    match = _PATH.fullmatch(text[len(keyword) + 1 :])
    if match is None:
        raise ValueError(f"It is {keyword}:<address>")
    return match["path"], (match["parameters"] or "").split()


def _mail(text: str) -> commands.Mail:
    address, parameters = _path(text, "MAIL FROM")
    return commands.Mail(address, *parameters)


def _rcpt(text: str) -> commands.Rcpt:
    address, parameters = _path(text, "RCPT TO")
    return commands.Rcpt(address, *parameters)


def _auth(text: str) -> commands.Auth:
    mechanism, _, initial = _argument(text).partition(" ")
    if not initial:
        return commands.Auth(mechanism)
    return commands.Auth(mechanism, b"" if initial == "=" else read_base64(initial.encode()))


def _bdat(text: str) -> commands.Bdat:
    match = re.fullmatch(r"BDAT ([0-9]{1,15})( LAST)?", text, re.IGNORECASE)
    if match is None:
        raise ValueError("It is BDAT octets, or BDAT octets LAST")
    return commands.Bdat(int(match[1]), last=bool(match[2]))


def _bare(make: Callable[[], commands.Command]) -> Callable[[str], commands.Command]:
    def read(text: str) -> commands.Command:
        if _argument(text):
            raise ValueError("It takes no argument")
        return make()

    return read


_READERS: dict[str, Callable[[str], commands.Command]] = {
    "EHLO": lambda text: commands.Ehlo(_argument(text)),
    "HELO": lambda text: commands.Helo(_argument(text)),
    "LHLO": lambda text: commands.Lhlo(_argument(text)),
    "MAIL": _mail,
    "RCPT": _rcpt,
    "AUTH": _auth,
    "DATA": _bare(commands.Data),
    "RSET": _bare(commands.Rset),
    "QUIT": _bare(commands.Quit),
    "STARTTLS": _bare(commands.StartTls),
    "NOOP": lambda text: commands.Noop(_argument(text)),
    "HELP": lambda text: commands.Help(_argument(text)),
    "VRFY": lambda text: commands.Vrfy(_argument(text)),
    "EXPN": lambda text: commands.Expn(_argument(text)),
    "BDAT": _bdat,
}


def read_base64(line: bytes) -> bytes:
    """Return the octets; ValueError for anything that is not strict base64."""
    try:
        return binascii.a2b_base64(line, strict_mode=True) if line else b""
    except binascii.Error as error:
        raise ValueError("That is not base64") from error


def parameters(words: tuple[str, ...]) -> dict[str, str]:
    """Return ESMTP parameters as keyword → value, keywords in upper case, "" where there is no value."""
    return {keyword.upper(): value for keyword, _, value in (word.partition("=") for word in words)}
