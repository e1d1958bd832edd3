"""What to try next after an error, in both languages, in the words of the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rawsmtp import errors
from rawsmtp.registry.diagnosis import explain
from rawsmtp.registry.providers import serving

if TYPE_CHECKING:
    from rawsmtp import Reply
    from rawsmtp.errors import SMTPError

Both = tuple[str, str]

PARTIAL = 'refused="continue" sends to the others'
_ELSEWHERE = "mail is sent to another port: 465, 587 or 25"
_NOT_SMTP: Both = (_ELSEWHERE, "发邮件用 465、587 或 25 端口")
_WANTS_TLS: Both = ("it wants TLS from the first byte: try --security tls", "一连接就要加密：请用 --security tls")

FOREIGN = {
    "a Subversion server (svnserve)": (" Subversion 服务器（svnserve）", _NOT_SMTP),
    "a web server": ("网页服务器", _NOT_SMTP),
    "an SSH server": (" SSH 服务器", _NOT_SMTP),
    "an IMAP server": (
        " IMAP 服务器",
        ("IMAP reads mail; sending goes to port 465, 587 or 25", "IMAP 用于收信；发信用 465、587 或 25 端口"),
    ),
    "a POP3 server": (
        " POP3 服务器",
        ("POP3 reads mail; sending goes to port 465, 587 or 25", "POP3 用于收信；发信用 465、587 或 25 端口"),
    ),
    "a TLS server": (" TLS 服务器", _WANTS_TLS),
}
"""What `rawsmtp.wire.foreign` recognises, and what to do about it."""

_RENEW: Both = (
    "whoever runs the server has to renew it; is the clock of this machine right?",
    "需由服务器管理员更换证书；也请核对本机时间",
)
_TRUST: Both = (
    "SSL_CERT_FILE names a file with the authorities to trust, if this server has its own",
    "若服务器使用自己的证书机构，可用 SSL_CERT_FILE 指定信任的证书文件",
)
_NAME: Both = ("connect by a name that the certificate has", "请改用证书中的主机名连接")
CERTIFICATES: dict[int, tuple[str, Both]] = {
    9: ("证书尚未生效", _RENEW),
    10: ("证书已过期", _RENEW),
    18: ("证书是自签名的，不受信任", _TRUST),
    19: ("证书的签发机构不受信任", _TRUST),
    20: ("证书的签发机构不受信任，或服务器没有发送中间证书", _TRUST),
    21: ("证书的签发机构不受信任，或服务器没有发送中间证书", _TRUST),
    62: ("证书不属于这个主机名", _NAME),
    64: ("证书不属于这个 IP 地址", _NAME),
}
"""By OpenSSL's `verify_code`: what is wrong with a certificate, and what to do about it."""

