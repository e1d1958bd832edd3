"""What a client says: each command a frozen value whose `bytes()` is the line on the wire. RFC 5321 §4.1."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar, Self

from .address import check_address, check_domain
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


def _set_line(command: Command, text: str) -> None:
    object.__setattr__(command, "line", command_line(text))


@dataclass(frozen=True, slots=True)
class _Greeting(Command):
    """A client's hello; the name is a domain, or an address literal such as "[192.0.2.1]"."""

    name: str
    line: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_domain(check_token(self.name, f"the name for {self.verb.value}"))
        _set_line(self, f"{self.verb.value} {self.name}")


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
        _set_line(self, self.verb.value)


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
        _set_line(self, f"{self.verb.value} {self.argument}".rstrip(" "))


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
        _set_line(self, f"{self.verb.value} {self.argument}")


@dataclass(frozen=True, slots=True)
class Vrfy(_Lookup):
    """VRFY, RFC 5321 §4.1.1.6."""

    verb = Verb.VRFY


@dataclass(frozen=True, slots=True)
class Expn(_Lookup):
    """EXPN, RFC 5321 §4.1.1.7."""

    verb = Verb.EXPN


@dataclass(frozen=True, slots=True, init=False)
class _Path(Command):
    """MAIL or RCPT: an address and ESMTP parameters such as "SIZE=1000"."""

    address: str
    parameters: tuple[str, ...]
    line: bytes = field(repr=False, compare=False)
    keyword: ClassVar[str]

    def __init__(self, address: str, *parameters: str) -> None:
        self._check(address)
        object.__setattr__(self, "address", address)
        object.__setattr__(self, "parameters", parameters)
        path = f"{self.keyword}:<{address}>"
        _set_line(self, f"{path} {self._checked(parameters)}" if parameters else path)

    def _check(self, address: str) -> None:
        check_address(address)

    def adding(self, *parameters: str) -> Self:
        """Return the same command with more parameters; what is there has been checked."""
        if not parameters:
            return self
        more = object.__new__(type(self))
        object.__setattr__(more, "address", self.address)
        object.__setattr__(more, "parameters", (*self.parameters, *parameters))
        object.__setattr__(more, "line", self.line[:-2] + b" " + command_line(self._checked(parameters)))
        return more

    def _checked(self, parameters: tuple[str, ...]) -> str:
        return " ".join([check_token(parameter, f"a parameter of {self.keyword}") for parameter in parameters])

    def __reduce__(self) -> tuple[type[_Path], tuple[str, ...]]:
        return type(self), (self.address, *self.parameters)


@dataclass(frozen=True, slots=True, init=False)
class Mail(_Path):
    """MAIL, RFC 5321 §4.1.1.2; the address "" is the null sender."""

    verb = Verb.MAIL
    keyword = "MAIL FROM"

    def _check(self, address: str) -> None:
        if address != "":
            check_address(address)


@dataclass(frozen=True, slots=True, init=False)
class Rcpt(_Path):
    """RCPT, RFC 5321 §4.1.1.3."""

    verb = Verb.RCPT
    keyword = "RCPT TO"


@dataclass(frozen=True, slots=True)
class Bdat(Command):
    """BDAT, RFC 3030 §2: as many octets of `Content` follow as it says.

    size: octets of this chunk.
    last: whether the message ends with it.
    """

    size: int
    last: bool = False
    line: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if type(self.size) is not int or self.size < 0:
            raise ValueError(f"the size of a chunk is a whole number of octets, not {self.size!a}")
        _set_line(self, f"BDAT {self.size}{' LAST' if self.last else ''}")

    @property
    def verb(self) -> Verb:  # type: ignore[override]  # with LAST it leads to another state, so it is another verb
        """BDAT, or BDAT_LAST when it ends the message."""
        return Verb.BDAT_LAST if self.last else Verb.BDAT


@dataclass(frozen=True, slots=True)
class ChunkProbe(Command):
    """One of the two lines that show whether a server discards a chunk that it refuses.

    Outside a transaction both BDAT and DATA are refused; where the chunk was executed, NOOP is answered between them.

    data: whether it is the second one.
    """

    data: bool
    verb = Verb.PROBE

    @property
    def line(self) -> bytes:  # type: ignore[override]  # there are just two
        """The octets: a chunk that would do no harm if it were executed, or DATA."""
        return b"DATA\r\n" if self.data else b"BDAT 6 LAST\r\nNOOP\r\n"

    def __str__(self) -> str:
        return "DATA" if self.data else "BDAT 6 LAST"


@dataclass(frozen=True, slots=True)
class Content:
    """Octets of a message: any piece, with any line ends; after DATA dots are doubled on the way out.

    is_canonical: whether its line ends are known to be CRLF, and none is cut.
    """

    octets: bytes | bytearray | memoryview = field(repr=False)
    is_canonical: bool = field(default=False, repr=False, compare=False)
    verb: ClassVar[Verb] = Verb.CONTENT

    def __bytes__(self) -> bytes:
        return bytes(self.octets)


@dataclass(frozen=True, slots=True)
class EndOfData:
    """The end of the content after DATA: the line end that is missing, if one is, and the dot. RFC 5321 §4.1.1.4."""

    verb: ClassVar[Verb] = Verb.END_OF_DATA

    def __bytes__(self) -> bytes:
        return b".\r\n"

    def __str__(self) -> str:
        return "."


_MECHANISM = re.compile(r"[A-Za-z0-9_-]{1,20}")


@dataclass(frozen=True, slots=True)
class Auth(Command):
    """AUTH, RFC 4954 §4.

    mechanism: its SASL name.
    initial: the initial response, octets before base64; b"" is an empty one ("="), None is none.
    """

    mechanism: str
    initial: bytes | None = field(default=None, repr=False)
    line: bytes = field(init=False, repr=False, compare=False)
    verb = Verb.AUTH

    def __post_init__(self) -> None:
        if not _MECHANISM.fullmatch(check_text(self.mechanism, "the name of a SASL mechanism")):
            raise ValueError(f"not the name of a SASL mechanism: {self.mechanism!a}")
        words = ["AUTH", self.mechanism]
        if self.initial is not None:
            words.append(_base64(self.initial) or "=")
        _set_line(self, " ".join(words))

    def __str__(self) -> str:
        return f"AUTH {self.mechanism}" + ("" if self.initial is None else " [redacted]")


@dataclass(frozen=True, slots=True)
class AuthAnswer(Command):
    """The answer to a challenge, RFC 4954 §4; None is the `*` that cancels.

    response: octets before base64.
    """

    response: bytes | None = field(repr=False)
    line: bytes = field(init=False, repr=False, compare=False)
    verb = Verb.AUTH_ANSWER

    def __post_init__(self) -> None:
        _set_line(self, "*" if self.response is None else _base64(self.response))

    def __str__(self) -> str:
        return "*" if self.response is None else "[redacted]"


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
        _set_line(self, self.text)


_VERBS = {verb.value: verb for verb in Verb if verb.value.isalpha() and verb.value.isupper()}

Item = Command | Content | EndOfData
"""What a client can put on the wire."""


def _base64(octets: bytes) -> str:
    from binascii import b2a_base64

    return b2a_base64(octets, newline=False).decode("ascii")
