from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rawsmtp
from rawsmtp import Reply, explain
from rawsmtp.registry.diagnosis_rules import RULES
from rawsmtp.testing import MemoryServer

if TYPE_CHECKING:
    from rawsmtp.registry.diagnosis_rule import Rule

NETEASE, QQ, GMAIL, OUTLOOK = "smtp.163.com", "smtp.qq.com", "smtp.gmail.com", "smtp.office365.com"
GOOGLE_MX, MICROSOFT_MX, YAHOO_MX = (
    "gmail-smtp-in.l.google.com",
    "x.mail.protection.outlook.com",
    "mta5.am0.yahoodns.net",
)

HOSTS = {
    "netease": NETEASE,
    "netease-business": "smtphz.qiye.163.com",
    "tencent": QQ,
    "tencent-business": "smtp.exmail.qq.com",
    "google": GMAIL,
    "microsoft": OUTLOOK,
    "yahoo": "smtp.mail.yahoo.com",
    "apple": "smtp.mail.me.com",
}

# Where the texts are shown in public.
ISSUE = "https://github.com"
NETEASE_LIST = "http://help.163.com/09/1224/17/5RAJ4LMH00753VB8.html"
QQ_LIST = "https://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000725"
QQ_REPORT = "http://qiao.yimirj.com/article/detail/2261"
ALIBABA_LIST = "http://www.sh-aliyun.com/index.php/Products/detail/cid/0/pid/87.html"
GOOGLE_LIST = "https://support.google.com/a/answer/3726730"
MICROSOFT_LIST = (
    "https://learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online"
)
POSTFIX = "https://www.postfix.org/postconf.5.html"
POSTFIX_SOURCE = "https://github.com/vdukhovni/postfix"
EXIM = "https://www.exim.org/exim-html-current/doc/html/spec_html/"
YANDEX_LIST = "https://www.yandex.com/support/mail/bounces/other.html"

