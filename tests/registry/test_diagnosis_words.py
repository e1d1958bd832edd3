"""Every way in which a rule knows a reply: by each of its wordings alone, and by each enhanced code alone."""

from __future__ import annotations

import pytest

from rawsmtp import Reply, explain
from rawsmtp.registry.diagnosis_rules import RULES

# As Postfix, Exim, Sendmail, Exchange, qmail and the providers write them.
WORDS: dict[str, list[str]] = {
    "netease-blocked": ["554 User in blacklist"],
    "tencent-content": ["550 Error: content rejected"],
    "too-many-logins": [
        "454 too many failed login attempts",
        "450 Error: too many AUTH commands",
        "421 Login attempts",
    ],
    "google-rate": [
        "550 Daily user sending limit exceeded",
        "550 Daily SMTP relay limit reached",
        "450 sending quota exceeded",
        "450 Peak SMTP relay limit exceeded for customer",
    ],
    "google-unusual-rate": ["421 an unusual rate of unsolicited mail", "421 an unusual rate of mail"],
    "google-recipient-throttled": ["450 receiving mail too quickly", "450 receiving mail at a rate that"],
    "microsoft-basic-auth-off": ["535 user is locked by your organization's security defaults policy"],
    "microsoft-too-many-connections": [
        "432 STOREDRV.ClientSubmit; too many",
        "432 sender thread limit exceeded",
        "421 Concurrent connections limit exceeded",
    ],
    "microsoft-recipient-throttled": ["432 recipient thread limit exceeded", "432 STOREDRV.Deliver; mailbox busy"],
    "microsoft-send-as-denied": [
        "554 STOREDRV.Submission.Exception:SendAsDeniedException",
        "554 x@a.test not allowed to send as y@a.test",
        "550 Client does not have permissions to send as this sender",
    ],
    "microsoft-unknown-recipient": [
        "550 5.4.1 Recipient address rejected: Access denied.",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound",
    ],
    "microsoft-rate": [
        "550 Access denied, tenant has exceeded threshold",
        "554 SubmissionQuotaExceededException",
        "550 you've reached your daily limit for message recipients",
    ],
    "microsoft-ip-blocked": [
        "550 Access denied, traffic not accepted from this IP",
        "550 Access denied, banned sender[192.0.2.1]",
        "550 Access denied, banned sending IP [192.0.2.1]",
    ],
    "yahoo-barred": ["421 [TS03] x", "553 All messages will be permanently deferred"],
    "yahoo-deferred": ["421 [TS01] x", "421 [TSS04] x"],
    "mailru-app-password": ["535 Application password is REQUIRED", "535 NEOBHODIM parol prilozheniya"],
    "tls-not-now": ["454 TLS not available", "454 TLS currently unavailable"],
    "starttls-first": [
        "530 Must issue a STARTTLS command first",
        "530 TLS required",
        "538 encryption required",
        "554 A secure connection is required",
        "550 Gmail requires all bulk email senders to use TLS/SSL",
    ],
    "login-first": [
        "530 authentication required",
        "530 Authentication needed",
        "550 You must authenticate first",
        "550 Client was not authenticated",
        "553 Sender address rejected: not logged in",
        "530 Not authenticated",
        "503 Error: need EHLO and AUTH first !",
    ],
    "sender-not-owned": [
        "553 Sender address rejected: not owned by user b",
        "550 The from address does not match a verified Sender Identity",
        "550 Sender address is not allowed",
        "553 Sender is not allowed to relay emails",
        "553 Relaying disallowed as a@b",
    ],
    "account-disabled": ["535 Account is disabled", "535 user is locked"],
    "login-check-failed": [
        "454 Temporary authentication failure: Connection lost",
        "451 Authentication temporarily unavailable",
        "454 Cannot authenticate due to a problem here",
        "435 Unable to authenticate at present",
        "454 Authentication failed",
    ],
    "too-many-recipients": ["452 too many recipients", "550 too much recipient"],
    "greylisted": ["451 Greylisting in action", "450 graylisted", "450 see http://postgrey.test/help"],
    "too-many-connections": [
        "421 Too many concurrent SMTP connections",
        "450 Too many recipients from 192.0.2.1",
        "450 temporarily rate limited",
        "454 Throttling failure",
        "421 Connection rate limit exceeded",
        "421 Message submission rate for this client has exceeded the configured limit",
        "550 has exceeded the max emails per hour",
        "451 you are sending too fast",
        "450 Policy Rejection- Quota Exceeded",
        "450 Mail send limit exceeded",
    ],
    "sender-unknown": ["550 Sender verify failed", "550 Sender address rejected: undeliverable address"],
    "name-blocked": [
        "550 Sender domain is blacklisted",
        "554 Sender address [a@b] blocked using bl.example",
        "554 listed in multi.surbl.org",
        "554 a name in dbl.spamhaus.org",
        "550 the very low reputation of the sending domain",
    ],
    "ip-blocked": [
        "550 see https://www.spamhaus.org/query/",
        "554 see https://www.spamcop.net/",
        "550 see http://www.barracudacentral.org/reputation",
        "521 Blocked by DNSBL",
        "554 Client host blocked using bl.example",
        "554 the sending MTA's poor reputation",
        "421 the very low reputation of the sending IP address",
        "554 Blacklisted: your IP",
        "550 [192.0.2.1] is on our block list",
        "550 part of their network is on our block list",
    ],
    "reverse-dns": [
        "550 has no reverse DNS",
        "554 Bad DNS PTR resource record",
        "450 cannot find your hostname",
        "550 no rDNS entry",
    ],
    "hello-refused": ["501 Helo command rejected: Invalid name", "550 Bad HELO", "501 invalid EHLO argument(s)"],
    "authentication-of-the-domain": [
        "550 SPF check failed",
        "550 no valid DKIM signature",
        "550 rejected per DMARC policy",
        "550 rejected by sender policy framework",
        "550 Unauthenticated email is not accepted",
        "550 doesn't meet the required authentication level",
    ],
    "sender-domain": [
        "450 Sender address rejected: Domain not found",
        "553 Domain of sender address a@b does not exist",
    ],
    "recipient-domain": [
        "556 it has a null MX",
        "450 Recipient address rejected: Domain b is bad",
        "550 Domain not found",
    ],
    "mailbox-full": [
        "552 mailbox is full",
        "552 user is over quota",
        "452 inbox is out of storage space",
        "452 Quota exceeded (mailbox for user is full)",
        "552 Quota exceeded (a@b)",
        "552 mailbox quota has been exceeded",
        "552 would exceed the mailbox",
    ],
    "mailbox-disabled": ["550 Mailbox disabled for this recipient", "550 User suspended", "550 Inactive user"],
    "relay-denied": [
        "550 relay not permitted",
        "550 Relaying denied",
        "550 Unable to relay for a@b",
        "550 we do not relay",
        "553 sorry, that domain isn't in my list of allowed rcpthosts",
    ],
    "unknown-user": [
        "550 User unknown",
        "550 User not found: a@b",
        "550 Invalid User",
        "550 No Such User Here",
        "550 sorry, no mailbox here by that name",
        "551 mailbox not found",
        "550 The email account that you tried to reach does not exist",
        "550 User doesn't exist: a@b",
        "550 Recipient address rejected: undeliverable address",
        "554 This user doesn't have a yahoo.com account",
    ],
    "too-big": [
        "552 Message is too large",
        "552 message file too big",
        "552 message is too long",
        "552 Message size exceeds fixed limit",
        "552 exceeded mailsize limit",
        "552 more than my databytes",
    ],
    "content-refused": [
        "552 Illegal Attachment",
        "550 This message contains a virus",
        "550 malware found",
        "554 Reject - INFECTED: Eicar",
        "552 presents a potential security issue",
    ],
    "spam-content": [
        "554 Suspected spam",
        "550 likely unsolicited mail",
        "550 JunkMail rejected",
        "550 UBE",
        "554 inappropriate words",
        "554 content rejected",
    ],
    "loop": [
        "554 Too many hops",
        "554 Hop count exceeded",
        "550 mail forwarding loop for a@b",
        "554 loops back to myself",
    ],
    "needs-smtputf8": ["550 SMTPUTF8 is required", "553 non-ASCII address"],
    "unsynchronised": [
        "554 SMTP synchronization error",
        "503 Improper use of SMTP command pipelining",
        "554 you talk too soon",
        "521 Protocol error",
    ],
    "server-timed-out": [
        "421 SMTP command timeout - closing connection",
        "421 Connection timed out",
        "451 Timeout waiting for data from client",
        "421 mail.x.test timeout exceeded",
        "421 idle too long",
    ],
    "too-many-errors": ["421 Too many errors on this connection", "500 Too many unrecognized commands"],
    "server-trouble": [
        "451 Temporary system failure",
        "450 lookup failure",
        "452 Insufficient resources",
        "452 space shortage",
        "421 Service shutting down",
        "421 Unexpected failure",
        "451 Server configuration problem",
        "451 queue file write error",
    ],
    "asked-to-come-again": [
        "451 try again",
        "451 try it later",
        "451 retry later",
        "450 please come back",
        "451 temporarily deferred",
        "450 Service currently unavailable",
    ],
}
DETAILS = {
    "1.1": "unknown-user",
    "1.2": "recipient-domain",
    "1.8": "sender-domain",
    "1.10": "recipient-domain",
    "2.1": "mailbox-disabled",
    "2.2": "mailbox-full",
    "2.3": "too-big",
    "3.4": "too-big",
    "4.6": "loop",
    "5.3": "too-many-recipients",
    "6.7": "needs-smtputf8",
    "6.9": "needs-smtputf8",
    "7.10": "starttls-first",
    "7.11": "starttls-first",
    **{f"7.{detail}": "authentication-of-the-domain" for detail in (20, 21, 22, 23, 24, 26, 29)},
    "7.25": "reverse-dns",
    "7.27": "sender-domain",
}
SAID = [(rule, text) for rule, texts in WORDS.items() for text in texts]


