from __future__ import annotations

from typing import TYPE_CHECKING

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

# Reply texts as providers document them or users show them in public: (host, reply, rule, retry). Sources: the help
# pages of NetEase, Tencent, Google and Microsoft, the documentation of Postfix and Exim, public issue threads.
REAL: list[tuple[str | None, str, str, bool]] = [
    (NETEASE, "535 Error: authentication failed", "netease-authorization-code", False),
    (NETEASE, "550 User has no permission", "netease-no-permission", False),
    (NETEASE, "535 User has no permission", "netease-authorization-code", False),
    (NETEASE, "553 Mail from must equal authorized user", "sender-is-not-the-user", False),
    (NETEASE, "554 DT:SPM 163 smtp10,DsCowADHAgQS1IBcwtExJA--.62308S2 1551946998", "netease-spam", False),
    (NETEASE, "554 DT:SUM 126 smtp2,4", "netease-spam", False),
    (NETEASE, "421 HL:REP 163 mx5,x", "netease-frequency", True),
    (NETEASE, "451 MI:CEL 163 mx1", "netease-frequency", True),
    (NETEASE, "553 authentication is required,smtp1", "login-first", False),
    ("smtp.126.com", "535 Error: authentication failed", "netease-authorization-code", False),
    ("smtp.yeah.net", "535 Error: authentication failed", "netease-authorization-code", False),
    (QQ, "535 Login Fail. Please enter your authorization code to login.", "tencent-authorization-code", False),
    (QQ, "535 Authentication failed", "tencent-authorization-code", False),
    (QQ, "501 mail from address must be same as authorization user.", "sender-is-not-the-user", False),
    (QQ, "550 Mailbox unavailable or access denied.", "unknown-user", False),
    (QQ, "550 The mail may contain inappropriate words or content.", "spam-content", False),
    (GMAIL, "534 5.7.9 Application-specific password required.", "google-app-password", False),
    (GMAIL, "535 5.7.8 Username and Password not accepted.", "google-bad-credentials", False),
    (GMAIL, "534 5.7.14 Please log in via your web browser and then try again.", "google-web-login", False),
    (GMAIL, "454 4.7.0 Too many login attempts, please try again later.", "too-many-logins", True),
    (GMAIL, "550 5.4.5 Daily user sending limit exceeded.", "google-rate", True),
    (GMAIL, "530 5.7.0 Must issue a STARTTLS command first.", "starttls-first", False),
    (GMAIL, "530 5.7.0 Authentication Required.", "login-first", False),
    (GMAIL, "552 5.3.4 Your message exceeded Google's message size limits.", "too-big", False),
    (GMAIL, "550 5.1.1 The email account that you tried to reach does not exist.", "unknown-user", False),
    (GMAIL, "550 5.7.26 This mail is unauthenticated (SPF, DKIM)", "authentication-of-the-domain", False),
    (
        OUTLOOK,
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        "microsoft-basic-auth-off",
        False,
    ),
    (OUTLOOK, "535 5.7.3 Authentication unsuccessful", "microsoft-auth-failed", False),
    (OUTLOOK, "530 5.7.57 Client not authenticated to send mail.", "microsoft-not-authenticated", False),
    (OUTLOOK, "432 4.3.2 Concurrent connections limit exceeded.", "microsoft-too-many-connections", True),
    (OUTLOOK, "554 5.2.252 SendAsDenied; x not allowed to send as y", "microsoft-send-as-denied", False),
    ("smtp.mail.yahoo.com", "535 5.7.0 (#AUTH005) Too many bad auth attempts.", "app-password", False),
    ("smtp.mail.me.com", "535 5.7.8 Error: authentication failed", "apple-app-password", False),
    (None, "535 5.7.8 Error: authentication failed:", "bad-credentials", False),
    (None, "530 5.7.0 Must issue a STARTTLS command first", "starttls-first", False),
    (None, "450 4.2.0 <a@b>: Recipient address rejected: Greylisted", "greylisted", True),
    (None, "451 4.7.1 Please try again later", "greylisted", True),
    (None, "421 4.7.0 Too many connections from your IP", "too-many-connections", True),
    (None, "421 Too many concurrent SMTP connections", "too-many-connections", True),
    (
        None,
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        "ip-blocked",
        False,
    ),
    (None, "550 5.7.1 [192.0.2.1] is on our block list (S3150)", "ip-blocked", False),
    (None, "450 4.7.25 Client host rejected: cannot find your hostname", "reverse-dns", False),
    (None, "550 5.1.1 <x@y>: Recipient address rejected: User unknown in local recipient table", "unknown-user", False),
    (None, "554 5.7.1 <x@y>: Relay access denied", "relay-denied", False),
    (None, "550 relay not permitted", "relay-denied", False),
    (None, "552 5.2.2 Mailbox full", "mailbox-full", True),
    (None, "452 4.2.2 The email account that you tried to reach is over quota.", "mailbox-full", True),
    (None, "552 5.3.4 Message size exceeds fixed limit", "too-big", False),
    (None, "554 5.7.1 Message rejected as spam", "spam-content", False),
    (None, "554 SMTP synchronization error", "unsynchronised", False),
    (None, "421 Hey, you talk too soon", "unsynchronised", False),
    (None, "550 5.7.9 x", "code", False),
    (None, "451 4.3.0 x", "code", True),
    (None, "250 2.0.0 Ok", "code", False),
]


@pytest.mark.parametrize(("host", "text", "rule", "retry"), REAL, ids=[f"{row[2]}: {row[1][:30]}" for row in REAL])
def test_real_replies(host: str | None, text: str, rule: str, retry: bool) -> None:
    found = explain(Reply(int(text[:3]), text[4:]), host)
    assert (found.rule, found.retry) == (rule, retry)
    assert str(found.reply) == text
    assert found.source
    assert found.hint()
    assert not found.hint("zh").isascii()
    assert found.summary.en


def test_phase_narrows_down() -> None:
    reply = Reply(554, "go away")
    assert explain(reply, phase="greeting").rule == "turned-away"
    assert explain(reply, phase="content").rule == "code"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_is_whole_and_reached(rule: Rule) -> None:
    assert rule.source
    assert rule.cause.en
    assert rule.action.en
    assert not rule.cause.zh.isascii()
    assert not rule.action.zh.isascii()
    reached = {row[2] for row in REAL} | {"turned-away", "mechanism-too-weak"}
    assert rule.name in reached


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
