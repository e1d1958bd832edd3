"""What both clients can be told, said once: host, port, security and the rest, with their defaults."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from rawsmtp.flows.terms import CHUNKINGS, DEFAULT_TIMEOUTS, SECURITIES, Chunking, Security, Terms, Timeouts
from rawsmtp.sasl import External, OAuth2, Password
from rawsmtp.wire.address import check_domain, to_ascii
from rawsmtp.wire.gate import check_text, check_token
from rawsmtp.wire.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterable, Callable
    from typing import TypeVar

    from rawsmtp.registry.providers import Server
    from rawsmtp.sasl import Credential

    T = TypeVar("T")
    Auth = Credential | tuple[str, str]
    AnyIterable = Iterable[T] | AsyncIterable[T]
    OnProgress = Callable[[int, int | None], object]

DEADLINE = 900.0
LONGEST = 1_000_000.0
"""Seconds that anything is waited for, infinity included: no system's poll() counts further than 24 days."""
PORTS: dict[Security, int] = {"tls": 465, "starttls": 587, "opportunistic": 25, "none": 25}
_LOOPBACK = {
    socket.AF_INET: (b"\x7f",),
    socket.AF_INET6: (bytes(15) + b"\x01", bytes(10) + b"\xff\xff\x7f"),
}


class Options(TypedDict, total=False):
    """The keyword parameters of both clients.

    security: "tls" from the first byte, "starttls" required, "opportunistic", or "none". Default: "tls" for port 465;
        what a known provider has at this host; "none" for a literal loopback address, "localhost" or a path; else
        "starttls".
    auth: ("user", "code"), Password, OAuth2 or External.
    lmtp: reserved for a later version; False is all that it takes.
    local_name: the name for EHLO, a domain or an address literal; default: this host's name if it is a full domain
        name, else the address of the connection.
    timeout: `Timeouts`, or one number of seconds for all of them but the final reply's.
    deadline: seconds for a whole call, waiting for its turn included; content may take longer, as long as it gets on.
    tls_context: an ssl.SSLContext in place of the default one, which verifies certificate and host name.
    source_address: the local address to connect from: (host, port), port 0 for any.
    connect: a callable (host, port, timeout) that returns a connected socket, for proxies and the like; for the
        asyncio client it may be a coroutine function.
    limits: bounds on what is taken and sent.
    ignore_extensions: EHLO keywords to take as not offered.
    chunking: "off" sends content by DATA; "probe" by BDAT, one turnaround fewer, where the server showed that it
        discards a chunk that it refuses; "trust" by BDAT at once.
    """

    security: Security | None
    auth: Auth | None
    lmtp: Literal[False]
    local_name: str | None
    timeout: Timeouts | float
    deadline: float
    tls_context: ssl.SSLContext | None
    source_address: tuple[str, int] | None
    connect: Callable[[str, int, float], Any] | None
    limits: Limits
    ignore_extensions: Iterable[str]
    chunking: Chunking


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked options, defaults filled in.

    host: a name, an address, or the path of a unix socket.
    port: the port; 0 for a path.
    is_path: whether the host is a path.
    """

    host: str
    port: int
    is_path: bool
    terms: Terms
    deadline: float
    tls_context: ssl.SSLContext | None
    source_address: tuple[str, int] | None
    connect: Callable[[str, int, float], Any] | None

    @property
    def place(self) -> str:
        """The server as it is named in messages."""
        if self.is_path:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def certified_name(self) -> str:
        """The host as certificates have it: no dot behind a name, no zone behind an address. RFC 6066 §3."""
        return self.host if self.is_path else self.host.partition("%")[0].removesuffix(".")


def settings(host: str | os.PathLike[str], port: int | None, options: Options) -> Settings:
    """Return the settings for these options.

    Raises ValueError or TypeError for what cannot be meant.
    """
    if options.get("lmtp", False) is not False:
        raise ValueError("lmtp= is reserved for a later version: there is no LMTP yet")
    host, is_path = _host(host)
    port, security = _port_and_security(host, _port(port), options.get("security"), is_path=is_path)
    return Settings(
        host=host,
        port=0 if is_path else port,
        is_path=is_path,
        terms=_terms(security, options),
        deadline=_deadline(options.get("deadline", DEADLINE)),
        tls_context=_tls_context(options.get("tls_context")),
        source_address=_source_address(options.get("source_address")),
        connect=_callable(options.get("connect")),
    )


def _port_and_security(
    host: str, port: int | None, security: Security | None, *, is_path: bool
) -> tuple[int, Security]:
    if security is not None and security not in SECURITIES:
        raise ValueError(f"security={security!a} is none of {', '.join(map(repr, SECURITIES))}")
    preset = None if is_path else _preset(host, port, security)
    if preset is not None:
        return preset.port, preset.security
    security = security or default_security(host, port, is_path=is_path)
    return port or PORTS[security], security


def _preset(host: str, port: int | None, security: Security | None) -> Server | None:
    """Return the server that a known provider has at this host, with this port and security where they are given."""
    # What the usual ports mean is known; the table of providers takes longer to load than all the rest.
    if port in PORTS.values() or security in ("none", "opportunistic") or is_address(host) or _is_loopback(host):
        return None
    from rawsmtp.registry.providers import PROVIDERS

    name = host.lower().removesuffix(".")
    servers = (server for provider in PROVIDERS if provider.grade != "C" for server in provider.servers)
    fits = (
        server
        for server in servers
        if server.host == name and port in (None, server.port) and security in (None, server.security)
    )
    return next(fits, None)


def _deadline(seconds: float) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0:
        raise ValueError(f"deadline={seconds!a}: a deadline is a positive number of seconds")
    return min(seconds, LONGEST)


def _source_address(address: tuple[str, int] | None) -> tuple[str, int] | None:
    if address is not None and (not isinstance(address, tuple) or len(address) != 2):
        raise TypeError(f"source_address= is (host, port), port 0 for any, not {address!a}")
    return address


def _callable(connect: Callable[[str, int, float], Any] | None) -> Callable[[str, int, float], Any] | None:
    if connect is not None and not callable(connect):
        raise TypeError(f"connect= is a callable that returns a socket, not {type(connect).__name__}")
    return connect


def _terms(security: Security, options: Options) -> Terms:
    chunking = options.get("chunking", "off")
    if chunking not in CHUNKINGS:
        raise ValueError(f"chunking={chunking!a} is none of {', '.join(map(repr, CHUNKINGS))}")
    return Terms(
        security=security,
        credential=_credential(options.get("auth")),
        local_name=_local_name(options.get("local_name")),
        timeouts=_timeouts(Timeouts.of(options.get("timeout", DEFAULT_TIMEOUTS))),
        limits=_limits(options.get("limits", DEFAULT_LIMITS)),
        ignore_extensions=_keywords(options.get("ignore_extensions", ())),
        chunking=chunking,
    )


def _timeouts(timeouts: Timeouts) -> Timeouts:
    return Timeouts(*(min(getattr(timeouts, field.name), LONGEST) for field in fields(timeouts)))


def _limits(limits: Limits) -> Limits:
    if not isinstance(limits, Limits):
        raise TypeError(f"limits= is a Limits, not {type(limits).__name__}: {limits!a}")
    return limits


def _tls_context(context: ssl.SSLContext | None) -> ssl.SSLContext | None:
    if context is None:
        return None
    import ssl

    if not isinstance(context, ssl.SSLContext):
        raise TypeError(f"tls_context= is an ssl.SSLContext, not {type(context).__name__}")
    if context.protocol is ssl.PROTOCOL_TLS_SERVER:
        raise ValueError("tls_context= is for a server: a client's is made by ssl.create_default_context()")
    return context


def _host(host: str | os.PathLike[str]) -> tuple[str, bool]:
    if not isinstance(host, (str, os.PathLike)):
        raise TypeError(f"a host is a name, an address or a path, not {type(host).__name__}: {host!a}")
    text = os.fspath(host)
    if isinstance(text, str) and "://" in text:
        raise ValueError("a URL is no host: use from_url()")
    if isinstance(host, os.PathLike) or "/" in text:
        return check_text(text, "a path"), True
    check_token(text, "a host")
    text = text.removeprefix("[").removesuffix("]")
    if is_address(text):
        return text, False
    name, _, digits = text.partition(":")
    if digits.isdigit():
        raise ValueError(f"a host with a port in it: {text!a}; give the port beside it, port={digits}")
    name = to_ascii(text) if not text.isascii() else text
    check_domain(name.removesuffix("."))
    return name, False


def _port(port: int | None) -> int | None:
    if port is None:
        return None
    if type(port) is not int:
        raise TypeError(f"a port is a whole number, not {type(port).__name__}: {port!a}")
    if not 0 < port < 65_536:
        raise ValueError(f"a port is between 1 and 65535, not {port}")
    return port


def is_address(host: str) -> bool:
    """Whether it is an IPv4 or IPv6 address."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host.partition("%")[0])
        except OSError:
            continue
        return True
    return False


