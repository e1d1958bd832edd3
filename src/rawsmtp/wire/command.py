"""What a client says: each command a frozen value whose `bytes()` is the line on the wire. RFC 5321 §4.1."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar

from .address import check_domain
from .gate import check_text, check_token, command_line
from .verb import Verb


class Command:
    """Base of all commands; `bytes(command)` is its line, `str(command)` the same to show, without any secret."""

    __slots__ = ()
    verb: ClassVar[Verb]
    line: bytes

    def __bytes__(self) -> bytes:
        return self.line

    def __str__(self) -> str:
        return self.line[:-2].decode("utf-8")


def set_line(command: Command, text: str) -> None:
    """Give a frozen command its line."""
    object.__setattr__(command, "line", command_line(text))


@dataclass(frozen=True, slots=True)
class _Greeting(Command):
    """A client's hello; the name is a domain, or an address literal such as "[192.0.2.1]"."""

    name: str
    line: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_domain(check_token(self.name, f"the name for {self.verb.value}"))
        set_line(self, f"{self.verb.value} {self.name}")


@dataclass(frozen=True, slots=True)
class Ehlo(_Greeting):
    """EHLO, RFC 5321 §4.1.1.1."""

    verb = Verb.EHLO


@dataclass(frozen=True, slots=True)
class Helo(_Greeting):
    """HELO, RFC 5321 §4.1.1.1."""

    verb = Verb.HELO


@dataclass(frozen=True, slots=True)
class Lhlo(_Greeting):
    """LHLO, RFC 2033 §4.1."""

    verb = Verb.LHLO


@dataclass(frozen=True, slots=True)
class _Bare(Command):
    """A verb that takes no argument."""

    line: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        set_line(self, self.verb.value)


@dataclass(frozen=True, slots=True)
class StartTls(_Bare):
    """STARTTLS, RFC 3207 §4."""

    verb = Verb.STARTTLS


@dataclass(frozen=True, slots=True)
class Data(_Bare):
    """DATA, RFC 5321 §4.1.1.4."""

    verb = Verb.DATA


@dataclass(frozen=True, slots=True)
class Rset(_Bare):
    """RSET, RFC 5321 §4.1.1.5."""

    verb = Verb.RSET


@dataclass(frozen=True, slots=True)
class Quit(_Bare):
    """QUIT, RFC 5321 §4.1.1.10."""

    verb = Verb.QUIT


@dataclass(frozen=True, slots=True)
class _Optional(Command):
    """A verb that may take an argument."""

    argument: str = ""
    line: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_text(self.argument, f"the argument of {self.verb.value}")
        set_line(self, f"{self.verb.value} {self.argument}".rstrip(" "))


@dataclass(frozen=True, slots=True)
class Noop(_Optional):
    """NOOP, RFC 5321 §4.1.1.9."""

    verb = Verb.NOOP


@dataclass(frozen=True, slots=True)
class Help(_Optional):
    """HELP, RFC 5321 §4.1.1.8."""

    verb = Verb.HELP


@dataclass(frozen=True, slots=True)
class _Lookup(_Optional):
    """A verb that asks about a name."""

    argument: str

    def __post_init__(self) -> None:
        if not check_text(self.argument, f"the argument of {self.verb.value}").strip(" "):
            raise ValueError(f"{self.verb.value} needs an address or a name: {self.argument!a}")
        set_line(self, f"{self.verb.value} {self.argument}")


@dataclass(frozen=True, slots=True)
class Vrfy(_Lookup):
    """VRFY, RFC 5321 §4.1.1.6."""

    verb = Verb.VRFY


@dataclass(frozen=True, slots=True)
class Expn(_Lookup):
    """EXPN, RFC 5321 §4.1.1.7."""

    verb = Verb.EXPN


@dataclass(frozen=True, slots=True)
class Raw(Command):
    """A command line as it is typed, without its CRLF: for extensions, and for a session by hand.

    Raises ValueError for BDAT, whose octets have to be counted, and for AUTH with a response in it, which is a secret.
    """

    text: str
    line: bytes = field(init=False, repr=False, compare=False)
    verb: Verb = field(init=False, repr=False, compare=False)  # type: ignore[misc]  # read from the line

    def __post_init__(self) -> None:
        words = re.split("[ :]", check_text(self.text, "a command").strip(" "))
        verb = _VERBS.get(words[0].upper(), Verb.OTHER)
        if not words[0]:
            raise ValueError(f"a command begins with its verb: {self.text!a}")
        if verb is Verb.BDAT:
            raise ValueError("use commands.Bdat: the octets behind BDAT are counted")
        if verb is Verb.AUTH and len(words) > 2:
            raise ValueError("use commands.Auth for an initial response: a typed line is shown in transcripts")
        object.__setattr__(self, "verb", verb)
        set_line(self, self.text)


_VERBS = {verb.value: verb for verb in Verb if verb.value.isalpha() and verb.value.isupper()}
