"""A real, unmodified Dovecot, its SASL service alone: configuration and sockets in a temporary folder, no port open."""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Self

BINARY = Path("/usr/sbin/dovecot")
USER = "user@example.test"
SECRET = "pass wörd=~%"
WITH_PASSWORD = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")
WITH_TOKEN = ("XOAUTH2", "OAUTHBEARER")
_START = 30.0
_PAUSE = 0.02

# The delays that slow a guesser down are off: each refused login would take seconds.
_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = rawsmtp-tests
protocols =
ssl = no
log_path = /dev/stderr
auth_debug = yes
auth_failure_delay = 0
auth_mechanisms = {mechanisms}
passdb {{
  driver = passwd-file
  mechanisms = {with_password}
  default_fields = nodelay=yes
  args = scheme=PLAIN {folder}/users
}}
passdb {{
  driver = oauth2
  mechanisms = {with_token}
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}}
service auth {{
  unix_listener {socket} {{
    mode = 0666
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""

_TOKENS = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
"""


class Dovecot:
    """Start it by `with Dovecot() as logins`; whoever speaks its protocol at `path` can check logins of `USER`."""

    _SOCKET = "logins"

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._pause = threading.Event()

    @staticmethod
    def missing() -> str | None:
        """Return why it cannot be had; None if it can."""
        if not BINARY.exists():
            return "Dovecot is not installed"
        version = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout
        if not version.startswith("2.3."):
            return f"Dovecot is {version.strip()}, which reads another configuration than 2.3"
        if os.geteuid():
            return "Dovecot starts as root only"
        return None

    @property
    def path(self) -> Path:
        """The Unix socket that it listens on."""
        return self._folder / "run" / self._SOCKET

    def token(self, *, lasts: float = 600) -> str:
        """Return a signed token for `USER`; one that lasts a negative number of seconds has expired. RFC 7519."""
        now = time.time()
        claims = {"sub": USER, "iat": int(now - 3600), "exp": int(now + lasts)}
        signed = b".".join(_base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        return b".".join((signed, _base64url(hmac.digest(self._key, signed, "sha256")))).decode()

    def attempts(self) -> int:
        """Return how many logins a mail server has begun."""
        # The log lags behind the replies: what stands above a line of our own is complete.
        mark = f"service=mark-{secrets.token_hex(8)}"
        with self._connect() as connection:
            connection.sendall(f"AUTH\t1\tPLAIN\t{mark}\n".encode())
            until = time.monotonic() + _START
            while mark not in (log := self.log()):
                if time.monotonic() > until:
                    raise TimeoutError(f"Dovecot does not log what it is asked: {log}")
                self._pause.wait(_PAUSE)
        begun = (line for line in log[: log.index(mark)].splitlines() if "client in: AUTH\t" in line)
        return sum("service=smtp" in line for line in begun)

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="rawsmtp-dovecot-"))
        self._folder.chmod(0o755)
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_process"):
            self._stop()
        shutil.rmtree(self._folder)

    def _start(self) -> None:
        self._configure()
        self._log_file = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(
            [BINARY, "-F", "-c", self._folder / "dovecot.conf"],
            stdout=self._log_file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait_for_greeting()

    def _configure(self) -> None:
        keys = self._folder / "keys" / "default" / "HS256"
        for folder in (keys, self._folder / "run", self._folder / "state"):
            folder.mkdir(parents=True)
        (keys / "default").write_bytes(base64.b64encode(self._key))
        (self._folder / "users").write_text(f"{USER}:{SECRET}::::::\n", encoding="utf-8")
        (self._folder / "oauth2.conf").write_text(_TOKENS.format(folder=self._folder))
        configuration = _CONFIGURATION.format(
            folder=self._folder,
            socket=self._SOCKET,
            mechanisms=" ".join((*WITH_PASSWORD, *WITH_TOKEN)).lower(),
            with_token=" ".join(WITH_TOKEN).lower(),
            with_password=" ".join(WITH_PASSWORD).lower(),
        )
        (self._folder / "dovecot.conf").write_text(configuration)

    def _wait_for_greeting(self) -> None:
        until = time.monotonic() + _START
        while True:
            try:
                self._connect().close()
            except OSError as error:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise RuntimeError(f"Dovecot did not start: {self.log()}") from error
                self._pause.wait(_PAUSE)
            else:
                return

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(5)
            connection.connect(str(self.path))
            connection.sendall(b"VERSION\t1\t1\nCPID\t1\n")
            if not connection.recv(1):
                raise ConnectionError("it closed the connection")
        except BaseException:
            connection.close()
            raise
        return connection

    def _stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._log_file.close()

    def log(self) -> str:
        """Return what it has logged."""
        return (self._folder / "log").read_text(errors="replace")


def _base64url(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")