# (host, reply, rule, whether a retry can help, source)
REAL: list[tuple[str | None, str, str, bool, str]] = [
    (
        NETEASE,
        "535 Error: authentication failed",
        "netease-authorization-code",
        False,
        f"{ISSUE}/hongrunhui/node_12306/issues/1",
    ),
    (
        NETEASE,
        "550 User has no permission",
        "netease-no-permission",
        False,
        f"{ISSUE}/testerSunshine/12306/issues/62",
    ),
    (NETEASE, "553 Mail from must equal authorized user", "sender-is-not-the-user", False, "reported by users"),
    (
        NETEASE,
        "554 DT:SPM 163 smtp10,DsCowAA3D+JApVpd78gMKg--.16104S2 1566221632,please see http://mail.163.com/help",
        "netease-spam",
        False,
        f"{ISSUE}/selfteaching/selfteaching-python-camp/issues/5556",
    ),
    (NETEASE, "451 DT:SPM ,please try again", "netease-spam", True, NETEASE_LIST),
    (NETEASE, "550 DT:SPM 126 mx4", "netease-spam", False, NETEASE_LIST),
    (NETEASE, "554 DT:SUM 126 smtp2,4", "netease-sender-mismatch", False, NETEASE_LIST),
    (None, "550 MI:SPF 163 mx7", "netease-domain-authentication", False, NETEASE_LIST),
    (None, "550 MI:DMA 163 mx7", "netease-domain-authentication", False, NETEASE_LIST),
    (None, "421 HL:REP 163 mx5,x", "netease-behaviour", True, NETEASE_LIST),
    (None, "421 HL:ICC 163 mx5,x", "netease-frequency", True, NETEASE_LIST),
    (None, "451 MI:CEL 163 mx1", "netease-frequency", True, NETEASE_LIST),
    (None, "450 RP:DRC 163 mx1", "netease-frequency", True, NETEASE_LIST),
    (None, "451 MI:SFQ 163 smtp1", "netease-frequency", True, NETEASE_LIST),
    (None, "550 RP:TRC 163 smtp1", "netease-frequency", True, NETEASE_LIST),
    (None, "554 MI:STC 163 smtp1", "netease-frequency", True, NETEASE_LIST),
    (None, "450 DT:RBL 163 mx1", "netease-blocked", True, NETEASE_LIST),
    (None, "554 HL:IPB 163 mx1", "netease-blocked", False, NETEASE_LIST),
    (None, "554 IP in blacklist", "netease-blocked", False, NETEASE_LIST),
    (
        None,
        "554 IP is rejected, smtp auth error limit exceed",
        "netease-too-many-failed-logins",
        True,
        NETEASE_LIST,
    ),
    (
        NETEASE,
        "451 Requested mail action not taken: too much fail authentication",
        "netease-too-many-failed-logins",
        True,
        NETEASE_LIST,
    ),
    (NETEASE, "553 authentication is required,smtp1", "login-first", False, NETEASE_LIST),
    (NETEASE, "550 RP:FRL 163 mx1", "relay-denied", False, NETEASE_LIST),
    (NETEASE, "550 Invalid User", "unknown-user", False, NETEASE_LIST),
    (NETEASE, "550 User suspended", "mailbox-disabled", False, NETEASE_LIST),
    (NETEASE, "550 MI:NHD", "hello-refused", False, NETEASE_LIST),
    (NETEASE, "552 Illegal Attachment", "content-refused", False, NETEASE_LIST),
    (NETEASE, "552 Requested mail action aborted: exceeded mailsize limit", "too-big", False, NETEASE_LIST),
    (
        NETEASE,
        "550 Requested mail action not taken: too much recipient",
        "too-many-recipients",
        False,
        NETEASE_LIST,
    ),
    (NETEASE, "553 Requested action not taken: NULL sender is not allowed", "code", False, NETEASE_LIST),
    (
        QQ,
        "535 Login Fail. Please enter your authorization code to login. More information in http://service.mail.qq.com",
        "tencent-authorization-code",
        False,
        f"{ISSUE}/louislam/uptime-kuma/issues/3434",
    ),
    (
        QQ,
        "535 Error: 请使用授权码登录。详情请看: http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=28&&no=1001256",
        "tencent-authorization-code",
        False,
        f"{ISSUE}/pandolia/qqbot/issues/221",
    ),
    (
        QQ,
        (
            "535 Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, "
            "or system is busy."
        ),
        "tencent-authorization-code",
        False,
        f"{ISSUE}/chengazhen/cursor-auto-free/issues/294",
    ),
    (
        QQ,
        "501 mail from address must be same as authorization user.",
        "sender-is-not-the-user",
        False,
        "reported by users",
    ),
    (QQ, "503 Error: need EHLO and AUTH first !", "login-first", False, "reported by users"),
    (QQ, "550 Mailbox unavailable or access denied.", "tencent-mailbox-closed-for-now", True, QQ_REPORT),
    (QQ, "550 The mail may contain inappropriate words or content.", "tencent-content", False, "reported by users"),
    ("mx3.qq.com", "550 Ip frequency limited. http://service.mail.qq.com/", "tencent-frequency", True, QQ_LIST),
    ("mx3.qq.com", "550 Domain frequency limited", "tencent-frequency", True, QQ_REPORT),
    (QQ, "550 Connection frequency limited", "tencent-frequency", True, f"{ISSUE}/meolu/walle-web/issues/289"),
    ("mx3.qq.com", "550 Mail content denied", "tencent-content", False, "https://www.yuntunpuzi.com/aliyun/745/"),
    (
        "smtp.aliyun.com",
        "440 mail from account doesn't conform with authentication",
        "sender-is-not-the-user",
        False,
        ALIBABA_LIST,
    ),
    ("smtp.aliyun.com", "526 Authentication failure[0]", "alibaba-bad-credentials", False, ALIBABA_LIST),
    ("smtp.aliyun.com", "552 mailbox is full", "mailbox-full", True, ALIBABA_LIST),
    ("mx1.aliyun.com", "554 Reject by behaviour spam", "spam-content", False, ALIBABA_LIST),
    (
        GMAIL,
        (
            "534 5.7.9 Application-specific password required. Learn more at\n"
            "5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor"
        ),
        "google-app-password",
        False,
        f"{ISSUE}/mageplaza/magento-2-smtp/issues/181",
    ),
    (
        GMAIL,
        (
            "535 5.7.8 Username and Password not accepted. For more information, go to\n"
            "5.7.8  https://support.google.com/mail/?p=BadCredentials"
        ),
        "google-bad-credentials",
        False,
        f"{ISSUE}/nodemailer/nodemailer/issues/953",
    ),
    (
        GMAIL,
        "534 5.7.14 Please log in via your web browser and then try again.",
        "google-web-login",
        False,
        GOOGLE_LIST,
    ),
    (GMAIL, "454 4.7.0 Too many login attempts, please try again later.", "too-many-logins", True, GOOGLE_LIST),
    (GMAIL, "550 5.4.5 Daily user sending limit exceeded.", "google-rate", True, GOOGLE_LIST),
    (GMAIL, "530 5.7.0 Must issue a STARTTLS command first.", "starttls-first", False, GOOGLE_LIST),
    (GMAIL, "530 5.7.0 Authentication Required.", "login-first", False, GOOGLE_LIST),
    (GMAIL, "552 5.3.4 Your message exceeded Google's message size limits.", "too-big", False, GOOGLE_LIST),
    (
        GOOGLE_MX,
        (
            "421 4.7.28 [192.0.2.1] Our system has detected an unusual rate of\n"
            "4.7.28 unsolicited mail originating from your IP address."
        ),
        "google-unusual-rate",
        True,
        "https://smtpfieldmanual.com/provider/google",
    ),
    (
        GOOGLE_MX,
        (
            "450 4.2.1 The user you are trying to contact is receiving mail at a rate that\n"
            "4.2.1 prevents additional messages from being delivered."
        ),
        "google-recipient-throttled",
        True,
        GOOGLE_LIST,
    ),
    (
        GOOGLE_MX,
        (
            "550 5.1.1 The email account that you tried to reach does not\n"
            "5.1.1 exist. Please try double-checking the recipient's email address for typos."
        ),
        "unknown-user",
        False,
        GOOGLE_LIST,
    ),
    (
        GOOGLE_MX,
        "550 5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record setup",
        "reverse-dns",
        False,
        GOOGLE_LIST,
    ),
    (
        GOOGLE_MX,
        "550 5.7.26 Unauthenticated email from x.test is not accepted due to domain's DMARC policy.",
        "google-unauthenticated",
        False,
        GOOGLE_LIST,
    ),
    (
        GOOGLE_MX,
        "552 5.7.0 This message was blocked because its content presents a potential security issue.",
        "content-refused",
        False,
        GOOGLE_LIST,
    ),
    (
        GOOGLE_MX,
        "550 5.7.1 Our system has detected that this message is likely unsolicited mail.",
        "spam-content",
        False,
        GOOGLE_LIST,
    ),
    (
        GOOGLE_MX,
        "550 5.2.1 The email account that you tried to reach is disabled.",
        "mailbox-disabled",
        False,
        GOOGLE_LIST,
    ),
    (GOOGLE_MX, "452 4.5.3 Your message has too many recipients.", "too-many-recipients", True, GOOGLE_LIST),
    (
        GOOGLE_MX,
        "452 4.2.2 The email account that you tried to reach is over quota.",
        "mailbox-full",
        True,
        GOOGLE_LIST,
    ),
    (
        OUTLOOK,
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        "microsoft-basic-auth-off",
        False,
        "https://aka.ms/smtp_auth_disabled",
    ),
    (
        OUTLOOK,
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. "
            "Visit https://aka.ms/smtp_auth_disabled for more information."
        ),
        "microsoft-basic-auth-off",
        False,
        "https://aka.ms/smtp_auth_disabled",
    ),
    (
        OUTLOOK,
        (
            "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated "
            "successfully. Contact your administrator."
        ),
        "microsoft-login-refused",
        False,
        f"{ISSUE}/gophish/gophish/issues/3220",
    ),
    (
        OUTLOOK,
        "535 5.7.3 Authentication unsuccessful [BN6PR03CA0021.namprd03.prod.outlook.com]",
        "microsoft-auth-failed",
        False,
        f"{ISSUE}/triplea-game/triplea/issues/12505",
    ),
    (
        OUTLOOK,
        "530 5.7.57 Client not authenticated to send mail. [BN1P110CA0052.NAMP110.PROD.OUTLOOK.COM]",
        "microsoft-not-authenticated",
        False,
        "https://www.easy365manager.com/office-365-ndr-error-codes/",
    ),
    (
        OUTLOOK,
        "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending",
        "microsoft-too-many-connections",
        True,
        f"{ISSUE}/sabuhish/fastapi-mail/issues/75",
    ),
    (
        MICROSOFT_MX,
        "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded",
        "microsoft-recipient-throttled",
        True,
        MICROSOFT_LIST,
    ),
    (
        OUTLOOK,
        "554 5.2.252 SendAsDenied; x@outlook.com not allowed to send as y@x.test; STOREDRV.Submission.Exception",
        "microsoft-send-as-denied",
        False,
        f"{ISSUE}/gophish/gophish/issues/2900",
    ),
    (
        OUTLOOK,
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        "microsoft-send-as-denied",
        False,
        f"{ISSUE}/swiftmailer/swiftmailer/issues/1030",
    ),
    (
        MICROSOFT_MX,
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "microsoft-unknown-recipient",
        False,
        MICROSOFT_LIST,
    ),
    (OUTLOOK, "550 5.1.8 Access denied, bad outbound sender.", "microsoft-outbound-blocked", False, MICROSOFT_LIST),
    (
        MICROSOFT_MX,
        "550 5.7.606 Access denied, banned sending IP [192.0.2.1]",
        "microsoft-ip-blocked",
        False,
        MICROSOFT_LIST,
    ),
    (
        MICROSOFT_MX,
        "451 4.7.500 Server busy. Please try again later from [192.0.2.1].",
        "microsoft-busy",
        True,
        MICROSOFT_LIST,
    ),
    (
        MICROSOFT_MX,
        "550 5.7.515 Access denied, sending domain x.test doesn't meet the required authentication level.",
        "authentication-of-the-domain",
        False,
        MICROSOFT_LIST,
    ),
    (
        None,
        "550 5.7.1 [192.0.2.1] is on our block list (S3150)",
        "ip-blocked",
        False,
        "https://sendersupport.olc.protection.outlook.com/pm/troubleshooting",
    ),
    (
        YAHOO_MX,
        (
            "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints"
            " - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes"
        ),
        "yahoo-deferred",
        True,
        "https://smtp.codes/yahoo",
    ),
    (
        "smtp.mail.yahoo.com",
        "535 5.7.0 (#AUTH005) Too many bad auth attempts.",
        "yahoo-app-password",
        False,
        "reported by users",
    ),
    ("smtp.mail.me.com", "535 5.7.8 Error: authentication failed", "apple-app-password", False, "reported by users"),
    (
        "smtp.mail.ru",
        (
            "535 5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external / "
            "Application password is REQUIRED"
        ),
        "mailru-app-password",
        False,
        f"{ISSUE}/lmanukyan/print-designer/issues/5",
    ),
    (
        "smtp.yandex.ru",
        "535 5.7.8 Error: authentication failed: This user does not have access rights to this service",
        "yandex-no-access",
        False,
        "reported by users",
    ),
    ("mx.yandex.ru", "554 5.7.1 Message rejected under suspicion of SPAM", "spam-content", False, YANDEX_LIST),
    (
        None,
        "550 5.7.1 SPF check failed: 192.0.2.1 is not authorized",
        "authentication-of-the-domain",
        False,
        YANDEX_LIST,
    ),
    (None, "535 5.7.8 Error: authentication failed:", "bad-credentials", False, POSTFIX_SOURCE),
    (None, "534 5.7.9 Authentication mechanism is too weak", "mechanism-too-weak", False, "RFC 4954 §6"),
    (None, "525 5.7.13 User Account Disabled", "account-disabled", False, "RFC 5248"),
    (
        None,
        "538 5.7.11 Encryption required for requested authentication mechanism",
        "starttls-first",
        False,
        "RFC 2554",
    ),
    (None, "454 4.7.0 Temporary authentication failure", "login-check-failed", True, "RFC 4954 §6"),
    (None, "454 4.7.0 TLS not available due to local problem", "tls-not-now", True, POSTFIX_SOURCE),
    (None, "530 5.7.0 Must issue a STARTTLS command first", "starttls-first", False, "RFC 3207 §4"),
    (None, "451 4.7.0 Must issue a STARTTLS command first", "starttls-first", False, "RFC 3207 §4, deferred"),
    (
        None,
        "553 5.7.1 <a@x.test>: Sender address rejected: not owned by user b",
        "sender-not-owned",
        False,
        f"{POSTFIX}#reject_sender_login_mismatch",
    ),
    (
        None,
        "553 5.7.1 <a@x.test>: Sender address rejected: not logged in",
        "login-first",
        False,
        f"{POSTFIX}#reject_unauthenticated_sender_login_mismatch",
    ),
    (
        None,
        "450 4.1.8 <a@x.test>: Sender address rejected: Domain not found",
        "sender-domain",
        True,
        f"{POSTFIX}#reject_unknown_sender_domain",
    ),
    (
        None,
        "550 5.1.2 <b@x.test>: Recipient address rejected: Domain not found",
        "recipient-domain",
        False,
        f"{POSTFIX}#reject_unknown_recipient_domain",
    ),
    (
        None,
        "556 5.1.10 <b@x.test>: Recipient address rejected: Domain does not accept mail (nullMX)",
        "recipient-domain",
        False,
        "RFC 7505 §4.1",
    ),
    (
        None,
        "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
        "hello-refused",
        False,
        f"{POSTFIX}#reject_non_fqdn_helo_hostname",
    ),
    (
        None,
        "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]",
        "reverse-dns",
        True,
        f"{POSTFIX}#reject_unknown_client_hostname",
    ),
    (
        None,
        "550 5.1.1 <x@y>: Recipient address rejected: User unknown in local recipient table",
        "unknown-user",
        False,
        f"{POSTFIX}#local_recipient_maps",
    ),
    (
        None,
        "450 4.1.1 <x@y>: Recipient address rejected: User unknown in local recipient table",
        "unknown-user",
        True,
        f"{POSTFIX}#unknown_local_recipient_reject_code",
    ),
    (None, "554 5.7.1 <x@y>: Relay access denied", "relay-denied", False, f"{POSTFIX}#relay_domains_reject_code"),
    (None, "454 4.7.1 <x@y>: Relay access denied", "relay-denied", True, f"{POSTFIX}#defer_unauth_destination"),
    (None, "552 5.3.4 Message size exceeds fixed limit", "too-big", False, f"{POSTFIX}#message_size_limit"),
    (None, "452 4.5.3 Error: too many recipients", "too-many-recipients", True, f"{POSTFIX}#smtpd_recipient_limit"),
    (
        None,
        "421 4.7.0 mail.x.test Error: too many errors",
        "too-many-errors",
        False,
        f"{POSTFIX}#smtpd_hard_error_limit",
    ),
    (None, "421 4.4.2 mail.x.test Error: timeout exceeded", "server-timed-out", True, f"{POSTFIX}#smtpd_timeout"),
    (
        None,
        "421 4.7.0 mail.x.test Error: too many connections from 192.0.2.1",
        "too-many-connections",
        True,
        f"{POSTFIX}#smtpd_client_connection_count_limit",
    ),
    (None, "554 5.4.6 Too many hops", "loop", False, f"{POSTFIX}#hopcount_limit"),
    (
        None,
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        "ip-blocked",
        False,
        f"{POSTFIX}#default_rbl_reply",
    ),
    (
        None,
        "450 4.2.0 <a@b>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/b.html",
        "greylisted",
        True,
        "https://postgrey.schweikert.ch",
    ),
    (None, "451 4.7.1 Please try again later", "asked-to-come-again", True, "RFC 6647 §2"),
    (None, "452 4.3.1 Insufficient system storage", "server-trouble", True, "RFC 3463 §3.4"),
    (None, "421 Too many concurrent SMTP connections; please try again later.", "too-many-connections", True, EXIM),
    (None, "550 relay not permitted", "relay-denied", False, EXIM),
    (None, "554 SMTP synchronization error", "unsynchronised", False, EXIM),
    (None, "552 5.2.2 Mailbox full", "mailbox-full", True, "RFC 3463 §3.3"),
    (None, "550 5.6.7 SMTPUTF8 is required, but was not offered", "needs-smtputf8", False, "RFC 6531 §3.5"),
    (None, "554 5.7.1 Message rejected as spam by Content Filtering.", "spam-content", False, YANDEX_LIST),
    (None, "550 5.7.1 205.1.1.9 refused", "code", False, "an address is not an enhanced code"),
    (None, "550 5.1.1 x", "unknown-user", False, "RFC 3463 §3.2"),
    (None, "550 5.7.23 x", "authentication-of-the-domain", False, "RFC 7372 §3.2"),
    (None, "451 4.3.0 x", "code", True, "RFC 3463 §3.4"),
    (None, "250 2.0.0 Ok", "code", False, "RFC 5321 §4.2.3"),
]


