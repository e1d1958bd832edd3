"""What is known of Microsoft's replies."""

from __future__ import annotations

from .diagnosis_rule import Rule, Text, codes, enhanced

_LIST = "https://learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online"
_SUBMISSION = (
    "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission"
)

MICROSOFT: tuple[Rule, ...] = (
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
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
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
        _SUBMISSION,
        "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
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
        _SUBMISSION,
        "535 5.7.3 Authentication unsuccessful",
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
        _LIST,
        "530 5.7.57 Client not authenticated to send mail.",
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
        "432 4.3.2 Concurrent connections limit exceeded.",
        codes=codes(421, 432),
        text=r"concurrent connections limit|STOREDRV\.ClientSubmit|sender thread limit",
        retry=True,
    ),
    Rule(
        "microsoft-recipient-throttled",
        Text("the recipient's mailbox gets messages too quickly now", "收件人邮箱短时间内来信过多，被限流"),
        Text("try again later", "请稍后重试"),
        _LIST,
        "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded",
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
        _LIST,
        "554 5.2.252 SendAsDenied; x@outlook.com not allowed to send as y@x.test",
        codes=codes(550, 554),
        text=r"SendAsDenied|not allowed to send as|does not have permissions to send as",
    ),
    Rule(
        "microsoft-unknown-recipient",
        Text("Microsoft knows no such recipient in this organization", "该组织中没有这个收件人"),
        Text("check the address", "请核对收件人地址"),
        _LIST,
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        enhanced=enhanced("5.1.10", "5.4.1"),
        text=r"RecipientNotFound|recipient address rejected: access denied",
    ),
    Rule(
        "microsoft-members-only",
        Text(
            "the recipient takes mail from its own organization, or from named senders, only",
            "该收件人只接收本组织内部或指定发件人的邮件",
        ),
        Text("ask the recipient's administrator to let the sender in", "请收件方管理员放行该发件人"),
        _LIST,
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
        codes=codes(550),
        text=r"RESOLVER\.RST\.(AuthRequired|NotAuthorized|SenderNot)",
    ),
    Rule(
        "microsoft-rate",
        Text("the account or the organization has sent as much as it may for now", "账户或组织的发信量已达上限"),
        Text("wait up to 24 hours, or send less a day", "等待最多 24 小时，或减少每天的发信量"),
        _LIST,
        "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
        codes=codes(550, 554),
        text=r"daily limit for message recipients|SubmissionQuotaExceeded|tenant has exceeded threshold",
        retry=True,
    ),
    Rule(
        "microsoft-outbound-blocked",
        Text(
            "Microsoft has barred this account from sending: it looked compromised", "微软因账户疑似被盗用而禁止其发信"
        ),
        Text("secure the account, then let the administrator lift the bar", "先确保账户安全，再请管理员解除限制"),
        _LIST,
        "550 5.1.8 Access denied, bad outbound sender.",
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
        _LIST,
        "550 5.7.606 Access denied, banned sending IP [192.0.2.1]",
        codes=codes(421, 550),
        text=r"banned send(er|ing IP)|traffic not accepted from this IP",
    ),
    Rule(
        "microsoft-busy",
        Text("Microsoft slows down mail from this address", "微软对该 IP 的来信限速"),
        Text("send slower and try again later", "放慢速度，稍后重试"),
        _LIST,
        "451 4.7.500 Server busy. Please try again later from [192.0.2.1].",
        enhanced=enhanced("4.7.500", "4.7.501", "4.7.502", "4.7.503"),
        retry=True,
    ),
)
