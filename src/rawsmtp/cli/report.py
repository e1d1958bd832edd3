"""What went wrong, told to the person at the terminal: what, in which phase, what became of the message, what next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rawsmtp import errors
from rawsmtp.errors import SMTPError
from rawsmtp.wire.reply import printable

from .account import provider_of
from .exits import Failure
from .style import BOLD, RED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rawsmtp.flows.session import Progress

    from .exits import Exit
    from .output import Output

Both = tuple[str, str]

_TITLES: dict[type[SMTPError], str] = {
    errors.LocalProtocolError: "当前状态不允许这样做",
    errors.RemoteProtocolError: "服务器违反了协议",
    errors.ConnectFailed: "连接不上服务器",
    errors.ConnectionLost: "连接中断",
    errors.SMTPTimeout: "等待服务器超时",
    errors.TLSFailed: "TLS 加密没有建立",
    errors.NotSupported: "服务器不支持所需的功能",
    errors.InsecureCredentials: "密码会以明文发送，已停止",
    errors.GreetingRefused: "服务器拒绝了连接",
    errors.HelloRefused: "服务器拒绝了 EHLO",
    errors.AuthenticationFailed: "登录失败",
    errors.SenderRefused: "服务器拒绝了发件人",
    errors.RecipientsRefused: "服务器拒绝了收件人",
    errors.MessageRefused: "服务器拒绝了邮件",
}
_SAID_BY_REPLY = (errors.GreetingRefused, errors.RecipientsRefused, errors.MessageRefused)
_OUTCOMES: dict[str, Both] = {
    "not_sent": ("the message was not sent", "邮件没有发出"),
    "refused": ("the server refused, nothing was delivered", "服务器拒绝，邮件没有送出"),
    "unknown": (
        "the message may have been delivered: look before you send it again",
        "邮件可能已经送出：重发前请先确认",
    ),
}
_PHASES: dict[str, Both] = {
    "connect": ("connecting", "连接"),
    "greeting": ("waiting for the server's greeting", "等待服务器问候"),
    "hello": ("EHLO", "EHLO"),
    "tls": ("TLS", "TLS 加密"),
    "auth": ("logging in", "登录"),
    "mail": ("naming the sender", "报告发件人"),
    "rcpt": ("naming the recipients", "报告收件人"),
    "data": ("asking to send the content", "请求发送正文"),
    "content": ("sending the content", "发送正文"),
    "quit": ("parting", "退出"),
    "command": ("a command", "命令"),
}
_HINTS: dict[type[SMTPError], Both] = {
    errors.InsecureCredentials: (
        "use --security tls or starttls; --in-clear allows it, on a wire that nobody else reads",
        "请使用 --security tls 或 starttls；确认线路可信时可以加 --in-clear",
    ),
    errors.ConnectFailed: (
        "check host and port: 465 with --security tls, 587 with starttls; many networks block port 25",
        "请检查主机名和端口：465 配 --security tls，587 配 starttls；许多网络封锁了 25 端口",
    ),
    errors.TLSFailed: (
        "--security tls is for port 465, starttls for 587",
        "465 端口用 --security tls，587 端口用 starttls",
    ),
    errors.SMTPTimeout: (
        "an SMTP server speaks first: one that waits may want --security tls (port 465), or speak another protocol",
        "SMTP 服务器会先发问候；若一直沉默，可能需要 --security tls（465 端口），或者它不是 SMTP 服务器",
    ),
    errors.AuthenticationFailed: (
        "many providers want an authorization code or an app password here, not the login password",
        "很多服务商要求填授权码或应用专用密码，而不是登录密码",
    ),
}
_UNTRUSTED: Both = (
    "check the host name; SSL_CERT_FILE names a file with the authorities to trust, if this server has its own",
    "请检查主机名；若服务器使用自己的证书机构，可用 SSL_CERT_FILE 指定信任的证书文件",
)
# The library's words for its parameters, and the options of the command line that they are.
_OPTIONS = (
    (re.compile(r"""(security|refused)=(["'])([a-z]+)\2"""), r"--\1 \3"),
    (re.compile(r"\bin_clear=True\b"), "--in-clear"),
    (re.compile(r"\bsender=(?=[,;:) ]|$)"), "-f"),
    (re.compile(r"\brecipients=(?=[,;:) ]|$)"), "-t"),
)


def shell_words(text: str) -> str:
    """Return the library's advice with the options of the command line in place of its parameters."""
    for pattern, option in _OPTIONS:
        text = pattern.sub(option, text)
    return text


