from __future__ import annotations

import json

import pytest

from rawsmtp.cli import main
from rawsmtp.cli.table import width
from rawsmtp.registry.providers import PROVIDERS

Shown = pytest.CaptureFixture[str]


@pytest.mark.parametrize("query", ["163", "163.com", "me@163.com"])
def test_one_provider(query: str, capsys: Shown) -> None:
    assert main(["providers", query]) == 0
    shown = capsys.readouterr().out
    assert "NetEase 163 Mail [163]" in shown
    assert "smtp.163.com:465 tls" in shown
    assert "authorization code" in shown
    assert "the whole address" in shown


def test_one_provider_in_chinese(capsys: Shown) -> None:
    assert main(["providers", "qq", "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    assert "QQ 邮箱 [qq]" in shown
    assert "授权码" in shown
    assert "smtp.qq.com:587 starttls" in shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_is_straight(language: str, capsys: Shown) -> None:
    assert main(["providers", "--lang", language]) == 0
    first, *lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(PROVIDERS)
    column = width(first[: first.index("SERVER" if language == "en" else "服务器")])
    for provider, line in zip(PROVIDERS, lines, strict=True):
        assert width(line[: line.index(f"{provider.servers[0].host}:")]) == column


def test_unverified_is_said(capsys: Shown) -> None:
    assert main(["providers", "sina.com"]) == 78
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "unverified" in shown.err
    assert main(["providers", "sina"]) == 0
    assert "(unverified)" in capsys.readouterr().out


@pytest.mark.parametrize("query", ["nobody@nowhere.invalid", "nothing", ""])
def test_an_unknown_one(query: str, capsys: Shown) -> None:
    assert main(["providers", query]) == 78
    assert "no provider is known" in capsys.readouterr().err


def test_json(capsys: Shown) -> None:
    assert main(["providers", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] == "rawsmtp.providers/1"
    assert len(value["providers"]) == len(PROVIDERS)
    assert main(["providers", "163", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["providers"]
    assert found["servers"] == [{"host": "smtp.163.com", "port": 465, "security": "tls"}]
    assert (found["credential"], found["domains"]) == ("auth-code", ["163.com"])
