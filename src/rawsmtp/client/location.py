"""Where to submit mail and as whom, said in one piece: a URL, the environment, or an account of a known provider."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Unpack

from rawsmtp.registry import providers
from rawsmtp.sasl import Credential, Password

from .settings import PORTS, Options, default_security, is_address, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rawsmtp.flows.terms import Security
    from rawsmtp.registry.providers import Provider, Server

# None: TLS by the port; none of it on loopback, but for credentials.
_SCHEMES: dict[str, Security | None] = {
    "smtps": "tls",
    "submissions": "tls",
    "smtp+starttls": "starttls",
    "submission": "starttls",
    "smtp": None,
    "smtp+insecure": "none",
}
_INSECURE = "smtp+insecure"
_RESERVED = "lmtp+unix"
_KEYS = ("timeout", "deadline", "local_name", "ignore_extensions", "mechanism", "authzid")
_VARIABLES = ("RAWSMTP_URL", "SMTP_URL")
_PASSWORD_VARIABLE = "RAWSMTP_PASSWORD"  # noqa: S105  the name of a variable

_UNPRINTABLE = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_HOST_PORT = re.compile(r"(\[[^\[\]]*\]|[^\[\]:]+)(?::([0-9]{0,5}))?")
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_MECHANISM = re.compile(r"[A-Za-z0-9_-]{1,20}")  # RFC 4422 §3.1


@dataclass(frozen=True, slots=True)
class Location:
    """A server and how to use it: `Client(location.host, location.port, **location.options)`.

    options: the keyword options, the credential among them; no form of showing them shows its secret.
    """

    host: str
    port: int
    options: Options = field(hash=False)


def from_url(url: str) -> Location:
    """Return the location that a URL says.

    url: scheme://user:password@host:port?key=value, all but scheme and host optional. The scheme is

        smtps, submissions: TLS from the first byte, port 465;
        smtp+starttls, submission: STARTTLS required, port 587;
        smtp: STARTTLS required, port 587, or TLS from the first byte if the port is 465; without credentials and for
            a loopback address or localhost nothing of the kind, port 25;
        smtp+insecure: no TLS, port 25, credentials in clear.

        The user may hold an "@"; of user and password "/", "?", "#", "%" and spaces are written as %XX, and a ":" of
        the user. The keys are timeout and deadline (seconds), local_name, ignore_extensions (separated by commas),
        and of the credential mechanism and authzid.

    Raises TypeError if it is not a str, ValueError if it is not such a URL; no error shows user or password.
    """
    return _location(url, "")


def from_env(environ: Mapping[str, str]) -> Location:
    """Return the location that the environment says: RAWSMTP_URL, else SMTP_URL, as for `from_url`.

    environ: the variables; RAWSMTP_PASSWORD is the password if the URL has a user and no password.

    Raises ValueError if neither is set, or is not such a URL.
    """
    for name in _VARIABLES:
        if environ.get(name):
            try:
                return _location(environ[name], environ.get(_PASSWORD_VARIABLE, ""))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
    raise ValueError(f"neither {' nor '.join(_VARIABLES)} is set; an example: smtps://user:password@mail.example")


def for_account(
    address: str, secret: str | Credential, *, provider: str | None = None, **options: Unpack[Options]
) -> Location:
    """Return the location of an account at a known provider.

    address: the mail address; with `provider` also a user's name that is no address.
    secret: the password, authorization code or app password that the provider asks for, or a credential.
    provider: a provider's id, for one that is not known by the address's domain.
    options: as for the clients, but auth; security="starttls" or "tls" picks a server of that kind.

    Raises ValueError for an unknown provider, and for a str where only OAuth 2 is taken; TypeError for other types.
    """
    found = _provider(address, provider)
    if "auth" in options:
        raise ValueError("auth= has no place beside a secret: give the credential as the secret")
    server = _server(found, options.get("security"))
    more: Options = {**options, "security": server.security, "auth": _credential(found, address, secret)}
    return Location(server.host, server.port, more)


def _provider(address: str, name: str | None) -> Provider:
    found = providers.find(address if name is None else name)
    if name is None and "@" not in address:  # not shown: it may be the secret, in the wrong place
        raise ValueError("the address has no @: give provider= for a user's name that is no address")
    if name is None and address.endswith(">"):
        raise ValueError("give the address alone, without a name or angle brackets")
    if found is None:
        what = f"no provider is known for {address.rpartition('@')[2]!a}" if name is None else f"no provider {name!a}"
        raise ValueError(f"{what}; give host={_unverified(address)}")
    return found


def _unverified(address: str) -> str:
    domain = address.rpartition("@")[2].lower()
    ids = [known.id for known in providers.PROVIDERS if domain in known.domains]
    return f", or provider={ids[0]!a}, whose settings are unverified" if ids else ""


def _server(provider: Provider, security: Security | None) -> Server:
    for server in provider.servers:
        if security in (None, server.security):
            return server
    kinds = " and ".join(dict.fromkeys(repr(server.security) for server in provider.servers))
    raise ValueError(f"security={security!a}: provider {provider.id} is known to have {kinds} only; give host=")


def _credential(provider: Provider, address: str, secret: str | Credential) -> Credential:
    if isinstance(secret, Credential):
        return secret
    if provider.credential == "oauth2":
        raise ValueError(
            f"for {provider.names[0]} the secret is {provider.hint_en}; give OAuth2(user, token), or Password(user, "
            f"secret) where you know that passwords are taken; see {provider.help}"
        )
    return Password(provider.user_name(address), secret)


def _location(url: str, password: str) -> Location:
    scheme, authority, query = _split(url)
    userinfo, _, place = authority.rpartition("@")
    host, port = _host_port(place)
    values = _query(query)
    auth = _password(userinfo, password, values, in_clear=scheme == _INSECURE)
    options = _options(values)
    if auth is not None:
        options["auth"] = auth
    security = _SCHEMES[scheme]
    if security is None:
        security = default_security(host if auth is None else "", port)
    found = settings(host, PORTS[security] if port is None else port, {**options, "security": security})
    return Location(found.host, found.port, {**options, "security": found.terms.security})


def _split(url: str) -> tuple[str, str, str]:
    """Return scheme, authority and query; nothing is shown here that may be a part of a password."""
    if not isinstance(url, str):
        raise TypeError(f"a URL is a str, not {type(url).__name__}")
    if _UNPRINTABLE.search(url):
        raise ValueError("the URL has a space or a control character in it: write it as %XX")
    scheme, separator, rest = url.partition("://")
    _check_scheme(scheme if separator else "")
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    tail = rest[len(authority) :]
    if "@" in tail:
        raise ValueError(
            'a "/", "?" or "#" before the last "@" of the URL: write them as %2F, %3F, %23, the "@" as %40'
        )
    query = tail.removeprefix("/")
    if query and (not query.startswith("?") or "#" in query):
        raise ValueError("the URL has a path or a fragment, which mean nothing here: leave them out")
    return scheme.lower(), authority, query.removeprefix("?")


def _check_scheme(scheme: str) -> None:
    if scheme.lower() == _RESERVED:
        raise ValueError(f"{_RESERVED}:// is reserved for a later version; give the path of the socket as host=")
    if scheme.lower() not in _SCHEMES:
        what = f"the scheme {scheme!a} is unknown" if _SCHEME.fullmatch(scheme) else "the URL has no scheme"
        raise ValueError(f"{what}; there are {', '.join(f'{name}://' for name in _SCHEMES)}")


def _host_port(place: str) -> tuple[str, int | None]:
    match = _HOST_PORT.fullmatch(place)
    if not match:
        raise ValueError(
            "the URL has no host, or more than host:port behind the user: a port is a number from 1 to 65535, an IPv6 "
            "address stands in [brackets]"
        )
    host, port = match[1], match[2]
    if host.startswith("["):
        host = host[1:-1].replace("%25", "%")  # a zone, RFC 6874
        if ":" not in host or not is_address(host):
            raise ValueError("the brackets of the URL hold no IPv6 address")
    return host, int(port) if port else None


def _query(query: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for item in query.split("&") if query else ():
        key, _, value = item.partition("=")
        if key not in _KEYS:
            raise ValueError(f"the URL's key {key!a} is unknown; there are {', '.join(_KEYS)}")
        if not value or key in values:
            raise ValueError(f"the URL's key {key} {'is there twice' if key in values else 'has no value'}")
        values[key] = _decode(value, key)
    return values


def _options(values: Mapping[str, str]) -> Options:
    options: Options = {}
    if "timeout" in values:
        options["timeout"] = _seconds("timeout", values["timeout"])
    if "deadline" in values:
        options["deadline"] = _seconds("deadline", values["deadline"])
    if "local_name" in values:
        options["local_name"] = values["local_name"]
    if "ignore_extensions" in values:
        options["ignore_extensions"] = tuple(values["ignore_extensions"].split(","))
    return options


def _seconds(key: str, value: str) -> float:
    if not _SECONDS.fullmatch(value):
        raise ValueError(f"{key}={value!a} is no number of seconds such as 30 or 2.5")
    return float(value)


def _password(userinfo: str, password: str, values: Mapping[str, str], *, in_clear: bool) -> Password | None:
    name, _, secret = userinfo.partition(":")
    user, secret = _decode(name, "user"), _decode(secret, "password")
    if not user and not secret:
        if {"mechanism", "authzid"} & values.keys():
            raise ValueError("the URL has a mechanism or an authzid, and no user and password")
        return None
    secret = secret or (password if user else "")
    if not user or not secret:
        raise ValueError(f"the URL has no {'password' if user else 'user'} beside its {'user' if user else 'password'}")
    mechanism = values.get("mechanism")
    if mechanism is not None and not _MECHANISM.fullmatch(mechanism):
        raise ValueError(f"mechanism={mechanism!a} is no name of a SASL mechanism such as PLAIN")
    return Password(user, secret, mechanism=mechanism, authzid=values.get("authzid"), in_clear=in_clear)


def _decode(text: str, what: str) -> str:
    from urllib.parse import unquote

    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:  # which holds what it could not decode, so that nothing may be raised from it
        pass
    raise ValueError(f"the URL's {what} is not UTF-8 behind its %XX")
