from __future__ import annotations

from base64 import b64decode

import pytest

from rawsmtp.sasl import MechanismFailed, OAuth2
from rawsmtp.sasl.xoauth2 import xoauth2

# The example of https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
TOKEN = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
RESPONSE = b64decode(
    "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhk"
    "SFJoZG1semRHRXVZMjl0Q2cBAQ=="
)
DOCUMENT = b'{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}'


@pytest.mark.parametrize("token", [TOKEN, lambda: TOKEN], ids=["text", "callable"])
def test_response(token: str) -> None:
    responses = xoauth2(OAuth2("someuser@example.com", token))
    assert next(responses) == RESPONSE
    with pytest.raises(StopIteration):
        responses.send(None)


@pytest.mark.parametrize("document", [DOCUMENT, b"", b"\xff"])
def test_error_document_is_answered_with_nothing(document: bytes) -> None:
    responses = xoauth2(OAuth2("u", "t"))
    next(responses)
    assert responses.send(document) == b""


@pytest.mark.parametrize(
    ("then", "words"), [(None, "success behind"), (b"", "no challenge behind"), (DOCUMENT, "no ch")]
)
def test_what_cannot_come_behind_the_error_document(then: bytes | None, words: str) -> None:
    responses = xoauth2(OAuth2("u", "t"))
    next(responses)
    responses.send(DOCUMENT)
    with pytest.raises(MechanismFailed, match=words):
        responses.send(then)
