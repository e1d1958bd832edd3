"""Where the password comes from: never from the arguments."""

from __future__ import annotations

import netrc
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .exits import Exit, Failure

if TYPE_CHECKING:
    import argparse

    from rawsmtp.registry.providers import Provider

    from .output import Output

VARIABLE = "RAWSMTP_PASSWORD"
_KINDS = {
    "password": ("Password", "密码"),
    "app-password": ("App password", "应用专用密码"),
    "auth-code": ("Authorization code", "授权码"),
    "oauth2": ("Access token", "访问令牌"),
    "token": ("Key", "密钥"),
}


def find_password(options: argparse.Namespace, out: Output, user: str, host: str, provider: Provider | None) -> str:
    """Return the password: of --password-file or --password-command, else of the first place that has one.

    These are RAWSMTP_PASSWORD, ~/.netrc, the package keyring if it is installed, and a prompt on a terminal.
    Raises Failure if there is none.
    """
    if options.password_file:
        return _from_file(Path(options.password_file), out)
    if options.password_command:
        return _from_command(options.password_command)
    found = os.environ.get(VARIABLE) or _from_netrc(host, user, out) or _from_keyring(host, user)
    return found or _from_prompt(out, user, host, provider)


def netrc_login(host: str) -> str | None:
    """Return the user that ~/.netrc has for the host."""
    entry = _netrc_entry(host)
    return entry[0] if entry else None


def _from_file(path: Path, out: Output) -> str:
    try:
        _warn_if_others_can_read(path, out)
        line = path.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except OSError as error:
        raise Failure(
            Exit.CONFIGURATION,
            f"--password-file: {error.strerror}: {path}",
            f"--password-file：无法读取 {path}（{error.strerror}）",
        ) from error
    except UnicodeDecodeError:  # which holds what it could not decode
        line = ""
    if not line:
        raise Failure(
            Exit.CONFIGURATION,
            f"--password-file: no password in the first line of {path}",
            f"--password-file：{path} 的首行没有密码",
        )
    return line


def _warn_if_others_can_read(path: Path, out: Output) -> None:
    mode = path.stat().st_mode
    if os.name == "posix" and stat.S_ISREG(mode) and mode & (stat.S_IRGRP | stat.S_IROTH):
        out.talk(
            out.text(
                f"warning: others can read {path}: chmod 600 {path}",
                f"警告：其他用户可以读取 {path}：请执行 chmod 600 {path}",
            )
        )


def _from_command(command: str) -> str:
    # What is on standard input may be the message; on a terminal the command may have to ask for something.
    source = None if sys.stdin is not None and sys.stdin.isatty() else subprocess.DEVNULL
    done = subprocess.run(command, shell=True, stdin=source, stdout=subprocess.PIPE, check=False)  # noqa: S602  # the user's own command line, as documented
    line = done.stdout.partition(b"\n")[0].rstrip(b"\r").decode("utf-8", "replace")
    if done.returncode or not line or "\ufffd" in line:
        raise Failure(
            Exit.CONFIGURATION,
            f"--password-command printed no password (it ended with status {done.returncode})",
            f"--password-command 没有输出密码（退出状态 {done.returncode}）",
        )
    return line


def _netrc_path() -> Path:
    return Path(os.environ.get("NETRC") or Path("~/.netrc").expanduser())


def _netrc_entry(host: str) -> tuple[str, str] | None:
    """Return user and password of the host's entry; "default" is none: it is not meant for mail."""
    try:
        entry = netrc.netrc(str(_netrc_path())).hosts.get(host)
    except (OSError, RuntimeError, UnicodeDecodeError, netrc.NetrcParseError):
        return None
    return (entry[0], entry[2]) if entry and entry[0] and entry[2] else None


def _from_netrc(host: str, user: str, out: Output) -> str | None:
    entry = _netrc_entry(host)
    if entry is None or entry[0] != user:
        return None
    _warn_if_others_can_read(_netrc_path(), out)
    return entry[1]


def _from_keyring(host: str, user: str) -> str | None:
    try:
        import keyring  # type: ignore[import-not-found,unused-ignore]  # not a dependency: used where it is installed

        found = keyring.get_password(host, user)
    except Exception:  # noqa: BLE001  # whatever a backend of somebody else raises: there is no password in it
        return None
    return str(found) if found else None


def _from_prompt(out: Output, user: str, host: str, provider: Provider | None) -> str:
    if not sys.stderr.isatty():
        raise _no_password(user, host)
    import getpass

    if provider is not None:
        out.talk(f"{provider.names[0]}: {provider.hint_en}" if out.language == "en" else provider.hint_zh)
    what = out.text(*_KINDS.get(provider.credential if provider is not None else "", _KINDS["password"]))
    try:
        found = getpass.getpass(out.text(f"{what} of {user} at {host}: ", f"{user}（{host}）的{what}："))
    except EOFError:
        found = ""
    if not found:
        raise _no_password(user, host)
    return found


def _no_password(user: str, host: str) -> Failure:
    return Failure(
        Exit.CREDENTIALS,
        f"no password for {user} at {host}: give it in {VARIABLE}, by --password-file, --password-command, ~/.netrc or "
        "the keyring, or at the prompt on a terminal",
        f"没有 {user}（{host}）的密码：请通过环境变量 {VARIABLE}、--password-file、--password-command、"
        "~/.netrc 或 keyring 提供，或在终端的提示符下输入",
    )
