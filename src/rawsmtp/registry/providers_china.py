"""Mail providers of mainland China."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .providers import Row

_ISPDB = "Mozilla ISPDB"
_NODEMAILER = "nodemailer services.json"
_DELTA = "Delta Chat provider-db"
_FAIREMAIL = "FairEmail providers.xml"
_LISTS = "third-party settings lists (unverified)"

# Hints, in English and in Chinese.
_NETEASE = (
    (
        "an authorization code (授权码), not the login password: in webmail, 设置 → POP3/SMTP/IMAP, switch SMTP on and "
        "create the code"
    ),
    "密码处填授权码，不是登录密码：登录网页邮箱，在“设置 → POP3/SMTP/IMAP”中开启 SMTP 服务并新增授权码",
)
_NETEASE_FREE = (
    f"{_NETEASE[0]}; a free account has two at a time",
    f"{_NETEASE[1]}；免费账号最多同时保留两个授权码",
)
_NETEASE_QIYE = (
    "a client authorization code (客户端授权码), not the login password: in webmail, 设置 → 客户端设置",
    "密码处填客户端授权码，不是登录密码：登录网页邮箱，在“设置 → 客户端设置”中开启服务并生成授权码",
)
_QQ_HELP = "https://service.mail.qq.com/cgi-bin/help?subtype=1&id=28&no=1001256"
_QQ = (
    (
        "an authorization code (授权码) of 16 letters, not the QQ password: in webmail, 设置 → 账号 → POP3/IMAP/SMTP "
        "服务, switch the service on and create the code"
    ),
    "密码处填 16 位授权码，不是 QQ 密码：登录网页邮箱，在“设置 → 账号 → POP3/IMAP/SMTP 服务”中开启服务并生成授权码",
)
_FOXMAIL = (
    f"of the QQ account that the address belongs to, {_QQ[0]}",
    f"使用该地址所属 QQ 账号的授权码。{_QQ[1]}",
)
_EXMAIL = (
    (
        "the login password, or with secure login on a client password (客户端专用密码): in webmail, "
        "设置 → 邮箱绑定 → 安全登录; overseas, hwsmtp.exmail.qq.com may be nearer"
    ),
    (
        "密码处填登录密码；开启安全登录后须改用客户端专用密码，在网页邮箱“设置 → 邮箱绑定 → 安全登录”中生成；"
        "海外网络可改用 hwsmtp.exmail.qq.com"
    ),
)
_ALIYUN = ("the mailbox's login password", "密码处填邮箱登录密码")
_ALIYUN_QIYE = (
    (
        "a client security password (三方客户端安全密码), made in webmail's account settings; for new customers "
        "the administrator has to allow third-party clients first"
    ),
    ("密码处填三方客户端安全密码，在网页邮箱的账号安全设置中生成；新开通的企业默认禁用第三方客户端，须先由管理员开启"),
)
_FEISHU = (
    "a password made for third-party clients (专用密码), in Feishu's mail settings",
    "密码处填专用密码，不是飞书登录密码：在飞书邮箱设置的“第三方邮箱客户端登录”中开启并生成",
)
_LARK = (
    "probably a password made for third-party clients, in Lark's mail settings",
    "密码处可能需填专用密码（未经核实）：在 Lark 邮箱设置的第三方客户端登录中生成",
)
_CSTNET = (
    "a client password (客户端专用密码), required since March 2023: made in webmail's security settings",
    "密码处填客户端专用密码（2023 年 3 月起必须使用），在网页邮箱的安全设置中生成；各研究所的邮箱同样适用",
)
_SENDCLOUD = (
    "the API user and its API key, from the console; the user's name is the API user, not an address",
    "用户名填 API_USER，密码填 API_KEY，均在 SendCloud 控制台获取；用户名不是邮箱地址",
)
_SINA = (
    "probably an authorization code (授权码): in webmail, 设置 → 客户端 POP/IMAP/SMTP, switch SMTP on",
    "密码处可能需填授权码（未经核实）：登录网页邮箱，在“设置 → 客户端 POP/IMAP/SMTP”中开启 SMTP 服务后获取",
)
_SINA_CN = (f"{_SINA[0]}; sources differ about the host", f"{_SINA[1]}；各来源所列服务器地址不一致")
_SOHU = (
    "probably a separate password (独立密码), made in webmail's settings for POP3/SMTP",
    "密码处可能需填独立密码（未经核实）：在网页邮箱的 POP3/SMTP 设置中生成",
)
_CHINA_MOBILE = (
    "probably an authorization code (授权码), made in webmail's settings for POP3/SMTP/IMAP",
    "密码处可能需填授权码（未经核实）：登录网页邮箱，在设置中开启 POP3/SMTP/IMAP 服务后获取",
)
_CHINA_TELECOM = (
    "probably a client password (专用密码), made in webmail's settings",
    "密码处可能需填专用密码（未经核实）：在网页邮箱的设置中生成",
)
_LOGIN = (
    "probably the login password; look for the SMTP switch in webmail first",
    "可能直接使用登录密码（未经核实）；请先在网页邮箱的设置中确认已开启 SMTP 服务",
)
_263 = (f"{_LOGIN[0]}; own domains use smtpcom.263xmail.com", f"{_LOGIN[1]}；企业自有域名使用 smtpcom.263xmail.com")
_ZOHO = (
    "the login password, or with two-factor login an app password from the account's security settings",
    "密码处填登录密码；开启双因素认证后须改用应用专用密码，在账号安全设置中生成",
)
_21VIANET = (
    "the account's password where the administrator allows SMTP AUTH, else an OAuth 2 token",
    "密码处填账号密码，须由管理员启用 SMTP AUTH；否则使用 OAuth 2 令牌",
)
_PUSH = (
    "the SMTP password of the sender's address, set in the service's console",
    "用户名填发信地址，密码填 SMTP 密码，在邮件推送控制台的发信地址中设置",
)

# A table: one entry, a few lines.
# fmt: off
CHINA: tuple[Row, ...] = (
    {
        "id": "163", "names": ("NetEase 163 Mail", "网易 163 邮箱"), "domains": ("163.com",),
        "servers": (("smtp.163.com", 465, "tls"),), "credential": "auth-code", "help": "https://mail.163.com",
        "hint": _NETEASE_FREE, "grade": "A", "sources": (_ISPDB, _NODEMAILER, f"{_DELTA}, 2024-11"),
    },
    {
        "id": "126", "names": ("NetEase 126 Mail", "网易 126 邮箱"), "domains": ("126.com",),
        "servers": (("smtp.126.com", 465, "tls"),), "credential": "auth-code", "help": "https://mail.126.com",
        "hint": _NETEASE, "grade": "A", "sources": (_ISPDB, _NODEMAILER),
    },
    {
        "id": "yeah", "names": ("NetEase yeah.net Mail", "网易 yeah.net 邮箱"), "domains": ("yeah.net",),
        "servers": (("smtp.yeah.net", 465, "tls"),), "credential": "auth-code", "help": "https://mail.yeah.net",
        "hint": _NETEASE, "grade": "B", "sources": (_ISPDB,),
    },
    {
        "id": "188", "names": ("NetEase 188 Mail", "网易 188 财富邮"), "domains": ("188.com",),
        "servers": (("smtp.188.com", 465, "tls"),), "credential": "auth-code", "hint": _NETEASE, "grade": "C",
        "sources": (_LISTS,),
    },
    {
        "id": "vip163", "names": ("NetEase 163 VIP Mail", "网易 163 VIP 邮箱"), "domains": ("vip.163.com",),
        "servers": (("smtp.vip.163.com", 465, "tls"),), "credential": "auth-code", "hint": _NETEASE, "grade": "C",
        "sources": (_LISTS,),
    },
    {
        "id": "vip126", "names": ("NetEase 126 VIP Mail", "网易 126 VIP 邮箱"), "domains": ("vip.126.com",),
        "servers": (("smtp.vip.126.com", 465, "tls"),), "credential": "auth-code", "hint": _NETEASE, "grade": "C",
        "sources": (_LISTS,),
    },
    {
        "id": "vip188", "names": ("NetEase 188 VIP Mail", "网易 188 VIP 邮箱"), "domains": ("vip.188.com",),
        "servers": (("smtp.vip.188.com", 465, "tls"),), "credential": "auth-code", "hint": _NETEASE, "grade": "C",
        "sources": (_LISTS,),
    },
    {
        "id": "netease-qiye", "names": ("NetEase Enterprise Mail", "网易企业邮箱"),
        "servers": (("smtphz.qiye.163.com", 465, "tls"), ("smtp.qiye.163.com", 465, "tls")),
        "credential": "auth-code", "help": "https://qiye.163.com/help/client-profile.html", "hint": _NETEASE_QIYE,
        "grade": "B",
        "sources": (f"{_FAIREMAIL} (disabled entry)", "mirror of the mail help page of Southeast University, Nanjing"),
    },
    {
        "id": "pku-stu", "names": ("Peking University student mail", "北京大学学生邮箱"),
        "domains": ("stu.pku.edu.cn",), "servers": (("smtphz.qiye.163.com", 465, "tls"),), "credential": "auth-code",
        "hint": _NETEASE_QIYE, "grade": "C", "sources": (_LISTS,),
    },
    {
        "id": "qq", "names": ("QQ Mail", "QQ 邮箱"), "domains": ("qq.com",),
        "servers": (("smtp.qq.com", 465, "tls"), ("smtp.qq.com", 587, "starttls")), "credential": "auth-code",
        "help": _QQ_HELP, "hint": _QQ, "grade": "A", "sources": (_ISPDB, _NODEMAILER, f"{_DELTA}, 2021-06"),
    },
    {
        "id": "foxmail", "names": ("Foxmail", "Foxmail 邮箱"), "domains": ("foxmail.com",),
        "servers": (("smtp.qq.com", 465, "tls"),), "credential": "auth-code", "help": _QQ_HELP, "hint": _FOXMAIL,
        "grade": "B", "sources": (_DELTA,),
    },
    {
        "id": "vipqq", "names": ("QQ VIP Mail", "QQ VIP 邮箱"), "domains": ("vip.qq.com",),
        "servers": (("smtp.qq.com", 465, "tls"),), "credential": "auth-code", "help": _QQ_HELP, "hint": _QQ,
        "grade": "C", "sources": (_LISTS,),
    },
    {
        "id": "exmail", "names": ("Tencent Exmail", "腾讯企业邮"), "domains": ("exmail.qq.com",),
        "servers": (("smtp.exmail.qq.com", 465, "tls"), ("hwsmtp.exmail.qq.com", 465, "tls")),
        "credential": "password", "help": "https://exmail.qq.com", "hint": _EXMAIL, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "aliyun", "names": ("Aliyun Mail", "阿里云邮箱"), "domains": ("aliyun.com",),
        "servers": (("smtp.aliyun.com", 465, "tls"),), "credential": "password", "help": "https://mail.aliyun.com",
        "hint": _ALIYUN, "grade": "A", "sources": (_NODEMAILER, f"{_DELTA}, 2023-09"),
    },
    {
        "id": "aliyun-qiye", "names": ("Alibaba Mail for enterprises", "阿里邮箱企业版"),
        "servers": (("smtp.qiye.aliyun.com", 465, "tls"), ("smtp.mxhichina.com", 465, "tls")),
        "credential": "app-password", "help": "https://help.aliyun.com/document_detail/36687.html",
        "hint": _ALIYUN_QIYE, "grade": "A",
        "sources": ("https://help.aliyun.com/document_detail/36687.html", _NODEMAILER),
    },
    {
        "id": "feishu", "names": ("Feishu Mail", "飞书邮箱"), "servers": (("smtp.feishu.cn", 465, "tls"),),
        "credential": "app-password", "help": "https://www.feishu.cn/hc", "hint": _FEISHU, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "lark", "names": ("Lark Mail", None), "servers": (("smtp.larksuite.com", 465, "tls"),),
        "credential": "app-password", "hint": _LARK, "grade": "C", "sources": (_LISTS,),
    },
    {
        "id": "cstnet", "names": ("Chinese Academy of Sciences mail", "中国科学院邮件系统"),
        "domains": ("cstnet.cn",), "servers": (("mail.cstnet.cn", 465, "tls"), ("mail.cstnet.cn", 994, "tls")),
        "credential": "app-password", "help": "https://help.cstnet.cn/redianwenti/zhuanyongmima.html",
        "hint": _CSTNET, "grade": "B", "sources": ("mail help page of the institute behind spaceweather.ac.cn",),
    },
    {
        "id": "sendcloud", "names": ("SendCloud", None), "servers": (("smtp.sendcloud.net", 2525, "starttls"),),
        "credential": "token", "help": "https://www.sendcloud.net", "hint": _SENDCLOUD, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "sina", "names": ("Sina Mail", "新浪邮箱"), "domains": ("sina.com",),
        "servers": (("smtp.sina.com", 465, "tls"),), "credential": "auth-code", "hint": _SINA, "grade": "C",
        "sources": (_LISTS,),
    },
    {
        "id": "sina-cn", "names": ("Sina Mail (sina.cn)", "新浪邮箱（sina.cn）"), "domains": ("sina.cn",),
        "servers": (("smtp.sina.com", 465, "tls"), ("smtp.sina.cn", 465, "tls")), "credential": "auth-code",
        "hint": _SINA_CN, "grade": "C", "sources": (_LISTS,),
    },
    {
        "id": "sina-vip", "names": ("Sina VIP Mail", "新浪 VIP 邮箱"), "domains": ("vip.sina.com",),
        "servers": (("smtp.vip.sina.com", 465, "tls"),), "credential": "auth-code", "hint": _SINA, "grade": "C",
        "sources": (_LISTS,),
    },
    {
        "id": "sohu", "names": ("Sohu Mail", "搜狐邮箱"), "domains": ("sohu.com",),
        "servers": (("smtp.sohu.com", 465, "tls"),), "credential": "app-password", "hint": _SOHU, "grade": "C",
        "sources": (_LISTS,),
    },
    {
        "id": "tom", "names": ("TOM Mail", "TOM 邮箱"), "domains": ("tom.com",),
        "servers": (("smtp.tom.com", 465, "tls"),), "credential": "password", "hint": _LOGIN, "grade": "C",
        "sources": (_LISTS,),
    },
    {
        "id": "139", "names": ("China Mobile 139 Mail", "中国移动 139 邮箱"), "domains": ("139.com",),
        "servers": (("smtp.139.com", 465, "tls"),), "credential": "auth-code", "help": "https://mail.10086.cn",
        "hint": _CHINA_MOBILE, "grade": "C", "sources": (_LISTS,),
    },
    {
        "id": "189", "names": ("China Telecom 189 Mail", "中国电信 189 邮箱"), "domains": ("189.cn",),
        "servers": (("smtp.189.cn", 465, "tls"),), "credential": "app-password", "hint": _CHINA_TELECOM, "grade": "C",
        "sources": (_LISTS,),
    },
    {
        "id": "wo", "names": ("China Unicom Wo Mail", "中国联通沃邮箱"), "domains": ("wo.cn",),
        "servers": (("smtp.wo.cn", 465, "tls"),), "credential": "password", "hint": _LOGIN, "grade": "C",
        "sources": (_LISTS,),
    },
    {
        "id": "21cn", "names": ("21CN Mail", "21CN 邮箱"), "domains": ("21cn.com",),
        "servers": (("smtp.21cn.com", 465, "tls"),), "credential": "password", "hint": _LOGIN, "grade": "C",
        "sources": (_LISTS,),
    },
    {
        "id": "263", "names": ("263 Mail", "263 邮箱"), "domains": ("263.net", "263xmail.com"),
        "servers": (("smtp.263.net", 465, "tls"), ("smtpcom.263xmail.com", 465, "tls")), "credential": "password",
        "hint": _263, "grade": "C", "sources": (_LISTS,),
    },
    {
        "id": "zoho-cn", "names": ("Zoho Mail China", "Zoho 邮箱（中国）"), "domains": ("zoho.com.cn",),
        "servers": (("smtp.zoho.com.cn", 465, "tls"),), "credential": "app-password", "hint": _ZOHO, "grade": "C",
        "sources": (_LISTS,),
    },
    {
        "id": "m365-21v", "names": ("Microsoft 365 operated by 21Vianet", "世纪互联运营的 Microsoft 365"),
        "servers": (("smtp.partner.outlook.cn", 587, "starttls"),), "credential": "password", "hint": _21VIANET,
        "grade": "C", "sources": ("https://github.com/open-falcon/mail-provider/issues/32",),
    },
    {
        "id": "aliyun-dm", "names": ("Alibaba Cloud DirectMail", "阿里云邮件推送"),
        "servers": (("smtpdm.aliyun.com", 465, "tls"),), "credential": "token", "hint": _PUSH, "grade": "C",
        "sources": ("no page found (unverified)",),
    },
    {
        "id": "tencent-ses", "names": ("Tencent Cloud SES", "腾讯云邮件推送"),
        "servers": (("smtp.qcloudmail.com", 465, "tls"),), "credential": "token", "hint": _PUSH, "grade": "C",
        "sources": ("no page found (unverified)",),
    },
)
# fmt: on
