"""SCRAM, RFC 5802 and RFC 7677: both sides prove that they know the secret, and neither says it."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Literal

from rawsmtp.wire.limits import DEFAULT_LIMITS, Limits

from .mechanism import MechanismFailed, decoded
from .saslprep import prepare

if TYPE_CHECKING:
    from .credentials import Password
    from .mechanism import Responses

Hash = Literal["sha1", "sha256"]

_SERVER_FIRST = re.compile(rb"r=([!-+\--~]+),s=([^,]+),i=([1-9][0-9]*)(?:,[A-Za-z]=[^\0,]+)*")
_SERVER_FINAL = re.compile(rb"v=([^,]+)(?:,[A-Za-z]=[^\0,]+)*")
_SHOWN_ERROR = 80


def scram_sha_256(credential: Password, limits: Limits = DEFAULT_LIMITS) -> Responses:
    """SCRAM-SHA-256, RFC 7677."""
    return _scram("sha256", credential, limits)


def scram_sha_1(credential: Password, limits: Limits = DEFAULT_LIMITS) -> Responses:
    """SCRAM-SHA-1, RFC 5802."""
    return _scram("sha1", credential, limits)


def gs2_header(authzid: str = "") -> str:
    """Return the GS2 header of a client that has no channel binding: `n,a=authzid,`. RFC 5801 §4."""
    return f"n,a={_saslname(authzid)}," if authzid else "n,,"


def _scram(name: Hash, credential: Password, limits: Limits) -> Responses:
    header = gs2_header(prepare(credential.authzid, "the authzid") if credential.authzid else "").encode("utf-8")
    user = prepare(credential.user, "the user")
    secret = prepare(credential.secret, "the secret", stored=True).encode("utf-8")
    nonce = _nonce().encode("ascii")

    client_first = b"n=%b,r=%b" % (_saslname(user).encode("utf-8"), nonce)
    server_first = _not_success((yield header + client_first))
    both_nonces, salt, iterations = _read_server_first(server_first, nonce, limits)

    client_final = b"c=%b,r=%b" % (_base64(header), both_nonces)
    conversation = b"%b,%b,%b" % (client_first, server_first, client_final)
    proof, signature = _prove(name, secret, salt, iterations, conversation)
    server_final = _not_success((yield b"%b,p=%b" % (client_final, _base64(proof))))
    _check_server_final(server_final, signature)
    if (yield b"") is not None:
        raise MechanismFailed("SCRAM takes no challenge behind the server's signature")


def _nonce() -> str:
    from secrets import token_urlsafe

    return token_urlsafe(18)


def _saslname(name: str) -> str:
    return name.replace("=", "=3D").replace(",", "=2C")


def _base64(octets: bytes) -> bytes:
    return binascii.b2a_base64(octets, newline=False)


def _not_success(message: bytes | None) -> bytes:
    if message is None:
        raise MechanismFailed("the server has not shown that it knows the secret")
    return message


def _read_server_first(message: bytes, nonce: bytes, limits: Limits) -> tuple[bytes, bytes, int]:
    # All of it is checked before PBKDF2: the server says how long that takes.
    _check_no_error(message)
    if message.startswith(b"m="):
        raise MechanismFailed("the server wants an extension of SCRAM that nobody has defined")
    found = _SERVER_FIRST.fullmatch(message)
    if not found:
        raise MechanismFailed("not a server-first-message of SCRAM")
    both_nonces, salt, iterations = found.groups()
    if not both_nonces.startswith(nonce) or both_nonces == nonce:
        raise MechanismFailed("the nonce is not ours with one of the server's behind it")
    return both_nonces, decoded(salt, "the salt"), _checked_iterations(iterations, limits)


def _checked_iterations(digits: bytes, limits: Limits) -> int:
    # The length comes first: int() refuses thousands of digits with an error of its own.
    fewest, most = limits.fewest_iterations, limits.most_iterations
    if len(digits) > len(str(most)) or not fewest <= int(digits) <= most:
        shown = digits[:12].decode("ascii")
        raise MechanismFailed(f"{shown} iterations are not between {fewest:,} and {most:,}")
    return int(digits)


def _prove(name: Hash, secret: bytes, salt: bytes, iterations: int, conversation: bytes) -> tuple[bytes, bytes]:
    """Return the client's proof, and the signature by which the server proves itself. RFC 5802 §3."""
    import hashlib
    import hmac

    salted = hashlib.pbkdf2_hmac(name, secret, salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", name)
    stored_key = hashlib.new(name, client_key).digest()
    client_signature = hmac.digest(stored_key, conversation, name)
    proof = bytes(key ^ signature for key, signature in zip(client_key, client_signature, strict=True))
    server_key = hmac.digest(salted, b"Server Key", name)
    return proof, hmac.digest(server_key, conversation, name)


def _check_server_final(message: bytes, signature: bytes) -> None:
    from hmac import compare_digest

    _check_no_error(message)
    found = _SERVER_FINAL.fullmatch(message)
    if not found:
        raise MechanismFailed("not a server-final-message of SCRAM")
    if not compare_digest(decoded(found[1], "the server's signature"), signature):
        raise MechanismFailed("the server's signature is wrong: it does not know the secret", is_final=True)


def _check_no_error(message: bytes) -> None:
    if message.startswith(b"e="):
        error = message[2:].partition(b",")[0][:_SHOWN_ERROR].decode("ascii", "backslashreplace")
        shown = "".join(character if character.isprintable() else "?" for character in error)
        raise MechanismFailed(f"the server says {shown}", is_final=True)
