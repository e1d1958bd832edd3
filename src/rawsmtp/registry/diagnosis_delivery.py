"""What is known of replies about connections, senders, recipients and messages."""

from __future__ import annotations

from .diagnosis_rule import Rule, Text, codes, enhanced

_RATES: tuple[Rule, ...] = (
    Rule(
        "too-many-recipients",
        Text("too many recipients for one message", "一封邮件的收件人过多"),
        Text("send to the rest of them in another transaction", "其余收件人另发一次"),
        "RFC 5321 §4.5.3.1.10, RFC 3463 (X.5.3)",
        codes=codes(421, 450, 451, 452, 550, 552, 554),
        text=r"too (many|much) recipient",
        or_detail=enhanced("5.3"),
    ),
    Rule(
        "greylisted",
        Text("greylisting: an unknown sender is asked to come again", "灰名单：首次来信需稍后重试"),
        Text("try again after some minutes", "几分钟后重试即可"),
        "RFC 6647",
        codes=codes(421, 450, 451),
        text=r"gr[ea]y[- ]?list|postgrey",
        retry=True,
    ),
    Rule(
        "too-many-connections",
        Text("too many connections or messages from here", "来自此处的连接或邮件过多"),
        Text("wait, use one connection, send slower", "稍等，使用单个连接，放慢速度"),
        "RFC 5321 §3.8, RFC 3463 (X.4.5)",
        codes=codes(421, 450, 451, 452, 454, 550, 554),
        text=r"too many .{0,20}(connections|sessions|messages)|rate[- ]limit|throttl|exceeded.{0,30}(rate|limit per)"
        r"|too (fast|quickly)|frequency",
        retry=True,
    ),
)

_SENDERS: tuple[Rule, ...] = (
    Rule(
        "ip-blocked",
        Text("the address that you send from is on a block list", "发信 IP 被列入黑名单"),
        Text(
            "submit through your provider (port 465 or 587, with a login), or ask the list to remove the address",
            "通过服务商的 465/587 端口登录后发信，或向黑名单申请移除",
        ),
        "https://www.spamhaus.org/faqs/, RFC 3463 (X.7.1)",
        codes=codes(421, 450, 521, 550, 553, 554, 571),
        text=r"spamhaus|spamcop|barracuda|\b(rbl|dnsbl)\b|block ?list|blacklist|blocked using|\bPBL\b|poor reputation",
    ),
    Rule(
        "reverse-dns",
        Text("the address that you send from has no name that matches", "发信 IP 没有匹配的反向解析"),
        Text("set its PTR record, or submit through your provider", "设置 PTR 记录，或改由服务商提交"),
        "RFC 7372 §3.3 (X.7.25)",
        codes=codes(421, 450, 550, 554),
        text=r"reverse (dns|hostname|lookup)|PTR record|cannot find your (reverse )?hostname|rdns",
        or_detail=enhanced("7.25"),
    ),
    Rule(
        "hello-refused",
        Text(
            "the server does not take the name that the client gives in EHLO", "服务器不接受客户端在 EHLO 中报出的名称"
        ),
        Text("set local_name to a full domain name that resolves", "把 local_name 设为可解析的完整域名"),
        "https://www.postfix.org/postconf.5.html#smtpd_helo_restrictions, RFC 5321 §4.1.4",
        codes=codes(450, 501, 504, 550, 554),
        text=r"(helo|ehlo).{0,40}(rejected|invalid|require|need|not allowed|syntax)|MI:NHD",
    ),
    Rule(
        "authentication-of-the-domain",
        Text("the sender's domain is not authenticated (SPF, DKIM or DMARC)", "发件域名未通过 SPF、DKIM 或 DMARC 验证"),
        Text(
            "send through the domain's own provider, and publish SPF, DKIM and DMARC",
            "通过该域名自己的服务商发信，并配置 SPF、DKIM、DMARC",
        ),
        "RFC 7372, RFC 7489 §10",
        codes=codes(421, 451, 550, 554),
        text=r"\bSPF\b|\bDKIM\b|\bDMARC\b|unauthenticated|required authentication level",
        or_detail=enhanced("7.20", "7.21", "7.22", "7.23", "7.24", "7.26", "7.29"),
    ),
    Rule(
        "sender-domain",
        Text("the sender's domain does not exist, or takes no mail itself", "发件人域名不存在，或自身不收邮件"),
        Text("send from an address that can be answered", "使用可以回信的发件人地址"),
        "RFC 3463 (X.1.8), RFC 7505 §4.2",
        codes=codes(450, 451, 501, 550, 553, 554),
        text=r"sender.{0,40}(domain.{0,20}(not found|does not|doesn't)|address rejected: domain)",
        or_detail=enhanced("1.8", "7.27"),
    ),
)

