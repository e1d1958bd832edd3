"""What both clients can be told, said once: host, port, security and the rest, with their defaults."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from rawsmtp.flows.terms import CHUNKINGS, SECURITIES, Chunking, Security, Terms, Timeouts
from rawsmtp.sasl import External, OAuth2, Password
from rawsmtp.wire.address import check_domain, to_ascii
from rawsmtp.wire.gate import check_token
from rawsmtp.wire.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterable, Callable, Iterable
    from typing import TypeVar

    from rawsmtp.sasl import Credential

    T = TypeVar("T")
    Auth = Credential | tuple[str, str]
    AnyIterable = Iterable[T] | AsyncIterable[T]
    OnProgress = Callable[[int, int | None], object]

DEADLINE = 900.0
PORTS: dict[Security, int] = {"tls": 465, "starttls": 587, "opportunistic": 25, "none": 25}


class Options(TypedDict, total=False):
    """The keyword parameters of both clients.

    security: "tls" from the first byte, "starttls" required, "opportunistic", or "none". Default: "tls" for port 465;
        "none" for a literal loopback address, "localhost" or a path; else "starttls".
    auth: ("user", "code"), Password, OAuth2 or External.
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
        return self.host if self.is_path else f"{self.host}:{self.port}"


def settings(host: str | os.PathLike[str], port: int | None, options: Options) -> Settings:
    """Return the settings for these options.

    Raises ValueError or TypeError for what cannot be meant.
    """
    unknown = sorted(set(options) - set(Options.__annotations__))
    if unknown:
        raise TypeError(f"no such option: {', '.join(unknown)}; there are {', '.join(Options.__annotations__)}")
    host, is_path = _host(host)
    port = _port(port)
    security = options.get("security") or _default_security(host, port, is_path)
    if security not in SECURITIES:
        raise ValueError(f"security={security!a} is none of {', '.join(map(repr, SECURITIES))}")
    deadline = options.get("deadline", DEADLINE)
    if not deadline > 0:
        raise ValueError(f"deadline={deadline!r}: a deadline is a positive number of seconds")
    return Settings(
        host=host,
        port=0 if is_path else port or PORTS[security],
        is_path=is_path,
        terms=_terms(security, options),
        deadline=deadline,
        tls_context=options.get("tls_context"),
        source_address=options.get("source_address"),
        connect=options.get("connect"),
    )


def _terms(security: Security, options: Options) -> Terms:
    chunking = options.get("chunking", "off")
    if chunking not in CHUNKINGS:
        raise ValueError(f"chunking={chunking!a} is none of {', '.join(map(repr, CHUNKINGS))}")
    return Terms(
        security=security,
        credential=_credential(options.get("auth")),
        local_name=_local_name(options.get("local_name")),
        timeouts=Timeouts.of(options.get("timeout", Timeouts())),
        limits=options.get("limits", DEFAULT_LIMITS),
        ignore_extensions=_keywords(options.get("ignore_extensions", ())),
        chunking=chunking,
    )


def _host(host: str | os.PathLike[str]) -> tuple[str, bool]:
    if not isinstance(host, (str, os.PathLike)):
        raise TypeError(f"a host is a name, an address or a path, not {type(host).__name__}: {host!a}")
    text = os.fspath(host)
    if isinstance(host, os.PathLike) or "/" in text:
        if "\0" in text:
            raise ValueError(f"a path has no NUL: {text!a}")
        return text, True
    check_token(text, "a host")
    text = text.removeprefix("[").removesuffix("]")
    if is_address(text):
        return text, False
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


def _default_security(host: str, port: int | None, is_path: bool) -> Security:
    if port == PORTS["tls"]:
        return "tls"
    loopback = host == "::1" or (host.startswith("127.") and is_address(host))
    return "none" if is_path or loopback or host.lower() == "localhost" else "starttls"


def _credential(auth: Auth | None) -> Credential | None:
    if auth is None or isinstance(auth, (Password, OAuth2, External)):
        return auth
    if not isinstance(auth, tuple) or len(auth) != 2:
        raise TypeError(f'auth= is ("user", "code"), Password, OAuth2 or External, not {type(auth).__name__}')
    return Password(*auth)


def _local_name(name: str | None) -> str:
    if not name:
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
    if isinstance(keywords, str):
        raise TypeError(f'ignore_extensions= is a collection of keywords such as {{"PIPELINING"}}, not {keywords!a}')
    return frozenset(keyword.upper() for keyword in keywords)
