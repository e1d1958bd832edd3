"""What a client logs in with; no form of showing one shows its secret."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def _check(text: object, what: str, *, empty: bool = False) -> None:
    if not isinstance(text, str):
        raise TypeError(f"{what} must be a str, not {type(text).__name__}")
    if not text and not empty:
        raise ValueError(f"{what} is empty")
    if _NOT_TEXT.search(text):
        raise ValueError(f"{what} has a NUL or a surrogate in it")


@dataclass(frozen=True, slots=True)
class Password:
    """A user's name with a password, an authorization code or an app password.

    user: the name that the server knows, often the address.
    secret: the password or code.
    mechanism: the one SASL mechanism to use; None takes the best that the server offers.
    authzid: the identity to act as, if it is another than the user's.
    in_clear: whether this credential may be used without TLS.
    """

    user: str
    secret: str = field(repr=False)
    mechanism: str | None = field(default=None, kw_only=True)
    authzid: str | None = field(default=None, kw_only=True)
    in_clear: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        _check(self.user, "the user of a Password")
        _check(self.secret, "the secret of a Password")
        _check(self.authzid or "", "the authzid of a Password", empty=True)


@dataclass(frozen=True, slots=True)
class OAuth2:
    """A user's name with an OAuth 2 access token.

    token: the token, or a callable that returns one.
    mechanism, in_clear: as for `Password`.
    """

    user: str
    token: str | Callable[[], str] = field(repr=False)
    mechanism: str | None = field(default=None, kw_only=True)
    in_clear: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        _check(self.user, "the user of an OAuth2")
        if not callable(self.token):
            _check(self.token, "the token of an OAuth2")


@dataclass(frozen=True, slots=True)
class External:
    """What the connection has proved already, by a client certificate for example. RFC 4422 appendix A.

    identity: the identity to act as; "" is the one that was proved.
    in_clear: as for `Password`.
    """

    identity: str = ""
    in_clear: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        _check(self.identity, "the identity of an External", empty=True)


Credential = Password | OAuth2 | External
