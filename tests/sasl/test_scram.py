from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rawsmtp.sasl import MechanismFailed, Password, scram
from rawsmtp.sasl.scram import gs2_header, scram_sha_1, scram_sha_256

if TYPE_CHECKING:
    from collections.abc import Callable

    from rawsmtp.sasl import Responses

SHA_1 = (  # RFC 5802 §5
    scram_sha_1,
    "fyko+d2lbbFgONRv9qkxdawL",
    b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
    b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
)
SHA_256 = (  # RFC 7677 §3
    scram_sha_256,
    "rOprNGfwEbeRWgbNEkqO",
    b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
    b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
)
NONCE = "fyko+d2lbbFgONRv9qkxdawL"
PENCIL = Password("user", "pencil")


@pytest.fixture(autouse=True)
def known_nonce(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scram, "_nonce", lambda: NONCE)


@pytest.mark.parametrize(
    ("start", "nonce", "client_first", "server_first", "client_final", "server_final"),
    [SHA_1, SHA_256],
    ids=["SHA-1", "SHA-256"],
)
def test_exchange_of_the_rfc(
    monkeypatch: pytest.MonkeyPatch,
    start: Callable[[Password], Responses],
    nonce: str,
    client_first: bytes,
    server_first: bytes,
    client_final: bytes,
    server_final: bytes,
) -> None:
    monkeypatch.setattr(scram, "_nonce", lambda: nonce)
    responses = start(PENCIL)
    assert next(responses) == client_first
    assert responses.send(server_first) == client_final
    assert responses.send(server_final) == b""
    with pytest.raises(StopIteration):
        responses.send(None)


