from __future__ import annotations

import pytest

import rawsmtp
from rawsmtp.testing import PERSONAS, MemoryServer

WORDS = {
    "163": ("163.com Anti-spam GT", "535 Error: authentication failed"),
    "qq": ("XMail Esmtp QQ Mail Server", "535 Login Fail"),
    "gmail": ("smtp.gmail.com ESMTP", "535-5.7.8 Username and Password not accepted"),
    "postfix": ("ESMTP Postfix", "535 5.7.8 Error: authentication failed"),
}


@pytest.mark.parametrize("name", PERSONAS)
def test_greets_and_refuses_in_its_own_words(name: str) -> None:
    greeting, refusal = WORDS[name]
    server = MemoryServer(persona=name, users={"u": "secret"}, tls="starttls", strict=True)
    with pytest.raises(rawsmtp.AuthenticationFailed) as caught:
        server.client(auth=("u", "wrong")).connect()
    assert refusal in str(caught.value.reply)
    client = server.client(auth=("u", "secret"))
    client.send("Subject: x\n\nx\n", sender="a@x.test", recipients="b@x.test")
    client.close()
    assert client.greeting is not None
    assert greeting in client.greeting.text
    server.check_findings()


@pytest.mark.parametrize(("name", "refusal"), [(name, each) for name in PERSONAS for each in PERSONAS[name].refusals])
def test_typical_refusals(name: str, refusal: str) -> None:
    server = MemoryServer(persona=name, users={"u": "secret"}, tls="starttls")
    server.refuse(refusal)
    with pytest.raises(rawsmtp.Refused) as caught:
        server.client(auth=("u", "secret")).send("Subject: x\n\nx\n", sender="a@x.test", recipients="b@x.test")
    assert caught.value.reply == PERSONAS[name].refusals[refusal][1]


def test_every_persona_names_its_source() -> None:
    assert all(persona.source for persona in PERSONAS.values())
