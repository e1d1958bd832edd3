"""What a SASL mechanism is to the conversation above it."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rawsmtp.wire.limits import Limits

    from .credentials import Credential

Responses = Generator[bytes | None, bytes | None, None]
"""The client's side of one exchange, in octets before base64.

It yields the initial response first, or None where the server speaks first; then it is sent each challenge and yields
the response to it. When the server says 235 it is sent None, and returns if it is satisfied. It raises MechanismFailed
if it is not, if a challenge is not what the mechanism takes, or, before anything was yielded, if the credential
cannot be said in this mechanism.
"""


class MechanismFailed(Exception):
    """The server's side of the exchange is not what the mechanism takes, or the credential is not.

    is_final: whether no other mechanism may be tried with the same secret: it was refused, or the server has not
        proved that it knows it.
    """

    def __init__(self, why: str = "", *, is_final: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A SASL mechanism.

    name: as in EHLO's AUTH list.
    start: the generator function that takes a credential, and the limits if it is `bounded`.
    credential: the class of the credentials that it takes.
    authzid: whether it can carry the authzid of a `Password`; else it is not chosen for a credential that has one.
    shows_secret: whether whoever overhears it knows the secret.
    bounded: whether the server decides how much work it is.
    error_document: whether a challenge is the server's account of what is wrong, and a refusal follows its answer.
    """

    name: str
    start: Callable[..., Responses]
    credential: type
    authzid: bool = field(default=False, kw_only=True)
    error_document: bool = field(default=False, kw_only=True)
    shows_secret: bool = field(default=False, kw_only=True)
    bounded: bool = field(default=False, kw_only=True)

    def begin(self, credential: Credential, limits: Limits) -> Responses:
        """Return the client's side of a new exchange."""
        return self.start(credential, limits) if self.bounded else self.start(credential)


_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def decoded(text: bytes, what: str) -> bytes:
    """Return what stands in base64. Raises MechanismFailed for anything but that. RFC 4954 §4, RFC 4648 §3.3.

    what: what the text is, for the error.
    """
    # The strict mode of binascii takes different things in different versions of Python.
    if not _BASE64.fullmatch(text):
        raise MechanismFailed(f"{what} is not base64")
    return binascii.a2b_base64(text)


def on_use(module: str, function: str) -> Callable[..., Responses]:
    """Return a `start` that imports its module when it is first called.

    module: its name from the top.
    function: the name of the generator function in it.
    """

    def start(*given: object) -> Responses:
        responses: Responses = getattr(import_module(module), function)(*given)
        return responses

    return start
