"""What is known of the replies of particular providers."""

from __future__ import annotations

from .diagnosis_china import CHINA_RULES
from .diagnosis_rule import Rule, Text, codes, enhanced

_GOOGLE_LIST = "https://support.google.com/a/answer/3726730"
_MICROSOFT_LIST = (
    "https://learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online"
)
_MICROSOFT_SUBMISSION = (
    "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission"
)

_GOOGLE: tuple[Rule, ...] = (
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
        codes=codes(534, 535),
        text=r"application-specific password",
    ),
    Rule(
        "google-web-login",
        Text("Google wants a login by the browser first", "Google 要求先在浏览器中登录"),
        Text("log in by the browser, confirm it is you, then try again", "先用浏览器登录并确认身份，再重试"),
        "https://support.google.com/mail/?p=WebLoginRequired",
        codes=codes(534, 535),
        text=r"log in (with|via) your web browser|WebLoginRequired",
    ),
    Rule(
        "too-many-logins",
        Text("too many logins in a short time", "短时间内登录次数过多"),
        Text("wait, and send several messages over one connection", "稍等再试，并在一个连接里多发几封"),
        _GOOGLE_LIST,
        codes=codes(421, 454, 535),
        text=r"too many login|login attempts",
        retry=True,
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
        "google-rate",
        Text("the sending limit of the account is reached", "账户的发信数量达到上限"),
        Text("wait up to 24 hours, or send less a day", "等待最多 24 小时，或减少每天的发信量"),
        _GOOGLE_LIST,
        codes=codes(421, 450, 452, 550),
        text=r"daily (user )?(sending|smtp relay) (limit|quota)|sending (limit|quota) exceeded|relay limit exceeded",
        retry=True,
    ),
    Rule(
        "google-unusual-rate",
        Text("Google sees more mail than usual from this address or sender", "Google 认为该 IP 或发件人的来信量异常"),
        Text("send slower, and follow the guidelines for senders", "放慢速度，并遵守发件人指南"),
        _GOOGLE_LIST,
        codes=codes(421, 450, 550),
        text=r"unusual rate of (unsolicited )?mail|receiving mail (too quickly|at a rate)",
        retry=True,
    ),
)

_MICROSOFT: tuple[Rule, ...] = (
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
        codes=codes(535, 550),
        text=r"basic authentication is (disabled|not supported)|SmtpClientAuthentication is disabled"
        r"|security defaults policy",
    ),
    Rule(
        "microsoft-login-refused",
        Text(
            "Microsoft refused this login: wrong credentials, or a policy of the organization is against it",
            "微软拒绝了该登录：凭据有误，或被组织策略禁止",
        ),
        Text(
            "check user and password; then let the administrator look at SMTP AUTH and conditional access",
            "先核对用户名和密码，再请管理员检查 SMTP AUTH 与条件访问策略",
        ),
        _MICROSOFT_SUBMISSION,
        enhanced=enhanced("5.7.139"),
        verified=False,
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
        _MICROSOFT_SUBMISSION,
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
        _MICROSOFT_LIST,
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
        codes=codes(421, 432),
        text=r"concurrent connections limit|STOREDRV\.ClientSubmit|sender thread limit",
        retry=True,
    ),
    Rule(
        "microsoft-recipient-throttled",
        Text("the recipient's mailbox gets messages too quickly now", "收件人邮箱短时间内来信过多，被限流"),
        Text("try again later", "请稍后重试"),
        _MICROSOFT_LIST,
        codes=codes(432),
        text=r"recipient thread limit|STOREDRV\.Deliver",
        retry=True,
    ),
    Rule(
        "microsoft-send-as-denied",
        Text("the account may not send as this sender", "账户无权以该发件人身份发信"),
        Text(
            "use the account's own address, or have the permission granted", "使用账户自己的地址，或申请“代理发送”权限"
        ),
        _MICROSOFT_LIST,
        codes=codes(550, 554),
        text=r"SendAsDenied|not allowed to send as|does not have permissions to send as",
    ),
    Rule(
        "microsoft-unknown-recipient",
        Text("Microsoft knows no such recipient in this organization", "该组织中没有这个收件人"),
        Text("check the address", "请核对收件人地址"),
        _MICROSOFT_LIST,
        enhanced=enhanced("5.1.10", "5.4.1"),
        text=r"RecipientNotFound|recipient address rejected: access denied",
    ),
    Rule(
        "microsoft-outbound-blocked",
        Text(
            "Microsoft has barred this account from sending: it looked compromised", "微软因账户疑似被盗用而禁止其发信"
        ),
        Text("secure the account, then let the administrator lift the bar", "先确保账户安全，再请管理员解除限制"),
        _MICROSOFT_LIST,
        codes=codes(550),
        text=r"bad outbound sender",
    ),
    Rule(
        "microsoft-ip-blocked",
        Text("Microsoft does not take mail from this address", "微软不接受该 IP 的来信"),
        Text(
            "submit through your provider with a login, or ask at sender.office.com to be delisted",
            "改由服务商登录后提交，或到 sender.office.com 申请移除",
        ),
        _MICROSOFT_LIST,
        codes=codes(421, 550),
        text=r"banned sending IP|traffic not accepted from this IP",
    ),
    Rule(
        "microsoft-busy",
        Text("Microsoft slows down mail from this address", "微软对该 IP 的来信限速"),
        Text("send slower and try again later", "放慢速度，稍后重试"),
        _MICROSOFT_LIST,
        enhanced=enhanced("4.7.500", "4.7.501", "4.7.502", "4.7.503"),
        retry=True,
    ),
)

