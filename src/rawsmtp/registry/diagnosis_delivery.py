"""What is known of replies about connections, senders, recipients and messages."""

from __future__ import annotations

from .diagnosis_rule import Rule, Text, codes, enhanced

_RATES: tuple[Rule, ...] = (
    Rule(
        "too-many-recipients",
        Text("too many recipients for one message", "一封邮件的收件人过多"),
        Text("send to the rest of them in another transaction", "其余收件人另发一次"),
        "RFC 5321 §4.5.3.1.10, RFC 3463 (X.5.3)",
        "452 4.5.3 Error: too many recipients",
        codes=codes(421, 450, 451, 452, 550, 552, 554),
        text=r"too (many|much) recipients?\b(?! from)",
        or_detail=enhanced("5.3"),
    ),
    Rule(
        "greylisted",
        Text("greylisting: an unknown sender is asked to come again", "灰名单：首次来信需稍后重试"),
        Text("try again after some minutes", "几分钟后重试即可"),
        "RFC 6647",
        "450 4.2.0 <a@b>: Recipient address rejected: Greylisted",
        codes=codes(421, 450, 451),
        text=r"gr[ea]y[- ]?list|postgrey",
        retry=True,
    ),
    Rule(
        "too-many-connections",
        Text("too many connections or messages from here", "来自本机的连接或邮件过多"),
        Text("wait, use one connection, send slower", "稍等，使用单个连接，放慢速度"),
        "RFC 5321 §3.8, RFC 3463 (X.4.5)",
        "421 4.7.0 mail.x.test Error: too many connections from 192.0.2.1",
        codes=codes(421, 450, 451, 452, 454, 550, 554),
        text=r"too (many|much)\b.{0,20}\b(connections|sessions|messages|mails?)\b|too many recipients from"
        r"|rate[- ]limit|throttl|\brate\b.{0,40}\bexceed|exceed.{0,60}(\brate\b|\bper (second|minute|hour|day)\b)"
        r"|\btoo (fast|quickly)\b|policy rejection\W+quota"
        r"|(send|sending|submission|hourly|daily) (limit|quota) exceed",
        retry=True,
    ),
)

# Where in a session a reply may be about the recipient; the login's and the greeting's are not.
_ABOUT_RECIPIENTS = frozenset({"rcpt", "data", "content", "command"})

