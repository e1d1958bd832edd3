from __future__ import annotations

import re
from collections import Counter
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.registry.providers import PROVIDERS, Provider, find, serving
from rawsmtp.wire.address import check_domain

ALL = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.id)
DOMAINS = [domain for provider in PROVIDERS for domain in provider.domains]


def test_how_many() -> None:
    assert sum(provider.grade != "C" for provider in PROVIDERS) >= 60


def test_no_id_and_no_domain_twice() -> None:
    for names in ([provider.id for provider in PROVIDERS], DOMAINS):
        assert [name for name, count in Counter(names).items() if count > 1] == []


@ALL
def test_ports_and_security_agree(provider: Provider) -> None:
    expected = {465: {"tls"}, 994: {"tls"}, 587: {"starttls"}, 2525: {"starttls"}}
    assert provider.servers
    for server in provider.servers:
        assert server.security in expected[server.port]
        assert "." in check_domain(server.host)
        assert server.host == server.host.lower()
    assert len(set(provider.servers)) == len(provider.servers)


@ALL
def test_words(provider: Provider) -> None:
    assert re.fullmatch(r"[a-z0-9.-]+", provider.id)
    assert provider.credential in {"password", "app-password", "auth-code", "oauth2", "token"}
    assert provider.user_form in {"address", "local-part"}
    assert provider.grade in {"A", "B", "C"}
    assert provider.help == "" or re.fullmatch(r"https://[!-~]+", provider.help)
    assert provider.names[0].isascii()


@ALL
def test_hints_in_both_languages(provider: Provider) -> None:
    assert re.search("[a-z]{3}", provider.hint_en)
    assert not provider.hint_en.endswith(".")
    assert re.search("[\u4e00-\u9fff]{2}", provider.hint_zh)
    assert not provider.hint_zh.endswith("。")
    if provider.user_form == "local-part":
        assert "before the @" in provider.hint_en
        assert "@ 之前" in provider.hint_zh


@ALL
def test_sources(provider: Provider) -> None:
    assert all(source.strip() for source in provider.sources)
    assert len(set(provider.sources)) == len(provider.sources)
    assert len(provider.sources) >= {"A": 2, "B": 1, "C": 1}[provider.grade]


@ALL
def test_found_by_id_in_any_case(provider: Provider) -> None:
    assert find(provider.id) is provider
    assert find(provider.id.upper()) is provider


@ALL
def test_found_by_domain_unless_unverified(provider: Provider) -> None:
    for pattern in provider.domains:
        domain = pattern.replace("*", "com")
        expected = None if provider.grade == "C" else provider
        assert check_domain(domain) == domain.lower()
        assert find(f"me@{domain}") is expected
        assert find(domain) is expected
        assert find(f'"a@b"@{domain.upper()}') is expected
        assert find(f"me@mail.x.{domain}") is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("me@163.com", "163"),
        ("ME@163.COM", "163"),
        ("@163.com", "163"),
        ("163", "163"),
        ("a@foxmail.com", "foxmail"),
        ("a@hotmail.fr", "outlook"),
        ("a@outlook.com.br", "outlook"),
        ("a@yahoo.co.uk", "yahoo"),
        ("a@yahoo.com.hk", "yahoo"),
        ("a@yahoo.co.jp", "yahoo-jp"),
        ("a@posteo.net", "posteo"),
        ("a@gmx.net", "gmx-de"),
        ("a@gmx.co.uk", "gmx"),
        ("exmail", "exmail"),
        ("139", "139"),
        ("sina", "sina"),
        ("ses-eu-west-1", "ses-eu-west-1"),
        ("me@contoso.onmicrosoft.com", "office365"),
    ],
)
def test_found(query: str, expected: str) -> None:
    found = find(query)
    assert found is not None
    assert found.id == expected


@pytest.mark.parametrize(
    "query",
    [
        "me@example.com",
        "me@foo.qq.com",
        "me@vip.163.com",
        "me@139.com",
        "139.com",
        "me@163",
        "me@exmail",
        "me@qq.com.example.com",
        "me@yahoo",
        "me@yahoo.",
        "me@yahoo.*",
        "yahoo.*",
        "me@yahoo.co.uk.example",
        "me@onmicrosoft.com",
        "me@.onmicrosoft.com",
        "me@a.b.onmicrosoft.com",
        "me@yahoo.mail.example",
        "me@yahoo.c0m",
        "me@yahoo.cn",
        "me@yahoo.com.cn",
        "me@china.com",
        "me@tutanota.com",
        "me@tuta.com",
        "me@openmailbox.org",
        "me@hot.ee",
        "me@mail.ee",
        "me@hey.com",
        "mandrill",
        "me@",
        "me@163.com.",
        "me@１６３.com",
        "me@straße.de",
        "me@bücher.example",
        "me@qq.com\n",
        " 163",
    ],
)
def test_unknown(query: str) -> None:
    assert find(query) is None


