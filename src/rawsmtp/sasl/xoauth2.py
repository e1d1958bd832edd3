"""XOAUTH2: OAuth 2 before RFC 7628, as Google published it and others took it up.

https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .credentials import access_token
from .mechanism import MechanismFailed

if TYPE_CHECKING:
    from .credentials import OAuth2
    from .mechanism import Responses


def xoauth2(credential: OAuth2) -> Responses:
    """Send user and token; answer the server's error document with an empty response, so that the refusal comes."""
    response = f"user={credential.user}\x01auth=Bearer {access_token(credential)}\x01\x01"
    if (yield response.encode("utf-8")) is None:
        return
    if (yield b"") is not None:
        raise MechanismFailed("XOAUTH2 takes no challenge behind the error document")
    raise MechanismFailed("success behind an error document")
