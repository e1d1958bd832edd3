from __future__ import annotations

import traceback
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import rawsmtp
from rawsmtp.client.location import for_account, from_env, from_url
from rawsmtp.client.settings import settings
from rawsmtp.registry.providers import PROVIDERS
from rawsmtp.sasl import OAuth2, Password

PLACES = [
    ("smtps://mail.test", "mail.test", 465, "tls"),
    ("SMTPS://Mail.test", "Mail.test", 465, "tls"),
    ("submissions://mail.test", "mail.test", 465, "tls"),
    ("submissions://mail.test:2465", "mail.test", 2465, "tls"),
    ("smtp+starttls://mail.test", "mail.test", 587, "starttls"),
    ("submission://mail.test/", "mail.test", 587, "starttls"),
    ("submission://127.0.0.1:1025", "127.0.0.1", 1025, "starttls"),
    ("smtp://mail.test", "mail.test", 587, "starttls"),
    ("smtp://mail.test:25", "mail.test", 25, "starttls"),
    ("smtp://mail.test:465", "mail.test", 465, "tls"),
    ("smtp://localhost", "localhost", 25, "none"),
    ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, "none"),
    ("smtp://[::1]", "::1", 25, "none"),
    ("smtp://localhost.mail.test", "localhost.mail.test", 587, "starttls"),
    ("smtp://u:p@localhost", "localhost", 587, "starttls"),
    ("smtp://u:p@127.0.0.1:1025", "127.0.0.1", 1025, "starttls"),
    ("smtp://u:p@mail.test:465", "mail.test", 465, "tls"),
    ("smtp+insecure://mail.test", "mail.test", 25, "none"),
    ("smtp+insecure://u:p@mail.test:2525", "mail.test", 2525, "none"),
    ("smtps://[2001:db8::1]:465", "2001:db8::1", 465, "tls"),
    ("smtps://[fe80::1%25eth0]", "fe80::1%eth0", 465, "tls"),
    ("smtps://192.0.2.1", "192.0.2.1", 465, "tls"),
    ("smtps://bücher.example", "xn--bcher-kva.example", 465, "tls"),
    ("smtps://mail.test:", "mail.test", 465, "tls"),
    ("smtps://@mail.test", "mail.test", 465, "tls"),
]


@pytest.mark.parametrize(("url", "host", "port", "security"), PLACES, ids=[place[0] for place in PLACES])
def test_places(url: str, host: str, port: int, security: str) -> None:
    found = from_url(url)
    assert (found.host, found.port, found.options["security"]) == (host, port, security)
    assert (found.options.get("auth") is not None) == ("u:p@" in url)
    checked = settings(found.host, found.port, found.options)
    assert (checked.host, checked.port, checked.terms.security) == (host, port, security)


@pytest.mark.parametrize(
    ("userinfo", "user", "secret"),
    [
        ("me:code", "me", "code"),
        ("me@163.com:code", "me@163.com", "code"),
        ("me%40163.com:code", "me@163.com", "code"),
        ("me:p@ss", "me", "p@ss"),
        ("me:p:ss", "me", "p:ss"),
        ("me%3Ayou:code", "me:you", "code"),
        ("me:p%40%2F%3F%23%25%20", "me", "p@/?#% "),
        ("me:a+b", "me", "a+b"),
        ("me:100%", "me", "100%"),
        ("%E7%94%A8:%E5%AF%86", "用", "密"),
        ("用:密", "用", "密"),
    ],
)
def test_credentials(userinfo: str, user: str, secret: str) -> None:
    assert from_url(f"smtps://{userinfo}@mail.test").options["auth"] == Password(user, secret)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), st.data())
