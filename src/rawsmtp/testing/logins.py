"""The server's half of each SASL mechanism: a generator that yields challenges and is sent responses."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from binascii import b2a_base64
from collections.abc import Callable, Generator, Mapping

from rawsmtp.sasl import MechanismFailed
from rawsmtp.sasl.saslprep import prepare

from .lines import read_base64
from .mail import Login

_ITERATIONS = 4_096

Challenges = Generator[bytes, bytes, Login]
"""Yields each challenge before base64 and is sent the response; returns who has logged in."""

Users = Mapping[str, str]


class LoginRefused(Exception):
    """The credentials are wrong, or the response is none; `user` is who tried, if that is known."""

    def __init__(self, user: str = "") -> None:
        super().__init__(user)
        self.user = user


def plain(users: Users) -> Challenges:
    """PLAIN, RFC 4616."""
    fields = _text((yield b"")).split("\0")
    if len(fields) != 3:
        raise LoginRefused
    return _checked(users, fields[1], fields[2], "PLAIN")


def login(users: Users) -> Challenges:
    """LOGIN, draft-murchison-sasl-login."""
    user = _text((yield b"Username:"))
    secret = _text((yield b"Password:"))
    return _checked(users, user, secret, "LOGIN")


def cram_md5(users: Users) -> Challenges:
    """CRAM-MD5, RFC 2195."""
    challenge = f"<{secrets.token_hex(8)}@localhost>".encode()
    user, _, digest = _text((yield challenge)).rpartition(" ")
    expected = hmac.new(users.get(user, "").encode(), challenge, "md5").hexdigest()
    if user not in users or not hmac.compare_digest(digest.encode(), expected.encode()):
        raise LoginRefused(user)
    return Login(user, "CRAM-MD5")


def scram_sha_1(users: Users) -> Challenges:
    """SCRAM-SHA-1, RFC 5802."""
    return _scram(users, "SCRAM-SHA-1", "sha1")


def scram_sha_256(users: Users) -> Challenges:
    """SCRAM-SHA-256, RFC 7677."""
    return _scram(users, "SCRAM-SHA-256", "sha256")


def _scram(users: Users, mechanism: str, algorithm: str) -> Challenges:
    header, client_first = _gs2(_text((yield b"")))
    fields = _fields(client_first)
    user = fields.get("n", "").replace("=2C", ",").replace("=3D", "=")
    nonce, salt = fields.get("r", "") + secrets.token_hex(9), secrets.token_bytes(16)
    server_first = f"r={nonce},s={_base64(salt)},i={_ITERATIONS}"
    client_final = _text((yield server_first.encode()))
    unproved, _, proof = client_final.rpartition(",p=")
    if user not in users or unproved != f"c={_base64(header.encode())},r={nonce}":
        raise LoginRefused(user)
    salted = hashlib.pbkdf2_hmac(algorithm, _prepared(users[user]).encode(), salt, _ITERATIONS)
    conversation = f"{client_first},{server_first},{unproved}".encode()
    if not hmac.compare_digest(_proof(salted, conversation, algorithm), read_base64(proof.encode())):
        raise LoginRefused(user)
    server_key = hmac.digest(salted, b"Server Key", algorithm)
    yield f"v={_base64(hmac.digest(server_key, conversation, algorithm))}".encode()
    return Login(user, mechanism)


def _gs2(message: str) -> tuple[str, str]:
    parts = message.split(",", 2)
    if len(parts) != 3 or parts[0] not in ("n", "y"):
        raise LoginRefused
    return f"{parts[0]},{parts[1]},", parts[2]


def _fields(message: str) -> dict[str, str]:
    return {name: value for name, _, value in (field.partition("=") for field in message.split(","))}


def _proof(salted: bytes, conversation: bytes, algorithm: str) -> bytes:
    key = hmac.digest(salted, b"Client Key", algorithm)
    signature = hmac.digest(hashlib.new(algorithm, key).digest(), conversation, algorithm)
    return bytes(one ^ other for one, other in zip(key, signature, strict=True))


def _prepared(secret: str) -> str:
    try:
        return prepare(secret, "the secret")
    except MechanismFailed:
        return secret


def xoauth2(users: Users) -> Challenges:
    """XOAUTH2; a wrong token is answered with an error document first."""
    fields = _fields_of_oauth(_text((yield b"")))
    return (yield from _with_token(users, fields.get("user", ""), fields.get("auth", ""), "XOAUTH2", "400"))


def oauthbearer(users: Users) -> Challenges:
    """OAUTHBEARER, RFC 7628; a wrong token is answered with an error document first."""
    header, _, rest = _text((yield b"")).partition("\x01")
    user = _fields(header).get("a", "").replace("=2C", ",").replace("=3D", "=")
    fields = _fields_of_oauth(rest)
    return (yield from _with_token(users, user, fields.get("auth", ""), "OAUTHBEARER", "invalid_token"))


def _fields_of_oauth(message: str) -> dict[str, str]:
    return {name: value for name, _, value in (field.partition("=") for field in message.split("\x01"))}


def _with_token(users: Users, user: str, bearer: str, mechanism: str, status: str) -> Challenges:
    if user in users and bearer == f"Bearer {users[user]}":
        return Login(user, mechanism)
    yield json.dumps({"status": status, "schemes": "bearer", "scope": "mail"}).encode()
    raise LoginRefused(user)


def external(users: Users) -> Challenges:
    """EXTERNAL, RFC 4422 appendix A: whoever is a user has proved it."""
    user = _text((yield b"")) or next(iter(users), "")
    if user not in users:
        raise LoginRefused(user)
    return Login(user, "EXTERNAL")


def _base64(octets: bytes) -> str:
    return b2a_base64(octets, newline=False).decode()


def _text(response: bytes) -> str:
    try:
        return response.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LoginRefused from error


def _checked(users: Users, user: str, secret: str, mechanism: str) -> Login:
    if users.get(user) != secret:
        raise LoginRefused(user)
    return Login(user, mechanism)


SHOWS_THE_SECRET = frozenset({"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"})
"""Mechanisms after which whoever listened knows the secret."""

LOGINS: dict[str, Callable[[Users], Challenges]] = {
    "PLAIN": plain,
    "LOGIN": login,
    "CRAM-MD5": cram_md5,
    "SCRAM-SHA-1": scram_sha_1,
    "SCRAM-SHA-256": scram_sha_256,
    "XOAUTH2": xoauth2,
    "OAUTHBEARER": oauthbearer,
    "EXTERNAL": external,
}
"""The server's halves by the name of the mechanism; add to it what your own client learns."""
