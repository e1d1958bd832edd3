"""Reply codes: what each says, in English and Chinese. RFC 5321 §4.2 and the RFCs named beside each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from rawsmtp.wire.reply import EnhancedCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .enhanced import EnhancedMeaning

Kind = Literal["success", "intermediate", "transient", "permanent"]
_KINDS: Mapping[int, tuple[Kind, str, str]] = {
    2: ("success", "Success", "成功"),
    3: ("intermediate", "Go on", "请继续"),
    4: ("transient", "Not now; trying again later may help", "暂时失败，稍后重试可能成功"),
    5: ("permanent", "No; trying again unchanged does not help", "永久失败，原样重试没有用"),
}
_REPLY = re.compile(r"([0-9]{3})(?:[\s-]\s*(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class StatusCode:
    """One reply code.

    code: its three digits.
    name: a short name.
    english, chinese: what it says.
    rfc: where it is defined; "IANA, with X.7.10" is a code that the registry of enhanced codes names beside that one;
        "" for one that is not known.
    """

    code: int
    name: str
    english: str
    chinese: str
    rfc: str

    @property
    def kind(self) -> Kind:
        """What its first digit says: "success", "intermediate", "transient" or "permanent"."""
        return _KINDS[self.code // 100][0]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code, an enhanced code, or both together say.

    code: the reply code; None if only an enhanced code was asked for.
    enhanced: the enhanced code; None if there is none, or if its class is not the reply code's. RFC 2034 §4.
    kind: what the first digit says: "success", "intermediate", "transient" or "permanent".
    """

    code: StatusCode | None
    enhanced: EnhancedMeaning | None
    kind: Kind

    @property
    def english(self) -> str:
        """The more exact of the two, in English."""
        return self._exact.english

    @property
    def chinese(self) -> str:
        """The more exact of the two, in Chinese."""
        return self._exact.chinese

    @property
    def _exact(self) -> StatusCode | EnhancedMeaning:
        exact = self.enhanced or self.code
        if exact is None:
            raise TypeError("a Meaning has a code or an enhanced code")
        return exact


# The Chinese of the first 23 is the article's; one typo of its 502 is corrected.
_ROWS: tuple[tuple[int, str, str, str, str], ...] = (
    (211, "SYSTEM_STATUS", "System status, or help", "帮助返回系统状态", "RFC 5321"),
    (214, "HELP", "Help message", "帮助信息", "RFC 5321"),
    (220, "READY", "Service ready", "服务准备就绪", "RFC 5321"),
    (221, "CLOSING", "Closing the connection", "关闭连接", "RFC 5321"),
    (235, "AUTHENTICATED", "Authentication succeeded", "用户验证成功", "RFC 4954"),
    (250, "OK", "Done", "请求操作就绪", "RFC 5321"),
    (251, "WILL_FORWARD", "User not local; will forward", "用户不在本地，转寄到其他路径", "RFC 5321"),
    (334, "CHALLENGE", "Challenge of the authentication", "等待用户输入验证信息", "RFC 4954"),
    (354, "START_CONTENT", "Start the message; end it with a lone dot", "开始邮件输入", "RFC 5321"),
    (421, "NOT_AVAILABLE", "Service not available, closing the connection", "服务不可用", "RFC 5321"),
    (450, "MAILBOX_BUSY", "Not done: mailbox unavailable, busy or blocked for now", "操作未执行，邮箱忙", "RFC 5321"),
    (451, "LOCAL_ERROR", "Stopped: an error on the server's side", "操作中止，本地错误", "RFC 5321"),
    (452, "NO_STORAGE_NOW", "Not done: not enough storage now", "操作未执行，存储空间不足", "RFC 5321"),
    (500, "UNKNOWN_COMMAND", "Command not recognised, or a syntax error", "命令不可识别或语言错误", "RFC 5321"),
    (501, "BAD_ARGUMENT", "Syntax error in the arguments", "参数语法错误", "RFC 5321"),
    (502, "NOT_IMPLEMENTED", "Command not implemented", "命令不支持", "RFC 5321"),
    (503, "BAD_SEQUENCE", "Commands in the wrong order", "命令顺序错误", "RFC 5321"),
    (504, "ARGUMENT_NOT_IMPLEMENTED", "Argument of the command not implemented", "命令参数不支持", "RFC 5321"),
    (
        550,
        "MAILBOX_UNAVAILABLE",
        "Not done: no such mailbox, or refused by policy",
        "操作未执行，邮箱不可用",
        "RFC 5321",
    ),
    (551, "NOT_LOCAL", "User not local", "非本地用户", "RFC 5321"),
    (552, "NO_STORAGE", "Stopped: storage allocation exceeded", "中止存储空间不足", "RFC 5321"),
    (553, "BAD_MAILBOX_NAME", "Not done: mailbox name not allowed", "操作未执行，邮箱名不正确", "RFC 5321"),
    (554, "FAILED", "Transaction failed", "传输失败", "RFC 5321"),
    (252, "CANNOT_VERIFY", "Cannot verify the user, but will take a message", "无法核实用户，但会尝试投递", "RFC 5321"),
    (253, "MESSAGES_STARTED", "Delivery of waiting messages has begun (ETRN)", "已开始投递等待中的邮件", "RFC 1985"),
    (422, "PASSWORD_TRANSITION_NOW", "The password has to be changed first", "需要先更改密码", "IANA, with X.7.12"),
    (430, "COMMAND_REFUSED_NOW", "Command not taken now", "暂不接受该命令", "IANA, with X.5.1"),
    (432, "PASSWORD_TRANSITION", "The password has to be changed first", "需要先更改密码", "RFC 4954"),
    (453, "NO_MAIL_FOR_YOU", "No mail is waiting for you", "没有等待投递的邮件", "RFC 2645"),
    (
        454,
        "TLS_OR_AUTH_NOT_NOW",
        "TLS or authentication not available now",
        "TLS 或验证服务暂时不可用",
        "RFC 3207, RFC 4954",
    ),
    (455, "PARAMETERS_NOT_NOW", "Cannot do this with these parameters now", "服务器暂时无法支持这些参数", "RFC 5321"),
    (458, "CANNOT_QUEUE", "Cannot queue messages for the node", "无法将该节点的邮件排队", "RFC 1985"),
    (459, "NODE_NOT_ALLOWED", "The node is not allowed", "不允许该节点", "RFC 1985"),
    (521, "NO_MAIL_HERE", "This host takes no mail", "该主机不接收邮件", "RFC 7504"),
    (523, "ENCRYPTION_NEEDED", "Encryption needed for this mechanism", "该验证方式需要加密", "IANA, with X.7.10"),
    (
        524,
        "ENCRYPTION_FOR_MECHANISM",
        "Encryption required for the mechanism asked for",
        "所选验证方式要求加密",
        "IANA, with X.7.11",
    ),
    (525, "ACCOUNT_DISABLED", "The account is disabled", "账户已停用", "IANA, with X.7.13"),
    (530, "AUTHENTICATION_NEEDED", "Log in, or begin TLS, first", "需要先验证身份或先启用 TLS", "RFC 4954, RFC 3207"),
    (533, "NOT_AUTHORIZED", "Not authorized: refused", "没有权限，邮件被拒", "IANA, with X.7.1"),
    (534, "MECHANISM_TOO_WEAK", "The mechanism is too weak for this user", "验证方式强度不足", "RFC 4954"),
    (535, "AUTHENTICATION_FAILED", "User name or password not accepted", "用户验证失败", "RFC 4954"),
    (538, "ENCRYPTION_REQUIRED", "Encryption required for this mechanism", "该验证方式要求加密", "RFC 2554"),
    (541, "REFUSED_BY_RECIPIENT", "Refused by the recipient's policy", "被收件方策略拒绝", "in use; no RFC"),
    (555, "BAD_PARAMETERS", "Parameters of MAIL or RCPT not known", "无法识别 MAIL 或 RCPT 的参数", "RFC 5321"),
    (556, "DOMAIN_TAKES_NO_MAIL", "The domain takes no mail", "该域名不接收邮件", "RFC 7504"),
    (571, "BLOCKED", "Blocked by policy", "被策略拦截", "in use; no RFC"),
)