def test_quoted_credentials_come_back(user: str, data: st.DataObject) -> None:
    secret = data.draw(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
    found = from_url(f"smtps://{quote(user, safe='')}:{quote(secret, safe='')}@mail.test")
    assert found.options["auth"] == Password(user, secret)


def test_in_clear_for_the_insecure_scheme_alone() -> None:
    assert from_url("smtp+insecure://u:p@mail.test").options["auth"] == Password("u", "p", in_clear=True)
    assert from_url("smtp://u:p@localhost").options["auth"] == Password("u", "p")


def test_query() -> None:
    query = "timeout=2.5&deadline=60&local_name=me.test&ignore_extensions=PIPELINING,SIZE&mechanism=PLAIN&authzid=x%40y"
    found = from_url(f"smtps://u:p@mail.test/?{query}")
    assert found.options == {
        "security": "tls",
        "auth": Password("u", "p", mechanism="PLAIN", authzid="x@y"),
        "timeout": 2.5,
        "deadline": 60.0,
        "local_name": "me.test",
        "ignore_extensions": ("PIPELINING", "SIZE"),
    }
    assert from_url("smtps://mail.test?").options == {"security": "tls"}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "no scheme"),
        ("mail.test", "no scheme"),
        ("u:p@mail.test", "no scheme"),
        ("//mail.test", "no scheme"),
        ("smtps:mail.test", "no scheme"),
        ("http://mail.test", r"'http' is unknown; there are smtps://, submissions://"),
        ("smtp+unix:///run/x", "unknown"),
        ("lmtp+unix:///run/lmtp", "reserved for a later version"),
        ("LMTP+UNIX:///run/lmtp", "reserved for a later version"),
        ("smtps://", "no host"),
        ("smtps:///x", "path or a fragment"),
        ("smtps://:465", "no host"),
        ("smtps://u:p@", "no host"),
        ("smtps://mail.test:smtp", "a number from 1 to 65535"),
        ("smtps://mail.test:0", "65535"),
        ("smtps://mail.test:65536", "65535"),
        ("smtps://mail.test:123456", "65535"),
        ("smtps://mail.test:٤٦٥", "65535"),
        ("smtps://::1", "brackets"),
        ("smtps://[::1", "brackets"),
        ("smtps://[::1]x", "brackets"),
        ("smtps://[mail.test]", "no IPv6 address"),
        ("smtps://[127.0.0.1]", "no IPv6 address"),
        ("smtps://[]", "no IPv6 address"),
        ("smtps://mail..test", "not a domain"),
        ("smtps://ma%69l.test", "not a domain"),
        ("smtps://straße.example", "A-labels"),
        ("smtps://mail.test/inbox", "path"),
        ("smtps://mail.test//", "path"),
        ("smtps://mail.test#x", "fragment"),
        ("smtps://mail.test?timeout=1#x", "fragment"),
        ("smtps://u:p/w@mail.test", "%2F"),
        ("smtps://u:p?w@mail.test", "%3F"),
        ("smtps://u:p#w@mail.test", "%23"),
        ("smtps://u:p w@mail.test", "%XX"),
        ("smtps://mail.test\r\nQUIT", "%XX"),
        ("smtps://u:p\ud800@mail.test", "%XX"),
        ("smtps://u:%00@mail.test", "NUL"),
        ("smtps://u:%FF@mail.test", "password is not UTF-8"),
        ("smtps://u@mail.test", "no password beside its user"),
        ("smtps://u:@mail.test", "no password beside its user"),
        ("smtps://:p@mail.test", "no user beside its password"),
        ("smtps://mail.test?colour=red", "timeout, deadline, local_name, ignore_extensions, mechanism, authzid"),
        ("smtps://mail.test?security=none", "'security' is unknown"),
        ("smtps://mail.test?Timeout=1", "'Timeout' is unknown"),
        ("smtps://mail.test?timeout", "has no value"),
        ("smtps://mail.test?timeout=", "has no value"),
        ("smtps://mail.test?timeout=1&timeout=2", "there twice"),
        ("smtps://mail.test?timeout=1&", "'' is unknown"),
        ("smtps://mail.test?timeout=soon", "timeout='soon' is no number of seconds"),
        ("smtps://mail.test?timeout=-1", "no number"),
        ("smtps://mail.test?timeout=nan", "no number"),
        ("smtps://mail.test?timeout=1e3", "no number"),
        ("smtps://mail.test?timeout=0", "positive"),
        ("smtps://mail.test?deadline=0.0", "positive"),
        ("smtps://mail.test?deadline=inf", "no number"),
        ("smtps://mail.test?local_name=a%20b", "one word"),
        ("smtps://mail.test?local_name=a%0D%0Ab", "control"),
        ("smtps://mail.test?mechanism=PLAIN", "no user and password"),
        ("smtps://mail.test?authzid=x", "no user and password"),
        ("smtps://u:p@mail.test?mechanism=PLAIN%20x", "SASL mechanism"),
    ],
)
def test_refused(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        from_url(url)


@pytest.mark.parametrize("url", [None, b"smtps://u:p-planted@mail.test", 465])
def test_not_a_text(url: Any) -> None:
    with pytest.raises(TypeError, match=f"^a URL is a str, not {type(url).__name__}$"):
        from_url(url)


PLANTED = "s3cretPlanted"
PARTS = st.text(st.sampled_from("aé:/?#@[]%&=.+ \n\0\ud800")) | st.sampled_from(
    [
        "smtps://",
        "smtp://u:",
        "smtp+insecure://u:x",
        "@mail.test",
        "@mail.test:x",
        "@[::1",
        "?timeout=",
        "@h?x=y",
        "%ff",
    ]
)


def _shown(error: BaseException | None) -> str:
    """Everything that a report of the error can show, what it came from included."""
    text = ""
    while error:
        text += f"{error} {error!r} {error.args!r} {vars(error)} {getattr(error, 'object', '')!r}"
        error = error.__cause__ or error.__context__
    return text


def _error(url: str) -> ValueError | None:
    try:
        from_url(url)
    except ValueError as error:
        return error
    return None


@given(PARTS, PARTS)
@example("smtps://me", "@mail.test?timeout=x")
@example("smtps://me:pa%FF", "@mail.test")
@example("smtps://me:%00", "@mail.test")
@example("smtps://me:\ud800", "@mail.test")
@example("smtps://me:a/", "@mail.test")
@example("smtps://me:a?", "@mail.test")
@example("smtps://me:a#", "@mail.test")
@example("smtps://me", "@mail..test")
@example("smtps://[", "]@mail.test")
@example("http://me", "@mail.test")
@example("", "@x://mail.test")
def test_the_password_is_never_shown(before: str, after: str) -> None:
    url = f"{before}:{PLANTED}{after}@mail.test"
    error = _error(url)
    if error is None:
        assert PLANTED not in f"{from_url(url)} {from_url(url)!r}"
    else:
        assert PLANTED not in _shown(error) + "".join(traceback.format_exception(error, limit=0))


@pytest.mark.parametrize(
    "url",
    [
        PLANTED,
        f"me:{PLANTED}",
        f"{PLANTED}@mail.test",
        f"smtps://me:{PLANTED}",
        f"smtps://me:1{PLANTED}",
        f"smtps://me:{PLANTED}?timeout=1",
        f"smtps://me:pa/{PLANTED}",
        f"smtps://me:pa#{PLANTED}",
        f"smtps://me:pa?{PLANTED}",
        f"smtps://me {PLANTED}@mail.test",
        f"smtps://[{PLANTED}]",
        f"smtps://:{PLANTED}@mail.test",
        f"smtps://{PLANTED}@mail.test",
    ],
)
def test_a_password_in_the_wrong_place_is_not_shown(url: str) -> None:
    error = _error(url)
    assert error is not None
    assert PLANTED not in _shown(error)


@given(st.text() | st.builds("{}://{}".format, st.sampled_from(["smtps", "smtp", "lmtp+unix", "x"]), st.text()))
def test_any_text_is_a_location_or_a_value_error(url: str) -> None:
    try:
        found = from_url(url)
    except ValueError:
        return
    assert settings(found.host, found.port, found.options).port == found.port


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"RAWSMTP_URL": "smtps://a.test"}, "smtps://a.test"),
        ({"SMTP_URL": "smtps://b.test"}, "smtps://b.test"),
        ({"RAWSMTP_URL": "smtps://a.test", "SMTP_URL": "nonsense"}, "smtps://a.test"),
        ({"RAWSMTP_URL": "", "SMTP_URL": "smtps://b.test"}, "smtps://b.test"),
        ({"RAWSMTP_URL": "smtps://u@a.test", "RAWSMTP_PASSWORD": "p@/%41"}, "smtps://u:p%40%2F%2541@a.test"),
        ({"SMTP_URL": "smtps://u:@b.test", "RAWSMTP_PASSWORD": "p"}, "smtps://u:p@b.test"),
        ({"RAWSMTP_URL": "smtps://u:own@a.test", "RAWSMTP_PASSWORD": "p"}, "smtps://u:own@a.test"),
        ({"RAWSMTP_URL": "smtp://localhost", "RAWSMTP_PASSWORD": "p"}, "smtp://localhost"),
    ],
)
def test_environment(environ: dict[str, str], expected: str) -> None:
    assert from_env(environ) == from_url(expected)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "neither RAWSMTP_URL nor SMTP_URL is set"),
        ({"RAWSMTP_PASSWORD": PLANTED}, "neither RAWSMTP_URL nor SMTP_URL is set"),
        ({"RAWSMTP_URL": f"x://u:{PLANTED}@a.test"}, "^RAWSMTP_URL: the scheme 'x'"),
        ({"SMTP_URL": f"smtps://u:{PLANTED}@a..test"}, "^SMTP_URL: not a domain"),
        ({"SMTP_URL": "smtps://u@a.test"}, "^SMTP_URL: the URL has no password"),
        ({"SMTP_URL": "smtps://u@a.test", "RAWSMTP_PASSWORD": f"{PLANTED}\0"}, "^SMTP_URL: .* NUL"),
    ],
)
def test_environment_refused(environ: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        from_env(environ)
    assert PLANTED not in _shown(caught.value)


@pytest.mark.parametrize(
    ("address", "more", "host", "port", "security", "user"),
    [
        ("me@163.com", {}, "smtp.163.com", 465, "tls", "me@163.com"),
        ("ME@QQ.COM", {}, "smtp.qq.com", 465, "tls", "ME@QQ.COM"),
        ("me@qq.com", {"security": "starttls"}, "smtp.qq.com", 587, "starttls", "me@qq.com"),
        ("me@web.de", {}, "smtp.web.de", 465, "tls", "me"),
        ("me@icloud.com", {}, "smtp.mail.me.com", 587, "starttls", "me@icloud.com"),
        ("me@139.com", {"provider": "139"}, "smtp.139.com", 465, "tls", "me@139.com"),
        ("me@corp.test", {"provider": "exmail"}, "smtp.exmail.qq.com", 465, "tls", "me@corp.test"),
        ("apikey", {"provider": "sendgrid"}, "smtp.sendgrid.net", 587, "starttls", "apikey"),
    ],
)
def test_account(address: str, more: Any, host: str, port: int, security: str, user: str) -> None:
    found = for_account(address, PLANTED, **more)
    assert (found.host, found.port) == (host, port)
    assert found.options == {"security": security, "auth": Password(user, PLANTED)}
    assert PLANTED not in repr(found)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.id)
