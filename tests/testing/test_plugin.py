"""The pytest plugin, in runs of pytest of its own."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

USES = """
import smtplib

import pytest


def send(server):
    with smtplib.SMTP(server.host, server.port) as client:
        client.sendmail("a@x.test", "b@x.test", "Subject: Welcome\\n\\nhello\\n")


def test_server(smtp_server):
    send(smtp_server)
    assert smtp_server.wait_for(subject="Welcome").text == "hello\\n"


@pytest.mark.rawsmtp(persona="163", users={"me": "code"})
def test_marker(smtp_server):
    assert smtp_server.persona.domain == "163.com"
    assert dict(smtp_server.users) == {"me": "code"}


def test_factory(smtp_server_factory):
    one, other = smtp_server_factory(), smtp_server_factory(strict=True)
    send(other)
    assert len(one.outbox) == 0
    assert len(other.outbox) == 1


def test_capture(smtp_capture):
    import ssl

    smtp_capture("smtp.163.com", 465)
    with smtplib.SMTP_SSL("smtp.163.com", 465, context=ssl.create_default_context()) as client:
        client.sendmail("a@x.test", "b@x.test", "Subject: x\\n\\nx\\n")
    smtp_capture.outbox.assert_sent()
"""


def test_fixtures(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(USES)
    pytester.runpytest_subprocess("-W", "error", "--strict-markers").assert_outcomes(passed=4)


def test_under_xdist(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    pytester.makepyfile(USES)
    pytester.runpytest_subprocess("-n", "2").assert_outcomes(passed=4)


def test_report_of_a_failing_test_shows_the_conversation(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import smtplib

        def test_it(smtp_server):
            with smtplib.SMTP(smtp_server.host, smtp_server.port) as client:
                client.noop()
            assert False
    """)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*SMTP server 1*", "S: 220 localhost*", "C: noop", "S: 250*"])


def test_report_of_a_passing_test_does_not(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(smtp_server): assert smtp_server.port")
    assert "SMTP server" not in str(pytester.runpytest_subprocess("-rA").stdout)


BREAKS = """
import socket

import pytest


def break_rules(server):
    with socket.create_connection((server.host, server.port), timeout=5) as sock, sock.makefile("rwb") as file:
        file.readline()
        file.write(b"NOOP\\n")
        file.flush()
        file.readline()
"""
STRICT = """
@pytest.mark.rawsmtp(strict=True)
def test_it(smtp_server):
    break_rules(smtp_server)
"""


def test_strict_server_fails_the_test_itself(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(BREAKS + STRICT)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ConformanceError: the client broke the protocol*", "*bare-line-end*", "C: NOOP"])


def test_strict_server_of_a_capture_fails_the_test_itself(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        BREAKS
        + """
def test_it(smtp_capture):
    break_rules(smtp_capture("mail.x.test", 25, strict=True))
"""
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ConformanceError: the client broke the protocol*"])


def test_what_the_server_found_is_told_once_where_the_test_has_failed_anyway(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(BREAKS + STRICT + '    assert 1 == 2, "its own reason"\n')
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*its own reason*", "*before that, at the test server: ConformanceError*"])


def test_what_comes_when_the_test_has_run_fails_its_teardown(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        BREAKS
        + """
@pytest.fixture
def late(smtp_server):
    yield
    break_rules(smtp_server)

@pytest.mark.rawsmtp(strict=True)
def test_it(late): pass
"""
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*ConformanceError*", "*SMTP server 1*", "C: NOOP"])


def test_unexpected_host_fails_the_test_that_swallowed_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import socket

        def test_it(smtp_capture):
            try:
                socket.getaddrinfo("smtp.qq.com", 25)
            except BaseException:
                pass
    """)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*UnexpectedHost: the program dialled smtp.qq.com:25*"])


def test_marker_takes_names_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.rawsmtp("163")
        def test_it(smtp_server): pass
    """)
    pytester.runpytest_subprocess().stdout.fnmatch_lines(["*takes keyword options alone*"])


def test_nothing_is_imported_before_a_fixture_is_used(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import sys

        def test_before():
            loaded = {name for name in sys.modules if name.partition(".")[0] == "rawsmtp"}
            assert loaded == {"rawsmtp", "rawsmtp._version", "rawsmtp.testing", "rawsmtp.testing.plugin"}

        def test_after(smtp_server):
            assert "rawsmtp.testing.kit" in sys.modules
    """)
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=2)
