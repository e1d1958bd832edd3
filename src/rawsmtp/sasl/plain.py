"""PLAIN, RFC 4616."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .mechanism import MechanismFailed

if TYPE_CHECKING:
    from .credentials import Password
    from .mechanism import Responses


def plain(credential: Password) -> Responses:
    """Send authzid, user and secret in one response, each as SASLprep makes it where SASLprep allows it."""
    from .saslprep import prepare_if_possible

    fields = (credential.authzid or "", credential.user, credential.secret)
    if (yield "\0".join(map(prepare_if_possible, fields)).encode("utf-8")) is not None:
        raise MechanismFailed("PLAIN takes no challenge behind its response")
