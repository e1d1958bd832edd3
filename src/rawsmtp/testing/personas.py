"""Kinds of servers that programs meet. Their words are from the article and from public transcripts, as marked."""

from __future__ import annotations

from types import MappingProxyType

from rawsmtp.wire.reply import Reply

from .persona import Persona

NETEASE = Persona(
    domain="163.com",
    keywords=("PIPELINING", "8BITMIME"),
    mechanisms=("LOGIN", "PLAIN"),
    words={
        "greeting": "220 163.com Anti-spam GT for Coremail System (163com[20141201])",
        "EHLO": "250 mail",
        "HELO": "250 OK",
        "username": "334 dXNlcm5hbWU6",
        "password": "334 UGFzc3dvcmQ6",
        "AUTH": "235 Authentication successful",
        "AUTH refused": "535 Error: authentication failed",
        "MAIL": "250 Mail OK",
        "RCPT": "250 Mail OK",
        "DATA": "354 End data with <CR><LF>.<CR><LF>",
        ".": "250 Mail OK queued as smtp10,DsCowADHAgQS1IBcwtExJA--.62308S2 1551946998",
        "RSET": "250 OK",
        "NOOP": "250 OK",
        "QUIT": "221 Bye",
    },
    refusals={
        "authorization code": ("AUTH", Reply(550, "User has no permission")),
        "other sender": ("MAIL", Reply(553, "Mail from must equal authorized user")),
        "spam": (".", Reply(554, "DT:SPM 163 smtp10,DsCowADHAgQS1IBcwtExJA--.62308S2 1551946998")),
        "login needed": ("MAIL", Reply(553, "authentication is required")),
    },
    source="the article in the collection of balloonwj; refusals as in public issue threads about smtp.163.com",
)

TENCENT = Persona(
    domain="newxmesmtplogicsvrszc1-0.qq.com",
    keywords=("PIPELINING", "SIZE", "8BITMIME"),
    mechanisms=("LOGIN", "PLAIN", "XOAUTH", "XOAUTH2"),
    size=73_400_320,
    words={
        "greeting": "220 {domain} XMail Esmtp QQ Mail Server.",
        "EHLO": "250 {domain}",
        "username": "334 VXNlcm5hbWU6",
        "password": "334 UGFzc3dvcmQ6",
        "AUTH": "235 Authentication successful",
        "AUTH refused": "535 Login Fail. Please enter your authorization code to login.",
        "MAIL": "250 OK.",
        "RCPT": "250 OK",
        "DATA": "354 End data with <CR><LF>.<CR><LF>.",
        ".": "250 OK: queued as.",
        "RSET": "250 OK",
        "NOOP": "250 OK",
        "QUIT": "221 Bye.",
    },
    refusals={
        "other sender": ("MAIL", Reply(501, "mail from address must be same as authorization user.")),
        "unknown user": ("RCPT", Reply(550, "Mailbox unavailable or access denied.")),
        "spam": (".", Reply(550, "The mail may contain inappropriate words or content.")),
    },
    source="public transcripts of smtp.qq.com in issue threads",
)

GOOGLE = Persona(
    domain="smtp.gmail.com",
    keywords=("SIZE", "8BITMIME", "ENHANCEDSTATUSCODES", "PIPELINING", "CHUNKING", "SMTPUTF8"),
    mechanisms=("LOGIN", "PLAIN", "XOAUTH2", "PLAIN-CLIENTTOKEN", "OAUTHBEARER", "XOAUTH"),
    size=35_882_577,
    words={
        "greeting": "220 smtp.gmail.com ESMTP d12sm3456789pfd.78 - gsmtp",
        "EHLO": "250 smtp.gmail.com at your service",
        "AUTH": "235 2.7.0 Accepted",
        "AUTH refused": (
            "535 5.7.8 Username and Password not accepted. For more information, go to\n"
            "5.7.8  https://support.google.com/mail/?p=BadCredentials d12sm3456789pfd.78 - gsmtp"
        ),
        "MAIL": "250 2.1.0 OK d12sm3456789pfd.78 - gsmtp",
        "RCPT": "250 2.1.5 OK d12sm3456789pfd.78 - gsmtp",
        "DATA": "354 Go ahead d12sm3456789pfd.78 - gsmtp",
        ".": "250 2.0.0 OK  1551946998 d12sm3456789pfd.78 - gsmtp",
        "QUIT": "221 2.0.0 closing connection d12sm3456789pfd.78 - gsmtp",
    },
    refusals={
        "app password": (
            "AUTH",
            Reply(
                534,
                "5.7.9 Application-specific password required. For more information, go to\n"
                "5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor d12sm3456789pfd.78 - gsmtp",
            ),
        ),
        "too many logins": ("AUTH", Reply(454, "4.7.0 Too many login attempts, please try again later.")),
        "unknown user": (
            "RCPT",
            Reply(550, "5.1.1 The email account that you tried to reach does not exist. d12sm3456789pfd.78 - gsmtp"),
        ),
        "login needed": ("MAIL", Reply(530, "5.7.0 Authentication Required. d12sm3456789pfd.78 - gsmtp")),
    },
    source="Google's help pages and public transcripts of smtp.gmail.com",
)

POSTFIX = Persona(
    domain="mail.example.test",
    keywords=("PIPELINING", "SIZE", "VRFY", "ETRN", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "SMTPUTF8", "CHUNKING"),
    mechanisms=("PLAIN", "LOGIN"),
    size=10_240_000,
    words={
        "greeting": "220 {domain} ESMTP Postfix",
        "STARTTLS": "220 2.0.0 Ready to start TLS",
        "AUTH refused": "535 5.7.8 Error: authentication failed: ",
        "VRFY": "252 2.0.0 someone",
    },
    refusals={
        "unknown user": (
            "RCPT",
            Reply(
                550, "5.1.1 <nobody@example.test>: Recipient address rejected: User unknown in local recipient table"
            ),
        ),
        "relay denied": ("RCPT", Reply(554, "5.7.1 <someone@elsewhere.test>: Relay access denied")),
        "greylisted": ("RCPT", Reply(450, "4.2.0 <someone@example.test>: Recipient address rejected: Greylisted")),
        "login needed": ("MAIL", Reply(530, "5.7.0 Must issue a STARTTLS command first")),
    },
    source="Postfix's documentation and logs",
)

PERSONAS = MappingProxyType({"163": NETEASE, "qq": TENCENT, "gmail": GOOGLE, "postfix": POSTFIX})
"""The kinds of servers by name."""
