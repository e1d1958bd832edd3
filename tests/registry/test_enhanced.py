from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.registry import enhanced
from rawsmtp.wire.reply import EnhancedCode

# The registry of IANA, as of 2024: how many details each subject has, counted from 0 without a gap; X.1 to X.7.
DETAILS = {0: 1, 1: 11, 2: 5, 3: 7, 4: 8, 5: 7, 6: 11, 7: 31}
LATER = {
    "RFC 3886": ["X.1.9"],
    "RFC 4468": ["X.6.6"],
    "RFC 4954": ["X.5.6", "X.7.8", "X.7.9", "X.7.11", "X.7.12"],
    "RFC 5248": ["X.7.10", "X.7.13", "X.7.14"],
    "RFC 6531": ["X.6.7", "X.6.8", "X.6.9", "X.6.10"],
    "RFC 6710": ["X.3.6", "X.7.15", "X.7.16"],
    "RFC 7293": ["X.7.17", "X.7.18", "X.7.19"],
    "RFC 7372": [f"X.7.{detail}" for detail in range(20, 27)],
    "RFC 7505": ["X.1.10", "X.7.27"],
    "RFC 8617": ["X.7.29"],
    "RFC 8689": ["X.7.30"],
}


def test_all_of_the_registry_is_there() -> None:
    expected = [f"X.{subject}.{detail}" for subject, count in DETAILS.items() for detail in range(count)]
    assert sorted(enhanced.REGISTRY) == sorted(expected)


@pytest.mark.parametrize("row", enhanced.REGISTRY.values(), ids=lambda row: row.pattern)
def test_every_row_is_whole(row: enhanced.EnhancedMeaning) -> None:
    assert enhanced.REGISTRY[row.pattern] is row
    assert row.english
    assert not row.chinese.isascii()
    assert row.subject[0].startswith(("About", "Other"))
    assert EnhancedCode(row.pattern.replace("X", "5"))


@pytest.mark.parametrize("row", enhanced.REGISTRY.values(), ids=lambda row: row.pattern)
def test_every_row_names_its_rfc(row: enhanced.EnhancedMeaning) -> None:
    later = [rfc for rfc, patterns in LATER.items() if row.pattern in patterns]
    if row.pattern == "X.7.28":
        assert row.rfc.startswith("IANA registry")
    else:
        assert row.rfc == (later[0] if later else "RFC 3463")


def test_meanings_are_unique_in_both_languages() -> None:
    rows = enhanced.REGISTRY.values()
    assert len({row.english for row in rows}) == len(rows)
    assert len({row.chinese for row in rows}) == len(rows)


def test_classes_are_the_three_of_the_rfc() -> None:
    assert sorted(enhanced.CLASSES) == [2, 4, 5]


@pytest.mark.parametrize("code", ["2.2.2", "4.2.2", "5.2.2"])
def test_the_class_is_no_part_of_the_meaning(code: str) -> None:
    assert enhanced.meaning(EnhancedCode(code)) is enhanced.REGISTRY["X.2.2"]


def test_an_unknown_detail_says_its_subject() -> None:
    found = enhanced.meaning(EnhancedCode("5.4.316"))
    assert (found.pattern, found.english, found.rfc) == ("X.4.316", "About the network or routing", "")
    assert found.subject == ("About the network or routing", "网络或路由问题")
    assert enhanced.meaning(EnhancedCode("5.99.1")).subject == ("Not known", "未知")


@given(st.sampled_from([2, 4, 5]), st.integers(0, 999), st.integers(0, 999))
def test_any_code_has_a_meaning(klass: int, subject: int, detail: int) -> None:
    found = enhanced.meaning(EnhancedCode(f"{klass}.{subject}.{detail}"))
    assert found.english
    assert found.chinese
    assert found.subject[0]