@pytest.mark.parametrize(
    ("host", "text", "rule", "retry", "source"), REAL, ids=[f"{row[2]}: {row[1][:30]}" for row in REAL]
)
def test_real_replies(host: str | None, text: str, rule: str, retry: bool, source: str) -> None:
    reply = Reply(int(text[:3]), text[4:])
    found = explain(reply, host)
    assert (found.rule, found.retry) == (rule, retry)
    assert found.reply is reply
    assert source
    assert found.source
    assert "\n" not in found.hint()
    assert not found.hint("zh").isascii()
    assert found.summary.en


def test_there_are_enough_of_them() -> None:
    assert len(REAL) >= 100


@pytest.mark.parametrize(
    ("host", "rule"),
    [
        ("smtp.163.com", "netease-authorization-code"),
        ("smtp.126.com", "netease-authorization-code"),
        ("smtp.yeah.net", "netease-authorization-code"),
        ("SMTP.163.COM.", "netease-authorization-code"),
        ("smtphz.qiye.163.com", "netease-business-code"),
        ("smtp.qq.com", "tencent-authorization-code"),
        ("smtp.exmail.qq.com", "tencent-business-password"),
        ("not163.com", "bad-credentials"),
        ("163.com.evil.test", "bad-credentials"),
        ("", "bad-credentials"),
        (None, "bad-credentials"),
    ],
)
def test_the_provider_is_known_by_its_host(host: str | None, rule: str) -> None:
    assert explain(Reply(535, "Error: authentication failed"), host).rule == rule


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_claims_no_more_than_its_source(rule: Rule) -> None:
    is_public = rule.source.startswith(("RFC ", "IANA ", "http"))
    assert is_public or not rule.verified
    assert not (rule.retry and rule.stubborn)


