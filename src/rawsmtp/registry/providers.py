"""Mail providers: which host, port, security and kind of credential each of them asks for.

The table says nothing of SASL mechanisms: those are taken from the server's EHLO reply.

Grade A: two or more independent sources agree. Grade B: one source. Grade C: unverified, taken from lists that copy
one another; such an entry is found by its id only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict

from rawsmtp.wire.address import to_ascii

from .providers_china import CHINA
from .providers_services import SERVICES
from .providers_world import WORLD

ServerSecurity = Literal["tls", "starttls"]
CredentialKind = Literal["password", "app-password", "auth-code", "oauth2", "token"]
UserForm = Literal["address", "local-part"]
Grade = Literal["A", "B", "C"]

# A wildcard stands for a top-level domain or for a country's own such as "co.uk" and "com.br", never for more.
_SUFFIX = re.compile(r"[a-z]{2,63}|com?\.[a-z]{2}")
# Closed for good, though a wildcard covers them.
_GONE = frozenset({"yahoo.cn", "yahoo.com.cn"})


class Row(TypedDict):
    """A provider as the data files write it; what is left out has the default of `Provider`."""

    id: str
    names: tuple[str, str | None]
    domains: NotRequired[tuple[str, ...]]
    servers: tuple[tuple[str, int, ServerSecurity], ...]
    credential: CredentialKind
    user_form: NotRequired[UserForm]
    help: NotRequired[str]
    hint: tuple[str, str]
    grade: Grade
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Server:
    """A submission server.

    security: "tls" from the first byte, or "starttls".
    """

    host: str
    port: int
    security: ServerSecurity


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A mail provider.

    id: a short name that `find` knows.
    names: its name in English, and in Chinese if it has another one there.
    domains: the domains of its addresses, as A-labels in lower case; "yahoo.*" is every top-level domain and every
        country's "co." and "com.", "*.x.com" each name directly below it. Empty where customers bring their
        own domain: such a provider is found by its id.
    servers: where to submit mail, best first.
    credential: what the server takes for a password. "auth-code" is an authorization code (授权码); "token" is a key
        or password made for SMTP alone.
    user_form: whether the user's name is the address or its local part.
    help: the provider's page about it, or "".
    hint_en, hint_zh: which credential is wanted and where to make it.
    grade: "A" two or more sources agree, "B" one source, "C" unverified.
    sources: where the facts are from.
    """

    id: str
    names: tuple[str, str | None]
    domains: tuple[str, ...] = ()
    servers: tuple[Server, ...]
    credential: CredentialKind
    user_form: UserForm = "address"
    help: str = ""
    hint_en: str
    hint_zh: str
    grade: Grade
    sources: tuple[str, ...]

    def user_name(self, address: str) -> str:
        """Return the user's name to log in with for an address; what is no address is a user's name already."""
        if not isinstance(address, str):
            raise TypeError(f"an address must be a str, not {type(address).__name__}")
        local, at, _ = address.rpartition("@")
        return local if at and self.user_form == "local-part" else address


def find(query: str) -> Provider | None:
    """Return the provider of an address, of a domain, or with an id; None if there is none.

    query: "me@163.com", "163.com" or "163", in any case. The domain has to be listed: a subdomain is none of its
        parent's. An unverified provider, grade C, is found by its id only.

    Raises TypeError if the query is not a str, ValueError if it is empty.
    """
    if not isinstance(query, str):
        raise TypeError(f"a query is an address, a domain or an id, not {type(query).__name__}: {query!a}")
    if not query.strip():
        raise ValueError(f'the query is empty: {query!a}; give an address, a domain or an id such as "163"')
    _, at, domain = query.rpartition("@")
    return _by_domain(domain) or (None if at else _BY_ID.get(query.lower()))


def serving(host: str) -> Provider | None:
    """Return the provider whose server has this name, in any case; None if there is none.

    A server that several providers share is the first one's of them.
    """
    return _BY_SERVER.get(host.lower().rstrip("."))


def _by_domain(domain: str) -> Provider | None:
    try:
        name = (domain if domain.isascii() else to_ascii(domain)).lower()
    except ValueError:
        return None
    if name in _GONE:
        return None
    label, _, suffix = name.partition(".")
    below = _BY_DOMAIN.get(f"*.{suffix}") if label else None
    return _BY_DOMAIN.get(name) or below or (_BY_WILDCARD.get(label) if _SUFFIX.fullmatch(suffix) else None)


def _provider(row: Row) -> Provider:
    hint_en, hint_zh = row["hint"]
    return Provider(
        id=row["id"],
        names=row["names"],
        domains=row.get("domains", ()),
        servers=tuple(Server(*server) for server in row["servers"]),
        credential=row["credential"],
        user_form=row.get("user_form", "address"),
        help=row.get("help", ""),
        hint_en=hint_en,
        hint_zh=hint_zh,
        grade=row["grade"],
        sources=row["sources"],
    )


PROVIDERS: tuple[Provider, ...] = tuple(map(_provider, (*CHINA, *WORLD, *SERVICES)))
"""Every provider: of China, of the rest of the world, and services for programs."""

_BY_SERVER = {server.host: provider for provider in reversed(PROVIDERS) for server in provider.servers}
_BY_ID = {provider.id: provider for provider in PROVIDERS}
_VERIFIED = [(domain, provider) for provider in PROVIDERS if provider.grade != "C" for domain in provider.domains]
_BY_DOMAIN = {domain: provider for domain, provider in _VERIFIED if not domain.endswith(".*")}
_BY_WILDCARD = {domain.removesuffix(".*"): provider for domain, provider in _VERIFIED if domain.endswith(".*")}