REGISTRY: Mapping[int, StatusCode] = MappingProxyType({row[0]: StatusCode(*row) for row in _ROWS})
"""The codes that are defined or in use, by number."""


def status(code: int) -> StatusCode:
    """Return what a reply code says; for one that is not known, what its first digit says.

    Raises ValueError for what is no reply code.
    """
    if type(code) is not int or not 200 <= code <= 599:
        raise ValueError(f"a reply code is between 200 and 599, not {code!a:.40}")
    _, english, chinese = _KINDS[code // 100]
    return REGISTRY.get(code) or StatusCode(code, "UNKNOWN", english, chinese, "")


def lookup(query: int | str) -> Meaning:
    """Return what a code says.

    query: 550, "550", "5.1.1", "550 5.1.1", or a reply as it came: what stands behind the codes is passed over.
    Raises ValueError for what has no code in it, TypeError for other types.
    """
    from .enhanced import meaning

    if isinstance(query, int) and not isinstance(query, bool):
        code = status(query)
        return Meaning(code, None, code.kind)
    if not isinstance(query, str):
        raise TypeError(f"a code is an int or a str, not {type(query).__name__}")
    reply = _REPLY.fullmatch(query.strip())
    if reply is not None:
        code = status(int(reply[1]))
        enhanced = EnhancedCode.parse(reply[2] or "")
        # RFC 2034 §4: a class that is not the reply code's is an error, and the reply code stands.
        fits = enhanced is not None and enhanced.klass == code.code // 100
        return Meaning(code, meaning(enhanced) if enhanced is not None and fits else None, code.kind)
    found = EnhancedCode.parse(query.strip())
    if found is None:
        raise ValueError(f'no code in {query!a:.60}: give 550, "5.1.1" or "550 5.1.1"')
    return Meaning(None, meaning(found), _KINDS[found.klass][0])


def search(word: str) -> list[StatusCode | EnhancedMeaning]:
    """Return the codes whose number, name or meaning has this word in it, in either language."""
    from .enhanced import REGISTRY as ENHANCED

    wanted = word.strip().lower()
    found: list[StatusCode | EnhancedMeaning] = [
        code for code in REGISTRY.values() if wanted in f"{code.code} {code.name} {code.english} {code.chinese}".lower()
    ]
    found += [each for each in ENHANCED.values() if wanted in f"{each.pattern} {each.english} {each.chinese}".lower()]
    return found
