"""SASL mechanisms, one a file, each a generator of responses; RFC 4422, RFC 4954.

To add one, put it into `MECHANISMS` under its name and name it in the credential:

    MECHANISMS["X-MINE"] = Mechanism("X-MINE", my_generator_function, Password)
    Password("user", "code", mechanism="X-MINE")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .credentials import Credential, External, OAuth2, Password
from .login import LOGIN
from .mechanism import Mechanism, MechanismFailed, Responses
from .plain import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "MECHANISMS",
    "Credential",
    "External",
    "Mechanism",
    "MechanismFailed",
    "OAuth2",
    "Password",
    "Responses",
    "choose",
]

MECHANISMS: dict[str, Mechanism] = {mechanism.name: mechanism for mechanism in (PLAIN, LOGIN)}
"""The mechanisms that are known, best first."""


def choose(credential: Credential, offered: Iterable[str], *, tls: bool) -> list[Mechanism]:
    """Return the mechanisms to try with a credential, best first.

    credential: what to log in with; a mechanism that it names is the only one.
    offered: the names that the server offers, in any case.
    tls: whether the connection is inside TLS.
    """
    there = {name.upper() for name in offered}
    named = None if isinstance(credential, External) else credential.mechanism
    names = [named.upper()] if named else list(MECHANISMS)
    known = [MECHANISMS[name] for name in names if name in MECHANISMS and name in there]
    return [mechanism for mechanism in known if isinstance(credential, mechanism.credential)]
