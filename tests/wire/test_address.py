from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rawsmtp.wire.address import Mailbox, check_address, check_domain, to_ascii, to_xtext
from rawsmtp.wire.path import Rcpt

GOOD = [
    ("a@b", "a", "b"),
    ("first.last+tag@mail.example.com", "first.last+tag", "mail.example.com"),
    ("!#$%&'*+-/=?^_`{|}~@x.test", "!#$%&'*+-/=?^_`{|}~", "x.test"),
    ('"a b"@x.test', '"a b"', "x.test"),
    ('"a@b"@x.test', '"a@b"', "x.test"),
    ('"a..b"@x.test', '"a..b"', "x.test"),
    ('"a\\"b"@x.test', '"a\\"b"', "x.test"),
    ('""@x.test', '""', "x.test"),
    ("a@[192.0.2.1]", "a", "[192.0.2.1]"),
    ("a@[IPv6:2001:db8::1]", "a", "[IPv6:2001:db8::1]"),
    ("a@my_host", "a", "my_host"),
    ("用户@例子.测试", "用户", "例子.测试"),
    ("a@bücher.example", "a", "bücher.example"),
    ("postmaster", "postmaster", ""),
]

BAD = [
    ("", "it is empty"),
    ("a@", "should look like"),
    ("@b", "should look like"),
    ("a@b@c", "list of str"),
    ("a@b,c@d", "list of str"),
    ("a@b; c@d", "list of str"),
    ("A <a@b>", "without a name"),
    ("<a@b>", "without a name"),
    (" a@b", "spaces around"),
    ("a b@c", "should look like"),
    ("a..b@c", "quoted"),
    (".a@c", "quoted"),
    ("a.@c", "quoted"),
    ("a@b..c", "should look like"),
    ("a@-b", "should look like"),
    ("a@b-", "should look like"),
    ("a@b.", "should look like"),
    ("a@b\r\nRCPT TO:<c@d>", "control characters"),
    ("a@b\0", "control characters"),
    ("a\x7f@b", "control characters"),
    ("a\u2028@b", "should look like"),
    ("a\x85@b", "should look like"),
    ("a\ud800@b", "should look like"),
    ("a\u202e@b", "should look like"),
    ('"a\n"@b', "control characters"),
    ("@a,@b:c@d", "list of str"),
    ("a(comment)@b", "should look like"),
    ("x" * 65 + "@b", "local part of more than 64"),
    ("a@" + "x" * 64, "a label of more than 63"),
    ("a@" + ".".join(["x" * 60] * 5), "more than 254"),
]


@pytest.mark.parametrize(("address", "local", "domain"), GOOD)
def test_addresses(address: str, local: str, domain: str) -> None:
    assert Mailbox.parse(address) == Mailbox(local, domain)
    assert str(Mailbox(local, domain)) == address
    assert check_address(address) == address


@pytest.mark.parametrize(("address", "advice"), BAD)
def test_what_is_no_address(address: str, advice: str) -> None:
    with pytest.raises(ValueError, match=r"address|local part|domain") as caught:
        check_address(address)
    assert advice in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("address", [b"a@b", None, 3, ["a@b"]])
def test_other_types(address: object) -> None:
    with pytest.raises(TypeError, match="must be a str"):
        check_address(address)  # type: ignore[arg-type]  # what is tested


@given(st.text(max_size=40) | st.from_regex(r"[a-z.@\"-]{1,20}@[a-z.\[\]:-]{1,20}", fullmatch=True))
def test_whatever_is_taken_is_one_line(text: str) -> None:
    try:
        line = bytes(Rcpt(text))
    except ValueError:
        return
    assert line.count(b"\r\n") == 1
    assert line.endswith(b">\r\n")
    assert Mailbox.parse(text) == Mailbox.parse(str(Mailbox.parse(text)))


@pytest.mark.parametrize(
    ("domain", "ascii_form"),
    [("bücher.example", "xn--bcher-kva.example"), ("例子.测试", "xn--fsqu00a.xn--0zwm56d"), ("x.test", "x.test")],
)
def test_a_labels(domain: str, ascii_form: str) -> None:
    assert to_ascii(domain) == ascii_form
    assert Mailbox("a", domain).with_ascii_domain() == Mailbox("a", ascii_form)


@pytest.mark.parametrize(
    "domain", ["straße.example", "ｘ.example", "a\u200db.example", "x" * 64 + "ü.example", "①.example"]
)
def test_domains_that_would_lead_elsewhere(domain: str) -> None:
    with pytest.raises(ValueError, match=r"xn--|ASCII form|unclear"):
        to_ascii(domain)


def test_only_the_local_part_needs_smtputf8() -> None:
    assert Mailbox.parse("ü@x.test").needs_smtputf8
    assert not Mailbox.parse("a@ü.test").needs_smtputf8


@pytest.mark.parametrize("domain", ["", "a b", "a\n", "-a", "[]", "a..b"])
def test_what_is_no_domain(domain: str) -> None:
    with pytest.raises(ValueError, match="not a domain"):
        check_domain(domain)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_xtext(text: str) -> None:
    encoded = to_xtext(text)
    assert encoded.isascii()
    assert " " not in encoded
    assert "=" not in encoded
    octets = bytes.fromhex("".join(encoded[place + 1 : place + 3] for place, char in enumerate(encoded) if char == "+"))
    assert all(octet in b"+=" or not 33 <= octet <= 126 for octet in octets)


@pytest.mark.parametrize("domain", ["\u212a.test", "x.\u212aelvin"])
def test_domain_that_would_silently_become_another(domain: str) -> None:
    with pytest.raises(ValueError, match="unclear way"):
        to_ascii(domain)


@pytest.mark.parametrize("address", ["x\uff20a.test", "用户"])
def test_bare_local_part_is_ascii(address: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        check_address(address)
