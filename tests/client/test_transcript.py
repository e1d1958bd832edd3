from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

import rawsmtp
from rawsmtp import Reply, Transcript, commands
from rawsmtp.client.transcript import ENTRIES
from rawsmtp.testing import MemoryServer

if TYPE_CHECKING:
    from tests.conftest import Talk


def test_reads_like_a_telnet_session() -> None:
    transcript = Transcript()
    transcript.note("Connected to x.test:25.")
    transcript.record_received([Reply(220, "x.test")], tls=False)
    transcript.record_sent([commands.Ehlo("y.test")], tls=False)
    transcript.record_received([Reply(250, "x.test\nSIZE")], tls=True)
    content = [commands.Content(b"12345"), commands.Content(b"678")]
    transcript.record_sent([*content, commands.EndOfData()], tls=True)
    assert str(transcript) == "Connected to x.test:25.\n220 x.test\nEHLO y.test\n250-x.test\n250 SIZE\n[8 octets]\n."
    assert [entry.direction for entry in transcript] == ["note", "received", "sent", "received", "sent", "sent"]
    assert [entry.tls for entry in transcript] == [False, False, False, True, True, True]
    assert all(entry.time > 1_000_000_000 for entry in transcript)


def test_each_content_is_counted_apart() -> None:
    transcript = Transcript()
    for _ in range(2):
        transcript.record_sent([commands.Content(b"1")], tls=False)
        transcript.record_sent([commands.Content(b"23")], tls=False)
        transcript.record_sent([commands.EndOfData()], tls=False)
    assert str(transcript) == "[3 octets]\n.\n[3 octets]\n."


def test_no_secret_is_recorded() -> None:
    transcript = Transcript()
    transcript.record_sent([commands.Auth("PLAIN", b"\0u\x005ecret"), commands.AuthAnswer(b"5ecret")], tls=True)
    assert str(transcript) == "AUTH PLAIN [redacted]\n[redacted]"
    octets = pickle.dumps(transcript)
    assert b"5ecret" not in octets
    assert b"NWVjcmV0" not in octets
    assert not any(isinstance(kept, commands.Command) for _, kept, *_ in transcript._entries)


def test_is_bounded_and_compares_and_pickles() -> None:
    transcript = Transcript()
    for number in range(ENTRIES + 10):
        transcript.note(str(number))
    assert len(transcript) == ENTRIES
    assert str(transcript.tail(2)) == f"{ENTRIES + 8}\n{ENTRIES + 9}"
    assert pickle.loads(pickle.dumps(transcript)) == transcript
    assert transcript.tail(2) != transcript


def test_replies_that_break_the_protocol_are_recorded(talk: Talk) -> None:
    server = MemoryServer(script=[b"220 x.test\r\n", b"250 x.test\r\n250 what else?\r\n"])
    client = talk(server)
    with pytest.raises(rawsmtp.RemoteProtocolError, match="what else"):
        client.connect()
    said = [entry.line for entry in client.transcript if entry.direction == "received"]
    assert said == ["220 x.test", "250 x.test", "250 what else?"]


def test_a_reply_beyond_all_measure_is_not_kept_whole() -> None:
    transcript = Transcript()
    transcript.record_received([Reply(250, "x" * 4_000), Reply(554, "y" * 60_000)], tls=False)
    short, long = transcript
    assert short.line == "250 " + "x" * 4_000
    assert len(long.line) < 5_000
    assert long.line.endswith("y…")
