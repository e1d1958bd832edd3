"""Where customers bring their own domain: mail hosting, and services that send for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .providers import Row

_ISPDB = "Mozilla ISPDB"
_NODEMAILER = "nodemailer services.json"
_FAIREMAIL = "FairEmail providers.xml"
_DELTA = "Delta Chat provider-db"

_SES_REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "us-gov-east-1", "us-gov-west-1", "ca-central-1", "sa-east-1",
    "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
)  # fmt: skip
_WORKMAIL_REGIONS = ("us-east-1", "us-west-2", "eu-west-1")

# Hints, in English and in Chinese.
_PASSWORD = ("the mailbox's password, not the customer account's", "密码处填邮箱密码，不是客户账号（控制台）的密码")
_APP = (
    "the login password, or with two-factor login an app password from the account's security settings",
    "密码处填登录密码；开启双因素认证后须改用应用专用密码，在账号的安全设置中生成",
)
_RELAY = (
    "an app password of a Workspace user; or none, where the administrator allows the sender's IP address",
    "密码处填 Workspace 用户的应用专用密码；管理员已放行发信 IP 时无需登录",
)
_SMTP_LOGIN = (
    "the SMTP user and the SMTP password or API key from the service's console; the user is not the sender's address",
    "用户名和密码填控制台提供的 SMTP 用户名与 SMTP 密码（或 API Key）；用户名不是发件地址",
)
_SENDGRID = (
    'an API key with the permission "Mail Send", from the console; the user is literally "apikey"',
    "密码处填具有 Mail Send 权限的 API Key，在控制台生成；用户名固定填 apikey",
)
_SES = (
    "the SMTP credentials made in the SES console, which are not the AWS access keys; they differ by region",
    "用户名和密码填 SES 控制台生成的 SMTP 凭证，不是 AWS 访问密钥；各区域的凭证不通用",
)
_ETHEREAL = (
    "the user and the password of the test account; mail is shown on the site and never delivered",
    "用户名和密码填测试账号的用户名和密码；邮件只在网站上展示，不会真正投递",
)


def _ses(region: str) -> Row:
    return {
        "id": f"ses-{region}", "names": (f"Amazon SES ({region})", f"亚马逊 SES（{region}）"),
        "servers": ((f"email-smtp.{region}.amazonaws.com", 465, "tls"),), "credential": "token",
        "help": "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html", "hint": _SES,
        "grade": "B", "sources": (_NODEMAILER,),
    }  # fmt: skip


def _workmail(region: str) -> Row:
    return {
        "id": f"workmail-{region}", "names": (f"Amazon WorkMail ({region})", f"亚马逊 WorkMail（{region}）"),
        "servers": ((f"smtp.mail.{region}.awsapps.com", 465, "tls"),), "credential": "password",
        "help": "https://docs.aws.amazon.com/workmail/latest/userguide/using_IMAP_client.html", "hint": _PASSWORD,
        "grade": "B", "sources": (_FAIREMAIL,),
    }  # fmt: skip


# A table: one entry, a few lines.
# fmt: off
SERVICES: tuple[Row, ...] = (
    {
        "id": "gmail-relay", "names": ("Google Workspace SMTP relay", "Google Workspace SMTP 中继"),
        "servers": (("smtp-relay.gmail.com", 465, "tls"),), "credential": "app-password",
        "help": "https://support.google.com/a/answer/2956491", "hint": _RELAY, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "zoho-pro", "names": ("Zoho Mail with an own domain", "Zoho 企业邮箱"),
        "servers": (("smtppro.zoho.com", 465, "tls"), ("smtppro.zoho.com", 587, "starttls")),
        "credential": "app-password", "help": "https://www.zoho.com/mail/help/zoho-smtp.html", "hint": _APP,
        "grade": "A", "sources": (_FAIREMAIL, "https://www.zoho.com/mail/help/zoho-smtp.html"),
    },
    {
        "id": "migadu", "names": ("Migadu", None), "servers": (("smtp.migadu.com", 465, "tls"),),
        "credential": "password", "help": "https://www.migadu.com/guides/", "hint": _PASSWORD, "grade": "A",
        "sources": (_FAIREMAIL, _DELTA),
    },
    {
        "id": "infomaniak", "names": ("Infomaniak", None), "domains": ("ik.me",),
        "servers": (("mail.infomaniak.com", 465, "tls"), ("mail.infomaniak.com", 587, "starttls")),
        "credential": "password", "help": "https://www.infomaniak.com/en/support/faq", "hint": _PASSWORD,
        "grade": "A", "sources": (_NODEMAILER, _FAIREMAIL, _DELTA),
    },
    {
        "id": "gandi", "names": ("Gandi", None),
        "servers": (("mail.gandi.net", 465, "tls"), ("mail.gandi.net", 587, "starttls")), "credential": "password",
        "help": "https://docs.gandi.net/en/gandimail/standard_email_settings/", "hint": _PASSWORD, "grade": "A",
        "sources": (_ISPDB, _NODEMAILER, _FAIREMAIL),
    },
    {
        "id": "ionos", "names": ("IONOS", None), "domains": ("ionos.com",),
        "servers": (("smtp.ionos.com", 465, "tls"), ("smtp.ionos.com", 587, "starttls")), "credential": "password",
        "help": "https://www.ionos.com/help/email/", "hint": _PASSWORD, "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "ionos-de", "names": ("IONOS (Germany)", None), "domains": ("ionos.de",),
        "servers": (("smtp.ionos.de", 465, "tls"), ("smtp.ionos.de", 587, "starttls")), "credential": "password",
        "help": "https://www.ionos.de/hilfe/e-mail/", "hint": _PASSWORD, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "ionos-uk", "names": ("IONOS (United Kingdom)", None), "domains": ("ionos.co.uk",),
        "servers": (("smtp.ionos.co.uk", 465, "tls"), ("smtp.ionos.co.uk", 587, "starttls")),
        "credential": "password", "help": "https://www.ionos.co.uk/help/email/", "hint": _PASSWORD, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "ionos-fr", "names": ("IONOS (France)", None), "domains": ("ionos.fr",),
        "servers": (("smtp.ionos.fr", 465, "tls"), ("smtp.ionos.fr", 587, "starttls")), "credential": "password",
        "help": "https://www.ionos.fr/assistance/email/", "hint": _PASSWORD, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "1und1", "names": ("1&1", None), "domains": ("online.de",),
        "servers": (("smtp.1und1.de", 465, "tls"), ("smtp.1und1.de", 587, "starttls")), "credential": "password",
        "help": "https://www.ionos.de/hilfe/e-mail/", "hint": _PASSWORD, "grade": "A",
        "sources": (_ISPDB, _NODEMAILER),
    },
    {
        "id": "strato", "names": ("STRATO", None), "domains": ("strato.de",),
        "servers": (("smtp.strato.de", 465, "tls"), ("smtp.strato.de", 587, "starttls")), "credential": "password",
        "help": "https://www.strato.com/faq/en_us/product/the-strato-email-server/", "hint": _PASSWORD, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "ovh", "names": ("OVHcloud", None), "servers": (("ssl0.ovh.net", 465, "tls"),),
        "credential": "password", "help": "https://docs.ovh.com", "hint": _PASSWORD, "grade": "A",
        "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "aruba", "names": ("Aruba", None), "servers": (("smtps.aruba.it", 465, "tls"),),
        "credential": "password", "help": "https://guide.hosting.aruba.it", "hint": _PASSWORD, "grade": "A",
        "sources": (_NODEMAILER, _FAIREMAIL),
    },
    {
        "id": "aruba-pec", "names": ("Aruba PEC", None), "servers": (("smtps.pec.aruba.it", 465, "tls"),),
        "credential": "password", "help": "https://guide.pec.it", "hint": _PASSWORD, "grade": "B",
        "sources": (_FAIREMAIL,),
    },
    {
        "id": "hetzner", "names": ("Hetzner", None), "servers": (("mail.your-server.de", 465, "tls"),),
        "credential": "password", "hint": _PASSWORD, "grade": "A", "sources": (_ISPDB, _FAIREMAIL),
    },
    {
        "id": "one.com", "names": ("one.com", None), "servers": (("send.one.com", 465, "tls"),),
        "credential": "password", "help": "https://help.one.com", "hint": _PASSWORD, "grade": "A",
        "sources": (_NODEMAILER, _FAIREMAIL),
    },
    {
        "id": "rackspace", "names": ("Rackspace Email", None), "servers": (("secure.emailsrvr.com", 465, "tls"),),
        "credential": "password", "hint": _PASSWORD, "grade": "B", "sources": (_ISPDB,),
    },
    {
        "id": "namecheap", "names": ("Namecheap Private Email", None),
        "servers": (("mail.privateemail.com", 465, "tls"),), "credential": "password",
        "help": "https://www.namecheap.com/support/knowledgebase/article.aspx/1179/2175/", "hint": _PASSWORD,
        "grade": "B", "sources": (_FAIREMAIL,),
    },
    {
        "id": "dreamhost", "names": ("DreamHost", None), "servers": (("smtp.dreamhost.com", 465, "tls"),),
        "credential": "password", "help": "https://help.dreamhost.com/hc/en-us/articles/214918038", "hint": _PASSWORD,
        "grade": "B", "sources": (_FAIREMAIL,),
    },
    {
        "id": "godaddy", "names": ("GoDaddy Workspace Email", None),
        "servers": (("smtpout.secureserver.net", 465, "tls"),), "credential": "password",
        "help": "https://www.godaddy.com/help/server-and-port-settings-for-workspace-email-6949", "hint": _PASSWORD,
        "grade": "B", "sources": (_FAIREMAIL,),
    },
    {
        "id": "sendgrid", "names": ("Twilio SendGrid", None), "servers": (("smtp.sendgrid.net", 587, "starttls"),),
        "credential": "token", "help": "https://www.twilio.com/docs/sendgrid", "hint": _SENDGRID, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "mailgun", "names": ("Mailgun", None), "servers": (("smtp.mailgun.org", 465, "tls"),),
        "credential": "token", "help": "https://documentation.mailgun.com", "hint": _SMTP_LOGIN, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "postmark", "names": ("Postmark", None), "servers": (("smtp.postmarkapp.com", 2525, "starttls"),),
        "credential": "token", "help": "https://postmarkapp.com/developer", "hint": _SMTP_LOGIN, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "brevo", "names": ("Brevo", None), "servers": (("smtp-relay.brevo.com", 587, "starttls"),),
        "credential": "token", "help": "https://help.brevo.com", "hint": _SMTP_LOGIN, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "resend", "names": ("Resend", None), "servers": (("smtp.resend.com", 465, "tls"),),
        "credential": "token", "help": "https://resend.com/docs", "hint": _SMTP_LOGIN, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "mailjet", "names": ("Mailjet", None), "servers": (("in.mailjet.com", 587, "starttls"),),
        "credential": "token", "help": "https://documentation.mailjet.com", "hint": _SMTP_LOGIN, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "sparkpost", "names": ("SparkPost", None), "servers": (("smtp.sparkpostmail.com", 587, "starttls"),),
        "credential": "token", "hint": _SMTP_LOGIN, "grade": "B", "sources": (_NODEMAILER,),
    },
    {
        "id": "smtp2go", "names": ("SMTP2GO", None), "servers": (("mail.smtp2go.com", 2525, "starttls"),),
        "credential": "token", "help": "https://support.smtp2go.com", "hint": _SMTP_LOGIN, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "mailersend", "names": ("MailerSend", None), "servers": (("smtp.mailersend.net", 587, "starttls"),),
        "credential": "token", "help": "https://www.mailersend.com/help", "hint": _SMTP_LOGIN, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "elastic-email", "names": ("Elastic Email", None), "servers": (("smtp.elasticemail.com", 465, "tls"),),
        "credential": "token", "help": "https://help.elasticemail.com", "hint": _SMTP_LOGIN, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "mailtrap", "names": ("Mailtrap", None), "servers": (("live.smtp.mailtrap.io", 587, "starttls"),),
        "credential": "token", "help": "https://docs.mailtrap.io", "hint": _SMTP_LOGIN, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "forward-email", "names": ("Forward Email", None), "servers": (("smtp.forwardemail.net", 465, "tls"),),
        "credential": "token", "help": "https://forwardemail.net/faq", "hint": _SMTP_LOGIN, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    {
        "id": "ethereal", "names": ("Ethereal", None), "servers": (("smtp.ethereal.email", 587, "starttls"),),
        "credential": "password", "help": "https://ethereal.email", "hint": _ETHEREAL, "grade": "B",
        "sources": (_NODEMAILER,),
    },
    *map(_ses, _SES_REGIONS),
    *map(_workmail, _WORKMAIL_REGIONS),
)
# fmt: on
