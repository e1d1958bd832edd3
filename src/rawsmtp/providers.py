"""Mail providers and what they ask for: `providers.find("me@163.com")`."""

from __future__ import annotations

from .registry.providers import (
    PROVIDERS,
    CredentialKind,
    Grade,
    Provider,
    Server,
    ServerSecurity,
    UserForm,
    find,
    serving,
)

__all__ = [
    "PROVIDERS",
    "CredentialKind",
    "Grade",
    "Provider",
    "Server",
    "ServerSecurity",
    "UserForm",
    "find",
    "serving",
]
