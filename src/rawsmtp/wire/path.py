"""MAIL and RCPT: an address and its parameters. RFC 5321 §4.1.1.2, §4.1.1.3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

from .address import check_address
from .command import Command, set_line
from .gate import check_token, command_line
from .verb import Verb


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
        set_line(self, f"{path} {self._checked(parameters)}" if parameters else path)

    def _check(self, address: str) -> None:
        check_address(address)

    def adding(self, *parameters: str) -> Self:
        """Return the same command with more parameters, each of which is one word; what is there has been checked."""
        more = object.__new__(type(self))
        object.__setattr__(more, "address", self.address)
        object.__setattr__(more, "parameters", self.parameters + parameters)
        object.__setattr__(more, "line", self.line[:-2] + b" " + command_line(" ".join(parameters)))
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
