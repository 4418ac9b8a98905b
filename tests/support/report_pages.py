"""A parser for the pages that reports write."""

from __future__ import annotations

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "input", "rect", "path", "circle"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class ReportPage(HTMLParser):
    """A page: its tags with their attributes, its errors, the cells of its tables, and whether all tags are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.errors: list[dict[str, str | None]] = []
        self.marks: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        elif tag == "li" and "data-kind" in named:
            self.errors.append(named)
        elif tag == "mark":
            self.marks.append(("", named.get("class") or ""))

    def handle_data(self, data: str) -> None:
        if "tr" in self.open and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data
        if self.open and self.open[-1] == "mark":
            text, marks = self.marks[-1]
            self.marks[-1] = (text + data, marks)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    @property
    def loads(self) -> list[str]:
        """What the page would load from elsewhere."""
        found = [value or "" for _, named in self.tags for name, value in named.items() if name in ("src", "href")]
        return [value for value in found if not value.startswith("#")]


def in_chromium(path: Path) -> str:
    """The page at this path as Chromium has it once its script was run."""
    assert CHROMIUM
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", path.as_uri()]
    return subprocess.run(command, capture_output=True, check=True, timeout=300).stdout.decode()
