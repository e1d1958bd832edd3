"""PLAIN, RFC 4616."""

from __future__ import annotations

from .credentials import Password
from .mechanism import Mechanism, MechanismFailed, Responses


def plain(credential: Password) -> Responses:
    """Send authzid, user and secret in one response."""
    fields = (credential.authzid or "", credential.user, credential.secret)
    if (yield "\0".join(fields).encode("utf-8")) is not None:
        raise MechanismFailed("PLAIN takes no challenge behind its response")


PLAIN = Mechanism("PLAIN", plain, Password)
