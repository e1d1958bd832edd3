"""The command line: one file a subcommand."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rawsmtp._version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    arguments: in place of those of the process.
    """
    parser = argparse.ArgumentParser(prog="rawsmtp", description="SMTP at the terminal.")
    parser.add_argument("--version", action="version", version=f"rawsmtp {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("demo", help="send a mail to a server on this machine and show the session")
    parser.parse_args(arguments)

    from .demo import run

    return run()