@pytest.mark.parametrize("query", ["", " ", "\n"])
def test_empty(query: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        find(query)


@pytest.mark.parametrize("query", [None, b"me@163.com", 163, ("163",)])
def test_not_a_text(query: Any) -> None:
    with pytest.raises(TypeError, match=type(query).__name__):
        find(query)


@given(st.text(min_size=1).filter(str.strip), st.sampled_from(DOMAINS))
def test_the_user_is_ignored(user: str, pattern: str) -> None:
    domain = pattern.replace("*", "de")
    assert find(f"{user}@{domain}") is find(domain)


@given(st.text(min_size=1).filter(str.strip))
def test_any_query(query: str) -> None:
    found = find(query)
    assert found is None or found in PROVIDERS


@pytest.mark.parametrize(
    ("provider", "address", "expected"),
    [
        ("163", "me@163.com", "me@163.com"),
        ("web.de", "me@web.de", "me"),
        ("web.de", '"a@b"@web.de', '"a@b"'),
        ("web.de", "me", "me"),
        ("sendgrid", "apikey", "apikey"),
    ],
)
def test_user_name(provider: str, address: str, expected: str) -> None:
    found = find(provider)
    assert found is not None
    assert found.user_name(address) == expected


def test_user_name_of_no_text() -> None:
    with pytest.raises(TypeError, match="bytes"):
        PROVIDERS[0].user_name(b"me@163.com")  # type: ignore[arg-type]  # the caller's mistake under test


# What the table was made from, in part: who copies a row from elsewhere sees here that it differs.
@pytest.mark.parametrize(
    ("provider", "server", "credential", "user_form"),
    [
        ("163", ("smtp.163.com", 465, "tls"), "auth-code", "address"),
        ("126", ("smtp.126.com", 465, "tls"), "auth-code", "address"),
        ("qq", ("smtp.qq.com", 465, "tls"), "auth-code", "address"),
        ("foxmail", ("smtp.qq.com", 465, "tls"), "auth-code", "address"),
        ("aliyun", ("smtp.aliyun.com", 465, "tls"), "password", "address"),
        ("aliyun-qiye", ("smtp.qiye.aliyun.com", 465, "tls"), "app-password", "address"),
        ("gmail", ("smtp.gmail.com", 465, "tls"), "app-password", "address"),
        ("outlook", ("smtp-mail.outlook.com", 587, "starttls"), "oauth2", "address"),
        ("office365", ("smtp.office365.com", 587, "starttls"), "oauth2", "address"),
        ("icloud", ("smtp.mail.me.com", 587, "starttls"), "app-password", "address"),
        ("yahoo", ("smtp.mail.yahoo.com", 465, "tls"), "app-password", "address"),
        ("yahoo-jp", ("smtp.mail.yahoo.co.jp", 465, "tls"), "password", "local-part"),
        ("yandex", ("smtp.yandex.com", 465, "tls"), "app-password", "address"),
        ("mailru", ("smtp.mail.ru", 465, "tls"), "app-password", "address"),
        ("zoho", ("smtp.zoho.com", 465, "tls"), "app-password", "address"),
        ("fastmail", ("smtp.fastmail.com", 465, "tls"), "app-password", "address"),
        ("gmx", ("mail.gmx.com", 465, "tls"), "password", "address"),
        ("web.de", ("smtp.web.de", 465, "tls"), "password", "local-part"),
        ("sendcloud", ("smtp.sendcloud.net", 2525, "starttls"), "token", "address"),
    ],
)
def test_rows(provider: str, server: tuple[str, int, str], credential: str, user_form: str) -> None:
    found = find(provider)
    assert found is not None
    best = found.servers[0]
    assert (best.host, best.port, best.security) == server
    assert (found.credential, found.user_form) == (credential, user_form)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("smtp.163.com", "163"),
        ("SMTP.QQ.COM.", "qq"),
        ("smtp.yandex.ru", "yandex"),
        ("smtp.zoho.in", "zoho-in"),
        ("smtp-mail.outlook.com", "outlook"),
        ("smtp.139.com", "139"),
    ],
)
def test_serving(host: str, expected: str) -> None:
    found = serving(host)
    assert found is not None
    assert found.id == expected


@pytest.mark.parametrize("host", ["", "163.com", "mail.smtp.163.com", "smtp.163.com.evil.example"])
def test_serving_nobody(host: str) -> None:
    assert serving(host) is None


def test_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        PROVIDERS[0].id = "x"  # type: ignore[misc]  # that it is refused is the test
    assert not hasattr(PROVIDERS[0], "__dict__")
    assert len(set(PROVIDERS)) == len(PROVIDERS)


def test_a_wildcard_hides_no_other_provider() -> None:
    owners = {
        domain.removesuffix(".*"): provider
        for provider in PROVIDERS
        for domain in provider.domains
        if domain.endswith(".*")
    }
    covered = {domain for provider in PROVIDERS for domain in provider.domains if domain.partition(".")[0] in owners}
    others = {
        domain for domain in covered if "*" not in domain and find(domain) is not owners[domain.partition(".")[0]]
    }
    assert others == {"yahoo.co.jp"}
