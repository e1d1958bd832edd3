"""The words of `.help`."""

from __future__ import annotations

LOCAL = (".auth", ".starttls", ".b64", ".data", ".save", ".help", ".quit")
HELP_TEXT = (
    """\
Every line goes to the server as it is typed. Behind DATA type the message; a lone dot ends it.
.auth [USER]   log in; the password is asked for and not shown
.starttls      STARTTLS and the handshake
.b64 TEXT      TEXT in base64
.data FILE     DATA with the content of a file
.save FILE     save the session, without secrets
.quit          QUIT, and the end; Ctrl-D does the same""",
    """\
每一行原样发给服务器。DATA 之后输入邮件内容，单独一行的点表示结束。
.auth [用户]   登录；密码另行询问，不显示
.starttls      发送 STARTTLS 并握手
.b64 文本      文本的 base64 编码
.data 文件     用文件内容发送 DATA
.save 文件     保存会话（不含密码）
.quit          发送 QUIT 并退出；Ctrl-D 亦可""",
)
