from __future__ import annotations

import io
import json

import pytest

from rawsmtp import Reply
from rawsmtp.cli.language import both, of_locale, one_of
from rawsmtp.cli.output import Output
from rawsmtp.cli.watch import Live
from rawsmtp.commands import Noop


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def output(**changes: object) -> tuple[Output, io.StringIO, io.StringIO]:
    given = {"language": "en", "json": False, "verbose": False, "colour": False, **changes}
    stdout, stderr = given.pop("stdout", io.StringIO()), given.pop("stderr", io.StringIO())
    assert isinstance(stdout, io.StringIO)
    assert isinstance(stderr, io.StringIO)
    return Output(**given, stdout=stdout, stderr=stderr), stdout, stderr  # type: ignore[arg-type]  # made of its parameters


def test_data_goes_to_standard_output_and_talk_to_standard_error() -> None:
    out, stdout, stderr = output()
    out.data("250 Ok")
    out.talk("Sent.")
    assert (stdout.getvalue(), stderr.getvalue()) == ("250 Ok\n", "Sent.\n")


@pytest.mark.parametrize(("colour", "painted"), [(True, "\x1b[1;31mno\x1b[0m"), (False, "no")])
def test_paint(colour: bool, painted: str) -> None:
    assert output(colour=colour)[0].paint("no", "1", "31") == painted
    assert output(colour=colour)[0].paint("no") == "no"


def test_talk_has_styles_on_a_terminal_only() -> None:
    out, _, stderr = output(colour=True)
    out.talk(out.paint("no", "31"))
    assert stderr.getvalue() == "no\n"
    out, _, stderr = output(colour=True, stderr=Screen())
    out.talk(out.paint("no", "31"))
    assert stderr.getvalue() == "\x1b[31mno\x1b[0m\n"


@pytest.mark.parametrize(("language", "text"), [("en", "sent"), ("zh", "已发送")])
def test_text_is_in_the_language(language: str, text: str) -> None:
    assert output(language=language)[0].text("sent", "已发送") == text


def test_result_is_json_with_its_schema_if_asked_for() -> None:
    out, stdout, _ = output(json=True)
    out.result("send", {"reply": "250 排队"})
    assert json.loads(stdout.getvalue()) == {"schema": "rawsmtp.send/1", "reply": "250 排队"}
    assert "排队" in stdout.getvalue()
    out, stdout, _ = output()
    out.result("send", {"reply": "250"})
    assert stdout.getvalue() == ""


def test_a_conversation_is_shown_when_verbose_and_never_controls_the_terminal() -> None:
    for verbose, shown in ((True, "NOOP\n250 \\x1b[2Jgone\\x07\n"), (False, "")):
        out, stdout, stderr = output(verbose=verbose, stderr=Screen())
        live = Live(out)
        live.record_sent([Noop()], tls=False)
        live.record_received([Reply(250, "\x1b[2Jgone\x07")], tls=False)
        assert (stdout.getvalue(), stderr.getvalue()) == ("", shown)


def test_what_a_stream_cannot_encode_is_escaped() -> None:
    octets = io.BytesIO()
    out = Output("zh", json=False, verbose=False, colour=False, stdout=io.TextIOWrapper(octets, encoding="ascii"))
    out.data("已发送 a@b")
    assert octets.getvalue() == b"\\u5df2\\u53d1\\u9001 a@b\n"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "de_DE"}, "zh"),
        ({"LC_ALL": "C", "LC_MESSAGES": "zh_CN", "LANG": "zh_CN"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
    ids=str,
)
def test_language_of_the_locale(environment: dict[str, str], language: str) -> None:
    assert of_locale(environment) == language


def test_help_in_both_languages() -> None:
    assert one_of(both("the port", "端口"), "en") == "the port"
    assert one_of(both("the port", "端口"), "zh") == "端口"
    assert one_of("the port", "zh") == "the port"
