"""The page that runs in the browser alone: the entities of the command line, and no request once it is loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from annotator.pipeline import Annotator
from support.browser import CHROMIUM, FLAGS, LONGEST, needs_chromium
from support.cli_runs import LINES
from support.paths import ROOT, SAMPLES

if TYPE_CHECKING:
    from playwright.sync_api import Page

SITE = ROOT / "web" / "site"
ARTICLES = (SAMPLES / "articles.jsonl").read_text(encoding="utf-8").splitlines()
needs_site = pytest.mark.skipif(not (SITE / "vendor").is_dir(), reason="needs web/site: python web/build.py")
pytestmark = [needs_chromium, needs_site, pytest.mark.slow]
# The entities with their offsets in code points.
ENTITIES = """async text => (await window.tagger.entities(text)).entities.map(
  ({ start, end, label, score }) => [[...text.slice(0, start)].length, [...text.slice(0, end)].length, label, score])"""


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """What the page asked for."""
    return []


@pytest.fixture(scope="module")
def page(asked: list[str]) -> Iterator[Page]:
    """The page, opened, with its model loaded."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    handler = partial(SimpleHTTPRequestHandler, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_api.sync_playwright() as playwright:
        Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(LONGEST * 1000)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.wait_for_selector("#go:enabled")
        yield page
        browser.close()
        server.shutdown()


def entities(page: Page, text: str) -> list[list[Any]]:
    found: list[list[Any]] = page.evaluate(ENTITIES, text)
    return found


def test_the_samples_have_the_entities_of_the_command_line(page: Page, ner: Annotator) -> None:
    texts = [*LINES, *(json.loads(line)["text"] for line in ARTICLES)]
    here, there, both = 0, 0, 0
    for text, document in zip(texts, ner.pipe(texts), strict=True):
        found = {tuple(entity[:3]) for entity in entities(page, text)}
        expected = {(entity.start, entity.end, entity.label) for entity in document.entities}
        here, there, both = here + len(found), there + len(expected), both + len(found & expected)
    # All of them when this was written. The last digits of scores may differ between processors.
    assert there > 300 and 2 * both / (here + there) > 0.99


def test_scores_are_those_of_the_graph(page: Page, ner: Annotator) -> None:
    text = "Angela Merkel besuchte Paris."
    expected = [entity.score for entity in ner(text).entities]
    assert [entity[3] for entity in entities(page, text)] == pytest.approx(expected, abs=0.005)


def test_long_sentences_are_tagged_to_their_end(page: Page) -> None:
    text = "Angela Merkel und " * 400 + "Anna Berger"
    found = entities(page, text)
    assert len(found) > 390 and found[-1][1] == len(text)


def test_text_is_shown_as_text_and_no_request_is_made(page: Page, asked: list[str]) -> None:
    before = len(asked)
    page.get_by_label("Text in any language").fill("<script>window.hit = 1</script> Angela Merkel")
    page.get_by_role("button", name="Annotate").click()
    page.wait_for_function("document.getElementById('marked').textContent.includes('window.hit = 1')")
    assert page.locator("mark").inner_text().startswith("Angela Merkel")
    assert page.evaluate("window.hit") is None
    assert len(asked) == before > 5
    hosts = {urlsplit(url).netloc for url in asked if urlsplit(url).scheme not in ("data", "blob")}
    assert hosts == {urlsplit(page.url).netloc}
