"""The session that rawsmtp grew out of: a mail sent by hand through telnet to smtp.163.com, and its words.

Source: the article "利用 telnet 命令发电子邮件" in the collection of balloonwj.
"""

from __future__ import annotations

from .session import Behaviour

SENDER = "testformybook@163.com"
RECIPIENT = "balloonwj@qq.com"
USER = "testformybook"
CODE = "2019hhxxttxs"

MESSAGE = (
    b"from:testformybook@163.com\r\n"
    b"to: balloonwj@qq.com\r\n"
    b"subject: Test\r\n"
    b"\r\n"
    b"Hello, this is a message from 163.\r\n"
    b"\r\n"
)

REPLIES = {
    "greeting": "220 163.com Anti-spam GT for Coremail System (163com[20141201])",
    "HELO": "250 OK",
    "username": "334 dXNlcm5hbWU6",
    "password": "334 UGFzc3dvcmQ6",
    "AUTH": "235 Authentication successful",
    "MAIL": "250 Mail OK",
    "RCPT": "250 Mail OK",
    "DATA": "354 End data with <CR><LF>.<CR><LF>",
    "content": "250 Mail OK queued as smtp10,DsCowADHAgQS1IBcwtExJA--.62308S2 1551946998",
    "QUIT": "221 Bye",
}

SERVER = Behaviour(domain="163.com", keywords=("PIPELINING", "8BITMIME"), users={USER: CODE}, replies=REPLIES)
"""A server that answers as the article's does; EHLO, which the article does not say, as a modern one would."""
