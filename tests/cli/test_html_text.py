from __future__ import annotations

import pytest

from rawsmtp.cli.html_text import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>你好</p>", "你好\n"),
        ("<h1>A &amp; B</h1><p>one\n two<br>three</p>", "A & B\n\none two\nthree\n"),
        ("<ul><li>one<li>two</ul>", "- one\n- two\n"),
        ('<a href="https://x.example/">here</a>', "here <https://x.example/>\n"),
        ('<a href="https://x.example/">https://x.example/</a>', "https://x.example/\n"),
        ('<a href="#top">up</a> <img alt="logo" src="x">', "up logo\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"),
        ("<head><title>no</title></head><body>yes", "yes\n"),
        ("<script>no</script><style>no</style>yes", "yes\n"),
        ("<head><title>no</title><body>yes</body>", "yes\n"),
        ("plain < text", "plain < text\n"),
        ("", "\n"),
    ],
)
def test_text_of_html(html: str, text: str) -> None:
    assert text_of(html) == text
