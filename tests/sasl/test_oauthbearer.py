from __future__ import annotations

from base64 import b64decode

import pytest

from rawsmtp.sasl import MechanismFailed, OAuth2
from rawsmtp.sasl.oauthbearer import oauthbearer

# RFC 7628 §4.1; host and port in it are for servers with several names, and are left out here.
TOKEN = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
RFC_RESPONSE = b64decode(
    "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNS"
    "bGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
)
DOCUMENT = (  # RFC 7628 §4.3
    b'{"status":"invalid_token","scope":"example_scope",'
    b'"openid-configuration":"https://example.com/.well-known/openid-configuration"}'
)


@pytest.mark.parametrize("token", [TOKEN, lambda: TOKEN], ids=["text", "callable"])
def test_response_is_that_of_the_rfc_without_host_and_port(token: str) -> None:
    responses = oauthbearer(OAuth2("user@example.com", token))
    assert next(responses) == RFC_RESPONSE.replace(b"host=server.example.com\x01port=143\x01", b"")
    with pytest.raises(StopIteration):
        responses.send(None)


def test_user_is_escaped() -> None:
    assert next(oauthbearer(OAuth2("a,b=ü", "t"))) == "n,a=a=2Cb=3Dü,\x01auth=Bearer t\x01\x01".encode()


@pytest.mark.parametrize("document", [DOCUMENT, b"", b"\xff"])
def test_error_document_is_answered_with_x01(document: bytes) -> None:
    responses = oauthbearer(OAuth2("u", "t"))
    next(responses)
    assert responses.send(document) == b"\x01"


@pytest.mark.parametrize(
    ("then", "words"), [(None, "success behind"), (b"", "no challenge behind"), (DOCUMENT, "no ch")]
)
def test_what_cannot_come_behind_the_error_document(then: bytes | None, words: str) -> None:
    responses = oauthbearer(OAuth2("u", "t"))
    next(responses)
    responses.send(DOCUMENT)
    with pytest.raises(MechanismFailed, match=words):
        responses.send(then)
