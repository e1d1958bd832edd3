from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.registry import codes

# The 23 rows of the article "利用 telnet 命令发电子邮件" in the collection of balloonwj, as they stand there.
ARTICLE = dict(
    line.split(" ", 1)
    for line in Path(__file__).with_name("article_table.txt").read_text(encoding="utf-8").splitlines()
)


def test_the_articles_table_with_its_one_typo_corrected() -> None:
    assert len(ARTICLE) == 23
    different = {
        code: (theirs, codes.REGISTRY[int(code)].chinese)
        for code, theirs in ARTICLE.items()
        if codes.REGISTRY[int(code)].chinese != theirs
    }
    assert different == {"502": ("命令不支技", "命令不支持")}


NAMED_BY_RFCS = {
    "RFC 5321": [
        211,
        214,
        220,
        221,
        250,
        251,
        252,
        354,
        421,
        450,
        451,
        452,
        455,
        500,
        501,
        502,
        503,
        504,
        *range(550, 556),
    ],
    "RFC 4954": [235, 334, 432, 454, 530, 534, 535],
    "RFC 3207": [454, 530],
    "RFC 7504": [521, 556],
    "RFC 1985": [253, 458, 459],
    "RFC 2645": [453],
    "IANA, with X.5.1": [430],
    "IANA, with X.7.1": [533],
    "IANA, with X.7.10": [523],
    "IANA, with X.7.11": [524],
    "IANA, with X.7.12": [422],
    "IANA, with X.7.13": [525],
}


@pytest.mark.parametrize(("rfc", "numbers"), NAMED_BY_RFCS.items())
def test_codes_of_the_rfcs(rfc: str, numbers: list[int]) -> None:
    for number in numbers:
        assert rfc in codes.REGISTRY[number].rfc


@pytest.mark.parametrize("code", codes.REGISTRY.values(), ids=lambda code: str(code.code))
def test_every_row_is_whole(code: codes.StatusCode) -> None:
    assert codes.REGISTRY[code.code] is code
    assert code.name.isupper()
    assert code.english
    assert not code.chinese.isascii()
    assert code.rfc
    assert code.kind == ("success", "intermediate", "transient", "permanent")[code.code // 100 - 2]


def test_the_registry_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        codes.REGISTRY[550] = codes.REGISTRY[250]  # type: ignore[index]  # what is to be refused


def test_names_are_unique() -> None:
    assert len({code.name for code in codes.REGISTRY.values()}) == len(codes.REGISTRY)


LOOKUPS = [
    (550, 550, None),
    ("550", 550, None),
    (" 550 ", 550, None),
    ("5.1.1", None, "X.1.1"),
    ("550 5.1.1", 550, "X.1.1"),
    ("550-5.1.1 no such user", 550, "X.1.1"),
    ("550 4.1.1 the classes differ", 550, None),
    ("250 2.1.5 Ok", 250, "X.1.5"),
    ("535 Error: authentication failed", 535, None),
    ("550\t5.1.1\r\n", 550, "X.1.1"),
    ("550-5.1.1 one\n550 5.1.1 two", 550, "X.1.1"),
    ("5.1.1 no such user", None, "X.1.1"),
    ("599", 599, None),
    ("5.99.99", None, "X.99.99"),
    ("4.7.99", None, "X.7.99"),
]


@pytest.mark.parametrize(("query", "code", "pattern"), LOOKUPS)
def test_lookup(query: int | str, code: int | None, pattern: str | None) -> None:
    found = codes.lookup(query)
    assert (found.code.code if found.code else None) == code
    assert (found.enhanced.pattern if found.enhanced else None) == pattern
    assert found.english
    assert found.chinese


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        (299, "success"),
        (399, "intermediate"),
        (499, "transient"),
        (599, "permanent"),
        ("2.99.99", "success"),
        ("4.7.99", "transient"),
        ("5.99.99", "permanent"),
        ("550 4.7.1 x", "permanent"),
    ],
)
def test_unknown_codes_get_their_class(query: int | str, kind: str) -> None:
    assert codes.lookup(query).kind == kind


def test_unknown_codes_say_what_their_first_digit_says() -> None:
    assert codes.status(499).english == "Not now; trying again later may help"
    assert codes.status(499).rfc == ""
    assert codes.lookup("5.7.999").english == "About security or policy"


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", ValueError),
        ("x", ValueError),
        (199, ValueError),
        (600, ValueError),
        (-550, ValueError),
        ("600", ValueError),
        ("55", ValueError),
        ("5505.1.1", ValueError),
        ("３３４", ValueError),
        ("3.1.1", ValueError),
        (b"550", TypeError),
        ("5.1", ValueError),
        (5.1, TypeError),
        (None, TypeError),
        (True, TypeError),
    ],
)
def test_what_is_no_code(query: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"give 550|between 200 and 599|an int or a str"):
        codes.lookup(query)  # type: ignore[arg-type]  # what is to be refused


@given(st.text() | st.from_regex(r"[2-5][0-9][0-9][ -].*"))
def test_any_text_has_a_meaning_or_none(text: str) -> None:
    try:
        found = codes.lookup(text)
    except ValueError:
        return
    assert found.english
    assert found.chinese


@pytest.mark.parametrize(
    ("word", "number"), [("password", "535"), ("邮箱已满", "X.2.2"), ("DKIM", "X.7.20"), ("554", "554")]
)
def test_search(word: str, number: str) -> None:
    found = codes.search(word)
    assert number in [str(each.code) if isinstance(each, codes.StatusCode) else each.pattern for each in found]
    assert codes.search("no such word") == []
