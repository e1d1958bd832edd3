"""Replies that look like what a rule knows and are another thing: a wrong explanation is worse than none."""

from __future__ import annotations

import re

import pytest

from rawsmtp import Reply, explain
from rawsmtp.registry.diagnosis_rules import RULES

GOOGLE_MX, MICROSOFT_MX = "gmail-smtp-in.l.google.com", "x.mail.protection.outlook.com"

POSTFIX = [
    (None, "rcpt", "550 5.1.0 <a@b>: Sender address rejected: User unknown in virtual mailbox table", "sender-unknown"),
    (None, "rcpt", "550 5.1.7 <a@b>: Sender address rejected: undeliverable address: unknown user", "sender-unknown"),
    (
        None,
        "rcpt",
        "450 4.1.1 <a@b>: Recipient address rejected: unverified address: connect to mx.b: Connection timed out",
        "address-not-verified-yet",
    ),
    (
        None,
        "rcpt",
        "554 5.7.1 Service unavailable; Sender address [a@b] blocked using dbl.spamhaus.org",
        "name-blocked",
    ),
    (None, "rcpt", "450 4.7.1 Error: too many recipients from 192.0.2.1", "too-many-connections"),
    (None, "mail", "450 4.7.1 Error: too much mail from 192.0.2.1", "too-many-connections"),
    (None, "auth", "450 4.7.0 Error: too many AUTH commands from 192.0.2.1", "too-many-logins"),
    (None, "greeting", "550 5.5.1 Protocol error", "unsynchronised"),
    (None, "hello", "550 Access denied", "name-not-taken"),
    (None, "rcpt", "550 Access denied", "code"),
    (None, "hello", "450 Access denied", "code"),
    (None, "greeting", "450 4.3.2 Service currently unavailable", "asked-to-come-again"),
    (None, "rcpt", "451 4.3.0 <a@b>: Temporary lookup failure", "server-trouble"),
    (None, "rcpt", "451 4.3.5 Server configuration error", "server-trouble"),
    (None, "command", "421 4.3.2 Service shutting down and closing transmission channel", "server-trouble"),
    (None, "rcpt", "554 5.7.1 <a@b>: Recipient address rejected: Access denied", "code"),
    (None, "rcpt", "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", "code"),
    (None, "data", "554 5.5.1 Error: no valid recipients", "code"),
    (None, "auth", "503 5.5.1 Error: authentication not enabled", "code"),
    (None, "mail", "555 5.5.4 Unsupported option: FOO=bar", "code"),
]
EXIM = [
    (None, "rcpt", "550 Verification failed for <a@b>\nNo Such User Here\nSender verify failed", "sender-unknown"),
    (
        None,
        "rcpt",
        "550 The account or domain may not exist, they may be blacklisted\nSender verify failed",
        "sender-unknown",
    ),
    (None, "rcpt", "451 Could not complete sender verify callout", "address-not-verified-yet"),
    (None, "rcpt", "451 Temporary local problem - please try later", "server-trouble"),
    (None, "hello", "501 Syntactically invalid EHLO argument(s)", "hello-refused"),
    (None, "mail", "550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)", "hello-refused"),
    (None, "auth", "435 Unable to authenticate at present", "login-check-failed"),
    (None, "command", "500 Too many syntax or protocol errors", "too-many-errors"),
    (None, "command", "554 Too many nonmail commands", "code"),
    (None, "content", "550 message has lines too long for transport", "code"),
    (None, "rcpt", "550 Administrative prohibition", "code"),
    (
        None,
        "content",
        "550 Domain x.test has exceeded the max emails per hour (150/150) allowed",
        "too-many-connections",
    ),
    (None, "content", '550 Outgoing mail from "a@b" has been suspended.', "code"),
]
# RFC 5321 §4.2.3 has "mailbox unavailable" for a refusal by policy, too.
RFC_5321 = [
    (None, "rcpt", "550 Requested action not taken: mailbox unavailable", "code"),
    (
        None,
        "rcpt",
        "450 Requested mail action not taken: mailbox unavailable\nMail send limit exceeded.",
        "too-many-connections",
    ),
    (None, "content", "554 Message refused. Too many bad links: exceeds limits", "code"),
    (None, "rcpt", "550 5.7.1 Recipient blocked", "code"),
    (None, "rcpt", "550 The list does not exist", "code"),
    (None, "rcpt", "550 You have been blacklisted by the recipient", "code"),
    (None, "content", "550 5.7.1 Message rejected due to local policy", "code"),
    (None, "rcpt", "550 5.7.1 SPF: sender is not authorized to send from x.test", "authentication-of-the-domain"),
    (None, "content", "550 5.7.1 message from x.test is not authenticated by DKIM", "authentication-of-the-domain"),
    (None, "rcpt", "550 5.7.2 Sender is not allowed to post to this list", "code"),
    (None, "mail", "550 5.7.1 Sender account suspended", "code"),
    (None, "tls", "421 4.7.0 STARTTLS failed", "code"),
    (None, "content", "451 4.4.1 The remote server timed out", "code"),
    (None, "content", "552 message size limit exceeded", "too-big"),
    (None, "content", "550 message size limit exceeded", "too-big"),
    (
        None,
        "rcpt",
        "450 4.7.1 <a@b>: Recipient address rejected: Policy Rejection- Quota Exceeded",
        "too-many-connections",
    ),
    (None, "command", "451 4.7.1 temporarily deferred", "asked-to-come-again"),
    (None, "auth", "451 Authentication failed: Maximum credits exceeded", "code"),
]
# https://support.google.com/a/answer/3726730, https://postmaster.yahooinc.com/error-codes and the like.
PROVIDERS = [
    (
        GOOGLE_MX,
        "content",
        "421 4.7.30 This mail has been rate limited because DKIM does not pass.",
        "google-unauthenticated",
    ),
    (
        GOOGLE_MX,
        "content",
        "421 4.7.28 Gmail has detected an unusual rate of mail originating from your DKIM domain",
        "google-unusual-rate",
    ),
    (
        GOOGLE_MX,
        "content",
        "550 5.7.29 not sent over a TLS connection. Gmail requires all bulk email senders to use TLS/SSL.",
        "starttls-first",
    ),
    (
        GOOGLE_MX,
        "rcpt",
        "450 4.2.1 The user you are trying to contact is receiving mail too quickly.",
        "google-recipient-throttled",
    ),
    (GOOGLE_MX, "content", "550 5.7.1 the very low reputation of the sending domain.", "name-blocked"),
    (GOOGLE_MX, "content", "421 4.7.0 the very low reputation of the sending IP address.", "ip-blocked"),
    (None, "mail", "421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred", "yahoo-barred"),
    ("smtp.zoho.com", "content", "550 5.4.6 Unusual sending activity detected.", "zoho-unusual-activity"),
    ("smtp.zoho.com", "content", "553 Relaying disallowed as a@b", "sender-not-owned"),
    ("smtp.yandex.ru", "mail", "553 5.7.1 Sender address rejected: not owned by auth user.", "sender-not-owned"),
    (MICROSOFT_MX, "rcpt", "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", "microsoft-members-only"),
    (
        MICROSOFT_MX,
        "content",
        "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
        "microsoft-rate",
    ),
    (
        None,
        "command",
        "421 4.4.2 Message submission rate for this client has exceeded the configured limit",
        "too-many-connections",
    ),
    ("smtp.163.com", "auth", "550 User is locked", "account-suspended"),
    ("smtp.163.com", "rcpt", "550 User is locked", "mailbox-disabled"),
    ("smtp.mail.yahoo.co.jp", "auth", "535 5.7.8 Authentication failed", "preset"),
    ("smtp.qq.com", "content", '550 The "From" header is missing or invalid.', "tencent-from"),
    ("mx.gmx.net", "greeting", "554 No SMTP service\nIP address is block listed.", "ip-blocked"),
    ("mx.gmx.net", "greeting", "554 No SMTP service\nBad DNS PTR resource record.", "reverse-dns"),
]
CASES = POSTFIX + EXIM + RFC_5321 + PROVIDERS