def test_what_no_rule_knows_is_said_by_the_codes() -> None:
    for reply, summary in (
        (Reply(550, "5.7.17 x"), "The mailbox has another owner now"),
        (Reply(550, "5.7.999 x"), "About security or policy"),
        (Reply(550, "x"), "Not done: no such mailbox, or refused by policy"),
        (Reply(550, "4.7.17 x"), "Not done: no such mailbox, or refused by policy"),
        (Reply(499, "x"), "Not now; trying again later may help"),
        (Reply(999, "x"), "Not a reply code"),
    ):
        found = explain(reply)
        assert (found.rule, found.summary.en) == ("code", summary)


@pytest.mark.parametrize("wrong", [550, "535 Error: authentication failed", None])
def test_what_is_no_reply_is_told_what_is(wrong: Any) -> None:
    with pytest.raises(TypeError, match=rf"such as Reply\(550, 'text'\), not {type(wrong).__name__}"):
        explain(wrong)


def test_the_folder_has_it_without_importing_it() -> None:
    from rawsmtp import registry

    assert registry.explain is explain
    assert registry.Diagnosis is rawsmtp.Diagnosis
    assert registry.codes.lookup is rawsmtp.codes.lookup
    with pytest.raises(AttributeError, match="no_such"):
        registry.no_such  # noqa: B018  # the look-up is the test
    light = "import sys, rawsmtp.registry; sys.exit('rawsmtp.registry.diagnosis' in sys.modules)"
    subprocess.run([sys.executable, "-c", light], check=True)


