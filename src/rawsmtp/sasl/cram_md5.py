"""CRAM-MD5, RFC 2195: the user and a keyed digest of the challenge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .mechanism import MechanismFailed

if TYPE_CHECKING:
    from .credentials import Password
    from .mechanism import Responses


def cram_md5(credential: Password) -> Responses:
    """Answer the challenge with the user and the HMAC-MD5 of the challenge under the secret."""
    challenge = yield None
    if challenge is None:
        raise MechanismFailed("CRAM-MD5 takes a challenge")
    if not challenge:
        raise MechanismFailed("an empty challenge: the digest of it could be used again")
    response = f"{credential.user} {_digest(credential.secret, challenge)}"
    if (yield response.encode("utf-8")) is not None:
        raise MechanismFailed("CRAM-MD5 takes one challenge")


def _digest(secret: str, challenge: bytes) -> str:
    import hmac

    try:
        return hmac.digest(secret.encode("utf-8"), challenge, "md5").hex()
    except ValueError:  # OpenSSL under a FIPS policy
        raise MechanismFailed("there is no MD5 in this Python") from None
