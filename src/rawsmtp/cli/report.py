"""What went wrong, told to the person at the terminal: what, in which phase, what became of the message, what next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rawsmtp import errors
from rawsmtp.errors import SMTPError
from rawsmtp.wire.reply import printable

from .exits import Failure
from .hints import CERTIFICATES, FOREIGN, foreign_of, hint_of, shell_words
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


def title_of(error: SMTPError) -> str:
    """Return what went wrong, in Chinese."""
    if (name := foreign_of(error)) is not None:
        return f"这是{FOREIGN[name][0]}，不是 SMTP 服务器"
    code = getattr(error.__cause__, "verify_code", None)
    return CERTIFICATES[code][0] if code in CERTIFICATES else _TITLES.get(type(error), "出错")


def report(
    error: SMTPError | Failure | OSError,
    status: Exit,
    out: Output,
    *,
    host: str | None,
    message: bool = True,
    in_shell: bool = False,
) -> None:
    """Show an error on standard error, and as JSON if JSON is asked for.

    host: the server that it happened with, whose provider may have advice.
    message: whether there is a message, of which it has to be said what became of it.
    in_shell: whether it happened in `rawsmtp shell`.
    """
    hint = hint_of(error, host, in_shell=in_shell) if isinstance(error, SMTPError) else None
    first, *rest = _lines(error, out, hint, message=message)
    out.talk(out.paint(f"rawsmtp: {first}", BOLD, RED))
    for line in rest:
        out.talk(f"  {line}")
    out.result("error", _value(error, status, host, hint))


def interrupted(progress: Progress | None, out: Output) -> None:
    """Say what Ctrl-C ended: the phase, and whether the message may have gone.

    progress: how far the conversation was; None before there is one.
    """
    out.talk(out.paint("\n" + out.text("Interrupted.", "已中断。"), BOLD))
    phase, outcome = progress if progress is not None else (None, "not_sent")
    for line in _where(phase, outcome, out):
        out.talk(f"  {line}")
    out.result("interrupted", {"phase": phase, "outcome": outcome})


def _lines(error: SMTPError | Failure | OSError, out: Output, hint: Both | None, *, message: bool) -> Iterator[str]:
    if isinstance(error, Failure):
        yield out.text(error.en, error.zh)
    elif isinstance(error, SMTPError):
        yield from _smtp_lines(error, out, hint, message=message)
    else:
        text = printable(error.strerror or str(error))
        yield f"{text}: {printable(str(error.filename))}" if error.filename else text


def _smtp_lines(error: SMTPError, out: Output, hint: Both | None, *, message: bool) -> Iterator[str]:
    what = _without_reply(error)
    if out.language == "en":
        yield what
    else:
        yield title_of(error)
        if not isinstance(error, _SAID_BY_REPLY):
            yield f"原文：{what}"
    yield from _said(error, out)
    if message:
        yield from _where(error.phase, error.outcome, out)
    if hint is not None:
        yield f"{out.text('hint:    ', '提示：')}{printable(out.text(*hint))}"


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
        yield out.text(f"phase:   {phase} ({_PHASES[phase][0]})", f"阶段：{phase}（{_PHASES[phase][1]}）")
    yield out.text(f"outcome: {outcome} ({_OUTCOMES[outcome][0]})", f"结果：{outcome}（{_OUTCOMES[outcome][1]}）")


def _value(
    error: SMTPError | Failure | OSError, status: Exit, host: str | None, hint: Both | None
) -> dict[str, object]:
    value: dict[str, object] = {"status": int(status), "error": type(error).__name__, "server": host}
    if isinstance(error, Failure):
        return {**value, "message": error.en}
    if not isinstance(error, SMTPError):
        return {**value, "message": str(error)}
    value |= {"message": shell_words(error.message), "phase": error.phase, "outcome": error.outcome}
    value |= {"reply": str(error.reply) if error.reply is not None else None, "retryable": error.retryable}
    value["hint"] = hint[0] if hint is not None else None
    if isinstance(error, errors.RecipientsRefused):
        value["recipients"] = {address: str(reply) for address, reply in error.recipients.items()}
    return value
