"""OAUTHBEARER, RFC 7628."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .credentials import access_token
from .mechanism import MechanismFailed
from .scram import gs2_header

if TYPE_CHECKING:
    from .credentials import OAuth2
    from .mechanism import Responses


def oauthbearer(credential: OAuth2) -> Responses:
    """Send user and token; answer the server's error document with %x01, so that the refusal comes. RFC 7628 §3.2.3."""
    response = f"{gs2_header(credential.user)}\x01auth=Bearer {access_token(credential)}\x01\x01"
    if (yield response.encode("utf-8")) is None:
        return
    if (yield b"\x01") is not None:
        raise MechanismFailed("OAUTHBEARER takes no challenge behind the error document")
    raise MechanismFailed("success behind an error document")