_OF_TYPES: dict[type[SMTPError], Both] = {
    errors.InsecureCredentials: (
        "use --security tls or starttls; --in-clear allows it, on a wire that nobody else reads",
        "请使用 --security tls 或 starttls；确认线路可信时可以加 --in-clear",
    ),
    errors.ConnectFailed: (
        "check host and port: 465 with --security tls, 587 with --security starttls; many networks block port 25",
        "请检查主机名和端口：465 配 --security tls，587 配 --security starttls；许多网络封锁了 25 端口",
    ),
    errors.TLSFailed: (
        "--security tls is for port 465, --security starttls for 587",
        "465 端口用 --security tls，587 端口用 --security starttls",
    ),
}
_SILENT: Both = (
    "an SMTP server speaks first: this one may want --security tls, or speak something else; rawsmtp check finds out",
    "SMTP 服务器会先发问候：可能需要 --security tls，或者它不是 SMTP 服务器；可用 rawsmtp check 查明",
)
_OF_LIBRARY = {
    PARTIAL: "加上 --refused continue 可以发给其余收件人",
    "TLS is up but nothing speaks SMTP in it; a server that waits for the client may be a web server": (
        "TLS 已建立，但对方没有按 SMTP 问候；可能是网页服务器"
    ),
    "the message may have been delivered: sent again, it may arrive twice": "邮件可能已经送达，重发可能重复",
    "send it to fewer recipients at a time": "请减少每次的收件人数",
    "encode its parts as quoted-printable or base64 before it is signed": (
        "签名之前请把各部分编码为 quoted-printable 或 base64"
    ),
    "encode the message as quoted-printable or base64, or give an EmailMessage, which is encoded as needed": (
        "请把邮件编码为 quoted-printable 或 base64"
    ),
}
# The library's words for its parameters, and the options of the command line that they are.
_OPTIONS = (
    (re.compile(r"""(security|refused)=(["'])([a-z]+)\2"""), r"--\1 \3"),
    (re.compile(r"\bin_clear=True\b"), "--in-clear"),
    (re.compile(r"\bsender=(?=[,;:) ]|$)"), "-f"),
    (re.compile(r"\brecipients=(?=[,;:) ]|$)"), "-t"),
)
_IN_SHELL = re.compile(r"--security (tls|starttls)")


def shell_words(text: str) -> str:
    """Return the library's advice with the options of the command line in place of its parameters."""
    for pattern, option in _OPTIONS:
        text = pattern.sub(option, text)
    return text


def hint_of(error: SMTPError, host: str | None, *, in_shell: bool = False) -> Both | None:
    """Return what to try next: what the provider asks for, else what the library or the command line knows.

    host: the server, if it is known.
    in_shell: whether it is for `rawsmtp shell`, whose options for TLS are others.
    """
    hint = _hint(error, host)
    if hint is None or not in_shell:
        return hint
    return _IN_SHELL.sub(r"--\1", hint[0]), _IN_SHELL.sub(r"--\1", hint[1])


def _hint(error: SMTPError, host: str | None) -> Both | None:
    if error.hint in _OF_LIBRARY:
        return shell_words(error.hint), _OF_LIBRARY[error.hint]
    if isinstance(error, errors.Refused) and error.reply is not None:
        return _of_refusal(error, error.reply, host)
    return _of_certificate(error) or _of_foreign(error) or _of_type(error) or _as_it_is(error)


def _of_refusal(error: errors.Refused, reply: Reply, host: str | None) -> Both:
    provider = serving(host) if host else None
    if isinstance(error, errors.AuthenticationFailed) and provider is not None and not error.retryable:
        en, zh = provider.names[0], provider.names[1] or provider.names[0]
        return (
            f"{en}: {provider.hint_en} {provider.help}".rstrip(),
            f"{zh}：{provider.hint_zh} {provider.help}".rstrip(),
        )
    diagnosis = explain(reply, host, error.phase)
    return diagnosis.hint("en"), diagnosis.hint("zh")


def _of_certificate(error: SMTPError) -> Both | None:
    code = getattr(error.__cause__, "verify_code", None)  # of an ssl.SSLCertVerificationError
    return CERTIFICATES[code][1] if code in CERTIFICATES else None


def foreign_of(error: SMTPError) -> str | None:
    """Return what the server is instead of an SMTP server, by its name in FOREIGN."""
    if not isinstance(error, errors.RemoteProtocolError):
        return None
    return next((name for name in FOREIGN if error.message.startswith(f"this is {name},")), None)


def _of_foreign(error: SMTPError) -> Both | None:
    name = foreign_of(error)
    return FOREIGN[name][1] if name is not None else None


def _of_type(error: SMTPError) -> Both | None:
    if isinstance(error, (errors.SMTPTimeout, errors.ConnectionLost)):
        return _SILENT if error.phase == "greeting" else None
    return _OF_TYPES.get(type(error))


def _as_it_is(error: SMTPError) -> Both | None:
    return (shell_words(error.hint),) * 2 if error.hint else None
