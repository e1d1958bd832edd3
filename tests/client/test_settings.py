from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rawsmtp
from rawsmtp.client.settings import default_local_name, settings
from rawsmtp.flows import Timeouts
from rawsmtp.registry.providers import PROVIDERS

DEFAULTS = [
    ("mail.test", None, {}, 587, "starttls"),
    ("mail.test", 465, {}, 465, "tls"),
    ("mail.test", 25, {}, 25, "starttls"),
    ("mail.test", None, {"security": "tls"}, 465, "tls"),
    ("mail.test", None, {"security": "none"}, 25, "none"),
    ("mail.test", None, {"security": "opportunistic"}, 25, "opportunistic"),
    ("mail.test", 465, {"security": "starttls"}, 465, "starttls"),
    ("localhost", None, {}, 25, "none"),
    ("LOCALHOST", 1025, {}, 1025, "none"),
    ("127.0.0.1", None, {}, 25, "none"),
    ("127.9.9.9", None, {}, 25, "none"),
    ("::1", None, {}, 25, "none"),
    ("0:0:0:0:0:0:0:1", None, {}, 25, "none"),
    ("::ffff:127.0.0.1", None, {}, 25, "none"),
    ("::ffff:10.0.0.1", None, {}, 587, "starttls"),
    ("localhost.", None, {}, 25, "none"),
    # What a known provider has.
    ("smtp.163.com", None, {}, 465, "tls"),
    ("SMTP.163.com.", None, {}, 465, "tls"),
    ("smtp.163.com", 25, {}, 25, "starttls"),
    ("smtp.163.com", None, {"security": "none"}, 25, "none"),
    ("smtp.qq.com", None, {"security": "starttls"}, 587, "starttls"),
    ("smtp.163.com", None, {"security": "starttls"}, 587, "starttls"),
    ("smtp.office365.com", None, {}, 587, "starttls"),
    ("smtp.sendcloud.net", None, {}, 2525, "starttls"),
    ("mail.cstnet.cn", 994, {}, 994, "tls"),
    ("smtp.163.com.mail.test", None, {}, 587, "starttls"),
    ("[::1]", 465, {}, 465, "tls"),
    ("127.0.0.1.mail.test", None, {}, 587, "starttls"),
    ("10.0.0.1", None, {}, 587, "starttls"),
    ("localhost.mail.test", None, {}, 587, "starttls"),
    ("/run/smtp", None, {}, 0, "none"),
    (Path("smtp"), None, {}, 0, "none"),
]


@pytest.mark.parametrize(("host", "port", "options", "expected_port", "security"), DEFAULTS)
def test_defaults(host: Any, port: int | None, options: Any, expected_port: int, security: str) -> None:
    found = settings(host, port, options)
    assert (found.port, found.terms.security) == (expected_port, security)


def test_what_is_unverified_of_a_provider_is_no_default() -> None:
    verified = {server.host for provider in PROVIDERS if provider.grade != "C" for server in provider.servers}
    hosts = {server.host for provider in PROVIDERS for server in provider.servers} - verified
    assert hosts
    assert {(settings(host, None, {}).port, settings(host, None, {}).terms.security) for host in hosts} == {
        (587, "starttls")
    }


def test_the_table_of_providers_is_loaded_only_where_it_may_help() -> None:
    made = "rawsmtp.Client('mail.test', 587), rawsmtp.Client('localhost'), rawsmtp.Client('mail.test', security='none')"
    code = f"import sys, rawsmtp; {made}; print('rawsmtp.registry.providers' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("host", "place"),
    [("mail.test", "mail.test:465"), ("127.0.0.1", "127.0.0.1:465"), ("::1", "[::1]:465"), ("/run/smtp", "/run/smtp")],
)
def test_how_the_server_is_named(host: str, place: str) -> None:
    client = rawsmtp.Client(host, 465)
    assert repr(client) == f"<Client {place} tls not connected>"


