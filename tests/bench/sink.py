"""A server that takes everything as fast as it can, with a round-trip time put in front of each answer.

The test kit keeps and judges what comes; here that would be what is measured.
"""

from __future__ import annotations

import re
import socket
import threading
import time

EHLO = b"250-sink\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-8BITMIME\r\n250 SIZE 1000000000\r\n"
_END = b"\r\n.\r\n"
_BDAT = re.compile(rb"BDAT (\d+)", re.IGNORECASE)


class Sink:
    """Counts the turnarounds of all its connections.

    round_trip: seconds between what comes and what is answered.
    """

    def __init__(self, round_trip: float = 0.0) -> None:
        self._round_trip = round_trip
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.turnarounds = 0
        self.messages = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(b"220 sink\r\n")
        state = Conversation()
        with sock:
            while data := sock.recv(1 << 20):
                arrived = time.perf_counter()
                answer = state.feed(data)
                if not answer:
                    continue
                self.turnarounds += 1
                if self._round_trip:
                    time.sleep(max(0.0, self._round_trip - (time.perf_counter() - arrived)))
                sock.sendall(answer)
        self.messages += state.messages


class Conversation:
    """What is answered to the octets of one connection."""

    def __init__(self) -> None:
        self._buffer = b""
        self._in_data = False
        self._chunk = 0
        self._last = False
        self.messages = 0

    def feed(self, data: bytes) -> bytes:
        """Return the answers to what came."""
        self._buffer += data
        written = b""
        while self._buffer:
            if self._in_data:
                if not self._end_of_data():
                    break
                written += b"250 ok queued as %d\r\n" % self.messages
            elif self._chunk or self._last:
                if not self._end_of_chunk():
                    break
                written += b"250 ok queued as %d\r\n" % self.messages
            else:
                line, end, rest = self._buffer.partition(b"\r\n")
                if not end:
                    break
                self._buffer = rest
                written += self._command(line)
        return written

    def _end_of_data(self) -> bool:
        end = self._buffer.find(_END)
        if end < 0:
            self._buffer = self._buffer[1 - len(_END) :]
            return False
        self._buffer = self._buffer[end + len(_END) :]
        self._in_data = False
        self.messages += 1
        return True

    def _end_of_chunk(self) -> bool:
        taken = min(self._chunk, len(self._buffer))
        self._chunk -= taken
        self._buffer = self._buffer[taken:]
        if self._chunk:
            return False
        self._last = False
        self.messages += 1
        return True

    def _command(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"EHLO":
            return EHLO
        if verb == b"DATA":
            self._in_data = True
            # The content begins at the start of a line: here too a dot may be its end.
            self._buffer = b"\r\n" + self._buffer
            return b"354 go on\r\n"
        if verb == b"BDAT":
            match = _BDAT.match(line)
            self._chunk, self._last = int(match[1]) if match else 0, True
            return b""
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n"
