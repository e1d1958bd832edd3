"""`rawsmtp serve`: the test server from the shell, for programs in any language."""

from __future__ import annotations

import argparse
import os
import threading
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from rawsmtp.testing import LOGINS, PERSONAS, Server, authority

from .arrivals import Arrivals, to_folder, to_mbox
from .exits import Exit, Failure
from .language import both
from .password import find_password
from .server_arguments import user_without_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rawsmtp.testing.kit import KitOptions
    from rawsmtp.testing.logins import Challenges, Users

    from .arrivals import Save
    from .output import Output

HELP = (
    "run a test server that prints or saves what arrives and relays nothing",
    "运行测试服务器：显示或保存收到的邮件，不转发",
)
_PORT = 2525
_LOOK = 0.5
"""Seconds between looks at what went wrong in the server's threads."""
_KEPT = 64
"""Conversations that are kept: a server that runs for days does not collect them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where to listen, what kind of server to be, and where messages go."""
    group = parser.add_argument_group(both("server", "服务器"))
    group.add_argument(
        "--host",
        type=_address,
        default="127.0.0.1",
        metavar="ADDRESS",
        help=both("the address to listen on; default: 127.0.0.1", "监听地址；默认 127.0.0.1"),
    )
    group.add_argument(
        "--port",
        type=_port,
        default=_PORT,
        metavar="PORT",
        help=both(f"the port; default: {_PORT}; 0 takes a free one", f"端口；默认 {_PORT}；0 表示任选空闲端口"),
    )
    group.add_argument(
        "--tls",
        choices=("starttls", "implicit"),
        help=both("offer STARTTLS, or begin with TLS; default: neither", "提供 STARTTLS，或一开始就加密；默认都不"),
    )
    group.add_argument(
        "--authority",
        type=Path,
        metavar="FILE",
        help=both(
            "write the certificate of the authority that clients have to trust, made anew at each start",
            "把客户端需要信任的证书机构的证书写入文件（每次启动重新生成）",
        ),
    )
    group.add_argument(
        "--persona",
        choices=tuple(PERSONAS),
        help=both("speak as this kind of server does", "模仿这一类服务器的应答"),
    )
    _add_login_arguments(parser)
    messages = parser.add_argument_group(both("messages", "邮件"))
    messages.add_argument(
        "--save",
        type=Path,
        metavar="PATH",
        help=both(
            "save what arrives: one .eml each in a folder, or all in one file if the name ends with .mbox",
            "保存收到的邮件：目录中每封一个 .eml；文件名以 .mbox 结尾则追加到该文件",
        ),
    )


def _add_login_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(both("login", "登录"))
    users = group.add_mutually_exclusive_group()
    users.add_argument(
        "--user",
        type=user_without_secret,
        metavar="NAME",
        help=both(
            "a user who can log in; the password: RAWSMTP_PASSWORD, the options below, or a prompt",
            "可以登录的用户；密码取自 RAWSMTP_PASSWORD、下列选项或提示符",
        ),
    )
    users.add_argument(
        "--any-user",
        action="store_true",
        help=both("take any name and any password", "接受任何用户名和密码"),
    )
    sources = group.add_mutually_exclusive_group()
    sources.add_argument(
        "--password-file",
        metavar="FILE",
        help=both("read the password from the first line of a file", "从文件首行读取密码"),
    )
    sources.add_argument(
        "--password-command",
        metavar="COMMAND",
        help=both("run a command that prints the password", "运行一条命令，以其输出的首行为密码"),
    )


def run(options: argparse.Namespace, out: Output) -> int:
    """Serve until Ctrl-C and return 0."""
    kit = _kit(options, out)
    arrivals = Arrivals(out, _store(options.save))
    if options.authority:
        options.authority.write_bytes(authority().pem)
    with _everybody(active=options.any_user):
        server = Server(host=options.host, port=options.port, outbox=arrivals, **kit)
        _start(server, options)
        try:
            _announce(server, options, out)
            _watch(server, out)
        except KeyboardInterrupt:
            out.talk(out.text(f"\nEnded; {arrivals.arrived} arrived.", f"\n已结束，共收到 {arrivals.arrived} 封。"))
        finally:
            server.stop()
    return int(Exit.OK)


