"""The text of an HTML body, for readers that show no HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HIDDEN = frozenset({"head", "script", "style", "template"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "hr"})
_LINES = frozenset({"div", "li", "tr", "dt", "dd", "section", "article", "header", "footer"})


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden: str | None = None
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._hidden = None
        elif self._hidden is None and tag in _HIDDEN:
            self._hidden = tag
        self._break(tag)
        given = dict(attrs)
        if tag == "a":
            self._link = given.get("href") or ""
        elif tag == "img":
            self.pieces.append(given.get("alt") or "")
        elif tag == "li":
            self.pieces.append("- ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = None
        self._break(tag)
        if tag == "a":
            # The address is what a link is for; where it is the text too, once is enough.
            if self._link.startswith(("http://", "https://")) and self._link not in self.pieces[-1:]:
                self.pieces.append(f" <{self._link}>")
            self._link = ""
        elif tag in ("td", "th"):
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if self._hidden is None:
            self.pieces.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.pieces.append("\n\n")
        elif tag == "br" or (tag in _LINES and not "".join(self.pieces[-2:]).rstrip(" ").endswith("\n")):
            self.pieces.append("\n")


def text_of(html: str) -> str:
    """Return the words of the HTML in lines and paragraphs, links with their addresses."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = "\n".join(" ".join(line.split()) for line in "".join(parser.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
