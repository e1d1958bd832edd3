"""What is said beside a reply in `rawsmtp shell`."""

from __future__ import annotations

from binascii import Error, a2b_base64
from typing import TYPE_CHECKING

from rawsmtp.registry.codes import status
from rawsmtp.registry.diagnosis import explain

if TYPE_CHECKING:
    from rawsmtp import Reply
    from rawsmtp.registry.diagnosis import Language

    from .output import Output

_PHASES = {
    "EHLO": "hello",
    "HELO": "hello",
    "LHLO": "hello",
    "STARTTLS": "tls",
    "AUTH": "auth",
    "MAIL": "mail",
    "RCPT": "rcpt",
    "DATA": "data",
    "QUIT": "quit",
}


def phase_of(verb: str) -> str:
    """Return the phase of a session that a command belongs to."""
    return _PHASES.get(verb, "command")


def note_of(reply: Reply, host: str, phase: str, out: Output) -> list[str]:
    """Return the lines of a note: what the reply says, and if it is a refusal, why and what to do."""
    if not reply.is_refusal:
        # The enhanced code of a success says less than its code.
        code = status(reply.code)
        return [out.text(code.english, code.chinese) + (_decoded(reply) if reply.code == 334 else "")]
    diagnosis = explain(reply, host, phase)
    language: Language = "zh" if out.language == "zh" else "en"
    lines = [diagnosis.summary.of(language)]
    if diagnosis.rule != "code":
        lines += [diagnosis.cause.of(language), diagnosis.action.of(language)]
    return lines


def _decoded(reply: Reply) -> str:
    try:
        text = a2b_base64(reply.text, strict_mode=True).decode("utf-8")
    except (Error, ValueError):
        return ""
    return f": {text}" if text else ""