def _kit(options: argparse.Namespace, out: Output) -> KitOptions:
    kit: KitOptions = {"tls": options.tls}
    if options.persona:
        kit["persona"] = options.persona
    if options.any_user:
        kit |= {"users": {"anybody": ""}, "mechanisms": tuple(_ANYBODY)}
    elif options.user:
        kit["users"] = {options.user: find_password(options, out, options.user, options.host, None)}
    elif options.password_file or options.password_command:
        raise Failure(Exit.USAGE, "a password wants --user", "提供密码时须同时给出 --user")
    if options.authority and not options.tls:
        raise Failure(Exit.USAGE, "--authority wants --tls", "--authority 须与 --tls 一起使用")
    kit["names"] = tuple(dict.fromkeys(("localhost", "127.0.0.1", "::1", options.host)))
    return kit


def _store(path: Path | None) -> Save | None:
    if path is None:
        return None
    return to_mbox(path) if path.suffix == ".mbox" else to_folder(path)


def _start(server: Server, options: argparse.Namespace) -> None:
    try:
        server.start()
    except OSError as error:
        place = f"{options.host}:{options.port}"
        why = os.strerror(error.errno) if error.errno else str(error)
        raise Failure(
            Exit.CONFIGURATION,
            f"cannot listen on {place}: {why}; --port 0 takes a free port",
            f"无法监听 {place}（{why}）；--port 0 可任选空闲端口",
        ) from error


def _announce(server: Server, options: argparse.Namespace, out: Output) -> None:
    out.talk(out.text(f"Listening on {server.url}. Ctrl-C ends it.", f"正在监听 {server.url}，按 Ctrl-C 结束。"))
    if options.tls and not options.authority:
        out.talk(
            out.text(
                "Clients do not trust its certificate: --authority FILE writes what they have to trust.",
                "客户端尚不信任其证书：用 --authority FILE 写出需要信任的证书。",
            )
        )
    if not ip_address(server.host).is_loopback:
        out.talk(out.text("Whoever reaches this address can leave messages.", "能访问该地址的任何人都可以投递邮件。"))


def _watch(server: Server, out: Output) -> None:
    never = threading.Event()
    while not never.wait(_LOOK):
        del server.sessions[:-_KEPT]
        while server.errors:
            error = server.errors.pop(0)
            out.talk(out.text(f"a connection failed: {error}", f"一个连接出错：{error}"))


class _AnySecret(str):
    """A password that every other one is equal to."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


class _AnyUser(dict[str, str]):
    """A list of users with everybody on it."""

    def get(self, key: str, default: object = None) -> str:
        return _AnySecret()


def _plain(users: Users) -> Challenges:
    return _PLAIN(_AnyUser())


def _login(users: Users) -> Challenges:
    return _LOGIN(_AnyUser())


_PLAIN, _LOGIN = LOGINS["PLAIN"], LOGINS["LOGIN"]
_ANYBODY = {"PLAIN": _plain, "LOGIN": _login}


@contextmanager
def _everybody(*, active: bool) -> Iterator[None]:
    """Let everybody log in, if active."""
    before = dict(LOGINS)
    if active:
        LOGINS.update(_ANYBODY)
    try:
        yield
    finally:
        LOGINS.update(before)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(both("a port is a number from 0 to 65535", "端口是 0 到 65535 的数字"))
    return int(text)


def _address(text: str) -> str:
    if text == "localhost":
        return "127.0.0.1"
    try:
        return str(ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            both("an address of this machine, such as 127.0.0.1 or ::1", "应为本机的 IP 地址，例如 127.0.0.1 或 ::1")
        ) from None
