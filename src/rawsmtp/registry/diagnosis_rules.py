"""What is known of replies beyond their codes: each rule with its source, the most specific first."""

from __future__ import annotations

from .diagnosis_providers import PROVIDER_RULES
from .diagnosis_rule import Rule, Text, codes

_EVERYBODY: tuple[Rule, ...] = (
    Rule(
        "starttls-first",
        Text("the server wants TLS before this command", "服务器要求先启用 TLS"),
        Text(
            'use security="starttls" (port 587) or "tls" (port 465)',
            '使用 security="starttls"（587 端口）或 "tls"（465 端口）',
        ),
        "RFC 3207 §4",
        codes=codes(530, 538, 454, 451, 550),
        text=r"starttls|must.{0,20}\btls\b|encryption (required|needed)",
    ),
    Rule(
        "login-first",
        Text("the server wants a login before it takes mail", "发信前需要先登录"),
        Text("give auth=(user, code)", "请提供 auth=(用户名, 授权码)"),
        "RFC 4954 §6",
        codes=codes(530, 550, 553, 503),
        text=r"authenticat\w+ (is )?required|auth(entication)? (first|required)|not logged in|need(s)? (to )?auth",
    ),
    Rule(
        "bad-credentials",
        Text(
            "user name or password is wrong, or this kind of password is not for SMTP",
            "用户名或密码错误，或该密码不能用于 SMTP",
        ),
        Text(
            "check both; many providers want an authorization code or app password",
            "请核对；许多服务商要求授权码或应用专用密码",
        ),
        "RFC 4954 §6",
        codes=codes(535),
    ),
    Rule(
        "mechanism-too-weak",
        Text("the server wants a stronger way to log in for this user", "服务器要求该用户使用更强的验证方式"),
        Text("use an app password or OAuth 2", "使用应用专用密码或 OAuth 2"),
        "RFC 4954 §6",
        codes=codes(534),
    ),
    Rule(
        "greylisted",
        Text("greylisting: an unknown sender is asked to come again", "灰名单：首次来信需稍后重试"),
        Text("try again after some minutes", "几分钟后重试即可"),
        "RFC 6647",
        codes=codes(421, 450, 451),
        text=r"gr[ea]ylist|try again (later|in)|come back|postgrey",
        phases=frozenset({"mail", "rcpt", "data", "content"}),
        retry=True,
    ),
    Rule(
        "too-many-connections",
        Text("too many connections or messages from here", "来自此处的连接或邮件过多"),
        Text("wait, use one connection, send slower", "稍等，使用单个连接，放慢速度"),
        "RFC 5321 §3.8, RFC 3463 (X.4.5)",
        codes=codes(421, 450, 451, 452, 454, 550, 554),
        text=r"too many .{0,20}(connections|sessions|messages)|rate limit|throttl|exceeded.{0,30}(rate|limit per)",
        retry=True,
    ),
    Rule(
        "ip-blocked",
        Text("the address that you send from is on a block list", "发信 IP 被列入黑名单"),
        Text(
            "submit through your provider (port 465 or 587, with a login), or ask the list to remove the address",
            "通过服务商的 465/587 端口登录后发信，或向黑名单申请移除",
        ),
        "https://www.spamhaus.org/faqs/, RFC 3463 (X.7.1)",
        codes=codes(421, 450, 521, 550, 553, 554),
        text=r"spamhaus|spamcop|barracuda|\b(rbl|dnsbl)\b|block ?list|blacklist|blocked using|\bPBL\b|poor reputation",
    ),
    Rule(
        "reverse-dns",
        Text("the address that you send from has no name that matches", "发信 IP 没有匹配的反向解析"),
        Text("set its PTR record, or submit through your provider", "设置 PTR 记录，或改由服务商提交"),
        "RFC 7372 §3.3 (X.7.25)",
        codes=codes(450, 550, 554),
        text=r"reverse (dns|hostname|lookup)|PTR record|cannot find your (reverse )?hostname|rdns",
    ),
    Rule(
        "authentication-of-the-domain",
        Text("the sender's domain is not authenticated (SPF, DKIM or DMARC)", "发件域名未通过 SPF、DKIM 或 DMARC 验证"),
        Text(
            "send through the domain's own provider, and publish SPF, DKIM and DMARC",
            "通过该域名自己的服务商发信，并配置 SPF、DKIM、DMARC",
        ),
        "RFC 7372, RFC 7489 §10",
        codes=codes(421, 550, 554),
        text=r"\bSPF\b|\bDKIM\b|\bDMARC\b|unauthenticated",
    ),
    Rule(
        "mailbox-full",
        Text("the recipient's mailbox is full", "收件人邮箱已满"),
        Text("try again later, or reach the recipient in another way", "稍后再试，或用其他方式联系收件人"),
        "RFC 3463 (X.2.2)",
        codes=codes(422, 450, 452, 550, 552, 554),
        text=r"(mailbox|quota|storage).{0,30}(full|exceed)|over ?quota|4\.2\.2|5\.2\.2",
        retry=True,
    ),
    Rule(
        "too-big",
        Text("the message is bigger than the server takes", "邮件超过服务器允许的大小"),
        Text("send it smaller, or put a link in place of the attachment", "减小邮件，或用链接代替附件"),
        "RFC 1870 §6, RFC 3463 (X.3.4)",
        codes=codes(452, 552, 554, 523),
        text=r"5\.3\.4|5\.2\.3|(message|size|header).{0,30}(too (big|large)|exceed)",
    ),
    Rule(
        "unknown-user",
        Text("there is no such mailbox", "收件人不存在"),
        Text("check the address", "请核对收件人地址"),
        "RFC 3463 (X.1.1)",
        codes=codes(450, 550, 551, 553, 554),
        text=r"5\.1\.1|user (unknown|not found|doesn't exist)|unknown user|no such (user|mailbox|recipient)"
        r"|does not exist|mailbox (unavailable|not found)|recipient (not found|rejected)",
        phases=frozenset({"rcpt", "data", "content", "command"}),
    ),
    Rule(
        "relay-denied",
        Text("the server does not pass mail on for you", "服务器不为你中转该邮件"),
        Text(
            "log in first (auth=), or use the server of the sender's provider",
            "请先登录（auth=），或使用发件人服务商的服务器",
        ),
        "RFC 5321 §3.6.2, RFC 3463 (X.7.1)",
        codes=codes(454, 550, 551, 553, 554),
        text=r"relay(ing)?.{0,20}(denied|not (permitted|allowed)|prohibited)|unable to relay|we do not relay",
    ),
    Rule(
        "spam-content",
        Text("the content looked like spam", "邮件内容被判为垃圾邮件"),
        Text(
            "change the content; ask the recipient's provider if it goes on", "修改内容；若持续发生请联系收件方服务商"
        ),
        "RFC 3463 (X.7.1)",
        codes=codes(451, 550, 554, 571),
        text=r"\bspam\b|unsolicited|inappropriate (words|content)|content rejected|message (was )?rejected (due to|as)",
    ),
    Rule(
        "unsynchronised",
        Text("the server wants one command at a time", "服务器要求逐条发送命令"),
        Text('use ignore_extensions={"PIPELINING"}', '使用 ignore_extensions={"PIPELINING"}'),
        "RFC 2920 §3.1",
        codes=codes(500, 503, 554, 421),
        text=r"synchroni[sz]ation|pipelining|too soon|protocol error",
    ),
    Rule(
        "turned-away",
        Text("the server does not take connections from here", "服务器拒绝来自此处的连接"),
        Text(
            "some say 5yz for a while only: try again later, or another server of the provider",
            "有的服务器只是暂时返回 5yz：稍后再试，或换一台服务器",
        ),
        "RFC 7504",
        codes=codes(521, 554, 550),
        phases=frozenset({"greeting"}),
    ),
)

RULES: tuple[Rule, ...] = PROVIDER_RULES + _EVERYBODY
"""All of them, in the order in which they are asked."""
