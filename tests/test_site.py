"""The site of the documentation: it is built without a warning, needs no network, and all its links lead somewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import annotator
from annotator.cli import group
from support.paths import ROOT
from test_docs import paths

pytest.importorskip("mkdocs", reason="needs the extra `docs`")
pytestmark = pytest.mark.slow
# What a page loads by itself: of links, those that are no mere statement.
LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
REMOTE = re.compile(r"(https?:)?//")


@dataclass
class Page(HTMLParser):
    """What a page of the site has of anchors, links, and other files that it loads."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value is not None}
        self.anchors.update(values[name] for name in ("id", "name") if name in values)
        self.classes.update(values.get("class", "").split())
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag in LOADING and LOADING[tag] in values:
            self.loaded.append(values[LOADING[tag]])


@cache
def parsed(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def build(sources: Path, site: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)],
        cwd=sources,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the site is made of, so that tests that run at once do not disturb each other."""
    folder = tmp_path_factory.mktemp("sources")
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "mkdocs.yml"):
        shutil.copy(ROOT / name, folder)
    for name in ("docs", "samples"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "runs"))
    (folder / "models").symlink_to(ROOT / "models")
    (folder / "annotator").symlink_to(ROOT / "annotator")
    return folder


@pytest.fixture(scope="module")
def site(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(sources, folder)
    assert done.returncode == 0, done.stderr
    return folder


def pages(site: Path) -> list[Path]:
    found = [path for path in site.rglob("*.html") if path.name != "404.html"]  # whose place is not known
    assert len(found) > 15
    return found


def test_no_page_needs_the_network(site: Path) -> None:
    for path in pages(site):
        page = parsed(path)
        assert len(page.loaded) > 3
        assert not [target for target in page.loaded if REMOTE.match(target)], path
        assert "mermaid" not in page.classes, f"{path}: Material loads mermaid from the network"
    for sheet in site.rglob("*.css"):
        assert not re.search(r"@import|url\([\"']?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_all_that_pages_load_and_link_to_is_there(site: Path) -> None:
    for path in pages(site):
        page = parsed(path)
        for target in {*page.links, *page.loaded}:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path not in ("", ".") else path
            if there.is_dir():
                there /= "index.html"
            assert there.is_file(), f"{path.name}: {target}"
            if parts.fragment and there.suffix == ".html" and parts.fragment != "__skip":
                assert unquote(parts.fragment) in parsed(there).anchors, f"{path.name}: {target}"


def test_the_references_have_every_command_and_every_public_name(site: Path) -> None:
    commands = parsed(site / "docs" / "commands.html").anchors
    missing = [path for path in paths(group) if path.replace(" ", "-") not in commands]
    assert not missing
    api = parsed(site / "docs" / "api.html").anchors
    assert not [name for name in annotator.__all__ if not any(one.endswith(f".{name}") for one in api)]


def test_the_notebook_is_a_page_with_its_pictures(site: Path) -> None:
    tour = parsed(site / "docs" / "tour.html")
    assert "how-good-is-it" in tour.anchors and sum(target.endswith(".png") for target in tour.loaded) >= 2
    assert "tour.html" in parsed(site / "docs" / "quickstart.html").links
    assert "docs/tour.html" in parsed(site / "index.html").links


def test_code_and_lists_are_what_they_are_on_github(site: Path) -> None:
    """The Markdown of the site wants an empty line before lists and tables, and knows no `sh no-run`."""
    for path in pages(site):
        html = re.sub(r"<(pre|code)\b.*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"<[^>]+>", "", html)
        assert not re.search(r"```|^\s*- \S|^\s*\|.*\|\s*$", text, re.MULTILINE), path


@pytest.fixture
def quickstart(sources: Path) -> Iterator[Path]:
    page = sources / "docs" / "quickstart.md"
    before = page.read_text(encoding="utf-8")
    yield page
    page.write_text(before, encoding="utf-8")


@pytest.mark.parametrize("target", ["formats.md#no-such-anchor", "../samples/none.txt", "../README.md#none"])
def test_a_broken_link_fails_the_build(target: str, quickstart: Path, sources: Path, tmp_path: Path) -> None:
    quickstart.write_text(f"{quickstart.read_text(encoding='utf-8')}\n[there]({target})\n", encoding="utf-8")
    done = build(sources, tmp_path)
    assert done.returncode != 0 and target.partition("#")[2] in done.stderr and "quickstart.md" in done.stderr
