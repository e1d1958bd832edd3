from __future__ import annotations

import pickle

import pytest

from rawsmtp import Receipt, Reply
from rawsmtp.message.receipt import queue_id

FORMS = [
    ("Mail OK queued as smtp10,DsCowADHAgQS1IBcwtExJA--.62308S2 1551946998", "smtp10,DsCowADHAgQS1IBcwtExJA--.62308S2"),
    ("2.0.0 Ok: queued as 4F5E23C0A1", "4F5E23C0A1"),
    ("2.0.0 Ok: queued as 3zX9Yb0QnVz4wJq", "3zX9Yb0QnVz4wJq"),
    ("OK id=1rX2yZ-0001Ab-Cd", "1rX2yZ-0001Ab-Cd"),
    ("OK id=1tQwEr-00000001AbC-2dEf", "1tQwEr-00000001AbC-2dEf"),
    ("2.0.0 41B6Qx0d012345 Message accepted for delivery", "41B6Qx0d012345"),
    ("2.0.0 8c2b3f1e Message accepted for delivery", "8c2b3f1e"),
    ("2.0.0 OK  1551946998 d12sm3456789pfd.78 - gsmtp", "d12sm3456789pfd.78"),
    ("Ok: queued as 4F5E23C0A1.", "4F5E23C0A1"),
    ("OK: queued as.", None),
    ("Ok: queued as ", None),
    ("Ok", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "found"), FORMS)
def test_queue_id(text: str, found: str | None) -> None:
    assert queue_id(Reply(250, text)) == found


def test_receipt_is_a_value() -> None:
    receipt = Receipt("a@b", {"c@d": Reply(250, "ok")}, Reply(250, "queued as X1"))
    assert receipt.queue_id == "X1"
    assert receipt.refused == {}
    assert pickle.loads(pickle.dumps(receipt)) == receipt
