"""The server's half of each SASL mechanism: a generator that yields challenges and is sent responses."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

from .mail import Login

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


def _text(response: bytes) -> str:
    try:
        return response.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LoginRefused from error


def _checked(users: Users, user: str, secret: str, mechanism: str) -> Login:
    if users.get(user) != secret:
        raise LoginRefused(user)
    return Login(user, mechanism)


SHOWS_THE_SECRET = frozenset({"PLAIN", "LOGIN"})
"""Mechanisms after which whoever listened knows the secret."""

LOGINS: dict[str, Callable[[Users], Challenges]] = {"PLAIN": plain, "LOGIN": login}
"""The server's halves by the name of the mechanism; add to it what your own client learns."""