def test_every_provider_makes_settings(provider: Any) -> None:
    found = for_account("me@corp.test", OAuth2("me", "token"), provider=provider.id)
    checked = settings(found.host, found.port, found.options)
    best = provider.servers[0]
    assert (checked.host, checked.port, checked.terms.security) == (best.host, best.port, best.security)


def test_account_options() -> None:
    found = for_account("me@163.com", "code", timeout=5.0, local_name="me.test")
    assert (found.options["timeout"], found.options["local_name"]) == (5.0, "me.test")


@pytest.mark.parametrize("credential", [OAuth2("me@outlook.com", "token"), Password("me@outlook.com", "code")])
def test_account_with_a_credential(credential: OAuth2 | Password) -> None:
    assert for_account("me@outlook.com", credential).options["auth"] is credential


@pytest.mark.parametrize(
    ("address", "secret", "more", "error", "words"),
    [
        ("me@corp.test", PLANTED, {}, ValueError, "no provider is known for 'corp.test'; give host=$"),
        ("me@139.com", PLANTED, {}, ValueError, "give host=, or provider='139'"),
        ("Me <me@163.com>", PLANTED, {}, ValueError, "the address alone, without a name or angle brackets$"),
        ("me@163.com", PLANTED, {"provider": "164"}, ValueError, "no provider '164'; give host="),
        ("163", PLANTED, {}, ValueError, "has no @"),
        (PLANTED, "me@163.com", {}, ValueError, "has no @"),
        ("", PLANTED, {}, ValueError, "empty"),
        (b"me@163.com", PLANTED, {}, TypeError, "bytes"),
        ("me@163.com", "", {}, ValueError, "empty"),
        ("me@163.com", PLANTED.encode(), {}, TypeError, "bytes"),
        ("me@163.com", None, {}, TypeError, "NoneType"),
        ("me@163.com", PLANTED, {"security": "starttls"}, ValueError, "'tls' only"),
        ("me@163.com", PLANTED, {"security": "none"}, ValueError, "security='none'"),
        ("me@163.com", PLANTED, {"auth": ("a", PLANTED)}, ValueError, "auth="),
        ("me@outlook.com", PLANTED, {}, ValueError, r"Outlook.com .* OAuth 2 .* give OAuth2\(.* see https://support"),
        ("me@corp.test", PLANTED, {"provider": "office365"}, ValueError, "OAuth2"),
    ],
)
def test_account_refused(address: Any, secret: Any, more: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        for_account(address, secret, **more)
    assert PLANTED not in _shown(caught.value)


def test_a_location_is_a_value() -> None:
    assert len({from_url("smtps://a.test"), from_url("smtps://a.test"), from_url("smtps://b.test")}) == 2


@pytest.mark.parametrize("kind", [rawsmtp.Client, rawsmtp.AsyncClient])
def test_clients_from_accounts_urls_and_the_environment(
    kind: type[rawsmtp.Client | rawsmtp.AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repr(kind.for_account("me@163.com", "the-code")) == f"<{kind.__name__} smtp.163.com:465 tls not connected>"
    client = kind.from_url("submission://me%40x.test:secret@mail.x.test")
    assert repr(client) == f"<{kind.__name__} mail.x.test:587 starttls not connected>"
    monkeypatch.setenv("RAWSMTP_URL", "smtp://127.0.0.1:2525")
    assert repr(kind.from_env()) == f"<{kind.__name__} 127.0.0.1:2525 none not connected>"
    monkeypatch.delenv("RAWSMTP_URL")
    monkeypatch.delenv("SMTP_URL", raising=False)
    with pytest.raises(ValueError, match="RAWSMTP_URL"):
        kind.from_env()
