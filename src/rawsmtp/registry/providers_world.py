"""Mail providers of the rest of the world, those whose addresses name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .providers import Row

_ISPDB = "Mozilla ISPDB"
_NODEMAILER = "nodemailer services.json"
_FAIREMAIL = "FairEmail providers.xml"
_DELTA = "Delta Chat provider-db"
_ZOHO_HELP = "https://www.zoho.com/mail/help/zoho-smtp.html"

# Hints, in English and in Chinese.
_LOCAL = "; the user's name is the part before the @"
_LOCAL_ZH = "；用户名只填 @ 之前的部分"
_PASSWORD = ("the mailbox's login password", "密码处填邮箱登录密码")
_PASSWORD_LOCAL = (_PASSWORD[0] + _LOCAL, _PASSWORD[1] + _LOCAL_ZH)
_APP = (
    "an app password, not the login password: made in the account's security settings",
    "密码处填应用专用密码，不是登录密码：在账号的安全设置中生成",
)
_APP_LOCAL = (_APP[0] + _LOCAL, _APP[1] + _LOCAL_ZH)
_MAYBE_APP = (
    "the login password, or an app password where the account asks for one",
    "密码处填登录密码；如账号要求，则改用应用专用密码",
)
_ENABLE = (
    "the login password; in webmail's settings, allow mail programs (IMAP/SMTP) first",
    "密码处填登录密码；须先在网页邮箱的设置中开启 IMAP/SMTP 服务",
)
_ENABLE_LOCAL = (_ENABLE[0] + _LOCAL, _ENABLE[1] + _LOCAL_ZH)
_GMAIL = (
    (
        "an app password of 16 letters, not the Google password: switch on 2-Step Verification, then make one at "
        "https://myaccount.google.com/apppasswords; or an OAuth 2 token"
    ),
    (
        "密码处填 16 位应用专用密码，不是 Google 账号密码：先开启两步验证，再到 "
        "https://myaccount.google.com/apppasswords 生成；也可使用 OAuth 2 令牌"
    ),
)
_OUTLOOK = (
    "an OAuth 2 access token: Microsoft ended password logins for personal accounts in September 2024",
    "只接受 OAuth 2 访问令牌：微软已于 2024 年 9 月停用个人账号的密码登录",
)
_OFFICE = (
    "an OAuth 2 access token; a password works only where the administrator still allows SMTP AUTH for the mailbox",
    "使用 OAuth 2 访问令牌；仅当管理员仍为该邮箱启用 SMTP AUTH 时才能使用密码",
)
_ICLOUD = (
    "an app-specific password, not the Apple Account's: https://account.apple.com, Sign-In and Security",
    "密码处填 App 专用密码，不是 Apple 账户密码：在 https://account.apple.com 的“登录与安全”中生成",
)
_FASTMAIL = (
    "an app password, not the login password: Settings → Privacy & Security; the Basic plan has none",
    "密码处填应用专用密码，不是登录密码：在“Settings → Privacy & Security”中生成；Basic 套餐不支持",
)
_ZOHO = (
    "the login password, or with two-factor login an app password: Zoho account → Security → App Passwords",
    "密码处填登录密码；开启双因素认证后须改用应用专用密码，在 Zoho 账号“安全 → 应用专用密码”中生成",
)
_GMX = (
    "the login password, or with two-factor login an app password; in webmail's settings, allow POP3/IMAP first",
    "密码处填登录密码，开启双因素认证后须改用应用专用密码；须先在网页邮箱的设置中开启 POP3/IMAP",
)
_WEBDE = (_GMX[0] + _LOCAL, _GMX[1] + _LOCAL_ZH)
_MAILCOM = (
    "the login password; mail programs need a premium subscription",
    "密码处填登录密码；仅付费订阅用户可使用邮件客户端",
)
_MAILRU = (
    (
        "a password for an external application (пароль для внешнего приложения), made in the account's security "
        "settings; or an OAuth 2 token"
    ),
    "密码处填外部应用专用密码（пароль для внешнего приложения），在账号的安全设置中生成；也可使用 OAuth 2 令牌",
)
_YANDEX = (
    "an app password, made in Yandex ID → Security → App passwords; in the mail settings, allow mail programs first",
    "密码处填应用专用密码，在“Yandex ID → 安全 → 应用专用密码”中生成；须先在邮箱设置中允许邮件客户端访问",
)
_PROTON = (
    (
        "an SMTP token, for paid plans with an own domain: Settings → IMAP/SMTP; every other account needs Proton Mail "
        "Bridge, at 127.0.0.1 port 1025"
    ),
    (
        "密码处填 SMTP 令牌，仅限绑定自有域名的付费账号，在“设置 → IMAP/SMTP”中生成；"
        "其他账号须通过 Proton Mail Bridge（127.0.0.1 端口 1025）发信"
    ),
)
_POSTEO = (
    "the login password, unless additional email account protection is on: switch that off",
    "密码处填登录密码；若开启了附加邮箱保护（additional email account protection），须先关闭",
)
_TONLINE = (
    "the e-mail password (E-Mail-Passwort), not the Telekom login's: made in the customer centre",
    "密码处填单独的邮件密码（E-Mail-Passwort），不是 Telekom 登录密码：在客户中心设置",
)
_COMCAST = (
    "the Xfinity password; in webmail's settings, allow third-party access first",
    "密码处填 Xfinity 登录密码；须先在网页邮箱的设置中开启第三方客户端访问",
)
_ATT = (
    "a secure mail key, not the login password: made in the AT&T profile",
    "密码处填安全邮件密钥（secure mail key），不是登录密码：在 AT&T 账号资料中生成",
)

# A table: one entry, a few lines.
# fmt: off
WORLD: tuple[Row, ...] = (
    {
        "id": "gmail", "names": ("Gmail", "谷歌邮箱 Gmail"), "domains": ("gmail.com", "googlemail.com"),
        "servers": (("smtp.gmail.com", 465, "tls"), ("smtp.gmail.com", 587, "starttls")),
        "credential": "app-password", "help": "https://support.google.com/accounts/answer/185833", "hint": _GMAIL,
        "grade": "A", "sources": (_ISPDB, _NODEMAILER, _FAIREMAIL, _DELTA),
    },
    {
        "id": "outlook", "names": ("Outlook.com and Hotmail", "微软 Outlook 邮箱"),
        "domains": (
            "outlook.*", "hotmail.*", "live.com", "msn.com", "windowslive.com", "live.at", "live.be", "live.ca",
            "live.cl", "live.cn", "live.de", "live.dk", "live.fi", "live.fr", "live.hk", "live.ie", "live.in",
            "live.it", "live.jp", "live.nl", "live.no", "live.ru", "live.se", "live.co.jp", "live.co.kr",
            "live.co.uk", "live.co.za", "live.com.ar", "live.com.au", "live.com.mx", "live.com.my", "live.com.ph",
            "live.com.pt", "live.com.sg",
        ),
        "servers": (("smtp-mail.outlook.com", 587, "starttls"), ("smtp.office365.com", 587, "starttls")),
        "credential": "oauth2",
        "help": "https://support.microsoft.com/office/pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040",
        "hint": _OUTLOOK, "grade": "A", "sources": (_ISPDB, _NODEMAILER, _FAIREMAIL, _DELTA),
    },
    {
        "id": "office365", "names": ("Microsoft 365", "Microsoft 365 企业邮箱"), "domains": ("*.onmicrosoft.com",),
        "servers": (("smtp.office365.com", 587, "starttls"),), "credential": "oauth2",
        "help": "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission",
        "hint": _OFFICE, "grade": "A", "sources": (_ISPDB, _NODEMAILER, _FAIREMAIL),
    },
    {
        "id": "yahoo", "names": ("Yahoo Mail", "雅虎邮箱"),
        "domains": ("yahoo.*", "ymail.com", "rocketmail.com", "cox.net"),
        "servers": (("smtp.mail.yahoo.com", 465, "tls"),), "credential": "app-password",
        "help": "https://help.yahoo.com/kb/SLN4075.html", "hint": _APP, "grade": "A",
        "sources": (_ISPDB, _NODEMAILER, _FAIREMAIL, _DELTA),
    },
    {
        "id": "yahoo-jp", "names": ("Yahoo! Japan Mail", "雅虎日本邮箱"), "domains": ("yahoo.co.jp",),
        "servers": (("smtp.mail.yahoo.co.jp", 465, "tls"),), "credential": "password", "user_form": "local-part",
        "hint": _PASSWORD_LOCAL, "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "aol", "names": ("AOL Mail", "AOL 邮箱"), "domains": ("aol.*", "aim.com", "verizon.net"),
        "servers": (("smtp.aol.com", 465, "tls"),), "credential": "app-password", "help": "https://help.aol.com",
        "hint": _APP, "grade": "A", "sources": (_ISPDB, _FAIREMAIL, _DELTA),
    },
    {
        "id": "icloud", "names": ("iCloud Mail", "苹果 iCloud 邮箱"), "domains": ("icloud.com", "me.com", "mac.com"),
        "servers": (("smtp.mail.me.com", 587, "starttls"),), "credential": "app-password",
        "help": "https://support.apple.com/HT202304", "hint": _ICLOUD, "grade": "A",
        "sources": (_ISPDB, _NODEMAILER, _FAIREMAIL, _DELTA),
    },
    {
        "id": "fastmail", "names": ("Fastmail", None), "domains": ("fastmail.*", "messagingengine.com"),
        "servers": (("smtp.fastmail.com", 465, "tls"),), "credential": "app-password",
        "help": "https://www.fastmail.help/hc/en-us/articles/360058752854", "hint": _FASTMAIL, "grade": "A",
        "sources": (_ISPDB, _NODEMAILER, _FAIREMAIL, _DELTA),
    },
    {
        "id": "zoho", "names": ("Zoho Mail", "Zoho 邮箱"), "domains": ("zoho.com", "zohomail.com"),
        "servers": (("smtp.zoho.com", 465, "tls"), ("smtp.zoho.com", 587, "starttls")), "credential": "app-password",
        "help": _ZOHO_HELP, "hint": _ZOHO, "grade": "A",
        "sources": (_ISPDB, _NODEMAILER, _FAIREMAIL, _DELTA),
    },
    {
        "id": "zoho-eu", "names": ("Zoho Mail Europe", "Zoho 邮箱（欧洲）"), "domains": ("zoho.eu", "zohomail.eu"),
        "servers": (("smtp.zoho.eu", 465, "tls"), ("smtp.zoho.eu", 587, "starttls")), "credential": "app-password",
        "help": _ZOHO_HELP, "hint": _ZOHO, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "zoho-in", "names": ("Zoho Mail India", "Zoho 邮箱（印度）"), "domains": ("zoho.in", "zohomail.in"),
        "servers": (("smtp.zoho.in", 465, "tls"), ("smtp.zoho.in", 587, "starttls")), "credential": "app-password",
        "help": _ZOHO_HELP, "hint": _ZOHO, "grade": "A",
        "sources": (_ISPDB, _ZOHO_HELP),
    },
    {
        "id": "zoho-jp", "names": ("Zoho Mail Japan", "Zoho 邮箱（日本）"), "domains": ("zoho.jp", "zohomail.jp"),
        "servers": (("smtp.zoho.jp", 465, "tls"), ("smtp.zoho.jp", 587, "starttls")), "credential": "app-password",
        "help": _ZOHO_HELP, "hint": _ZOHO, "grade": "A",
        "sources": (_ISPDB, _ZOHO_HELP),
    },
    {
        "id": "zoho-au", "names": ("Zoho Mail Australia", "Zoho 邮箱（澳大利亚）"),
        "domains": ("zoho.com.au", "zohomail.com.au"),
        "servers": (("smtp.zoho.com.au", 465, "tls"), ("smtp.zoho.com.au", 587, "starttls")),
        "credential": "app-password", "help": _ZOHO_HELP, "hint": _ZOHO,
        "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "zoho-ca", "names": ("Zoho Mail Canada", "Zoho 邮箱（加拿大）"),
        "domains": ("zohocloud.ca", "zohomailcloud.ca"),
        "servers": (("smtp.zohocloud.ca", 465, "tls"), ("smtp.zohocloud.ca", 587, "starttls")),
        "credential": "app-password", "help": _ZOHO_HELP, "hint": _ZOHO,
        "grade": "A", "sources": (_ISPDB, _ZOHO_HELP),
    },
    {
        "id": "gmx", "names": ("GMX (gmx.com)", "GMX 邮箱（gmx.com）"),
        "domains": (
            "gmx.com", "gmx.tm", "gmx.us", "gmx.co.uk", "gmx.es", "gmx.fr", "gmx.ca", "gmx.cn", "gmx.co.in",
            "gmx.com.br", "gmx.com.my", "gmx.hk", "gmx.ie", "gmx.ph", "gmx.pt", "gmx.ru", "gmx.se", "gmx.sg",
            "gmx.tw", "gmx.com.tr", "gmx.it", "gmx.li",
        ),
        "servers": (("mail.gmx.com", 465, "tls"), ("mail.gmx.com", 587, "starttls")), "credential": "password",
        "help": "https://support.gmx.com", "hint": _GMX, "grade": "A", "sources": (_ISPDB, _NODEMAILER, _FAIREMAIL),
    },
    {
        "id": "gmx-de", "names": ("GMX (gmx.net)", "GMX 邮箱（gmx.net）"),
        "domains": (
            "gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.eu", "gmx.biz", "gmx.org", "gmx.info", "mein.gmx",
            "mail.gmx", "email.gmx",
        ),
        "servers": (("mail.gmx.net", 465, "tls"), ("mail.gmx.net", 587, "starttls")), "credential": "password",
        "help": "https://hilfe.gmx.net/pop-imap/einschalten.html", "hint": _GMX, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL, _DELTA),
    },
    {
        "id": "web.de", "names": ("WEB.DE", None), "domains": ("web.de",),
        "servers": (("smtp.web.de", 465, "tls"), ("smtp.web.de", 587, "starttls")), "credential": "password",
        "user_form": "local-part", "help": "https://hilfe.web.de", "hint": _WEBDE, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL, _DELTA),
    },
    {
        "id": "mail.com", "names": ("mail.com", None),
        "domains": (
            "mail.com", "email.com", "usa.com", "myself.com", "consultant.com", "post.com", "europe.com",
            "iname.com", "writeme.com", "dr.com", "cheerful.com", "accountant.com", "techie.com", "engineer.com",
            "linuxmail.org", "contractor.net", "workmail.com", "financier.com",
        ),
        "servers": (("smtp.mail.com", 465, "tls"), ("smtp.mail.com", 587, "starttls")), "credential": "password",
        "help": "https://support.mail.com", "hint": _MAILCOM, "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "mailru", "names": ("Mail.ru", "Mail.ru 邮箱"), "domains": ("mail.ru", "inbox.ru", "list.ru", "bk.ru"),
        "servers": (("smtp.mail.ru", 465, "tls"),), "credential": "app-password",
        "help": "https://help.mail.ru/mail-help/mailer/popsmtp", "hint": _MAILRU, "grade": "A",
        "sources": (_ISPDB, _NODEMAILER, _FAIREMAIL, _DELTA),
    },
    {
        "id": "yandex", "names": ("Yandex Mail", "Yandex 邮箱"), "domains": ("yandex.*", "ya.ru", "narod.ru"),
        "servers": (("smtp.yandex.com", 465, "tls"), ("smtp.yandex.ru", 465, "tls")), "credential": "app-password",
        "help": "https://yandex.com/support/mail/mail-clients/others.html", "hint": _YANDEX, "grade": "A",
        "sources": (_ISPDB, _NODEMAILER, _FAIREMAIL, _DELTA),
    },
    {
        "id": "rambler", "names": ("Rambler", None), "domains": ("rambler.ru",),
        "servers": (("smtp.rambler.ru", 465, "tls"),), "credential": "password",
        "help": "https://help.rambler.ru/mail/mail-pochtovye-klienty/1275/", "hint": _PASSWORD, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "proton", "names": ("Proton Mail", None), "domains": ("proton.me", "pm.me"),
        "servers": (("smtp.protonmail.ch", 587, "starttls"),), "credential": "token",
        "help": "https://proton.me/support/smtp-submission", "hint": _PROTON, "grade": "B", "sources": (_NODEMAILER,),
    },
    {
        "id": "mailbox.org", "names": ("mailbox.org", None), "domains": ("mailbox.org",),
        "servers": (("smtp.mailbox.org", 465, "tls"),), "credential": "password", "help": "https://kb.mailbox.org",
        "hint": _PASSWORD, "grade": "A", "sources": (_FAIREMAIL, _DELTA),
    },
    {
        "id": "posteo", "names": ("Posteo", None), "domains": ("posteo.*",),
        "servers": (("posteo.de", 465, "tls"), ("posteo.de", 587, "starttls")), "credential": "password",
        "help": "https://posteo.de/en/help/activating-additional-email-account-protection", "hint": _POSTEO,
        "grade": "A", "sources": (_ISPDB, _FAIREMAIL, _DELTA),
    },
    {
        "id": "mailfence", "names": ("Mailfence", None), "domains": ("mailfence.com",),
        "servers": (("smtp.mailfence.com", 465, "tls"),), "credential": "app-password", "user_form": "local-part",
        "help": "https://kb.mailfence.com/kb/service-specific-passwords/", "hint": _APP_LOCAL, "grade": "B",
        "sources": (_FAIREMAIL,),
    },
    {
        "id": "runbox", "names": ("Runbox", None), "domains": ("runbox.com",),
        "servers": (("smtp.runbox.com", 465, "tls"), ("mail.runbox.com", 465, "tls")), "credential": "app-password",
        "help": "https://help.runbox.com/email-program-settings/", "hint": _APP, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "purelymail", "names": ("Purelymail", None), "domains": ("purelymail.com",),
        "servers": (("smtp.purelymail.com", 465, "tls"),), "credential": "password",
        "help": "https://purelymail.com/docs/setup/technical", "hint": _PASSWORD, "grade": "B",
        "sources": (_FAIREMAIL,),
    },
    {
        "id": "startmail", "names": ("StartMail", None), "domains": ("startmail.com",),
        "servers": (("smtp.startmail.com", 465, "tls"),), "credential": "app-password",
        "help": "https://support.startmail.com/hc/en-us/articles/360006596718-Server-addresses", "hint": _APP,
        "grade": "B", "sources": (_FAIREMAIL,),
    },
    {
        "id": "disroot", "names": ("Disroot", None), "domains": ("disroot.org",),
        "servers": (("disroot.org", 587, "starttls"),), "credential": "password", "user_form": "local-part",
        "hint": _PASSWORD_LOCAL, "grade": "A", "sources": (_NODEMAILER, _FAIREMAIL, _DELTA),
    },
    {
        "id": "riseup", "names": ("Riseup", None), "domains": ("riseup.net",),
        "servers": (("mail.riseup.net", 465, "tls"),), "credential": "password",
        "help": "https://riseup.net/en/email/clients", "hint": _PASSWORD, "grade": "A",
        "sources": (_FAIREMAIL, _DELTA),
    },
    {
        "id": "kolabnow", "names": ("Kolab Now", None), "domains": ("kolabnow.com",),
        "servers": (("smtp.kolabnow.com", 465, "tls"),), "credential": "password", "hint": _PASSWORD, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "t-online", "names": ("Telekom (T-Online)", None), "domains": ("t-online.de", "magenta.de"),
        "servers": (("securesmtp.t-online.de", 465, "tls"), ("securesmtp.t-online.de", 587, "starttls")),
        "credential": "app-password",
        "help": "https://www.telekom.de/hilfe/apps-dienste/e-mail/programme/passwort-definition", "hint": _TONLINE,
        "grade": "A", "sources": (_ISPDB, _FAIREMAIL, _DELTA),
    },
    {
        "id": "freenet", "names": ("freenet", None), "domains": ("freenet.de",),
        "servers": (("mx.freenet.de", 465, "tls"), ("mx.freenet.de", 587, "starttls")), "credential": "password",
        "help": "https://kundenservice.freenet.de/artikel/1685", "hint": _ENABLE, "grade": "A",
        "sources": (_FAIREMAIL, _DELTA),
    },
    {
        "id": "vodafone-de", "names": ("Vodafone Germany and Arcor", None),
        "domains": ("vodafone.de", "vodafonemail.de", "arcor.de"),
        "servers": (("smtp.vodafonemail.de", 465, "tls"),), "credential": "app-password",
        "help": "https://www.vodafone.de/hilfe/vodafone-e-mail-cloud.html", "hint": _APP, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "orange-fr", "names": ("Orange (France)", None), "domains": ("orange.fr", "wanadoo.fr"),
        "servers": (("smtp.orange.fr", 465, "tls"),), "credential": "password",
        "help": "https://assistance.orange.fr", "hint": _PASSWORD, "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "sfr", "names": ("SFR", None), "domains": ("sfr.fr", "neuf.fr"),
        "servers": (("smtp.sfr.fr", 465, "tls"),), "credential": "password", "help": "https://assistance.sfr.fr",
        "hint": _PASSWORD, "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "free-fr", "names": ("Free (France)", None), "domains": ("free.fr",),
        "servers": (("smtp.free.fr", 465, "tls"),), "credential": "password", "user_form": "local-part",
        "help": "https://assistance.free.fr/articles/609", "hint": _ENABLE_LOCAL, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "laposte", "names": ("La Poste", None), "domains": ("laposte.net",),
        "servers": (("smtp.laposte.net", 465, "tls"),), "credential": "password", "user_form": "local-part",
        "help": "https://aide.laposte.net", "hint": _PASSWORD_LOCAL, "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "libero", "names": ("Libero Mail", None),
        "domains": ("libero.it", "iol.it", "blu.it", "inwind.it", "giallo.it"),
        "servers": (("smtp.libero.it", 465, "tls"),), "credential": "password",
        "help": "https://aiuto.libero.it/articolo/mail/parametri-di-configurazione-per-il-client-di-posta/",
        "hint": _MAYBE_APP, "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "tim-it", "names": ("TIM (Italy)", None), "domains": ("tim.it",),
        "servers": (("smtp.tim.it", 587, "starttls"),), "credential": "app-password",
        "help": "https://www.tim.it/assistenza/assistenza-tecnica/mail/configurazione/protocolli-posta", "hint": _APP,
        "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "bluewin", "names": ("Swisscom Bluewin", None), "domains": ("bluewin.ch",),
        "servers": (("smtpauths.bluewin.ch", 465, "tls"),), "credential": "app-password",
        "help": "https://emailsetup.swisscom.ch", "hint": _APP, "grade": "A",
        "sources": (_ISPDB, _NODEMAILER, _FAIREMAIL),
    },
    {
        "id": "seznam", "names": ("Seznam", None), "domains": ("seznam.cz", "email.cz", "post.cz"),
        "servers": (("smtp.seznam.cz", 465, "tls"),), "credential": "password", "help": "https://napoveda.seznam.cz",
        "hint": _PASSWORD, "grade": "A", "sources": (_ISPDB, _NODEMAILER),
    },
    {
        "id": "wp", "names": ("Wirtualna Polska", None), "domains": ("wp.pl",),
        "servers": (("smtp.wp.pl", 465, "tls"),), "credential": "app-password", "user_form": "local-part",
        "help": "https://pomoc.wp.pl/jak-skonfigurowac-program-pocztowy", "hint": _APP_LOCAL, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "o2", "names": ("o2 (Poland)", None), "domains": ("o2.pl",), "servers": (("poczta.o2.pl", 465, "tls"),),
        "credential": "password", "user_form": "local-part",
        "help": "https://pomoc.o2.pl/jak-skonfigurowac-program-pocztowy", "hint": _PASSWORD_LOCAL, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "onet", "names": ("Onet", None),
        "domains": ("onet.pl", "onet.eu", "onet.com.pl", "op.pl", "vp.pl", "poczta.onet.pl", "poczta.onet.eu"),
        "servers": (("smtp.poczta.onet.pl", 465, "tls"),), "credential": "password",
        "help": "https://pomoc.poczta.onet.pl", "hint": _PASSWORD, "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "interia", "names": ("Interia", None), "domains": ("interia.pl", "interia.eu", "interia.com"),
        "servers": (("poczta.interia.pl", 465, "tls"),), "credential": "password",
        "help": "https://pomoc.poczta.interia.pl", "hint": _ENABLE, "grade": "B", "sources": (_FAIREMAIL,),
    },
    {
        "id": "naver", "names": ("Naver Mail", "Naver 邮箱"), "domains": ("naver.com",),
        "servers": (("smtp.naver.com", 465, "tls"), ("smtp.naver.com", 587, "starttls")), "credential": "password",
        "help": "https://help.naver.com", "hint": _ENABLE, "grade": "A", "sources": (_ISPDB, _NODEMAILER, _DELTA),
    },
    {
        "id": "daum", "names": ("Daum (Kakao) Mail", "Daum 邮箱"), "domains": ("daum.net",),
        "servers": (("smtp.daum.net", 465, "tls"),), "credential": "app-password", "help": "https://cs.daum.net",
        "hint": _APP, "grade": "B", "sources": (_ISPDB,),
    },
    {
        "id": "comcast", "names": ("Comcast Xfinity", None), "domains": ("comcast.net",),
        "servers": (("smtp.comcast.net", 465, "tls"), ("smtp.comcast.net", 587, "starttls")),
        "credential": "password", "help": "https://www.xfinity.com/support/articles/third-party-email-access",
        "hint": _COMCAST, "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "att", "names": ("AT&T", None),
        "domains": (
            "att.net", "ameritech.net", "bellsouth.net", "currently.com", "flash.net", "nvbell.net", "pacbell.net",
            "prodigy.net", "sbcglobal.net", "snet.net", "swbell.net", "wans.net",
        ),
        "servers": (("smtp.mail.att.net", 465, "tls"), ("outbound.att.net", 465, "tls")),
        "credential": "app-password", "help": "https://www.att.com/support/article/email-support/KM1240308",
        "hint": _ATT, "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "bt", "names": ("BT Mail", None), "domains": ("btinternet.com",),
        "servers": (("mail.btinternet.com", 465, "tls"),), "credential": "password",
        "help": "https://www.bt.com/help/email", "hint": _PASSWORD, "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "telstra", "names": ("Telstra", None), "domains": ("bigpond.com", "telstra.com"),
        "servers": (("smtp.telstra.com", 465, "tls"),), "credential": "password",
        "help": "https://www.telstra.com.au/support/category/email", "hint": _PASSWORD, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "xtra", "names": ("Spark Xtra Mail", None), "domains": ("xtra.co.nz",),
        "servers": (("send.xtra.co.nz", 465, "tls"), ("send.xtra.co.nz", 587, "starttls")), "credential": "password",
        "help": "https://www.spark.co.nz/help/get-more/xtra/xtra-mail-setup/", "hint": _PASSWORD, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "rediff", "names": ("Rediffmail", None), "domains": ("rediffmail.com",),
        "servers": (("smtp.rediffmail.com", 465, "tls"),), "credential": "password", "hint": _PASSWORD, "grade": "B",
        "sources": (_ISPDB,),
    },
    {
        "id": "uol", "names": ("UOL", None), "domains": ("uol.com.br",),
        "servers": (("smtps.uol.com.br", 587, "starttls"),), "credential": "password", "user_form": "local-part",
        "help": "https://sac.uol.com.br", "hint": _PASSWORD_LOCAL, "grade": "B", "sources": (_ISPDB,),
    },
    {
        "id": "bol", "names": ("BOL", None), "domains": ("bol.com.br",),
        "servers": (("smtps.bol.com.br", 465, "tls"),), "credential": "password", "user_form": "local-part",
        "help": "https://sac.uol.com.br", "hint": _PASSWORD_LOCAL, "grade": "B", "sources": (_ISPDB,),
    },
)
# fmt: on