_SENDERS: tuple[Rule, ...] = (
    Rule(
        "address-not-verified-yet",
        Text("the server could not find out yet whether the address exists", "服务器暂时无法核实该地址是否存在"),
        Text("try again after some minutes; if it goes on, check the address", "几分钟后重试；若持续发生请核对地址"),
        "https://www.postfix.org/ADDRESS_VERIFICATION_README.html",
        "450 4.1.1 <b@x.test>: Recipient address rejected: unverified address: Address verification in progress",
        codes=codes(450, 451),
        text=r"unverified address|could not complete (sender|recipient) verify",
    ),
    Rule(
        "sender-unknown",
        Text("the server finds no mailbox behind the sender's address", "服务器查不到发件人地址对应的邮箱"),
        Text("send from an address that exists and takes mail", "使用真实存在、能收信的发件人地址"),
        "https://www.postfix.org/postconf.5.html#reject_unlisted_sender",
        "550 5.1.0 <a@x.test>: Sender address rejected: User unknown in virtual mailbox table",
        codes=codes(450, 550, 551, 553, 554),
        text=r"sender address rejected: .{0,40}(user unknown|unknown user|undeliverable|does not exist)"
        r"|sender verify failed",
    ),
    Rule(
        "name-blocked",
        Text(
            "the sender's address or domain, or a link in the message, is on a block list or has a bad reputation",
            "发件地址、发件域名或邮件中的链接被列入黑名单，或信誉太差",
        ),
        Text(
            "leave out the link, or have the name taken off the list; another server does not help",
            "去掉该链接，或申请将其移出黑名单；换服务器没有用",
        ),
        "https://www.spamhaus.org/faqs/, https://www.postfix.org/postconf.5.html#reject_rhsbl_sender",
        "554 5.7.1 Service unavailable; Sender address [a@x.test] blocked using dbl.spamhaus.org",
        codes=codes(450, 550, 552, 553, 554),
        text=r"^(?!.*(\bIP\b|\bhost\b|[0-9]{1,3}(\.[0-9]{1,3}){3}))"
        r"(.*\b(sender|e-?mail|domain|url|uri|link)\b.{0,60}((block|black) ?list|blocked using)"
        r"|.*\b(surbl|uribl|rhsbl)\b|.*\bdbl\.|.*low reputation of the sending domain)",
    ),
    Rule(
        "ip-blocked",
        Text(
            "the IP address that you send from is on a block list or has a bad reputation",
            "发信 IP 被列入黑名单，或信誉太差",
        ),
        Text(
            "submit through your provider (port 465 or 587, with a login), or ask the list to remove the address",
            "通过服务商的 465/587 端口登录后发信，或向黑名单申请移除",
        ),
        "https://www.spamhaus.org/faqs/, RFC 3463 (X.7.1)",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        codes=codes(421, 450, 521, 550, 553, 554, 571),
        text=r"spamhaus|spamcop|barracudacentral|\b(rbl|dnsbl|PBL)\b|blocked using|poor reputation"
        r"|low reputation of the sending IP|(block|black) ?list.{0,60}\b(IP|host)\b"
        r"|(\b(IP|host|network)\b|[0-9]{1,3}(\.[0-9]{1,3}){3}).{0,80}(block|black) ?list",
    ),
    Rule(
        "reverse-dns",
        Text("the IP address that you send from has no name that matches", "发信 IP 没有匹配的反向解析"),
        Text("set its PTR record, or submit through your provider", "设置 PTR 记录，或改由服务商提交"),
        "RFC 7372 §3.3 (X.7.25)",
        "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]",
        codes=codes(421, 450, 550, 554),
        text=r"reverse (dns|hostname|lookup)|\bPTR\b|cannot find your (reverse )?hostname|\brdns\b",
        or_detail=enhanced("7.25"),
    ),
    Rule(
        "hello-refused",
        Text(
            "the server does not take the name that the client gives in EHLO", "服务器不接受客户端在 EHLO 中报出的名称"
        ),
        Text("set local_name to a full domain name that resolves", "把 local_name 设为可解析的完整域名"),
        "https://www.postfix.org/postconf.5.html#smtpd_helo_restrictions, RFC 5321 §4.1.4",
        "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
        codes=codes(450, 501, 504, 550, 554),
        text=r"\b(helo|ehlo)\b.{0,40}(rejected|invalid|require|need|not allowed|syntax)"
        r"|\b(invalid|bad|forged|fake) (helo|ehlo)\b|\bMI:NHD\b",
    ),
    Rule(
        "authentication-of-the-domain",
        Text("the sender's domain is not authenticated (SPF, DKIM or DMARC)", "发件域名未通过 SPF、DKIM 或 DMARC 验证"),
        Text(
            "send through the domain's own provider, and publish SPF, DKIM and DMARC",
            "通过该域名自己的服务商发信，并配置 SPF、DKIM、DMARC",
        ),
        "RFC 7372, RFC 7489 §10",
        "550 5.7.23 SPF check failed: 192.0.2.1 is not authorized",
        codes=codes(421, 450, 451, 550, 554),
        text=r"\bSPF\b|\bDKIM\b|\bDMARC\b|sender policy framework|unauthenticated (e?-?mail|message)"
        r"|required authentication level",
        or_detail=enhanced("7.20", "7.21", "7.22", "7.23", "7.24", "7.26", "7.29"),
    ),
    Rule(
        "sender-domain",
        Text("the sender's domain does not exist, or takes no mail itself", "发件人域名不存在，或自身不收邮件"),
        Text("send from an address that can be answered", "使用可以回信的发件人地址"),
        "RFC 3463 (X.1.8), RFC 7505 §4.2",
        "450 4.1.8 <a@x.test>: Sender address rejected: Domain not found",
        codes=codes(450, 451, 501, 550, 553, 554),
        text=r"\bsender\b.{0,80}\bdomain\b.{0,30}(not found|does not|doesn't)|domain of sender",
        or_detail=enhanced("1.8", "7.27"),
    ),
)