_OTHERS: tuple[Rule, ...] = (
    Rule(
        "yahoo-deferred",
        Text(
            "Yahoo defers mail from this address: much of it, or complaints",
            "雅虎因来信量大或投诉而推迟接收该 IP 的邮件",
        ),
        Text("wait some hours, then send slower", "等待数小时，之后放慢速度"),
        "https://postmaster.yahooinc.com/error-codes",
        codes=codes(421, 451, 550),
        text=r"\[TSS?[0-9]+\]|(temporarily|permanently) deferred",
        retry=True,
    ),
    Rule(
        "yahoo-app-password",
        Text(
            "Yahoo and AOL want an app password here, not the login password",
            "雅虎和 AOL 要求应用专用密码，而不是登录密码",
        ),
        Text("make one in the account's security settings", "在账户的安全设置里生成应用专用密码"),
        "https://help.yahoo.com/kb/SLN15241.html",
        provider="yahoo",
        codes=codes(535),
    ),
    Rule(
        "apple-app-password",
        Text("iCloud wants an app-specific password here", "iCloud 要求 App 专用密码"),
        Text("make one at account.apple.com (Sign-In and Security)", "在 account.apple.com 的“登录与安全”里生成"),
        "https://support.apple.com/102654",
        provider="apple",
        codes=codes(534, 535),
    ),
    Rule(
        "mailru-app-password",
        Text("Mail.ru wants an application password here", "Mail.ru 要求应用专用密码"),
        Text("make one in the account's security settings", "在账户的安全设置里生成应用专用密码"),
        "https://help.mail.ru/mail/security/protection/external/",
        codes=codes(535),
        text=r"application password is required|parol prilozheniya",
    ),
    Rule(
        "yandex-no-access",
        Text("mail programs are not allowed for this mailbox", "该邮箱没有允许邮件客户端访问"),
        Text(
            "allow them in the settings of the web mail, and use an app password",
            "在网页邮箱设置中允许邮件客户端访问，并使用应用专用密码",
        ),
        "https://yandex.com/support/mail/mail-clients/others.html",
        codes=codes(535),
        text=r"does not have access rights to this service",
        verified=False,
    ),
)

PROVIDER_RULES: tuple[Rule, ...] = CHINA_RULES + _GOOGLE + _MICROSOFT + _OTHERS
