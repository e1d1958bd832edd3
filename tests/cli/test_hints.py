from __future__ import annotations

import ast
import ssl
from pathlib import Path

import pytest

import rawsmtp
from rawsmtp import AuthenticationFailed, RecipientsRefused, RemoteProtocolError, Reply, SMTPTimeout, TLSFailed
from rawsmtp.cli import hints
from rawsmtp.cli.hints import CERTIFICATES, FOREIGN, PARTIAL, hint_of
from rawsmtp.cli.report import title_of
from rawsmtp.testing import MemoryServer
from rawsmtp.wire import foreign

SOURCES = Path(rawsmtp.__file__).parent


def said() -> set[str]:
    """Return the advice that the library gives about a message, as it is written there."""
    return {
        keyword.value.value
        for folder in ("flows", "message")
        for path in (SOURCES / folder).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "hint" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    }


def test_advice_of_the_library_is_known_in_chinese() -> None:
    assert said()
    assert said() <= set(hints._OF_LIBRARY)


def test_every_server_that_is_recognised_has_a_name_in_chinese() -> None:
    assert {name for _, name, _ in foreign._KNOWN} == set(FOREIGN)


@pytest.mark.parametrize(("start", "name"), [(start, name) for start, name, _ in foreign._KNOWN])
def test_a_server_of_another_protocol(start: bytes, name: str) -> None:
    error = RemoteProtocolError(f"this is {name}, not an SMTP server; it said 'x'")
    en, zh = hint_of(error, None) or ("", "")
    assert "465" in en + zh or "TLS" in en
    assert not zh.isascii()
    assert title_of(error).startswith("这是")


def refused(code: int, text: str) -> AuthenticationFailed:
    return AuthenticationFailed("refused", phase="auth", reply=Reply(code, text))


def test_a_provider_knows_better_than_the_code() -> None:
    error = refused(535, "Error: authentication failed")
    assert "授权码" in (hint_of(error, "smtp.163.com") or ("", ""))[1]
    en, zh = hint_of(error, "mail.example") or ("", "")
    assert "authorization code" in en
    assert "授权码" in zh


def test_part_of_the_recipients() -> None:
    error = RecipientsRefused("refused", reply=Reply(550, "5.1.1 no"))
    assert (hint_of(error, None) or ("", ""))[1] == "收件人不存在；请核对收件人地址"
    error.hint = PARTIAL
    assert hint_of(error, None) == (
        "--refused continue sends to the others",
        "加上 --refused continue 可以发给其余收件人",
    )


@pytest.mark.parametrize(("phase", "is_known"), [("greeting", True), ("content", False)])
def test_silence(phase: str, is_known: bool) -> None:
    assert (hint_of(SMTPTimeout("silence", phase=phase), None) is not None) is is_known  # type: ignore[arg-type]  # a phase


@pytest.mark.parametrize("code", CERTIFICATES)
def test_certificates(code: int) -> None:
    cause = ssl.SSLCertVerificationError()
    cause.verify_code = code
    error = TLSFailed("the certificate is not good")
    error.__cause__ = cause
    title, hint = CERTIFICATES[code]
    assert (title_of(error), hint_of(error, None)) == (title, hint)


def test_doubt_is_told_of_in_chinese() -> None:
    server = MemoryServer()
    server.drop_after(".")
    with pytest.raises(rawsmtp.ConnectionLost) as caught:
        server.client().send("Subject: x\n\nx\n", sender="a@x.test", recipients="b@x.test")
    en, zh = hint_of(caught.value, None) or ("", "")
    assert "may arrive twice" in en
    assert not zh.isascii()


def test_the_shell_has_options_of_its_own() -> None:
    for error in (TLSFailed("no"), rawsmtp.ConnectFailed("no"), SMTPTimeout("silence", phase="greeting")):
        en, zh = hint_of(error, None, in_shell=True) or ("", "")
        assert "--tls" in en
        assert "--tls" in zh
        assert "--security" not in en + zh


def test_advice_that_is_known_in_english_only() -> None:
    error = rawsmtp.LocalProtocolError("no", hint='use security="starttls"')
    assert hint_of(error, None) == ("use --security starttls",) * 2
    assert hint_of(rawsmtp.LocalProtocolError("no"), None) is None