_RECIPIENTS: tuple[Rule, ...] = (
    Rule(
        "recipient-domain",
        Text("the recipient's domain does not exist, or takes no mail", "收件人域名不存在，或不收邮件"),
        Text("check the part behind the @", "请核对 @ 后面的域名"),
        "RFC 7505, RFC 7504, RFC 3463 (X.1.2)",
        "550 5.1.2 <b@x.test>: Recipient address rejected: Domain not found",
        codes=codes(450, 550, 553, 554, 556),
        text=r"null ?mx|recipient address rejected: domain|domain (not found|does not (exist|accept))",
        or_detail=enhanced("1.2", "1.10"),
    ),
    Rule(
        "mailbox-full",
        Text("the recipient's mailbox is full", "收件人邮箱已满"),
        Text("try again later, or reach the recipient in another way", "稍后再试，或用其他方式联系收件人"),
        "RFC 3463 (X.2.2)",
        "552 5.2.2 Mailbox full",
        codes=codes(422, 450, 452, 550, 552, 554),
        text=r"\b(mail ?box|inbox|account)\b( \S+){0,4} full\b|over ?quota|out of storage|quota exceeded \("
        r"|\b(mail ?box|inbox|disk|storage) (size )?(limit|quota)( \S+){0,2} exceeded"
        r"|exceed(s|ed)?( \S+){0,3} (mail ?box|storage|disk)",
        or_detail=enhanced("2.2"),
        retry=True,
    ),
    Rule(
        "mailbox-disabled",
        Text("the recipient's mailbox is disabled", "收件人邮箱已停用"),
        Text("reach the recipient in another way", "请用其他方式联系收件人"),
        "RFC 3463 (X.2.1)",
        "550 5.2.1 The email account that you tried to reach is disabled.",
        codes=codes(450, 550, 551, 553, 554),
        text=r"^(?!.*\b(sender|sending|outgoing)\b)(.*\b(user|account|mail ?box|recipient)\b.{0,40}"
        r"\b(disabled|suspended|inactive|locked)\b|.*\binactive (user|account|mail ?box)\b)",
        or_detail=enhanced("2.1"),
        phases=_ABOUT_RECIPIENTS,
    ),
    Rule(
        "account-suspended",
        Text("the account that logs in is suspended", "登录账户已被停用或锁定"),
        Text("log in to the web mail to see why, or ask the provider", "登录网页邮箱查看原因，或联系服务商"),
        "IANA enhanced status codes (X.7.13)",
        "550 User suspended",
        codes=codes(534, 550, 554),
        text=r"\b(account|user)\b.{0,20}\b(disabled|suspended|locked)\b",
        phases=frozenset({"auth"}),
        verified=False,
    ),
    Rule(
        "relay-denied",
        Text("the server does not pass mail on for you", "服务器拒绝中继该邮件"),
        Text(
            "log in first (auth=), or use the server of the sender's provider",
            "请先登录（auth=），或使用发件人服务商的服务器",
        ),
        "RFC 5321 §3.6.2, RFC 3463 (X.7.1)",
        "554 5.7.1 <b@x.test>: Relay access denied",
        codes=codes(454, 550, 551, 553, 554),
        text=r"\brelay(ing)?\b.{0,20}(denied|not (permitted|allowed)|prohibited)|unable to relay|do not relay"
        r"|\bRP:FRL\b|allowed rcpthosts",
    ),
    Rule(
        "unknown-user",
        Text("there is no such mailbox", "收件人不存在"),
        Text("check the address", "请核对收件人地址"),
        "RFC 3463 (X.1.1)",
        "550 5.1.1 <b@x.test>: Recipient address rejected: User unknown in local recipient table",
        # Not "mailbox unavailable": RFC 5321 §4.2.3 has it for any 550, refused by policy too.
        codes=codes(450, 452, 511, 550, 551, 552, 553, 554),
        text=r"\b(user|recipient) (unknown|not found)|\b(unknown|invalid) (user|recipient)\b"
        r"|\bno such (user|mail ?box|recipient|person|address)|\bno mailbox here|\bmailbox not found"
        r"|\b(user|account|mail ?box|address|recipient)\b( \S+){0,6} (does not|doesn't) exist"
        r"|recipient address rejected: (user )?(unknown|undeliverable|no such)|user doesn't have an? \S+ account",
        or_detail=enhanced("1.1"),
        phases=_ABOUT_RECIPIENTS,
    ),
)

