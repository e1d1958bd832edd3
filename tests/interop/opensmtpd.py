"""A real, unmodified OpenSMTPD on loopback, in a temporary folder that is its root, relaying nothing."""

from __future__ import annotations

from tests.interop.exim import Jailed


class OpenSMTPD(Jailed):
    """Start it by `with OpenSMTPD() as server`; it has no PIPELINING, and ends a conversation that tries it."""

    NAME = "OpenSMTPD"
    FILES = ("usr/sbin/smtpd", "usr/libexec/opensmtpd/mail.maildir")
    # What it delivers with is started by a shell.
    SYSTEM_FILES = ("bin/sh",)
    ARGUMENTS = ("-d", "-f", "/etc/smtpd.conf")
    USERS = ("opensmtpd", "opensmtpq", "inbox")
    FOLDERS = ("mail", "tmp")
    ROOT_FOLDERS = ("log", "var/spool", "var/run", "var/lib/opensmtpd/empty")
    CONFIGURATION = (
        "etc/smtpd.conf",
        """\
table users {{ "@" = "inbox" }}
table refused {{ "{unknown}" }}
smtp max-message-size "20M"
listen on 127.0.0.1 port {port}
action "deliver" maildir "/mail" virtual <users>
match for rcpt-to <refused> reject
match for domain "{domain}" action "deliver"
""",
    )
