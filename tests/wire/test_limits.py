from __future__ import annotations

import pytest

from rawsmtp.wire.limits import Limits


@pytest.mark.parametrize("value", [0, -1, 1.5, "3", None])
def test_a_limit_is_a_positive_whole_number(value: object) -> None:
    with pytest.raises(ValueError, match="positive whole number"):
        Limits(line=value)  # type: ignore[arg-type]  # what is tested


def test_defaults_of_the_contract() -> None:
    limits = Limits()
    assert (limits.line, limits.reply, limits.lines, limits.keywords) == (4_096, 65_536, 2_048, 256)
    assert (limits.auth_rounds, limits.auth_line, limits.command_line) == (8, 12_288, 2_048)
