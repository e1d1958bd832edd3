"""What is known of the replies of NetEase, Tencent and Alibaba."""

from __future__ import annotations

from .diagnosis_rule import Rule, Text, codes

_NETEASE_LIST = "http://help.163.com/09/1224/17/5RAJ4LMH00753VB8.html (退信代码说明)"
_NETEASE_HELP = "https://help.mail.163.com/ (客户端授权码)"
_TENCENT_HELP = "https://service.mail.qq.com/cgi-bin/help?subtype=1&&id=28&&no=1001256"
_TENCENT_LIMITS = "https://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000725"

NETEASE: tuple[Rule, ...] = (
    Rule(
        "netease-authorization-code",
        Text(
            "163, 126 and yeah.net want the authorization code here, not the login password",
            "网易邮箱要求使用客户端授权码，不是登录密码",
        ),
        Text(
            "switch on SMTP in the web mail (Settings → POP3/SMTP/IMAP) and use the authorization code shown there",
            "在网页邮箱“设置 → POP3/SMTP/IMAP”里开启 SMTP 服务，用新生成的授权码登录",
        ),
        _NETEASE_HELP,
        "535 Error: authentication failed",
        provider="netease",
        codes=codes(535),
    ),
    Rule(
        "netease-business-code",
        Text(
            "NetEase's business mail wants the client authorization code here, not the login password",
            "网易企业邮箱要求使用客户端授权码，不是登录密码",
        ),
        Text(
            "switch the service on and make the code in the web mail (设置 → 客户端设置)",
            "在网页邮箱“设置 → 客户端设置”里开启服务并生成授权码",
        ),
        "https://qiye.163.com/help/client-profile.html",
        "535 Error: authentication failed",
        provider="netease-business",
        codes=codes(535),
        verified=False,
    ),
    Rule(
        "netease-no-permission",
        Text("SMTP is switched off for this mailbox", "该邮箱没有开启 SMTP 服务"),
        Text(
            "switch it on in the web mail (Settings → POP3/SMTP/IMAP) and use the authorization code",
            "在网页邮箱“设置 → POP3/SMTP/IMAP”里开启，并使用授权码",
        ),
        "https://github.com/testerSunshine/12306/issues/62",
        "550 User has no permission",
        codes=codes(550, 535),
        text=r"user has no permission",
        verified=False,
    ),
    Rule(
        "sender-is-not-the-user",
        Text("the sender's address is not that of the account that has logged in", "发件人地址与登录账户不一致"),
        Text(
            "send from the account's own address, in the envelope and in From",
            "信封发件人和 From 都要用登录账户自己的地址",
        ),
        "public reports (smtp.163.com, smtp.qq.com, smtp.aliyun.com)",
        "553 Mail from must equal authorized user",
        codes=codes(440, 501, 502, 550, 553),
        text=r"mail from (must equal|address must be same as) authoriz|mail from account doesn't conform with auth",
        stubborn=True,
        verified=False,
    ),
    Rule(
        "netease-sender-mismatch",
        Text("the envelope's sender and the From field differ", "信封发件人和信头发件人不一致"),
        Text("put the same address into both", "两处使用同一个地址"),
        _NETEASE_LIST,
        "554 DT:SUM 126 smtp2",
        codes=codes(554),
        text=r"\bDT:SUM\b",
    ),
    Rule(
        "netease-domain-authentication",
        Text(
            "the sender's domain does not permit this server (SPF or DMARC)", "发信 IP 未被发件域名的 SPF 或 DMARC 许可"
        ),
        Text(
            "send through the domain's own provider, and publish SPF, DKIM and DMARC",
            "通过该域名自己的服务商发信，并配置 SPF、DKIM、DMARC",
        ),
        _NETEASE_LIST,
        "550 MI:SPF 163 mx7",
        codes=codes(550),
        text=r"\bMI:(SPF|DMA)\b",
    ),
    Rule(
        "netease-spam",
        Text("the content or the sending looked like spam (DT:SPM)", "邮件内容或发信行为被判为垃圾邮件（DT:SPM）"),
        Text(
            "change subject and body, send less at a time; after a 451, again in two minutes",
            "修改主题和正文，降低发信频率；若为 451，两分钟后重投",
        ),
        _NETEASE_LIST,
        "554 DT:SPM 163 smtp10",
        codes=codes(451, 550, 554),
        text=r"\bDT:SPM\b",
    ),
    Rule(
        "netease-blocked",
        Text("NetEase does not take mail from this address or this sender", "网易不接受该 IP 或该发件人的邮件"),
        Text(
            "submit through your provider with a login; if the address is your own server's, ask NetEase",
            "改由服务商登录后提交；若为自建服务器，请联系网易申诉",
        ),
        _NETEASE_LIST,
        "554 HL:IPB 163 mx1",
        codes=codes(450, 550, 554),
        text=r"\b(HL:(IHU|IPB)|DT:RBL|WM:(BLI|BLU)|MI:SPB)\b|^IP in blacklist|^User in blacklist",
    ),
    Rule(
        "netease-behaviour",
        Text(
            "NetEase bars this address for now: mail to many mailboxes that do not exist, or from forged domains",
            "该 IP 发信行为异常（收件人大量不存在，或伪造发件域名），被网易临时禁止连接",
        ),
        Text(
            "take dead addresses off the list, send from a real domain, then try again later",
            "清理无效收件人，使用真实的发件域名，稍后再试",
        ),
        _NETEASE_LIST,
        "421 HL:REP 163 mx5",
        codes=codes(421, 450),
        text=r"\bHL:(REP|MEP)\b",
        retry=True,
    ),
    Rule(
        "netease-frequency",
        Text(
            "too many connections, commands, messages or recipients for NetEase's limits",
            "连接数、命令数、发信量或收件人数超过网易的限制",
        ),
        Text(
            "wait (limits of a day end with the day), send less at a time, with fewer recipients",
            "稍等再发（按天的限制次日解除），降低频率，减少每封的收件人",
        ),
        _NETEASE_LIST,
        "451 MI:SFQ 163 smtp1",
        codes=codes(421, 450, 451, 550, 554),
        text=r"\b(HL:(ICC|IFC)|MI:(CEL|DMC|CCL|SFQ|STC)|RP:(CEL|DRC|CCL|QRC|RCL|TRC))\b",
        retry=True,
    ),
    Rule(
        "netease-too-many-failed-logins",
        Text("too many failed logins: logins are barred for a while", "登录失败次数过多，被临时禁止登录"),
        Text("check the authorization code, and wait before the next login", "请核对授权码，稍等再登录"),
        _NETEASE_LIST,
        "554 IP is rejected, smtp auth error limit exceed",
        codes=codes(451, 554),
        text=r"too much fail authentication|smtp auth error limit exceed",
        retry=True,
    ),
)