def test_a_long_text_is_read_in_a_moment() -> None:
    for word in ("sender ", "mailbox ", "a" * 9 + " ", "too many ", "exceeded ", "5.1.1 ", "auth", "1.1.1.1"):
        assert explain(Reply(550, word * 20_000)).reply.code == 550
    assert explain(Reply(550, "x " * 40 + "relay not permitted")).rule == "relay-denied"


def test_phase_narrows_down() -> None:
    reply = Reply(554, "go away")
    assert explain(reply, phase="greeting").rule == "turned-away"
    assert explain(reply, phase="content").rule == "code"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_is_whole_and_explains_its_example(rule: Rule) -> None:
    assert rule.source
    assert rule.cause.en
    assert rule.action.en
    assert not rule.cause.zh.isascii()
    assert not rule.action.zh.isascii()
    phase = min(rule.phases, default=None)
    host = HOSTS[rule.provider] if rule.provider else None
    found = explain(Reply(int(rule.example[:3]), rule.example[4:]), host, phase)
    assert found.rule == rule.name


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert explain(Reply(534, "5.7.9 stronger"), "mail.x.test").rule == "mechanism-too-weak"


@given(
    st.builds(Reply, st.integers(0, 999), st.text()),
    st.none() | st.text() | st.sampled_from([NETEASE, QQ, GMAIL]),
    st.none() | st.sampled_from(["greeting", "auth", "rcpt", "content"]),
)
def test_any_reply_is_explained(reply: Reply, host: str | None, phase: str | None) -> None:
    found = explain(reply, host, phase)
    assert found.reply is reply
    assert found.hint()
    assert found.hint("zh")


def test_errors_carry_it_and_the_servers_words_stay() -> None:
    server = MemoryServer(persona="163", users={"u": "secret"}, tls="starttls")
    with pytest.raises(rawsmtp.AuthenticationFailed) as caught:
        server.client(auth=("u", "wrong")).connect()
    assert "535 Error: authentication failed" in str(caught.value)
    assert caught.value.hint is not None
    assert "password" in caught.value.hint
    server.reply_to("RCPT", 550, "5.1.1 no such user")
    client = server.client(auth=("u", "secret"))
    (result,) = client.send_many([rawsmtp.Submission("\n", sender="a@x.test", recipients="b@x.test")])
    assert isinstance(result.error, rawsmtp.RecipientsRefused)
    assert result.error.hint == "there is no such mailbox; check the address"