_RECIPIENTS: tuple[Rule, ...] = (
    Rule(
        "recipient-domain",
        Text("the recipient's domain does not exist, or takes no mail", "收件人域名不存在，或不收邮件"),
        Text("check the part behind the @", "请核对 @ 后面的域名"),
        "RFC 7505, RFC 7504, RFC 3463 (X.1.2)",
        codes=codes(450, 550, 553, 554, 556),
        text=r"null ?mx|recipient address rejected: domain|domain (not found|does not (exist|accept))",
        or_detail=enhanced("1.2", "1.10"),
    ),
    Rule(
        "mailbox-full",
        Text("the recipient's mailbox is full", "收件人邮箱已满"),
        Text("try again later, or reach the recipient in another way", "稍后再试，或用其他方式联系收件人"),
        "RFC 3463 (X.2.2)",
        codes=codes(422, 450, 452, 550, 552, 554),
        text=r"(mailbox|quota).{0,30}(full|exceed)|over ?quota|out of storage",
        or_detail=enhanced("2.2"),
        retry=True,
    ),
    Rule(
        "mailbox-disabled",
        Text("the recipient's mailbox is disabled", "收件人邮箱已停用"),
        Text("reach the recipient in another way", "请用其他方式联系收件人"),
        "RFC 3463 (X.2.1)",
        codes=codes(450, 550, 553, 554),
        text=r"(user|account|mailbox|recipient).{0,40}(disabled|suspended|inactive|locked)",
        or_detail=enhanced("2.1"),
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
        text=r"relay(ing)?.{0,20}(denied|not (permitted|allowed)|prohibited)|unable to relay|do not relay|\bRP:FRL\b"
        r"|relay access denied",
    ),
    Rule(
        "unknown-user",
        Text("there is no such mailbox", "收件人不存在"),
        Text("check the address", "请核对收件人地址"),
        "RFC 3463 (X.1.1)",
        codes=codes(450, 550, 551, 553, 554),
        text=r"user (unknown|not found|doesn't exist)|(unknown|invalid) user|no such (user|mailbox|recipient)"
        r"|does not exist|mailbox (unavailable|not found)|recipient (not found|unknown)"
        r"|recipient address rejected: (un|no such)",
        or_detail=enhanced("1.1"),
        phases=frozenset({"rcpt", "data", "content", "command"}),
    ),
)

_MESSAGES: tuple[Rule, ...] = (
    Rule(
        "too-big",
        Text("the message is bigger than the server takes", "邮件超过服务器允许的大小"),
        Text("send it smaller, or put a link in place of the attachment", "减小邮件，或用链接代替附件"),
        "RFC 1870 §6, RFC 3463 (X.3.4)",
        codes=codes(452, 523, 550, 552, 554),
        text=r"(message|mail ?|header)(size)?.{0,30}(too (big|large)|exceed)|exceed(s|ed)?.{0,20}(mail ?)?size",
        or_detail=enhanced("3.4", "2.3"),
    ),
    Rule(
        "content-refused",
        Text("an attachment or a part of the content is not taken", "附件或部分内容不被接受"),
        Text(
            "leave programs, scripts and encrypted archives out; send a link instead",
            "去掉程序、脚本和加密压缩包，改发链接",
        ),
        "https://support.google.com/mail/?p=BlockedMessage",
        codes=codes(550, 551, 552, 554),
        text=r"(illegal|prohibited|banned) attachment|potential security issue|\bvirus\b|malware",
    ),
    Rule(
        "spam-content",
        Text("the content looked like spam", "邮件内容被判为垃圾邮件"),
        Text(
            "change the content; ask the recipient's provider if it goes on", "修改内容；若持续发生请联系收件方服务商"
        ),
        "RFC 3463 (X.7.1)",
        codes=codes(451, 454, 550, 552, 554, 571),
        text=r"\bspam\b|unsolicited|inappropriate (words|content)|content rejected|message (was )?rejected (due to|as)",
    ),
    Rule(
        "loop",
        Text("the message runs in a circle between servers", "邮件在服务器之间循环转发"),
        Text("look at the forwarding rules of the recipient", "请检查收件人的转发设置"),
        "RFC 3463 (X.4.6), RFC 5321 §6.3",
        codes=codes(550, 554),
        text=r"too many hops|mail loop|loop(s)? (back|detected)",
        or_detail=enhanced("4.6"),
    ),
    Rule(
        "needs-smtputf8",
        Text("addresses or headers beyond ASCII are not taken here", "服务器不接受非 ASCII 的地址或信头"),
        Text("use an ASCII address, or a server with SMTPUTF8", "改用 ASCII 地址，或使用支持 SMTPUTF8 的服务器"),
        "RFC 6531 §3.5",
        codes=codes(550, 553, 554),
        text=r"smtputf8|non-ascii address",
        or_detail=enhanced("6.7", "6.9"),
    ),
)

DELIVERY_RULES: tuple[Rule, ...] = _RATES + _SENDERS + _RECIPIENTS + _MESSAGES