@pytest.mark.parametrize(
    ("host", "port", "options", "error", "words"),
    [
        ("a\r\nb", None, {}, ValueError, r"'a\\r\\nb'"),
        ("a\0", None, {}, ValueError, "control"),
        ("/a\0", None, {}, ValueError, r"'/a\\x00'"),
        ("/run/a\nb", None, {}, ValueError, "control"),
        ("smtp://mail.test", None, {}, ValueError, "from_url"),
        ("mail.test:25", None, {}, ValueError, "port=25"),
        ("", None, {}, ValueError, "one word"),
        ("a b", None, {}, ValueError, "one word"),
        ("a..b", None, {}, ValueError, "not a domain"),
        (b"a", None, {}, TypeError, "bytes"),
        (None, None, {}, TypeError, "NoneType"),
        ("a", "25", {}, TypeError, "whole number"),
        ("a", True, {}, TypeError, "whole number"),
        ("a", 0, {}, ValueError, "65535"),
        ("a", 65_536, {}, ValueError, "65535"),
        ("a", None, {"security": "ssl"}, ValueError, "'tls', 'starttls'"),
        ("a", None, {"auth": "user"}, TypeError, "auth="),
        ("a", None, {"auth": ("u",)}, TypeError, "auth="),
        ("a", None, {"local_name": "a\nb"}, ValueError, "control"),
        ("a", None, {"local_name": "a b"}, ValueError, "one word"),
        ("a", None, {"timeout": 0}, ValueError, "positive"),
        ("a", None, {"deadline": -1}, ValueError, "positive"),
        ("a", None, {"ignore_extensions": "SIZE"}, TypeError, "collection"),
        ("a", None, {"ignore_extensions": [1]}, TypeError, "collection"),
        ("a", None, {"local_name": ""}, ValueError, "one word"),
        ("a", None, {"timeout": "10"}, ValueError, "positive number"),
        ("a", None, {"deadline": None}, ValueError, "positive number"),
        ("a", None, {"limits": 5}, TypeError, "is a Limits"),
        ("a", None, {"connect": 5}, TypeError, "callable"),
        ("a", None, {"source_address": "10.0.0.1"}, TypeError, "host, port"),
        ("a", None, {"tls_context": True}, TypeError, "SSLContext"),
        ("a", None, {"lmtp": True}, ValueError, "later version"),
        ("a", None, {"tls": True}, TypeError, "unexpected keyword argument 'tls'"),
        ("a", None, {"tls_context": False}, TypeError, "not bool"),
        ("a", None, {"tls_context": ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)}, ValueError, "for a server"),
    ],
)
@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
def test_bad_input(host: Any, port: Any, options: Any, error: type[Exception], words: str, kind: str) -> None:
    with pytest.raises(error, match=words):
        getattr(rawsmtp, kind)(host, port, **options)


def test_one_timeout_leaves_the_final_reply_its_time() -> None:
    found = Timeouts.of(10)
    assert (found.connect, found.greeting, found.command, found.data) == (10, 10, 10, 10)
    assert (found.final, found.quit) == (600, 1)
    assert Timeouts.of(0.2).quit == 0.2


@pytest.mark.parametrize(
    ("name", "used"),
    [("mail.x.test", "mail.x.test"), ("laptop", ""), ("my host.test", ""), ("10.0.0.1", ""), ("a\n.b", "")],
)
def test_name_of_this_host(monkeypatch: pytest.MonkeyPatch, name: str, used: str) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: name)
    assert default_local_name() == used


def test_name_is_never_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object) -> None:
        raise AssertionError("a look-up may block for seconds")

    for name in ("getfqdn", "getaddrinfo", "gethostbyname", "gethostbyaddr"):
        monkeypatch.setattr(socket, name, look_up)
    rawsmtp.Client("mail.test")


def test_international_host_becomes_a_labels() -> None:
    assert settings("bücher.example", None, {}).host == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("mail.test", "mail.test"),
        ("mail.test.", "mail.test"),
        ("[::1]", "::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("/a.", "/a."),
    ],
)
def test_name_that_a_certificate_has_to_have(host: str, name: str) -> None:
    assert settings(host, None, {}).certified_name == name


def test_secret_is_not_in_the_repr() -> None:
    client = rawsmtp.Client("mail.test", auth=("u", "5ecret"))
    assert "5ecret" not in repr(client)
    assert "5ecret" not in repr(vars(client))
