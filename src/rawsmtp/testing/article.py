"""The session that rawsmtp grew out of: a mail sent by hand through telnet to smtp.163.com, and its words.

Source: the article "利用 telnet 命令发电子邮件" in the collection of balloonwj. The server's words are those of the
persona "163".
"""

from __future__ import annotations

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
