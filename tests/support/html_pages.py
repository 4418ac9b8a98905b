"""A parser for the pages that the format HTML writes."""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser

from annotator.document import Document
from annotator.formats import html


class Page(HTMLParser):
    """A page's tags, its articles (their anchor and link), and its marks as (text, label, title)."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.articles: list[dict[str, str]] = []
        self.marks: list[tuple[str, str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        if tag == "article":
            self.articles.append({"id": named["id"] or ""})
        elif tag == "a":
            self.articles[-1]["href"] = named["href"] or ""
        elif tag == "mark":
            self.marks.append(("", "", named.get("title")))
        elif tag == "b":
            self.marks[-1] = (self.text, "", self.marks[-1][2])
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "b":
            text, _, title = self.marks[-1]
            self.marks[-1] = (text, self.text, title)


def page_of(documents: Iterable[Document]) -> Page:
    """The page of these documents, parsed."""
    page = Page()
    page.feed(b"".join(html.write(documents)).decode("utf-8"))
    return page
