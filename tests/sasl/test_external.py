from __future__ import annotations

import pytest

from rawsmtp.sasl import External, MechanismFailed
from rawsmtp.sasl.external import external
from rawsmtp.wire.auth import Auth


@pytest.mark.parametrize(
    ("identity", "line"),
    [
        ("", b"AUTH EXTERNAL =\r\n"),
        ("fred@example.com", b"AUTH EXTERNAL ZnJlZEBleGFtcGxlLmNvbQ==\r\n"),
        ("ü", b"AUTH EXTERNAL w7w=\r\n"),
    ],
)
def test_identity(identity: str, line: bytes) -> None:
    responses = external(External(identity))
    assert bytes(Auth("EXTERNAL", next(responses))) == line
    with pytest.raises(StopIteration):
        responses.send(None)


def test_no_challenge() -> None:
    responses = external(External())
    next(responses)
    with pytest.raises(MechanismFailed, match="no challenge"):
        responses.send(b"")