TENCENT: tuple[Rule, ...] = (
    Rule(
        "tencent-authorization-code",
        Text(
            "QQ Mail wants the 16 letters of the authorization code here, not the QQ password",
            "QQ 邮箱要求使用 16 位授权码，不是 QQ 密码",
        ),
        Text(
            "switch on SMTP in the web mail (Settings → Account) and use the authorization code shown there; "
            "after many failures wait first",
            "在网页邮箱“设置 → 账号”里开启 SMTP 服务，用生成的授权码登录；多次失败后请先等一会儿",
        ),
        _TENCENT_HELP,
        "535 Login Fail. Please enter your authorization code to login.",
        provider="tencent",
        codes=codes(535),
    ),
    Rule(
        "tencent-business-password",
        Text(
            "Tencent's business mail did not take this password; with secure login on it wants a client password",
            "腾讯企业邮不接受该密码；开启安全登录后要用客户端专用密码",
        ),
        Text(
            "switch the service on and make a client password in the web mail (设置 → 邮箱绑定 → 安全登录)",
            "在网页邮箱中开启服务，并在“设置 → 邮箱绑定 → 安全登录”里生成客户端专用密码",
        ),
        "https://exmail.qq.com (安全登录)",
        "535 Error: authentication failed",
        provider="tencent-business",
        codes=codes(535),
        verified=False,
    ),
    Rule(
        "tencent-frequency",
        Text("the sending frequency is over QQ Mail's limit", "发信频率超过 QQ 邮箱的限制"),
        Text(
            "pause: the bar lasts minutes, hours or the rest of the day; then send slower",
            "暂停发信：限制会持续几分钟、几小时或当天，之后降低频率再发",
        ),
        _TENCENT_LIMITS,
        "550 Ip frequency limited",
        codes=codes(421, 450, 550, 554),
        text=r"\b(ip|domain|sender|connection) frequency (is )?limited",
        retry=True,
    ),
    Rule(
        "tencent-mailbox-closed-for-now",
        Text(
            "this mailbox takes no mail from you now: it gets too much of it, or it does not exist",
            "该邮箱暂时不接收你的来信：短时间内来信过多，或邮箱不存在",
        ),
        Text("check the address, then try again later", "请核对收件人地址，稍后再试"),
        "https://service.mail.qq.com/ (550 Mailbox unavailable or access denied)",
        "550 Mailbox unavailable or access denied",
        codes=codes(550),
        text=r"mailbox unavailable or access denied",
        retry=True,
        verified=False,
    ),
    Rule(
        "tencent-content",
        Text("QQ Mail does not take this content", "邮件内容被 QQ 邮箱拒收"),
        Text("change subject, body and links; send to fewer at a time", "修改主题、正文和链接，减少群发"),
        "https://service.mail.qq.com/ (550 Mail content denied)",
        "550 Mail content denied",
        codes=codes(550, 552, 554),
        text=r"mail content denied|inappropriate words or content|^Error: content rejected",
        verified=False,
    ),
    Rule(
        "tencent-from",
        Text(
            "the From field is missing, or is not a name and an <address>", "信头 From 缺失，或不是“昵称 <地址>”的格式"
        ),
        Text(
            "put one address into From as it is, unencoded: only the name before it may be encoded (RFC 2047)",
            "From 里写一个未编码的地址；只有地址前面的昵称可以编码（RFC 2047）",
        ),
        "https://service.mail.qq.com/detail/124/995",
        '550 The "From" header is missing or invalid.',
        codes=codes(550),
        text=r"\"From\" header is missing or invalid",
        verified=False,
    ),
)

ALIBABA: tuple[Rule, ...] = (
    Rule(
        "alibaba-bad-credentials",
        Text("Alibaba Mail does not take this user name and password", "阿里邮箱不接受该用户名和密码"),
        Text(
            "check both, and that third-party clients are allowed; many failures bar the login for a while",
            "请核对，并确认已允许三方客户端登录；多次失败会被暂时禁止登录",
        ),
        "http://www.sh-aliyun.com/index.php/Products/detail/cid/0/pid/87.html",
        "526 Authentication failure[0]",
        codes=codes(526),
        text=r"authentication failure",
        verified=False,
    ),
)
