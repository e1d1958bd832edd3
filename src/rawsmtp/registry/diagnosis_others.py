"""What is known of the replies of providers of whom a rule or two is known."""

from __future__ import annotations

from .diagnosis_rule import Rule, Text, codes

OTHERS: tuple[Rule, ...] = (
    Rule(
        "yahoo-barred",
        Text("Yahoo takes no mail from this address any more", "雅虎不再接收该 IP 的邮件"),
        Text(
            "do not retry: find out what it sent that nobody wanted, or submit through your provider",
            "不要重试：先查清该 IP 发过哪些垃圾邮件，或改由服务商登录后提交",
        ),
        "https://help.yahoo.com/kb/SLN3436.html",
        "421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred",
        codes=codes(421, 553, 554),
        text=r"\[TS03\]|permanently deferred",
        stubborn=True,
    ),
    Rule(
        "yahoo-deferred",
        Text(
            "Yahoo defers mail from this address: much of it, or complaints",
            "雅虎因来信量大或投诉而推迟接收该 IP 的邮件",
        ),
        Text("wait some hours, then send slower", "等待数小时，之后放慢速度"),
        "https://postmaster.yahooinc.com/error-codes",
        "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints",
        codes=codes(421, 451, 550),
        text=r"\[TSS?[0-9]+\]",
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
        "535 5.7.0 (#AUTH005) Too many bad auth attempts.",
        provider="yahoo",
        codes=codes(535),
    ),
    Rule(
        "apple-app-password",
        Text("iCloud wants an app-specific password here", "iCloud 要求 App 专用密码"),
        Text("make one at account.apple.com (Sign-In and Security)", "在 account.apple.com 的“登录与安全”里生成"),
        "https://support.apple.com/102654",
        "535 5.7.8 Error: authentication failed",
        provider="apple",
        codes=codes(534, 535),
    ),
    Rule(
        "mailru-app-password",
        Text("Mail.ru wants an application password here", "Mail.ru 要求应用专用密码"),
        Text("make one in the account's security settings", "在账户的安全设置里生成应用专用密码"),
        "https://help.mail.ru/mail/security/protection/external/",
        "535 5.7.0 NEOBHODIM parol prilozheniya / Application password is REQUIRED",
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
        "535 5.7.8 Error: authentication failed: This user does not have access rights to this service",
        codes=codes(535),
        text=r"does not have access rights to this service",
        verified=False,
    ),
    Rule(
        # With the code of a routing loop, which it is not.
        "zoho-unusual-activity",
        Text("Zoho has stopped this account's sending: it looked unusual", "Zoho 认为该账户发信异常，已暂停其发信"),
        Text(
            "wait some hours, send less at a time; if it goes on, ask Zoho's support",
            "等待数小时，降低发信量；若持续发生请联系 Zoho 客服",
        ),
        "https://help.zoho.com/portal/en/community/topic/unable-to-send-message-reason-550-5-4-6-unusual-sending-activity-detected",
        "550 5.4.6 Unusual sending activity detected. Please try after sometime",
        codes=codes(550),
        text=r"unusual sending activity",
        retry=True,
        verified=False,
    ),
    Rule(
        "amazon-unverified-identity",
        Text(
            "SES sends only from what was verified in this region; in its sandbox the recipients have to be, too",
            "SES 只允许从本区域已验证的地址或域名发信；沙盒模式下收件人也须已验证",
        ),
        Text(
            "verify the identity that the reply names, or leave the sandbox",
            "在 SES 控制台验证应答中列出的身份，或申请移出沙盒",
        ),
        "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html",
        "554 Message rejected: Email address is not verified.",
        codes=codes(554),
        text=r"email address is not verified",
    ),
)
