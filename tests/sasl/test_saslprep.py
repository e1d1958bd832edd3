from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.sasl import MechanismFailed
from rawsmtp.sasl.saslprep import prepare, prepare_if_possible

PREPARED = [
    ("a soft hyphen", "I\u00adX", "IX"),  # RFC 4013 §3, and the two below
    ("as it is", "user", "user"),
    ("case stays", "USER", "USER"),
    ("a feminine ordinal", "\u00aa", "a"),
    ("a roman number", "\u2168", "IX"),
    ("spaces", "a\u00a0b\u3000c d", "a b c d"),
    ("a space of no width", "a\u200bb", "ab"),
    ("a ligature", "\ufb01n", "fin"),
    ("an accent joined", "u\u0308", "ü"),
    ("Chinese", "授权码", "授权码"),
    ("right to left", "\u0627\u0628", "\u0627\u0628"),
    ("right to left with a digit inside", "\u06271\u0628", "\u06271\u0628"),
    ("punctuation", "~!@#$%^&*()_+,=", "~!@#$%^&*()_+,="),
]
REFUSED = [
    ("empty", "", "nothing is left"),
    ("only what is left out", "\u00ad\u200d", "nothing is left"),
    ("BEL", "a\x07", "control"),  # RFC 4013 §3
    ("DEL", "a\x7f", "control"),
    ("NUL", "\x00", "control"),
    ("CR", "a\rb", "control"),
    ("C1", "a\x85", "control"),
    ("a line separator", "a\u2028b", "control"),
    ("private use", "a\ue000", "private use"),
    ("no character", "a\ufdd0", "no character"),
    ("the last code point", "a\U0010ffff", "no character"),
    ("a surrogate", "a\ud800", "surrogate"),
    ("a replacement character", "a\ufffd", "plain text"),
    ("an ideographic description", "a\u2ff0", "canonical text"),
    ("a mark of direction", "a\u200e", "displayed"),
    ("a tag", "a\U000e0041", "tag"),
    ("right to left and a digit behind", "\u06271", "right to left"),  # RFC 4013 §3
    ("a digit and right to left", "1\u0627", "right to left"),
    ("both directions", "\u0627a\u0628", "both writing directions"),
]
NEWER = "\U0001f600"


@pytest.mark.parametrize(("text", "prepared"), [row[1:] for row in PREPARED], ids=[row[0] for row in PREPARED])
def test_prepared(text: str, prepared: str) -> None:
    assert prepare(text, "the user") == prepared
    assert prepare(text, "the user", stored=True) == prepared
    assert prepare_if_possible(text) == prepared


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(text: str, words: str) -> None:
    with pytest.raises(MechanismFailed, match=rf"^the secret cannot be prepared by SASLprep: .*{words}"):
        prepare(text, "the secret")
    assert prepare_if_possible(text) == text


def test_code_points_newer_than_unicode_3_2_are_for_queries_only() -> None:
    assert prepare(NEWER, "the user") == NEWER
    with pytest.raises(MechanismFailed, match=r"newer than Unicode 3\.2"):
        prepare(NEWER, "the user", stored=True)


@given(st.text(min_size=1))
def test_any_text_is_prepared_for_good_or_refused_unseen(text: str) -> None:
    text = f"{NEWER}{text}"
    try:
        prepared = prepare(text, "it")
    except MechanismFailed as refusal:
        shown = str(refusal)
    else:
        shown = ""
        assert prepare(prepared, "it") == prepared
    assert NEWER not in shown
    assert shown.isascii()
