"""What is known of replies about TLS, logins, and who may send as whom."""

from __future__ import annotations

from .diagnosis_rule import Rule, Text, codes, enhanced

LOGIN_RULES: tuple[Rule, ...] = (
    Rule(
        "tls-not-now",
        Text("the server cannot do TLS now", "服务器暂时无法启用 TLS"),
        Text("try again later, or another server of the provider", "稍后再试，或换一台服务器"),
        "RFC 3207 §4",
        "454 4.7.0 TLS not available due to local problem",
        codes=codes(454),
        text=r"tls.{0,30}(not|un)[ -]?available",
        retry=True,
    ),
    Rule(
        "starttls-first",
        Text("the server wants TLS before this command", "服务器要求先启用 TLS"),
        Text(
            'use security="starttls" (port 587) or "tls" (port 465)',
            '使用 security="starttls"（587 端口）或 "tls"（465 端口）',
        ),
        "RFC 3207 §4",
        "530 5.7.0 Must issue a STARTTLS command first",
        codes=codes(421, 450, 451, 454, 523, 524, 530, 538, 550, 554),
        text=r"\b(must|needs?|requires?|ha(s|ve) to|please (use|issue))\b.{0,40}\b(starttls|tls|ssl)\b"
        r"|\b(starttls|tls|ssl) ((command|connection) )?(is )?(required|needed|first)"
        r"|(encryption|(secure|encrypted) connection) (is )?(required|needed)",
        or_detail=enhanced("7.10", "7.11"),
        stubborn=True,
    ),
    Rule(
        "login-first",
        Text("the server wants a login before it takes mail", "发信前需要先登录"),
        Text("give auth=(user, code)", "请提供 auth=(用户名, 授权码)"),
        "RFC 4954 §6",
        "530 5.7.0 Authentication Required.",
        codes=codes(503, 530, 550, 553, 554),
        # What the sender's domain lacks is another thing.
        text=r"^(?!.*\b(SPF|DKIM|DMARC)\b)(.*\bauth(enticat\w+)? (is )?(required|needed|first)"
        r"|.*\b(client|user|you|session)\b.{0,20}\bnot authenticated|.*\bnot logged in|(error: )?not authenticated"
        r"|.*\b(need|have|must)s? (to )?(auth|log ?in\b)|.*need EHLO and AUTH)",
    ),
    Rule(
        "sender-not-owned",
        Text("the server does not let you send as this address", "服务器不允许以该发件人地址发信"),
        Text(
            "send from an address of the account that logs in, or have this one added to it",
            "使用登录账户自己的地址，或为账户添加此地址",
        ),
        "https://www.postfix.org/postconf.5.html#reject_sender_login_mismatch",
        "553 5.7.1 <a@x.test>: Sender address rejected: not owned by user b",
        codes=codes(501, 550, 553, 554),
        text=r"not owned by|from address (does not|doesn't) match|relaying disallowed as"
        r"|^(?!.*\b(SPF|DKIM|DMARC|IP|lists?|groups?|recipients?)\b).*(?<!null )\bsender\b.{0,40}"
        r"(not (authori[sz]ed|allowed|permitted)|doesn't match)",
    ),
    Rule(
        "account-disabled",
        Text("the account that logs in is disabled", "登录账户已停用"),
        Text("ask the provider to enable it", "请联系服务商启用账户"),
        "IANA enhanced status codes (X.7.13)",
        "525 5.7.13 User Account Disabled",
        codes=codes(525, 535),
        text=r"\b(account|user)\b.{0,20}\b(disabled|suspended|locked)\b",
        or_detail=enhanced("7.13"),
        phases=frozenset({"auth"}),
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
        "535 5.7.8 Error: authentication failed",
        codes=codes(535),
    ),
    Rule(
        "mechanism-too-weak",
        Text("the server wants a stronger way to log in for this user", "服务器要求该用户使用更强的验证方式"),
        Text("use an app password or OAuth 2", "使用应用专用密码或 OAuth 2"),
        "RFC 4954 §6",
        "534 5.7.9 Authentication mechanism is too weak",
        codes=codes(534),
    ),
    Rule(
        "login-check-failed",
        Text("the server cannot check logins now", "服务器暂时无法验证登录"),
        Text("try again later; the password may be right", "请稍后重试；密码未必有误"),
        "RFC 4954 §6",
        "454 4.7.0 Temporary authentication failure",
        codes=codes(421, 435, 450, 451, 454),
        text=r"temporary auth|\bauth\w{0,20}.{0,30}(temporar|unavailable|not available)|(cannot|unable to) authenticate"
        r"|authentication (failure|failed)(?!:)",
        retry=True,
    ),
)
