"""A real, unmodified Postfix on loopback: its own configuration and spool in a temporary folder, relaying nothing."""

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
from typing import Self

MASTER = Path("/usr/lib/postfix/sbin/master")
DOMAIN = "example.test"
UNKNOWN = f"unknown@{DOMAIN}"
MEMBERS = f"members@{DOMAIN}"
_START = 30.0
_PAUSE = 0.02

_MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{domain}
mydestination =
mynetworks = 127.0.0.0/8
relay_domains =
default_transport = error:this server relays nothing
smtpd_recipient_restrictions =
    reject_unauth_destination, check_recipient_access inline:{{
        {{ {unknown} = 550 5.1.1 No such user }}
        {{ {members} = permit_sasl_authenticated, reject }} }}
smtpd_relay_restrictions = reject_unauth_destination
virtual_mailbox_domains = {domain}, xn--bcher-kva.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_reject_unlisted_recipient = yes
local_recipient_maps =
alias_maps =
alias_database =
local_transport = error:no local users
smtpd_client_restrictions =
smtpd_sender_restrictions =
local_header_rewrite_clients =
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
message_size_limit = {size_limit}
virtual_mailbox_limit = 0
smtputf8_enable = yes
biff = no
maillog_file = /dev/stdout
smtpd_tls_security_level = {tls_level}
{tls}
{sasl}
"""

_SASL = """\
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {socket}
smtpd_sasl_security_options = noanonymous
smtpd_tls_auth_only = yes
"""

_MASTER_CF = """\
127.0.0.1:{port} inet n - n - - smtpd
{tls_service}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

_INSTALL_PARAMETERS = (
    *("queue_directory", "data_directory", "command_directory", "daemon_directory", "meta_directory", "mail_owner"),
    *("setgid_group", "sendmail_path", "newaliases_path", "mailq_path", "html_directory", "manpage_directory"),
    *("sample_directory", "readme_directory", "shlib_directory"),
)


class Postfix:
    """Start it by `with Postfix() as server`; mail to anybody at `DOMAIN` but `UNKNOWN` arrives in one maildir.

    Mail to `MEMBERS` is taken from those who have logged in only.

    size_limit: octets of the largest message that it takes.
    certificate: the path of a PEM file with certificate and key; offers STARTTLS, and TLS on `tls_port`.
    logins: the socket of a Dovecot that checks logins; offers AUTH inside TLS.
    """

    def __init__(
        self, *, size_limit: int = 20_000_000, certificate: Path | None = None, logins: Path | None = None
    ) -> None:
        self._size_limit = size_limit
        self._certificate = certificate
        self._logins = logins
        self._pause = threading.Event()
        self.host = "127.0.0.1"
        self.port = 0
        self.tls_port = 0

    @staticmethod
    def missing() -> str | None:
        """Return why it cannot be had; None if it can."""
        if not MASTER.exists():
            return "Postfix is not installed"
        if os.geteuid():
            return "Postfix starts as root only"
        return None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="rawsmtp-postfix-"))
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
        self._lay_out()
        self._log_file = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(
            [MASTER, "-c", self._folder / "etc", "-d"],
            stdout=self._log_file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait_for_greeting()

    def _lay_out(self) -> None:
        owner, nobody = pwd.getpwnam("postfix"), pwd.getpwnam("nobody")
        for name in ("etc", "spool", "data", "mail/inbox"):
            (self._folder / name).mkdir(parents=True)
        os.chown(self._folder / "data", owner.pw_uid, owner.pw_gid)
        for folder in (self._folder / "mail", self._folder / "mail" / "inbox"):
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        self.port, self.tls_port = _free_port(), _free_port()
        self._configure(nobody.pw_uid, nobody.pw_gid)
        # Makes the folders of the spool, with the owners that Postfix wants.
        environment = {**os.environ, **self._install_environment()}
        subprocess.run([MASTER.with_name("post-install"), "create-missing"], env=environment, check=True)

    def _configure(self, uid: int, gid: int) -> None:
        values = {
            "folder": self._folder,
            "domain": DOMAIN,
            "unknown": UNKNOWN,
            "members": MEMBERS,
            "uid": uid,
            "gid": gid,
            "size_limit": self._size_limit,
            "port": self.port,
            "tls_level": "none",
            "tls": "",
            "tls_service": "",
            "sasl": "" if self._logins is None else _SASL.format(socket=self._logins),
        }
        if self._certificate is not None:
            values["tls_level"] = "may"
            values["tls"] = f"smtpd_tls_chain_files = {self._certificate}"
            values["tls_service"] = f"127.0.0.1:{self.tls_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes"
        (self._folder / "etc" / "main.cf").write_text(_MAIN_CF.format(**values))
        (self._folder / "etc" / "master.cf").write_text(_MASTER_CF.format(**values))

    def _install_environment(self) -> dict[str, str]:
        etc = str(self._folder / "etc")
        found = subprocess.run(
            ["/usr/sbin/postconf", "-c", etc, "-x", *_INSTALL_PARAMETERS], capture_output=True, text=True, check=True
        )
        pairs = (line.split(" = ", 1) for line in found.stdout.splitlines() if " = " in line)
        return {"config_directory": etc, **dict(pairs)}

    def _wait_for_greeting(self) -> None:
        until = time.monotonic() + _START
        while True:
            try:
                with smtplib.SMTP(self.host, self.port, timeout=5) as client:
                    client.noop()
            except OSError as error:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise RuntimeError(f"Postfix did not start: {self.log()}") from error
                self._pause.wait(_PAUSE)
            else:
                return

    def log(self) -> str:
        """Return what it has logged."""
        return (self._folder / "log").read_text(errors="replace")

    @property
    def process_group(self) -> int:
        """The group of all its processes."""
        return self._process.pid

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to it and all its processes, and wait until they are gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        self._process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._log_file.close()

    def messages(self) -> list[bytes]:
        """Return the messages that arrived, in order, without what Postfix put on top."""
        files = sorted((self._folder / "mail" / "inbox" / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns)
        return [without_trace(file.read_bytes()) for file in files]

    def clear(self) -> None:
        """Forget the messages that arrived."""
        for file in (self._folder / "mail" / "inbox" / "new").glob("*"):
            file.unlink()

    def wait_for(self, count: int, timeout: float = 30.0) -> list[bytes]:
        """Return the messages as soon as so many have arrived. Raises TimeoutError with the log."""
        until = time.monotonic() + timeout
        while len(found := self.messages()) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{count} messages were awaited, {len(found)} arrived: {self.log()}")
            self._pause.wait(_PAUSE)
        return found


_TRACE = (b"return-path:", b"x-original-to:", b"delivered-to:", b"received:")


def without_trace(octets: bytes) -> bytes:
    """Return a delivered message without the trace fields on top. RFC 5321 §4.4."""
    lines = octets.splitlines(keepends=True)
    place = 0
    while place < len(lines) and lines[place].lower().startswith(_TRACE):
        place += 1
        while place < len(lines) and lines[place][:1] in (b" ", b"\t"):
            place += 1
    return b"".join(lines[place:])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
