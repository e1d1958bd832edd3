"""SASL mechanisms, one a file, each a generator of responses; RFC 4422, RFC 4954.

To add one, put it into `MECHANISMS` under its name and name it in the credential:

    MECHANISMS["X-MINE"] = Mechanism("X-MINE", my_generator_function, Password)
    Password("user", "code", mechanism="X-MINE")

`Responses` says what the generator yields and is sent. Where a credential names no mechanism, those that were added
are tried behind the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .credentials import Credential, External, OAuth2, Password
from .login import login
from .mechanism import Mechanism, MechanismFailed, Responses, on_use
from .plain import plain

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

_KNOWN = (
    Mechanism("SCRAM-SHA-256", on_use("rawsmtp.sasl.scram", "scram_sha_256"), Password, authzid=True, bounded=True),
    Mechanism("SCRAM-SHA-1", on_use("rawsmtp.sasl.scram", "scram_sha_1"), Password, authzid=True, bounded=True),
    Mechanism("PLAIN", plain, Password, authzid=True, shows_secret=True),
    Mechanism("LOGIN", login, Password, shows_secret=True),
    Mechanism("CRAM-MD5", on_use("rawsmtp.sasl.cram_md5", "cram_md5"), Password),
    Mechanism("OAUTHBEARER", on_use("rawsmtp.sasl.oauthbearer", "oauthbearer"), OAuth2, error_document=True),
    Mechanism("XOAUTH2", on_use("rawsmtp.sasl.xoauth2", "xoauth2"), OAuth2, error_document=True),
    Mechanism("EXTERNAL", on_use("rawsmtp.sasl.external", "external"), External),
)
MECHANISMS: dict[str, Mechanism] = {mechanism.name: mechanism for mechanism in _KNOWN}
"""The mechanisms that are known, by name in upper case, best first inside TLS."""


def choose(credential: Credential, offered: Iterable[str], *, tls: bool) -> list[Mechanism]:
    """Return the mechanisms to try with a credential, best first; none that would drop its authzid.

    credential: what to log in with; a mechanism that it names, in any case, is the only one.
    offered: the names that the server offers, in any case.
    tls: whether the connection is inside TLS; if it is not, those that show the secret come last.
    """
    there = {name.upper() for name in offered}
    named = None if isinstance(credential, External) else credential.mechanism
    names = [named.upper()] if named else list(MECHANISMS)
    known = [MECHANISMS[name] for name in names if name in MECHANISMS and name in there]
    # Inside TLS nobody overhears PLAIN, and a server that checks CRAM-MD5 has to keep the secret itself.
    fitting = [mechanism for mechanism in known if _fits(mechanism, credential)]
    return fitting if tls else sorted(fitting, key=lambda mechanism: mechanism.shows_secret)


def _fits(mechanism: Mechanism, credential: Credential) -> bool:
    acts_as_another = isinstance(credential, Password) and credential.authzid
    return isinstance(credential, mechanism.credential) and (mechanism.authzid or not acts_as_another)
