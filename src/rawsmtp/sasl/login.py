"""LOGIN, draft-murchison-sasl-login: the user, then the secret, by position.

The text of the prompts is not looked at: servers write "Username:", "User Name", nothing, or another language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .mechanism import MechanismFailed

if TYPE_CHECKING:
    from .credentials import Password
    from .mechanism import Responses


def login(credential: Password) -> Responses:
    """Answer the first challenge with the user and the second with the secret."""
    yield None
    yield credential.user.encode("utf-8")
    if (yield credential.secret.encode("utf-8")) is not None:
        raise MechanismFailed("LOGIN takes two challenges")