_MESSAGES: tuple[Rule, ...] = (
    Rule(
        "too-big",
        Text("the message is bigger than the server takes", "邮件超过服务器允许的大小"),
        Text("send it smaller, or put a link in place of the attachment", "减小邮件，或用链接代替附件"),
        "RFC 1870 §6, RFC 3463 (X.3.4)",
        "552 5.3.4 Message size exceeds fixed limit",
        codes=codes(452, 523, 550, 552, 554),
        text=r"\b(message|mail|attachment|content|header|file)s?\b( \S+){0,4} too (big|large)\b|message (is )?too long"
        r"|size\b.{0,30}\bexceed|exceed.{0,40}(size\b|bytes|octets)|databytes",
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
        "552 5.7.0 This message was blocked because its content presents a potential security issue.",
        codes=codes(550, 551, 552, 554),
        text=r"(illegal|prohibited|banned|forbidden) attachment|potential security issue|(?<!spam or )\bvirus\b|malware"
        r"|\b(infected|banned):",
    ),
    Rule(
        "spam-content",
        Text("the message, or the way it was sent, looked like spam", "邮件内容或发信行为被判为垃圾邮件"),
        Text(
            "change the content; ask the recipient's provider if it goes on", "修改内容；若持续发生请联系收件方服务商"
        ),
        "RFC 3463 (X.7.1)",
        "554 5.7.1 Message rejected under suspicion of SPAM",
        codes=codes(451, 454, 550, 551, 552, 554, 571),
        text=r"\bspam\b|unsolicited|junk ?mail|\bUBE\b|inappropriate (words|content)|content rejected",
    ),
    Rule(
        "loop",
        Text("the message runs in a circle between servers", "邮件在服务器之间循环转发"),
        Text("look at the forwarding rules of the recipient", "请检查收件人的转发设置"),
        "RFC 3463 (X.4.6), RFC 5321 §6.3",
        "554 5.4.6 Too many hops",
        codes=codes(550, 554),
        text=r"too many hops|hop count|\b(mail|routing|forwarding) (\w+ )?loop|\bloops? (back|detected)",
        or_detail=enhanced("4.6"),
    ),
    Rule(
        "needs-smtputf8",
        Text("addresses or headers beyond ASCII are not taken here", "服务器不接受非 ASCII 的地址或信头"),
        Text("use an ASCII address, or a server with SMTPUTF8", "改用 ASCII 地址，或使用支持 SMTPUTF8 的服务器"),
        "RFC 6531 §3.5",
        "550 5.6.7 SMTPUTF8 is required, but was not offered",
        codes=codes(550, 553, 554),
        text=r"smtputf8|non-ascii address",
        or_detail=enhanced("6.7", "6.9"),
    ),
)

DELIVERY_RULES: tuple[Rule, ...] = _RATES + _SENDERS + _RECIPIENTS + _MESSAGES