@pytest.mark.parametrize(("host", "phase", "text", "rule"), CASES, ids=[f"{row[3]}: {row[2][:40]}" for row in CASES])
def test_no_rule_claims_what_it_does_not_know(host: str | None, phase: str, text: str, rule: str) -> None:
    assert explain(Reply(int(text[:3]), text[4:]), host, phase).rule == rule


def test_what_cannot_be_helped_by_trying_again() -> None:
    barred = Reply(421, "4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred")
    assert not explain(barred).retry
    assert [rule.name for rule in RULES if rule.stubborn] == [
        "sender-is-not-the-user",
        "yahoo-barred",
        "starttls-first",
        "too-many-errors",
    ]


@pytest.mark.parametrize(
    ("host", "words", "verified"),
    [
        ("smtp.zoho.com", "Zoho Mail does not take .* app password", True),
        ("SMTP.Fastmail.com.", "Fastmail does not take .* app password", True),
        ("smtp.139.com", "139 Mail does not take .* probably an authorization code", False),
        ("smtp.web.de", "the part before the @", True),
        ("smtp.sendgrid.net", 'literally "apikey"', True),
    ],
)
def test_535_at_a_known_provider_says_which_credential_it_wants(host: str, words: str, verified: bool) -> None:
    found = explain(Reply(535, "5.7.8 authentication failed"), host)
    assert (found.rule, found.verified, found.retry) == ("preset", verified, False)
    assert found.source
    assert re.search(words, found.hint())
    assert not found.hint("zh").isascii()
