"""The README's table beside the other clients: each cell is what its library is seen to do."""

from __future__ import annotations

import asyncio
import inspect
import re
import smtplib
import tracemalloc
from contextlib import closing, suppress
from email.message import EmailMessage
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.bench.sink import Sink
from tests.interop.test_peers import peer

import rawsmtp
from rawsmtp.testing import Server, authority

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
TEXT = "Subject: x\n\nhello\n"
SENDER = "a@x.test"
PIECE = b"0123456789abcdef 0123456789abcdef 0123456789abcdef\r\n" * 1_000
PIECES = 400
MEMORY = 4_000_000

pytestmark = [
    pytest.mark.usefixtures("untidy"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of smtpproto
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # of peers
]


@pytest.fixture(autouse=True)
def _trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(authority().pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


def email(text: str = "hello\n") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, "b@x.test", "x"
    message.set_content(text)
    return message


def addresses(count: int) -> list[str]:
    return [f"r{number}@x.test" for number in range(count)]


class Ours:
    """rawsmtp, and the face that every library has here."""

    package = "rawsmtp"

    def send(self, port: int, content: Any = TEXT, *, to: int = 1, times: int = 1, **more: Any) -> None:
        """Send on one connection, in clear."""
        many = [rawsmtp.Submission(content, sender=SENDER, recipients=addresses(to), refused="continue")] * times
        with rawsmtp.Client("127.0.0.1", port, **more) as client:
            for result in client.send_many(many):
                result.unwrap()

    def log_in(self, server: Server, password: str = "code", context: ssl.SSLContext | None = None) -> None:
        """Log in as the library does by itself."""
        auth = rawsmtp.Password("me", password)
        with rawsmtp.Client("localhost", server.port, security="opportunistic", auth=auth, tls_context=context):
            pass

    def begin_tls(self, server: Server) -> None:
        """Say STARTTLS, and verify what is verified by default."""
        with rawsmtp.Client("localhost", server.port, security="starttls"):
            pass


class Smtplib(Ours):
    package = ""

    def send(self, port: int, content: Any = TEXT, *, to: int = 1, times: int = 1, **more: Any) -> None:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="x.test", **more) as client:
            for _ in range(times):
                client.sendmail(SENDER, addresses(to), content)

    def log_in(self, server: Server, password: str = "code", context: ssl.SSLContext | None = None) -> None:
        with smtplib.SMTP("localhost", server.port, local_hostname="x.test") as client:
            if context is not None:
                client.starttls(context=context)
            client.login("me", password)

    def begin_tls(self, server: Server) -> None:
        with smtplib.SMTP("localhost", server.port, local_hostname="x.test") as client:
            client.starttls()


class Aiosmtplib(Ours):
    package = "aiosmtplib"

    def client(self, port: int, **options: Any) -> Any:
        return peer("aiosmtplib").SMTP(hostname="localhost", port=port, local_hostname="x.test", **options)

    def send(self, port: int, content: Any = TEXT, *, to: int = 1, times: int = 1, **more: Any) -> None:
        async def talk() -> None:
            async with self.client(port, **more) as client:
                for _ in range(times):
                    await client.sendmail(SENDER, addresses(to), content)

        asyncio.run(talk())

    def _connect(self, server: Server, **options: Any) -> None:
        async def talk() -> None:
            async with self.client(server.port, **options):
                pass

        asyncio.run(talk())

    def log_in(self, server: Server, password: str = "code", context: ssl.SSLContext | None = None) -> None:
        self._connect(server, username="me", password=password, tls_context=context)

    def begin_tls(self, server: Server) -> None:
        self._connect(server, start_tls=True)


class Smtpproto(Ours):
    package = "smtpproto"

    def client(self, port: int, **options: Any) -> Any:
        return peer("smtpproto.client").SyncSMTPClient("localhost", port, domain="x.test", **options).connect()

    def send(self, port: int, content: Any = TEXT, *, to: int = 1, times: int = 1, **more: Any) -> None:
        message = email() if content is TEXT else content
        with self.client(port, **more) as session:
            for _ in range(times):
                session.send_message(message, sender=SENDER, recipients=addresses(to))

    def log_in(self, server: Server, password: str = "code", context: ssl.SSLContext | None = None) -> None:
        authenticator = peer("smtpproto.auth").PlainAuthenticator("me", password)
        with self.client(server.port, authenticator=authenticator, ssl_context=context):
            pass

    def begin_tls(self, server: Server) -> None:
        with self.client(server.port):
            pass


LIBRARIES: dict[str, Ours] = {
    "rawsmtp": Ours(),
    "smtplib": Smtplib(),
    "aiosmtplib": Aiosmtplib(),
    "smtpproto": Smtpproto(),
}


def yes(truth: object) -> str:
    return "yes" if truth else "no"


def dependencies(library: Ours) -> str:
    needed = metadata.requires(library.package) if library.package else None
    unconditional = [each for each in needed or () if ";" not in each]
    names = [re.split(r"[^\w-]", each)[0] for each in unconditional]
    return ", ".join(names) or "none"


def waiting(library: Ours) -> str:
    faces: Mapping[str, Callable[[], tuple[Any, Any]]] = {
        "rawsmtp": lambda: (rawsmtp.Client.send, rawsmtp.AsyncClient.send),
        "": lambda: (smtplib.SMTP.sendmail, None),
        "aiosmtplib": lambda: (None, peer("aiosmtplib").SMTP.sendmail),
        "smtpproto": lambda: (
            peer("smtpproto.client").SyncSMTPSession.send_message,
            peer("smtpproto.client").AsyncSMTPSession.send_message,
        ),
    }
    blocking, waits = faces[library.package]()
    assert blocking is None or not inspect.iscoroutinefunction(blocking)
    assert waits is None or inspect.iscoroutinefunction(waits)
    return "both" if blocking and waits else "blocking" if blocking else "asyncio"


def verifies(library: Ours) -> str:
    with Server(tls="starttls") as server:
        library.begin_tls(server)
    with Server(tls="starttls", certificate="unknown-ca") as server:
        try:
            library.begin_tls(server)
        except Exception:  # noqa: BLE001  whatever a peer raises of it
            return "yes"
    return "no"


def keeps_its_password(library: Ours) -> str:
    with Server(users={"me": "code"}, mechanisms=["PLAIN"]) as server:
        with suppress(rawsmtp.InsecureCredentials):
            library.log_in(server)
        return yes("C: AUTH" not in server.transcript)


def turnarounds(library: Ours, *, to: int, times: int = 1) -> int:
    """Return how many turnarounds `times` messages take, apart from those of the connection."""
    counted = []
    for more in (0, times):
        with closing(Sink()) as sink:
            library.send(sink.port, to=to, times=1 + more)
            counted.append(sink.turnarounds)
    return counted[1] - counted[0]


def for_one(library: Ours) -> str:
    if library.package != "rawsmtp":
        return f"{turnarounds(library, to=1)} and {turnarounds(library, to=100)}"
    counted = {}
    for refused, to in (("abort", 1), ("continue", 100), ("abort", 100)):
        with closing(Sink()) as sink, rawsmtp.Client("127.0.0.1", sink.port) as client:
            client.send(TEXT, sender=SENDER, recipients=addresses(to))
            before = sink.turnarounds
            client.send(TEXT, sender=SENDER, recipients=addresses(to), refused=refused)  # type: ignore[arg-type]  # of the two
            counted[refused, to] = sink.turnarounds - before
    return f"{counted['abort', 1]} and {counted['continue', 100]} (all or none: {counted['abort', 100]})"


def for_many(library: Ours) -> str:
    return f"{turnarounds(library, to=1, times=100) / 100:.0f}"


def tells_the_outcome(library: Ours) -> str:
    """Whether an error before the content and one behind the final dot say so, in more than their words."""
    found: list[dict[str, Any]] = []
    for command in ("MAIL", "."):
        with Server() as server:
            server.drop_after(command)
            with pytest.raises(Exception) as caught:  # noqa: PT011  whatever a peer raises of it
                library.send(server.port)
        found.append(vars(caught.value))
    said = [name for name in found[0] if name != "message" and found[0][name] != found[1].get(name)]
    if library.package == "rawsmtp":
        assert [each["outcome"] for each in found] == ["not_sent", "unknown"]
    return yes(said)


def streams(library: Ours) -> str:
    def pieces() -> Iterator[bytes]:
        yield b"Subject: x\r\n\r\n"
        for _ in range(PIECES):
            yield PIECE

    with closing(Sink()) as sink:
        tracemalloc.start()
        try:
            library.send(sink.port, pieces(), timeout=0.5)
            return yes(tracemalloc.get_traced_memory()[1] < MEMORY < len(PIECE) * PIECES)
        except (TypeError, AttributeError, ValueError, UnboundLocalError, TimeoutError):
            return "no"
        finally:
            tracemalloc.stop()


def newer_mechanisms(library: Ours) -> str:
    if library.package != "rawsmtp":
        return yes(re.search("SCRAM-SHA-256|OAUTHBEARER", source(library), re.IGNORECASE))
    credentials: dict[str, Any] = {
        "SCRAM-SHA-256": rawsmtp.Password("me", "code"),
        "OAUTHBEARER": rawsmtp.OAuth2("me", "code"),
    }
    for mechanism, auth in credentials.items():
        with Server(users={"me": "code"}, tls="starttls", mechanisms=[mechanism]) as server:
            context = server.client_context()
            with rawsmtp.Client("localhost", server.port, security="starttls", auth=auth, tls_context=context):
                pass
    return "yes"


def source(library: Ours) -> str:
    if not library.package:
        return inspect.getsource(smtplib)
    folder = Path(peer(library.package).__file__).parent
    return "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))


def tries_once(library: Ours) -> str:
    with Server(users={"me": "code"}, tls="starttls", mechanisms=["CRAM-MD5", "PLAIN", "LOGIN"]) as server:
        with pytest.raises(Exception) as caught:  # noqa: PT011  whatever a peer raises of it
            library.log_in(server, "wrong", server.client_context())
        tried = server.transcript.count("C: AUTH ")
    assert tried, caught.value
    return yes(tried == 1)


def has_a_test_kit(library: Ours) -> str:
    if not library.package:
        return "no"
    return yes([each for each in metadata.distribution(library.package).entry_points if each.group == "pytest11"])


ROWS: dict[str, Callable[[Ours], str]] = {
    "dependencies": dependencies,
    "blocking or asyncio": waiting,
    "certificate verified by default": verifies,
    "a password never goes out in clear unless you say so": keeps_its_password,
    "a wrong password is tried once": tries_once,
    "SCRAM-SHA-256, OAUTHBEARER": newer_mechanisms,
    "turnarounds for a message, to 1 and to 100 recipients": for_one,
    "turnarounds for each of many messages": for_many,
    "messages streamed in constant memory": streams,
    "an error says what became of the message": tells_the_outcome,
    "pytest plugin": has_a_test_kit,
}


def table() -> dict[str, dict[str, str]]:
    found = re.search(r"^## Beside the others\n\n(.*?)\n\n", README, re.MULTILINE | re.DOTALL)
    assert found is not None
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines()]
    return {name: dict(zip(head[1:], cells, strict=True)) for name, *cells in rows}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("row", ROWS)
def test_cell_is_true(row: str, library: str) -> None:
    if LIBRARIES[library].package:
        peer(LIBRARIES[library].package)
    assert ROWS[row](LIBRARIES[library]) == table()[row][library]


def test_no_cell_is_without_its_test() -> None:
    assert list(table()) == list(ROWS)
    assert all(list(cells) == list(LIBRARIES) for cells in table().values())


def test_the_versions_are_those_that_are_named() -> None:
    named = re.search(r"aiosmtplib (\d+\.\d+) and smtpproto (\d+\.\d+)", README)
    assert named is not None
    for name, version in zip(("aiosmtplib", "smtpproto"), named.groups(), strict=True):
        peer(name)
        assert metadata.version(name).startswith(f"{version}.")
