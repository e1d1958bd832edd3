"""A real, unmodified Exim on loopback, in a temporary folder that is its root, relaying nothing."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import ClassVar, Self

from tests.interop.postfix import DOMAIN, UNKNOWN, without_trace

EXTRA = "RAWSMTP_EXTRA_SERVERS"
"""The environment variable with the folder that packages were unpacked into."""

_START = 30.0
_PAUSE = 0.02


class Jailed:
    """A server in a folder that is its root, with its own users and configuration; the machine's are not touched.

    Packages of mail servers exclude each other, so the program may come from one that was unpacked and not installed.
    Mail to anybody at `DOMAIN` but `UNKNOWN` arrives in one maildir.
    """

    NAME: ClassVar[str]
    FILES: ClassVar[tuple[str, ...]]
    """Paths of the program and of what it runs, from the root of the package."""
    SYSTEM_FILES: ClassVar[tuple[str, ...]] = ()
    """Paths of what it runs that is not in its package."""
    ARGUMENTS: ClassVar[tuple[str, ...]]
    USERS: ClassVar[tuple[str, ...]]
    FOLDERS: ClassVar[tuple[str, ...]]
    """Folders that belong to the users; /mail is one of them."""
    ROOT_FOLDERS: ClassVar[tuple[str, ...]] = ()
    """Folders that belong to root; /log is among them or the others."""
    CONFIGURATION: ClassVar[tuple[str, str]]
    """Its path and its text, with `domain`, `unknown` and `port` to be filled in."""

    def __init__(self) -> None:
        self._pause = threading.Event()
        self.host = "127.0.0.1"
        self.port = 0

    @classmethod
    def missing(cls) -> str | None:
        """Return why it cannot be had; None if it can."""
        if cls._origin() is None:
            return f"{cls.NAME} is neither installed nor unpacked in ${EXTRA}"
        if os.geteuid():
            return f"{cls.NAME} starts as root only"
        return None

    @classmethod
    def _origin(cls) -> Path | None:
        folders = [Path(folder) for folder in (os.environ.get(EXTRA), "/") if folder]
        return next((folder for folder in folders if all((folder / name).exists() for name in cls.FILES)), None)

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix=f"rawsmtp-{self.NAME.lower()}-"))
        self._folder.chmod(0o755)
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_process"):
            self.kill(signal.SIGTERM)
        shutil.rmtree(self._folder)

    def _start(self) -> None:
        with socket.create_server((self.host, 0)) as listener:
            self.port = listener.getsockname()[1]
        self._lay_out()
        self._log_file = (self._folder / "log" / "output").open("wb")
        self._process = subprocess.Popen(
            ["/usr/sbin/chroot", self._folder, f"/{self.FILES[0]}", *self.ARGUMENTS],
            stdout=self._log_file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={"PATH": "/usr/sbin:/usr/bin:/bin"},
        )
        self._wait_for_greeting()

    def _lay_out(self) -> None:
        origin = self._origin()
        assert origin is not None, self.missing()
        for name in self.FILES:
            self._copy_program(origin, name)
        for name in self.SYSTEM_FILES:
            self._copy_program(Path("/"), name)
        for name in self.ROOT_FOLDERS:
            (self._folder / name).mkdir(parents=True)
        self._write("etc/hosts", "127.0.0.1 localhost\n")
        self._write("etc/mailname", f"mail.{DOMAIN}\n")
        # A device would need a file system that allows devices; this one is read as empty all the same.
        self._write("dev/null", "").chmod(0o666)
        self._make_users()
        name, text = self.CONFIGURATION
        self._write(name, text.format(domain=DOMAIN, unknown=UNKNOWN, port=self.port))

    def _copy_program(self, origin: Path, name: str) -> None:
        libraries = ":".join(str(folder) for folder in origin.glob("usr/lib/*-linux-*"))
        found = subprocess.run(
            ["/usr/bin/ldd", origin / name],
            env={**os.environ, "LD_LIBRARY_PATH": libraries},
            capture_output=True,
            text=True,
            check=True,
        )
        if "not found" in found.stdout:
            raise RuntimeError(f"{self.NAME} lacks a library: {found.stdout}")
        needed = (Path(word) for word in found.stdout.split() if word.startswith("/"))
        for path in (origin / name, *needed):
            inside = path.relative_to(origin if path.is_relative_to(origin) else "/")
            target = self._folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            # Without the set-user-ID bit, which a temporary folder may not honour.
            shutil.copyfile(path, target)
            target.chmod(0o755)

    def _make_users(self) -> None:
        nobody = pwd.getpwnam("nobody")
        ids = f"{nobody.pw_uid}:{nobody.pw_gid}"
        self._write("etc/passwd", "root:x:0:0::/:\n" + "".join(f"{user}:x:{ids}::/:\n" for user in self.USERS))
        self._write("etc/group", "root:x:0:\n" + "".join(f"{user}:x:{nobody.pw_gid}:\n" for user in self.USERS))
        for name in self.FOLDERS:
            folder = self._folder / name
            folder.mkdir(parents=True)
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)

    def _write(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def _wait_for_greeting(self) -> None:
        until = time.monotonic() + _START
        while True:
            try:
                with smtplib.SMTP(self.host, self.port, timeout=5) as client:
                    client.noop()
            except OSError as error:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise RuntimeError(f"{self.NAME} did not start: {self.log()}") from error
                self._pause.wait(_PAUSE)
            else:
                return

    def log(self) -> str:
        """Return what it has logged."""
        return "".join(file.read_text(errors="replace") for file in sorted((self._folder / "log").iterdir()))

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to it and all its processes, and wait until they are gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        self._process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._log_file.close()

    def messages(self) -> list[bytes]:
        """Return the messages that arrived, in order, without what the server put on top."""
        files = sorted((self._folder / "mail" / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns)
        return [without_trace(file.read_bytes()) for file in files]

    def clear(self) -> None:
        """Forget the messages that arrived."""
        for file in (self._folder / "mail" / "new").glob("*"):
            file.unlink()

    def wait_for(self, count: int, timeout: float = 30.0) -> list[bytes]:
        """Return the messages as soon as so many have arrived. Raises TimeoutError with the log."""
        until = time.monotonic() + timeout
        while len(found := self.messages()) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{count} messages were awaited, {len(found)} arrived: {self.log()}")
            self._pause.wait(_PAUSE)
        return found


class Exim(Jailed):
    """Start it by `with Exim() as server`; it offers PIPELINING and CHUNKING."""

    NAME = "Exim"
    FILES = ("usr/sbin/exim4",)
    ARGUMENTS = ("-bdf",)
    USERS = ("Debian-exim",)
    FOLDERS = ("mail", "spool", "log")
    # Nothing of it needs root, so that Exim runs as its user throughout.
    CONFIGURATION = (
        "etc/exim4/exim4.conf",
        """\
deliver_drop_privilege = true
spool_directory = /spool
log_file_path = /log/%slog
primary_hostname = mail.{domain}
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
pipelining_advertise_hosts = *
chunking_advertise_hosts = *
smtputf8_advertise_hosts = *
tls_advertise_hosts =
message_size_limit = 20M
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_queue_per_connection = 0
keep_environment =
acl_smtp_rcpt = recipient
acl_smtp_data = accept

begin acl
recipient:
  deny recipients = {unknown}
       message = 5.1.1 No such user
  accept domains = {domain}
  deny message = 5.7.1 this server relays nothing

begin routers
inbox:
  driver = accept
  domains = {domain}
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = /mail
  maildir_format
""",
    )
