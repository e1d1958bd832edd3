"""What is known of Google's replies."""

from __future__ import annotations

from .diagnosis_rule import Rule, Text, codes

_LIST = "https://support.google.com/a/answer/3726730"

GOOGLE: tuple[Rule, ...] = (
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
        "534 5.7.9 Application-specific password required.",
        codes=codes(534, 535),
        text=r"application-specific password",
    ),
    Rule(
        "google-web-login",
        Text("Google wants a login by the browser first", "Google 要求先在浏览器中登录"),
        Text("log in by the browser, confirm it is you, then try again", "先用浏览器登录并确认身份，再重试"),
        "https://support.google.com/mail/?p=WebLoginRequired",
        "534 5.7.14 Please log in via your web browser and then try again.",
        codes=codes(534, 535),
        text=r"log in (with|via) your web browser",
    ),
    Rule(
        "too-many-logins",
        Text("too many logins in a short time", "短时间内登录次数过多"),
        Text("wait, and send several messages over one connection", "稍等再试，并在一个连接里多发几封"),
        _LIST,
        "454 4.7.0 Too many login attempts, please try again later.",
        codes=codes(421, 450, 454, 535),
        text=r"too many (failed )?(login|auth)|login attempts",
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
        "535 5.7.8 Username and Password not accepted.",
        provider="google",
        codes=codes(535),
    ),
    Rule(
        "google-rate",
        Text("the sending limit of the account is reached", "账户的发信数量达到上限"),
        Text("wait up to 24 hours, or send less a day", "等待最多 24 小时，或减少每天的发信量"),
        _LIST,
        "550 5.4.5 Daily user sending limit exceeded.",
        codes=codes(421, 450, 452, 550),
        text=r"daily (user )?(sending|smtp relay) (limit|quota)|sending (limit|quota) exceeded|relay limit exceeded",
        retry=True,
    ),
    Rule(
        "google-unusual-rate",
        Text("Google sees more mail than usual from this address or sender", "Google 认为该 IP 或发件人的来信量异常"),
        Text("send slower, and follow the guidelines for senders", "放慢速度，并遵守发件人指南"),
        _LIST,
        "421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address.",
        codes=codes(421, 450, 550),
        text=r"unusual rate of (unsolicited )?mail",
        retry=True,
    ),
    Rule(
        "google-recipient-throttled",
        Text("the recipient's mailbox gets messages too quickly now", "收件人邮箱短时间内来信过多，被限流"),
        Text("try again later", "请稍后重试"),
        _LIST,
        "450 4.2.1 The user you are trying to contact is receiving mail too quickly.",
        codes=codes(450, 550),
        text=r"receiving mail (too quickly|at a rate)",
        retry=True,
    ),
    Rule(
        # Its 4.7.27 to 4.7.40 are not the registry's, and "rate limited" is here no question of the rate.
        "google-unauthenticated",
        Text("the sender's domain is not authenticated (SPF, DKIM or DMARC)", "发件域名未通过 SPF、DKIM 或 DMARC 验证"),
        Text(
            "send through the domain's own provider, and publish SPF, DKIM and DMARC",
            "通过该域名自己的服务商发信，并配置 SPF、DKIM、DMARC",
        ),
        _LIST,
        "421 4.7.30 This mail has been rate limited because DKIM does not pass.",
        provider="google",
        codes=codes(421, 550),
        text=r"unauthenticated|\b(SPF|DKIM|DMARC)\b",
    ),
)
