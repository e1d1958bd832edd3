"""What is known of the replies of particular providers."""

from __future__ import annotations

from .diagnosis_rule import Rule, Text, codes, enhanced

_NETEASE_HELP = "https://help.mail.163.com/ (客户端授权码)"
_TENCENT_HELP = "https://service.mail.qq.com/ (授权码)"
_GOOGLE_HELP = "https://support.google.com/a/answer/3726730"
_MICROSOFT_HELP = (
    "https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online"
)

PROVIDER_RULES: tuple[Rule, ...] = (
    Rule(
        "netease-authorization-code",
        Text(
            "163, 126 and yeah.net want the authorization code here, not the login password",
            "网易邮箱在这里要的是客户端授权码，不是登录密码",
        ),
        Text(
            "switch on SMTP in the web mail (Settings → POP3/SMTP/IMAP) and use the authorization code shown there",
            "在网页邮箱“设置 → POP3/SMTP/IMAP”里开启 SMTP 服务，用新生成的授权码登录",
        ),
        _NETEASE_HELP,
        provider="netease",
        codes=codes(535),
    ),
    Rule(
        "netease-no-permission",
        Text("SMTP is switched off for this mailbox", "该邮箱没有开启 SMTP 服务"),
        Text(
            "switch it on in the web mail (Settings → POP3/SMTP/IMAP) and use the authorization code",
            "在网页邮箱“设置 → POP3/SMTP/IMAP”里开启，并使用授权码",
        ),
        _NETEASE_HELP,
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
        "https://help.mail.163.com/ (553 Mail from must equal authorized user)",
        codes=codes(553, 501, 550),
        text=r"mail from (must equal|address must be same as) authoriz",
        verified=False,
    ),
    Rule(
        "netease-spam",
        Text("the content or the sending looked like spam (DT code)", "邮件内容或发信行为被判为垃圾邮件（DT 代码）"),
        Text(
            "look up the DT code behind it, change subject and body, send less at a time",
            "按后面的 DT 代码查原因，修改主题和正文，降低发信频率",
        ),
        "https://help.mail.163.com/ (退信代码说明)",
        codes=codes(554, 553, 451),
        text=r"\bDT:\s*(SPM|SUM|TXT|SQ)|\bDT:SPM|\bHL:",
        verified=False,
    ),
    Rule(
        "netease-frequency",
        Text("too many connections or messages from this address", "同一 IP 的连接数或发信量超过限制"),
        Text("wait, send less at a time, and reuse one connection", "稍等再发，降低频率，复用同一连接"),
        "https://help.mail.163.com/ (421 HL:REP, MI:CEL …)",
        codes=codes(421, 451, 550, 554),
        text=r"\b(HL:REP|HL:ICC|MI:CEL|MI:DMC|MI:CCL|RP:(RCL|DRC|TRC|CEL)|DT:ROC)",
        retry=True,
        verified=False,
    ),
    Rule(
        "tencent-authorization-code",
        Text(
            "QQ Mail wants the 16 letters of the authorization code here, not the QQ password",
            "QQ 邮箱在这里要的是 16 位授权码，不是 QQ 密码",
        ),
        Text(
            "switch on SMTP in the web mail (Settings → Account) and use the authorization code shown there",
            "在网页邮箱“设置 → 账号”里开启 SMTP 服务，用生成的授权码登录",
        ),
        _TENCENT_HELP,
        provider="tencent",
        codes=codes(535, 530),
    ),
    Rule(
        "google-app-password",
        Text(
            "the account has 2-step verification: Google wants an app password here",
            "账户开启了两步验证，需要应用专用密码",
        ),
        Text(
            "make an app password at myaccount.google.com/apppasswords, or log in by OAuth 2",
            "到 myaccount.google.com/apppasswords 生成应用专用密码，或改用 OAuth 2",
        ),
        "https://support.google.com/mail/?p=InvalidSecondFactor",
        enhanced=enhanced("5.7.9"),
        text=r"application-specific password",
    ),
    Rule(
        "google-bad-credentials",
        Text("Google does not take this user name and password", "Google 不接受该用户名和密码"),
        Text(
            "use an app password (2-step verification) or OAuth 2; the account's own password does not work",
            "请使用应用专用密码（需开启两步验证）或 OAuth 2，账户登录密码不能用",
        ),
        "https://support.google.com/mail/?p=BadCredentials",
        provider="google",
        codes=codes(535),
    ),
    Rule(
        "google-web-login",
        Text("Google wants a login by the browser first", "Google 要求先在浏览器中登录"),
        Text("log in by the browser, confirm it is you, then try again", "先用浏览器登录并确认身份，再重试"),
        "https://support.google.com/mail/?p=WebLoginRequired",
        codes=codes(534),
        text=r"log in (with|via) your web browser|WebLoginRequired",
    ),
    Rule(
        "too-many-logins",
        Text("too many logins in a short time", "短时间内登录次数过多"),
        Text("wait, and send several messages over one connection", "稍等再试，并在一个连接里多发几封"),
        _GOOGLE_HELP,
        codes=codes(454, 421, 535),
        text=r"too many login|login attempts",
        retry=True,
    ),
    Rule(
        "google-rate",
        Text("the sending limit of the account is reached", "账户的发信数量达到上限"),
        Text("wait up to 24 hours, or send less a day", "等待最多 24 小时，或减少每天的发信量"),
        _GOOGLE_HELP,
        codes=codes(550, 421, 450, 452),
        text=r"daily (user )?sending (limit|quota)|sending limit exceeded|rate limit",
        retry=True,
    ),
    Rule(
        "microsoft-basic-auth-off",
        Text(
            "passwords are switched off for SMTP here (basic authentication is disabled)",
            "该租户或账户已停用 SMTP 密码登录（基本身份验证）",
        ),
        Text(
            "log in by OAuth 2, or let the administrator switch on SMTP AUTH for this mailbox",
            "改用 OAuth 2，或请管理员为该邮箱开启 SMTP AUTH",
        ),
        "https://aka.ms/smtp_auth_disabled",
        enhanced=enhanced("5.7.139"),
    ),
    Rule(
        "microsoft-auth-failed",
        Text(
            "Microsoft does not take this login; passwords no longer work for many accounts",
            "微软不接受该登录；许多账户已不支持密码",
        ),
        Text(
            "log in by OAuth 2; for a work account ask whether SMTP AUTH is on",
            "改用 OAuth 2；企业账户请确认已开启 SMTP AUTH",
        ),
        _MICROSOFT_HELP,
        provider="microsoft",
        codes=codes(535),
    ),
    Rule(
        "microsoft-not-authenticated",
        Text("the server wants a login before it takes mail", "发信前需要先登录"),
        Text(
            "give auth=; for a work account let the administrator switch on SMTP AUTH",
            "请提供 auth=；企业账户请管理员开启 SMTP AUTH",
        ),
        _MICROSOFT_HELP,
        enhanced=enhanced("5.7.57"),
    ),
    Rule(
        "microsoft-too-many-connections",
        Text(
            "too many connections at once (three are allowed) or messages a minute (30)",
            "并发连接过多（最多 3 个）或每分钟邮件过多（30 封）",
        ),
        Text("send over one connection, and slower", "用一个连接并放慢速度"),
        "https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits",
        codes=codes(432, 421),
        text=r"concurrent connections limit|STOREDRV\.ClientSubmit",
        retry=True,
    ),
    Rule(
        "microsoft-send-as-denied",
        Text("the account may not send as this sender", "账户无权以该发件人身份发信"),
        Text(
            "use the account's own address, or have the permission granted", "使用账户自己的地址，或申请“代理发送”权限"
        ),
        _MICROSOFT_HELP,
        text=r"SendAsDenied|not allowed to send as",
    ),
    Rule(
        "app-password",
        Text(
            "this provider wants an app password here, not the login password",
            "该服务商要求应用专用密码，而不是登录密码",
        ),
        Text("make one in the account's security settings", "在账户的安全设置里生成应用专用密码"),
        "https://help.yahoo.com/kb/SLN15241.html, https://support.apple.com/102654",
        provider="yahoo",
        codes=codes(535),
    ),
    Rule(
        "apple-app-password",
        Text("iCloud wants an app-specific password here", "iCloud 要求 App 专用密码"),
        Text("make one at account.apple.com (Sign-In and Security)", "在 account.apple.com 的“登录与安全”里生成"),
        "https://support.apple.com/102654",
        provider="apple",
        codes=codes(535, 534),
    ),
)
