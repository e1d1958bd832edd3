"""What is known of replies beyond their codes: each rule with its source, the most specific first."""

from __future__ import annotations

from .diagnosis_china import ALIBABA, NETEASE, TENCENT
from .diagnosis_delivery import DELIVERY_RULES
from .diagnosis_google import GOOGLE
from .diagnosis_login import LOGIN_RULES
from .diagnosis_microsoft import MICROSOFT
from .diagnosis_others import OTHERS
from .diagnosis_rule import Rule, Text, codes, enhanced

_SERVER: tuple[Rule, ...] = (
    Rule(
        "unsynchronised",
        Text("the server wants one command at a time", "服务器要求逐条发送命令"),
        Text('use ignore_extensions={"PIPELINING"}', '使用 ignore_extensions={"PIPELINING"}'),
        "RFC 2920 §3.1",
        "554 SMTP synchronization error",
        codes=codes(421, 500, 503, 521, 550, 554),
        text=r"synchroni[sz]ation error|pipelining|\btalk.{0,10}too soon|^(error: )?protocol error",
    ),
    Rule(
        "server-timed-out",
        Text("the server waited too long for the next command", "服务器等待下一条命令超时"),
        Text("connect again; send sooner after connecting", "重新连接，连接后尽快发送"),
        "RFC 5321 §4.5.3.2.7, RFC 3463 (X.4.2)",
        "421 4.4.2 mail.x.test Error: timeout exceeded",
        codes=codes(421, 451),
        text=r"\b(command|input|data|client|session|idle|error:|smtp) time(d )?[- ]?out"
        r"|^(connection )?time(d )?[- ]?out|\btime(d )?[- ]?out (exceeded|waiting)|idle (for )?too long",
        retry=True,
    ),
    Rule(
        "too-many-errors",
        Text("too many commands were refused on this connection", "该连接上被拒绝的命令过多"),
        Text("find out which were, then connect again", "查明哪些命令被拒，再重新连接"),
        "https://www.postfix.org/postconf.5.html#smtpd_hard_error_limit",
        "421 4.7.0 mail.x.test Error: too many errors",
        codes=codes(421, 451, 500, 503, 554),
        text=r"too many (\w+ ){0,4}errors|too many (unrecogni[sz]ed|unknown|invalid|bad) commands",
        stubborn=True,
    ),
    Rule(
        "turned-away",
        Text("the server does not take connections from here", "服务器拒绝来自本机的连接"),
        Text(
            "some say 5yz for a while only: try again later, or another server of the provider",
            "有的服务器只是暂时返回 5yz：稍后再试，或换一台服务器",
        ),
        "RFC 7504",
        "554 5.7.1 Access denied",
        codes=codes(521, 550, 554),
        phases=frozenset({"greeting"}),
    ),
    Rule(
        "name-not-taken",
        Text(
            "the server does not take the name that the client gives in EHLO", "服务器不接受客户端在 EHLO 中报出的名称"
        ),
        Text("set local_name to a full domain name that resolves", "把 local_name 设为可解析的完整域名"),
        "RFC 5321 §4.1.4",
        "550 Access denied",
        codes=codes(501, 504, 550, 553, 554),
        phases=frozenset({"hello"}),
    ),
    Rule(
        "server-trouble",
        Text("the server has a problem of its own for now", "服务器自身暂时有故障或资源不足"),
        Text("try again later", "请稍后重试"),
        "RFC 3463 (X.3.1, X.3.5, X.4.3, X.4.5)",
        "451 4.3.0 Temporary lookup failure",
        codes=codes(421, 450, 451, 452),
        text=r"temporary (\w+ ){0,3}(failure|problem|error)|lookup fail|insufficient|space shortage|shutting down"
        r"|unexpected failure|\b(system|server|local|internal|configuration) (is )?(error|problem|busy)|write error",
        or_detail=enhanced("3.1", "3.5", "4.3", "4.5"),
        retry=True,
    ),
    Rule(
        "asked-to-come-again",
        Text("the server asks to come again later; often that is greylisting", "服务器要求稍后再来，常见于灰名单"),
        Text("try again after some minutes", "几分钟后重试即可"),
        "RFC 6647, RFC 5321 §4.2.1",
        "451 4.7.1 Please try again later",
        codes=codes(421, 450, 451, 452),
        text=r"try (it )?(again|later)|come back|temporarily|service currently unavailable",
        retry=True,
    ),
)

PROVIDER_RULES: tuple[Rule, ...] = NETEASE + TENCENT + ALIBABA + GOOGLE + MICROSOFT + OTHERS
"""Those of particular providers."""

GENERAL_RULES: tuple[Rule, ...] = LOGIN_RULES + DELIVERY_RULES + _SERVER
"""Those of any server."""

RULES: tuple[Rule, ...] = PROVIDER_RULES + GENERAL_RULES
"""All of them, in the order in which they are asked."""
