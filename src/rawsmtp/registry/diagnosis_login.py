"""What is known of replies about TLS, logins, and who may send as whom."""

from __future__ import annotations

from .diagnosis_rule import Rule, Text, codes, enhanced

LOGIN_RULES: tuple[Rule, ...] = (
    Rule(
        "tls-not-now",
        Text("the server cannot do TLS now", "服务器暂时无法启用 TLS"),
        Text("try again later, or another server of the provider", "稍后再试，或换一台服务器"),
        "RFC 3207 §4",
        codes=codes(454),
        text=r"tls.{0,30}(not|un)[ -]?available|tls.{0,40}temporary",
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
        codes=codes(421, 450, 451, 454, 523, 524, 530, 538, 550, 554),
        text=r"starttls|must.{0,20}\btls\b|tls (is )?required|encryption (is )?(required|needed)|secure connection",
        or_detail=enhanced("7.10", "7.11"),
        stubborn=True,
    ),
    Rule(
        "login-first",
        Text("the server wants a login before it takes mail", "发信前需要先登录"),
        Text("give auth=(user, code)", "请提供 auth=(用户名, 授权码)"),
        "RFC 4954 §6",
        codes=codes(503, 530, 550, 553, 554),
        text=r"authenticat\w+ (is )?required|auth(entication)? (first|required)|not (logged in|authenticated)"
        r"|needs? (to )?auth|need EHLO and AUTH",
    ),
    Rule(
        "sender-not-owned",
        Text("the account that has logged in may not send as this address", "登录账户无权使用该发件人地址"),
        Text(
            "send from an address of the account, or have this one added to it", "使用该账户的地址，或为账户添加此地址"
        ),
        "https://www.postfix.org/postconf.5.html#reject_sender_login_mismatch",
        codes=codes(501, 550, 553, 554),
        text=r"not owned by user|(?<!null )sender.{0,40}(not (authori[sz]ed|allowed|permitted)|doesn't match)"
        r"|from address (does not|doesn't) match",
    ),
    Rule(
        "account-disabled",
        Text("the account that logs in is disabled", "登录账户已停用"),
        Text("ask the provider to enable it", "请联系服务商启用账户"),
        "IANA enhanced status codes (X.7.13)",
        codes=codes(525, 535),
        text=r"(account|user) (is |has been )?(disabled|suspended|locked)",
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
        "login-check-failed",
        Text("the server cannot check logins now", "服务器暂时无法验证登录"),
        Text("try again later; the password may be right", "请稍后重试；密码未必有误"),
        "RFC 4954 §6",
        codes=codes(421, 451, 454),
        text=r"authentication (failure|failed)|auth(entication)?.{0,20}(temporar|unavailable|not available)",
        retry=True,
    ),
)
