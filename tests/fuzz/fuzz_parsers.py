"""Every parser of what a server says, fed with anything: only the documented errors come out.

`python -m tests.fuzz.fuzz_parsers` is guided by coverage where atheris is installed; its arguments are libFuzzer's, and
a first one may name a single target, which goes faster: replies, connections, texts, challenges or secrets.
`test_parsers.py` beside it runs the same checks under Hypothesis.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rawsmtp import Capabilities, Connection, Limits, Password, Reply, State, commands
from rawsmtp.client.redaction import SHOWN, Redactor
from rawsmtp.errors import ConnectionLost, LocalProtocolError, RemoteProtocolError
from rawsmtp.message.header_addresses import parse
from rawsmtp.protocol.state import SEND
from rawsmtp.sasl import MECHANISMS, MechanismFailed, OAuth2
from rawsmtp.wire import ReplyParser
from rawsmtp.wire.address import Mailbox, check_domain, to_ascii
from rawsmtp.wire.reply import EnhancedCode
from rawsmtp.wire.verb import Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from rawsmtp.commands import Command, Content, EndOfData
    from rawsmtp.sasl import Credential

LIMITS = Limits(line=64, reply=256, lines=8, keywords=4, most_iterations=4_096)
"""Small, so that a fuzzer meets them."""

HELLO = b"250-x\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 AUTH PLAIN\r\n"
MAIL, RCPT, DATA = commands.Mail("a@b"), commands.Rcpt("c@d"), commands.Data()

ITEMS: dict[Verb, Command | Content | EndOfData] = {
    Verb.EHLO: commands.Ehlo("x"),
    Verb.HELO: commands.Helo("x"),
    Verb.LHLO: commands.Lhlo("x"),
    Verb.STARTTLS: commands.StartTls(),
    Verb.AUTH: commands.Auth("PLAIN"),
    Verb.AUTH_ANSWER: commands.AuthAnswer(b"x"),
    Verb.MAIL: MAIL,
    Verb.RCPT: RCPT,
    Verb.DATA: DATA,
    Verb.CONTENT: commands.Content(b".x"),
    Verb.END_OF_DATA: commands.EndOfData(),
    Verb.BDAT: commands.Bdat(0),
    Verb.BDAT_LAST: commands.Bdat(0, last=True),
    Verb.RSET: commands.Rset(),
    Verb.NOOP: commands.Noop(),
    Verb.QUIT: commands.Quit(),
    Verb.VRFY: commands.Vrfy("x"),
    Verb.EXPN: commands.Expn("x"),
    Verb.HELP: commands.Help(),
    Verb.OTHER: commands.Raw("XYZZY"),
}
"""One item for each verb that a caller can say."""

STEPS: dict[State, list[tuple[Command | Content | EndOfData, bytes]]] = {
    State.START: [],
    State.READY: [(ITEMS[Verb.EHLO], HELLO)],
    State.HANDSHAKE: [(ITEMS[Verb.EHLO], HELLO), (ITEMS[Verb.STARTTLS], b"220 go\r\n")],
    State.CHALLENGE: [(ITEMS[Verb.EHLO], HELLO), (ITEMS[Verb.AUTH], b"334 \r\n")],
    State.SENDER: [(ITEMS[Verb.EHLO], HELLO), (MAIL, b"250 ok\r\n")],
    State.RECIPIENTS: [(ITEMS[Verb.EHLO], HELLO), (MAIL, b"250 ok\r\n"), (RCPT, b"250 ok\r\n")],
}
STEPS[State.CONTENT] = [*STEPS[State.RECIPIENTS], (DATA, b"354 go\r\n")]
STEPS[State.CHUNKS] = [*STEPS[State.RECIPIENTS], (ITEMS[Verb.BDAT], b"250 ok\r\n")]
STEPS[State.CLOSED] = [(ITEMS[Verb.EHLO], HELLO), (ITEMS[Verb.QUIT], b"221 bye\r\n")]
"""How each state is reached behind the greeting; before it there is nothing to say."""


def connection_in(state: State) -> Connection:
    """Return a connection in a state."""
    connection = Connection(LIMITS)
    if state is State.GREETING:
        return connection
    connection.receive(b"220 x\r\n")
    for item, answer in STEPS[state]:
        connection.send(item)
        connection.receive(answer)
    if connection.state is not state:
        raise AssertionError(f"{connection.state} in place of {state}")
    return connection


def check(data: bytes) -> None:
    """Feed every parser; anything but a documented error passes through, and is a bug."""
    check_replies(data)
    check_connections(data)
    check_texts(data)
    check_challenges(data)
    check_secrets(data)


def feeds(data: bytes) -> dict[str, list[bytes]]:
    """Return what came in three ways: whole, octet by octet, and with the beginning of a reply behind it."""
    return {
        "whole": [data],
        "octet by octet": [data[place : place + 1] for place in range(len(data))],
        "with more behind": [data, b"2"],
    }


def check_replies(data: bytes) -> None:
    """Replies are what was fed, however it was cut, and the parser takes no more than it may."""
    ways = feeds(data)
    whole, one_by_one = (_replies(ways[way]) for way in ("whole", "octet by octet"))
    if whole != one_by_one:
        raise AssertionError(f"it depends on the borders: {whole} and {one_by_one}")
    for reply in _replies(ways["with more behind"])[0]:
        _use_reply(reply)


def _replies(pieces: list[bytes]) -> tuple[list[Reply], bool]:
    parser = ReplyParser(LIMITS)
    found: list[Reply] = []
    for piece in pieces:
        try:
            found += parser.feed(piece)
        except RemoteProtocolError as error:
            _check_shown(str(error))
            return [*found, *error.replies], True
        if len(parser.unfinished) > LIMITS.reply + LIMITS.line + 2:
            raise AssertionError("more is held than the limits allow")
    return found, False


def _use_reply(reply: Reply) -> None:
    _check_shown(str(reply).replace("\n", " ").replace("\t", " "))
    if not (reply.is_success or reply.is_intermediate or reply.is_refusal):
        raise AssertionError(f"a reply of no kind: {reply!r}")
    if reply.enhanced is not None and EnhancedCode(reply.enhanced).klass != reply.code // 100:
        raise AssertionError(f"an enhanced code of another class: {reply!r}")
    try:
        offered = Capabilities.parse(reply, LIMITS)
    except RemoteProtocolError:
        return
    for value in (offered.size, *offered.limits.values()):
        if value is not None and value < 1:
            raise AssertionError(f"a limit that lets nothing through: {offered!r}")
    if any(name != name.upper() for name in (*offered, *offered.auth)):
        raise AssertionError(f"a keyword that is not in upper case: {offered!r}")


def _check_shown(text: str) -> None:
    if re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]", text):
        raise AssertionError(f"a control character is shown: {text!a}")


def check_connections(data: bytes) -> None:
    """Octets in every state, and behind every command that may be said there."""
    for state in State:
        for verb in (None, *(verb for verb in ITEMS if (state, verb) in SEND)):
            for pieces in feeds(data[:96]).values():
                check_connection(state, verb, pieces)


def check_connection(state: State, verb: Verb | None, pieces: list[bytes]) -> None:
    """Say something in a state, and feed what comes: replies, or an error behind which the connection is closed."""
    connection = connection_in(state)
    try:
        if verb is not None:
            connection.send(ITEMS[verb])
        owed = connection.outstanding
        count = sum(len(connection.receive(piece)) for piece in pieces)
        if connection.outstanding != max(owed - count, 0) and connection.state is not State.CLOSED:
            raise AssertionError(f"{count} replies, {owed} were owed, {connection.outstanding} are")
        if connection.state is State.HANDSHAKE:
            connection.begin_tls()
        connection.receive_eof()
    except (LocalProtocolError, RemoteProtocolError, ConnectionLost) as error:
        _check_shown(str(error))
        if connection.state is not State.CLOSED and not isinstance(error, LocalProtocolError):
            raise AssertionError(f"{connection.state} behind an error") from error


def check_texts(data: bytes) -> None:
    """Addresses, domains and headers: a value that is stable, or ValueError."""
    for text in (data.decode("utf-8", "surrogateescape"), data.decode("latin-1")):
        _stable(lambda text: str(Mailbox.parse(text)), text)
        _stable(check_domain, text)
        _stable(lambda text: text if check_domain(text).isascii() else to_ascii(text), text)
        _stable(lambda text: str(Mailbox.parse(text).with_ascii_domain()), text)
        try:
            found = parse(text)
        except ValueError:
            continue
        if [str(Mailbox.parse(address)) for address in found] != found:
            raise AssertionError(f"a header gives what is no address: {text!a}")


def _stable(function: Callable[[str], str], text: str) -> None:
    try:
        once = function(text)
    except ValueError as error:
        _check_shown(str(error))
        return
    if function(once) != once:
        raise AssertionError(f"{function} makes {text!a} {once!a}, and that {function(once)!a}")


PASSWORD, TOKEN = Password("me", "secret"), OAuth2("me", "token")


def check_challenges(data: bytes) -> None:
    """Every mechanism, with the challenge in the first round and in the second: an answer or MechanismFailed."""
    for mechanism in MECHANISMS.values():
        for credential in (PASSWORD, TOKEN):
            if isinstance(credential, mechanism.credential):
                _exchange(mechanism.name, credential, [data, data])
                _exchange(mechanism.name, credential, [*data.split(b"\n", 1), None])
    _scram(data)


def _exchange(name: str, credential: Credential, challenges: list[bytes | None]) -> None:
    responses = MECHANISMS[name].begin(credential, LIMITS)
    try:
        next(responses)
        for challenge in challenges:
            answer = responses.send(challenge)
            if not isinstance(answer, bytes):
                raise AssertionError(f"{name} answers {answer!r}")
    except (MechanismFailed, StopIteration) as error:
        if credential.secrets[0] in str(error):
            raise AssertionError(f"{name} shows its secret") from error


def _scram(data: bytes) -> None:
    """SCRAM with the nonce right, so that what stands behind it is read."""
    responses = MECHANISMS["SCRAM-SHA-256"].begin(PASSWORD, LIMITS)
    first = next(responses)
    if first is None:
        raise AssertionError("SCRAM begins with a response")
    nonce = first.rpartition(b"r=")[2]
    try:
        responses.send(b"r=" + nonce + data)
        responses.send(b"v=" + data)
    except (MechanismFailed, StopIteration):
        return
    raise AssertionError("the server's signature is right by chance")


KEPT = b"correct-horse"


def check_secrets(data: bytes) -> None:
    """What a server says does not depend on how it is cut, and has no secret in it; what has none stays as it is."""
    for said in (data, data.replace(b"@", KEPT), data.replace(b"@", KEPT[:6] + b"\r\n535 " + KEPT[6:])):
        ways = {way: _without_secrets(pieces) for way, pieces in feeds(said).items() if way != "with more behind"}
        whole = ways["whole"]
        if len(set(ways.values())) > 1 and max(map(len, said.split(b"\r\n"))) <= LIMITS.line:
            raise AssertionError(f"it depends on the borders: {ways}")
        if b"\r\n" not in said and KEPT in whole[4:].lower() and not said[:3] == b"334":
            raise AssertionError(f"the secret is there: {whole!r}")
        if SHOWN not in whole and whole != said:
            raise AssertionError(f"{said!r} became {whole!r}")


def _without_secrets(pieces: list[bytes]) -> bytes:
    redactor = Redactor([KEPT.decode()], LIMITS)
    return b"".join(map(redactor.feed, pieces)) + redactor.end()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "replies": check_replies,
    "connections": check_connections,
    "texts": check_texts,
    "challenges": check_challenges,
    "secrets": check_secrets,
}


def main() -> int:
    """Run until something is found, or as long as libFuzzer's arguments say; return the exit status."""
    target = TARGETS[sys.argv.pop(1)] if sys.argv[1:2] and sys.argv[1] in TARGETS else check
    try:
        atheris: Any = import_module("atheris")
    except ImportError:
        print("atheris is not installed, so nothing is fuzzed: pip install atheris", file=sys.stderr)  # noqa: T201  # said to whoever runs it
        return 0
    atheris.instrument_all()
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