def report(error: SMTPError | Failure | OSError, status: Exit, out: Output, *, host: str | None) -> None:
    """Show an error on standard error, and as JSON if JSON is asked for.

    host: the server that it happened with, whose provider may have advice.
    """
    first, *rest = _lines(error, out, host)
    out.talk(out.paint(f"rawsmtp: {first}", BOLD, RED))
    for line in rest:
        out.talk(f"  {line}")
    out.result("error", _value(error, status, host))


def interrupted(progress: Progress | None, out: Output) -> None:
    """Say what Ctrl-C ended: the phase, and whether the message may have gone."""
    out.talk(out.paint("\n" + out.text("Interrupted.", "已中断。"), BOLD))
    phase, outcome = progress if progress is not None else ("connect", "not_sent")
    for line in _where(phase, outcome, out):
        out.talk(f"  {line}")
    out.result("interrupted", {"phase": phase, "outcome": outcome})


def _lines(error: SMTPError | Failure | OSError, out: Output, host: str | None) -> Iterator[str]:
    if isinstance(error, Failure):
        yield out.text(error.en, error.zh)
    elif isinstance(error, SMTPError):
        yield from _smtp_lines(error, out, host)
    else:
        text = printable(error.strerror or str(error))
        yield f"{text}: {printable(str(error.filename))}" if error.filename else text


def _smtp_lines(error: SMTPError, out: Output, host: str | None) -> Iterator[str]:
    message = _without_reply(error)
    if out.language == "en":
        yield message
    else:
        yield _TITLES.get(type(error), "出错")
        if not isinstance(error, _SAID_BY_REPLY):
            yield f"原文：{message}"
    yield from _said(error, out)
    yield from _where(error.phase, error.outcome, out)
    if hint := _hint(error, host, out):
        yield f"{out.text('hint:    ', '提示：')}{printable(hint)}"


def _without_reply(error: SMTPError) -> str:
    """Return the message without the reply that is shown on lines of its own."""
    if isinstance(error, errors.RecipientsRefused):
        return f"the server refused {len(error.recipients)} of the recipients"
    message = error.message
    if error.reply is not None:
        message = message.replace(f": {str(error.reply)!r}", "")
    return printable(shell_words(message))


def _said(error: SMTPError, out: Output) -> Iterator[str]:
    """Return what the server said, word by word."""
    if isinstance(error, errors.RecipientsRefused) and error.recipients:
        said = [(f"{address}: ", reply) for address, reply in error.recipients.items()]
    else:
        said = [("", error.reply)] if error.reply is not None else []
    for whom, reply in said:
        for line in str(reply).splitlines():
            yield f"{out.text('server:  ', '服务器：')}{printable(whom + line)}"


def _where(phase: str | None, outcome: str, out: Output) -> Iterator[str]:
    if phase:
        yield out.text("phase:   ", "阶段：") + f"{phase} ({out.text(*_PHASES[phase])})"
    yield out.text("outcome: ", "结果：") + f"{outcome} ({out.text(*_OUTCOMES[outcome])})"


def _hint(error: SMTPError, host: str | None, out: Output) -> str:
    """Return what to try next: what the provider asks for, else what the library or the command line knows."""
    provider = provider_of(host) if host else None
    if isinstance(error, errors.AuthenticationFailed) and provider is not None and not error.retryable:
        name = provider.names[0] if out.language == "en" else provider.names[1] or provider.names[0]
        return f"{name}: {out.text(provider.hint_en, provider.hint_zh)} {provider.help}".rstrip()
    known = _known_hint(error)
    if known is not None:
        return out.text(*known)
    return shell_words(error.hint) if error.hint else ""


def _known_hint(error: SMTPError) -> Both | None:
    if isinstance(error, errors.SMTPTimeout) and error.phase != "greeting":
        return None
    if hasattr(error.__cause__, "verify_code"):  # an ssl.SSLCertVerificationError
        return _UNTRUSTED
    return _HINTS.get(type(error))


def _value(error: SMTPError | Failure | OSError, status: Exit, host: str | None) -> dict[str, object]:
    value: dict[str, object] = {"status": int(status), "error": type(error).__name__, "server": host}
    if isinstance(error, Failure):
        return {**value, "message": error.en}
    if not isinstance(error, SMTPError):
        return {**value, "message": str(error)}
    value |= {"message": shell_words(error.message), "phase": error.phase, "outcome": error.outcome}
    value |= {"reply": str(error.reply) if error.reply is not None else None, "retryable": error.retryable}
    value["hint"] = shell_words(error.hint) if error.hint else None
    if isinstance(error, errors.RecipientsRefused):
        value["recipients"] = {address: str(reply) for address, reply in error.recipients.items()}
    return value
