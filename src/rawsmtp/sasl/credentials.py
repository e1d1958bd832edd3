"""What a client logs in with; no form of showing one shows its secret."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_TOKEN = re.compile("[!-~]+")


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
    mechanism: str | None = None
    authzid: str | None = None
    in_clear: bool = False

    def __post_init__(self) -> None:
        _check(self.user, "the user of a Password")
        _check(self.secret, "the secret of a Password")
        _check(self.authzid or "", "the authzid of a Password", empty=True)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be seen."""
        return (self.secret,)


@dataclass(frozen=True, slots=True)
class OAuth2:
    """A user's name with an OAuth 2 access token.

    token: the token, or a callable that returns one.
    mechanism, in_clear: as for `Password`.
    """

    user: str
    token: str | Callable[[], str] = field(repr=False)
    mechanism: str | None = None
    in_clear: bool = False

    def __post_init__(self) -> None:
        _check(self.user, "the user of an OAuth2")
        if "\x01" in self.user:
            raise ValueError("the user of an OAuth2 has a %x01 in it, which ends the name for the server")
        if not callable(self.token):
            _check_token(self.token)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be seen; a token that is asked for is not known before."""
        return () if callable(self.token) else (self.token,)


def with_token(credential: Credential) -> Credential:
    """Return the credential with a token in place of a callable that returns one, which is called.

    Raises what `access_token` raises.
    """
    if isinstance(credential, OAuth2) and callable(credential.token):
        return replace(credential, token=access_token(credential))
    return credential


def access_token(credential: OAuth2) -> str:
    """Return the token of a credential; a callable is called.

    Raises TypeError or ValueError if it is no token, and whatever the callable raises.
    """
    token = credential.token() if callable(credential.token) else credential.token
    _check_token(token)
    return token


def _check_token(token: object) -> None:
    # RFC 6750 §2.1 allows fewer characters; what matters is that none of them can end the token.
    _check(token, "the token of an OAuth2")
    if isinstance(token, str) and not _TOKEN.fullmatch(token):
        raise ValueError("the token of an OAuth2 has a character in it that is not printable ASCII, or a space")


@dataclass(frozen=True, slots=True)
class External:
    """What the connection has proved already, by a client certificate for example. RFC 4422 appendix A.

    identity: the identity to act as; "" is the one that was proved.
    in_clear: as for `Password`.
    """

    identity: str = ""
    in_clear: bool = False

    def __post_init__(self) -> None:
        _check(self.identity, "the identity of an External", empty=True)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Nothing of it is secret."""
        return ()


Credential = Password | OAuth2 | External