def default_security(host: str, port: int | None, *, is_path: bool = False) -> Security:
    """Return the security for a host that is no known provider's; a name is never looked up for it."""
    if port == PORTS["tls"]:
        return "tls"
    return "none" if is_path or _is_loopback(host) else "starttls"


def _is_loopback(host: str) -> bool:
    if host.lower().removesuffix(".") == "localhost":
        return True
    for family, prefixes in _LOOPBACK.items():
        try:
            packed = socket.inet_pton(family, host)
        except OSError:
            continue
        return packed.startswith(prefixes)
    return False


def _credential(auth: Auth | None) -> Credential | None:
    if auth is None or isinstance(auth, (Password, OAuth2, External)):
        return auth
    if not isinstance(auth, tuple) or len(auth) != 2:
        raise TypeError(f'auth= is ("user", "code"), Password, OAuth2 or External, not {type(auth).__name__}')
    return Password(*auth)


def _local_name(name: str | None) -> str:
    if name is None:
        return default_local_name()
    check_token(name, "local_name=")
    return check_domain(name if name.isascii() else to_ascii(name))


def default_local_name() -> str:
    """Return this host's name if it is a full domain name, else "": it is never looked up, which may block."""
    name = socket.gethostname()
    try:
        return check_domain(name) if "." in name and name.isascii() and not is_address(name) else ""
    except ValueError:
        return ""


def _keywords(keywords: Iterable[str]) -> frozenset[str]:
    # A str is iterable too, letter by letter.
    found = None if isinstance(keywords, str) or not isinstance(keywords, Iterable) else tuple(keywords)
    if found is None or not all(isinstance(keyword, str) for keyword in found):
        raise TypeError(f'ignore_extensions= is a collection of keywords such as {{"PIPELINING"}}, not {keywords!a}')
    return frozenset(keyword.upper() for keyword in found)
