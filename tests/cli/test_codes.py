from __future__ import annotations

import json

import pytest

from rawsmtp.cli import main
from rawsmtp.registry.codes import REGISTRY
from rawsmtp.registry.enhanced import REGISTRY as ENHANCED

Shown = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["535"], ["535", "User name or password not accepted"]),
        (["5.1.1"], ["5.1.1", "mailbox"]),
        (["550 5.1.1 <x@y> no such user"], ["550 5.1.1 <x@y> no such user", "5.1.1  ", "550  ", "action: "]),
        (["550", "5.1.1"], ["550 5.1.1", "action: "]),
        (["250"], ["250", "Done"]),
    ],
    ids=["code", "enhanced", "reply", "two words", "success"],
)
def test_what_a_reply_means(words: list[str], expected: list[str], capsys: Shown) -> None:
    assert main(["codes", *words]) == 0
    shown = capsys.readouterr().out
    for text in expected:
        assert text in shown


def test_nothing_is_to_be_done_about_a_success(capsys: Shown) -> None:
    assert main(["codes", "250"]) == 0
    assert "action" not in capsys.readouterr().out


def test_the_words_of_a_provider_in_chinese(capsys: Shown) -> None:
    words = ["codes", "535 Error: authentication failed", "--lang", "zh"]
    assert main(words) == 0
    assert "客户端授权码" not in capsys.readouterr().out
    assert main([*words, "--server", "smtp.163.com"]) == 0
    shown = capsys.readouterr().out
    assert "原因：" in shown
    assert "客户端授权码" in shown


def test_all_codes(capsys: Shown) -> None:
    assert main(["codes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(REGISTRY) + len(ENHANCED)
    assert [line.split()[0] for line in lines[:3]] == ["211", "214", "220"]


def test_search_in_either_language(capsys: Shown) -> None:
    for word in ("busy", "邮箱忙"):
        assert main(["codes", "--search", word]) == 0
        assert "450" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["abc"], 65),
        (["999"], 65),
        ([" "], 65),
        (["--search", "nowhere to be found"], 65),
        (["250", "--search", "x"], 64),
    ],
    ids=["no code", "out of range", "nothing", "not found", "both"],
)
def test_what_has_no_answer(words: list[str], status: int, capsys: Shown) -> None:
    assert main(["codes", *words]) == status
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err


def test_json(capsys: Shown) -> None:
    assert main(["codes", "450 4.2.0 greylisted", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] == "rawsmtp.codes/1"
    assert (value["code"]["code"], value["kind"], value["retry"]) == ("450", "transient", True)
    assert value["action"]["zh"]
    assert main(["codes", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["codes"]) == len(REGISTRY) + len(ENHANCED)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_meanings_stand_in_one_column(language: str, capsys: Shown) -> None:
    assert main(["codes", "550 5.1.1 x", "--lang", language]) == 0
    code, enhanced = capsys.readouterr().out.splitlines()[1:3]
    assert (code[:10], enhanced[:10]) == ("  550     ", "  5.1.1   ")
    assert code[10] != " " != enhanced[10]


def test_what_is_no_code_is_shown_as_it_was_typed(capsys: Shown) -> None:
    assert main(["codes", "邮箱\x9b"]) == 65
    assert "'邮箱\\x9b'" in capsys.readouterr().err


def test_control_characters_are_escaped(capsys: Shown) -> None:
    assert main(["codes", "550 \x1b[31mred"]) == 0
    assert "\x1b" not in capsys.readouterr().out