def test_nonce_is_new_each_time_and_without_a_comma(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    messages = {next(scram_sha_256(PENCIL)) or b"" for _ in range(8)}
    assert len(messages) == 8
    assert all(re.fullmatch(rb"n,,n=user,r=[A-Za-z0-9_-]{24}", message) for message in messages)


@pytest.mark.parametrize(
    ("credential", "client_first", "channel"),
    [
        (Password("a,b=c", "p"), b"n,,n=a=2Cb=3Dc,r=", b"c=biws,"),
        (Password("u", "p", authzid="z,=y"), b"n,a=z=2C=3Dy,n=u,r=", b"c=bixhPXo9MkM9M0R5LA==,"),
        (Password("ü\u00adx", "p", authzid="\u2168"), b"n,a=IX,n=\xc3\xbcx,r=", b"c=bixhPUlYLA==,"),
    ],
    ids=["escaped", "authzid", "prepared"],
)
def test_names(credential: Password, client_first: bytes, channel: bytes) -> None:
    responses = scram_sha_256(credential)
    assert next(responses) == client_first + NONCE.encode()
    client_final = responses.send(f"r={NONCE}x,s=QQ==,i=4096".encode())
    assert client_final is not None
    assert client_final.startswith(channel)


def test_secret_is_prepared() -> None:
    def final(secret: str) -> bytes | None:
        responses = scram_sha_256(Password("u", secret))
        next(responses)
        return responses.send(f"r={NONCE}x,s=QQ==,i=4096".encode())

    assert final("I\u00adX") == final("\u2168") == final("IX") != final("ix")


@pytest.mark.parametrize(
    "credential",
    [
        Password("u\x07", "5ecret"),
        Password("\u00ad", "5ecret"),
        Password("u", "5ecret\x07"),
        Password("u", "5ecret\U0001f600"),
        Password("u", "5ecret", authzid="\u0627x"),
    ],
    ids=["user", "nothing left of the user", "secret", "secret newer than Unicode 3.2", "authzid"],
)
def test_what_cannot_be_prepared_is_not_said(credential: Password) -> None:
    with pytest.raises(MechanismFailed, match="SASLprep") as caught:
        next(scram_sha_256(credential))
    assert "5ecret" not in str(caught.value)


def test_user_may_be_newer_than_unicode_3_2() -> None:
    assert next(scram_sha_1(Password("\U0001f600", "p"))) == "n,,n=\U0001f600,r=".encode() + NONCE.encode()


BOTH = NONCE.encode() + b"3rfc"
HOSTILE_FIRST = [
    ("empty", b"", "not a server-first-message"),
    ("junk", b"\x00\xff", "not a server-first-message"),
    ("a final message", b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "not a server-first-message"),
    ("an error", b"e=unknown-user", "says unknown-user"),
    ("an error with controls", b"e=a\x1b[2J\nb\xff,x=y", r"says a\?\[2J\?b\\xff$"),
    ("a long error", b"e=" + b"x" * 3000, "says x{80}$"),
    ("a mandatory extension", b"m=ext,r=" + BOTH + b",s=QQ==,i=4096", "extension"),
    ("another nonce", b"r=elsewhere,s=QQ==,i=4096", "nonce"),
    ("our nonce alone", b"r=" + NONCE.encode() + b",s=QQ==,i=4096", "nonce"),
    ("a part of our nonce", b"r=" + NONCE.encode()[:-1] + b",s=QQ==,i=4096", "nonce"),
    ("our nonce behind the server's", b"r=3rfc" + NONCE.encode() + b",s=QQ==,i=4096", "nonce"),
    ("our nonce in another case", b"r=" + BOTH.swapcase() + b",s=QQ==,i=4096", "nonce"),
    ("no nonce", b"s=QQ==,i=4096", "not a server-first-message"),
    ("a nonce with a space", b"r=" + BOTH + b" ,s=QQ==,i=4096", "not a server-first-message"),
    ("a nonce that is not ASCII", b"r=" + BOTH + b"\xc3\xbc,s=QQ==,i=4096", "not a server-first-message"),
    ("no salt", b"r=" + BOTH + b",i=4096", "not a server-first-message"),
    ("an empty salt", b"r=" + BOTH + b",s=,i=4096", "not a server-first-message"),
    ("a salt of padding", b"r=" + BOTH + b",s====,i=4096", "salt is not base64"),
    ("a salt without padding", b"r=" + BOTH + b",s=QQ,i=4096", "salt is not base64"),
    ("a salt with junk", b"r=" + BOTH + b",s=Q!Q==,i=4096", "salt is not base64"),
    ("a salt with octets behind", b"r=" + BOTH + b",s=QQ==QQ==,i=4096", "salt is not base64"),
    ("a salt with a line end", b"r=" + BOTH + b",s=QQ==\n,i=4096", "salt is not base64"),
    ("no iterations", b"r=" + BOTH + b",s=QQ==", "not a server-first-message"),
    ("empty iterations", b"r=" + BOTH + b",s=QQ==,i=", "not a server-first-message"),
    ("no iteration", b"r=" + BOTH + b",s=QQ==,i=0", "not a server-first-message"),
    ("iterations below 0", b"r=" + BOTH + b",s=QQ==,i=-4096", "not a server-first-message"),
    ("a sign", b"r=" + BOTH + b",s=QQ==,i=+4096", "not a server-first-message"),
    ("a space", b"r=" + BOTH + b",s=QQ==,i= 4096", "not a server-first-message"),
    ("an underscore", b"r=" + BOTH + b",s=QQ==,i=4_096", "not a server-first-message"),
    ("a leading zero", b"r=" + BOTH + b",s=QQ==,i=04096", "not a server-first-message"),
    ("digits that are not ASCII", b"r=" + BOTH + ",s=QQ==,i=٤٠٩٦".encode(), "not a server-first-message"),
    ("hexadecimal", b"r=" + BOTH + b",s=QQ==,i=0x1000", "not a server-first-message"),
    ("one iteration", b"r=" + BOTH + b",s=QQ==,i=1", "1 iterations"),
    ("one too few", b"r=" + BOTH + b",s=QQ==,i=4095", "4095 iterations are not between 4,096 and 600,000"),
    ("one too many", b"r=" + BOTH + b",s=QQ==,i=600001", "600001 iterations"),
    ("2^31 iterations", b"r=" + BOTH + b",s=QQ==,i=2147483648", "2147483648 iterations"),
    ("5,000 digits", b"r=" + BOTH + b",s=QQ==,i=" + b"9" * 5000, "999999999999 iterations"),
    ("another order", b"s=QQ==,r=" + BOTH + b",i=4096", "not a server-first-message"),
    ("the nonce twice", b"r=" + BOTH + b",r=" + BOTH + b",s=QQ==,i=4096", "not a server-first-message"),
    ("an extension without a name", b"r=" + BOTH + b",s=QQ==,i=4096,=x", "not a server-first-message"),
    ("a comma behind", b"r=" + BOTH + b",s=QQ==,i=4096,", "not a server-first-message"),
    ("a line end behind", b"r=" + BOTH + b",s=QQ==,i=4096\n", "not a server-first-message"),
    ("success", None, "not shown that it knows"),
]


@pytest.mark.parametrize("start", [scram_sha_1, scram_sha_256])
@pytest.mark.parametrize(
    ("message", "words"), [row[1:] for row in HOSTILE_FIRST], ids=[row[0] for row in HOSTILE_FIRST]
)
def test_hostile_first_message(
    monkeypatch: pytest.MonkeyPatch, start: Callable[[Password], Responses], message: bytes | None, words: str
) -> None:
    def work(*_: object) -> bytes:
        pytest.fail("PBKDF2 was begun")

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", work)
    responses = start(PENCIL)
    next(responses)
    with pytest.raises(MechanismFailed, match=words):
        responses.send(message)


HOSTILE_FINAL = [
    ("empty", b"", "not a server-final-message"),
    ("junk", b"\x00\xff", "not a server-final-message"),
    ("an error", b"e=invalid-proof", "says invalid-proof"),
    ("an empty error", b"e=", "says $"),
    ("another signature", b"v=smF9pqV8S7suAoZWja4dJRkFsKQ=", "signature is wrong"),
    ("our own proof", b"v=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "signature is wrong"),
    ("the beginning of the signature", b"v=rmF9pqV8", "signature is wrong"),
    ("more than the signature", b"v=rmF9pqV8S7suAoZWja4dJRkFsKQA", "signature is wrong"),
    ("an empty signature", b"v=", "not a server-final-message"),
    ("a signature without padding", b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ", "signature is not base64"),
    ("a signature in hexadecimal", b"v=ae617da6a57c4bbb2e0286568dae1d251905b0a4", "signature is wrong"),
    ("a signature with junk", b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=!", "signature is not base64"),
    ("a signature that is not ASCII", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=ü".encode(), "signature is not base64"),
    ("a line end behind", b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=\n", "signature is not base64"),
    ("the first message again", SHA_1[3], "not a server-final-message"),
    ("an extension in front", b"m=x,v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "not a server-final-message"),
    ("success", None, "not shown that it knows"),
]


@pytest.mark.parametrize(
    ("message", "words"), [row[1:] for row in HOSTILE_FINAL], ids=[row[0] for row in HOSTILE_FINAL]
)
def test_hostile_final_message(message: bytes | None, words: str) -> None:
    responses = scram_sha_1(PENCIL)
    next(responses)
    assert responses.send(SHA_1[3]) == SHA_1[4]
    with pytest.raises(MechanismFailed, match=words):
        responses.send(message)


def test_extensions_behind_are_passed_over() -> None:
    responses = scram_sha_1(PENCIL)
    next(responses)
    assert responses.send(SHA_1[3] + b",x=y,Z=1=2") is not None


def test_no_challenge_behind_the_signature() -> None:
    responses = scram_sha_1(PENCIL)
    next(responses)
    responses.send(SHA_1[3])
    responses.send(SHA_1[5])
    with pytest.raises(MechanismFailed, match="no challenge behind"):
        responses.send(b"")


@pytest.mark.parametrize("iterations", [4_096, 600_000])
def test_iterations_at_the_bounds(iterations: int) -> None:
    responses = scram_sha_256(PENCIL)
    next(responses)
    assert responses.send(b"r=%b,s=QQ==,i=%d" % (BOTH, iterations)) is not None


@pytest.mark.parametrize(
    ("authzid", "header"), [("", "n,,"), ("a@b", "n,a=a@b,"), ("=2C", "n,a==3D2C,"), (",", "n,a==2C,")]
)
def test_gs2_header(authzid: str, header: str) -> None:
    assert gs2_header(authzid) == header


@given(
    st.binary(max_size=64),
    st.binary(max_size=64),
    st.sampled_from([b"4096", b"4097", b"600001", b"1"]) | st.binary(max_size=6),
)
@example(b"3rfc", b"QQ==", b"4096")
def test_any_first_message_is_taken_or_refused(rest: bytes, salt: bytes, iterations: bytes) -> None:
    nonce = NONCE.encode()
    responses = scram_sha_1(PENCIL)
    next(responses)
    if len(iterations) == 6:
        iterations = b"9" + iterations[1:]  # beyond the bound: PBKDF2 is not what is tried out here
    try:
        response = responses.send(b"r=" + nonce + rest + b",s=" + salt + b",i=" + iterations)
    except MechanismFailed:
        return
    assert (response or b"").startswith(b"c=biws,r=" + nonce + rest)