@pytest.mark.parametrize(("rule", "text"), SAID, ids=[f"{rule}: {text}" for rule, text in SAID])
def test_each_wording_alone_is_known(rule: str, text: str) -> None:
    assert explain(Reply(int(text[:3]), text[4:])).rule == rule


@pytest.mark.parametrize(("detail", "rule"), DETAILS.items())
def test_an_enhanced_code_alone_is_known(detail: str, rule: str) -> None:
    assert explain(Reply(550, f"5.{detail} x")).rule == rule


@pytest.mark.parametrize("detail", ["3.1", "3.5", "4.3", "4.5"])
def test_an_enhanced_code_of_a_server_in_trouble(detail: str) -> None:
    assert explain(Reply(451, f"4.{detail} x")).rule == "server-trouble"


def test_a_disabled_account_is_known_in_the_login_alone() -> None:
    assert explain(Reply(535, "5.7.13 x"), phase="auth").rule == "account-disabled"
    assert explain(Reply(525, "5.7.13 x"), phase="auth").rule == "account-disabled"
    assert explain(Reply(550, "no such user"), phase="auth").rule == "code"


def test_each_enhanced_code_that_rules_know_is_under_test() -> None:
    assert {detail for rule in RULES for detail in rule.or_detail} == {*DETAILS, "3.1", "3.5", "4.3", "4.5", "7.13"}
