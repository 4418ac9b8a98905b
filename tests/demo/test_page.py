"""The page in a real browser: what it shows, what it loads, and what it does with hostile text."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("gradio", reason="needs the extra demo")
pytest.importorskip("playwright", reason="needs playwright")

from annotator.demo.models import Models
from annotator.demo.page import Terms, make_page
from annotator.pipeline import Annotator
from support.browser import LONGEST, needs_chromium
from support.cli_runs import LINES, annotate

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TEXT = "Angela Merkel besuchte 🇫🇷 Paris.\nإدوارد سعيد Anna Berger ولد في القدس"
# The offsets and labels of the marks, in code points; each mark shows its text, U+2060 and its label.
MARKS = """element => {
  let at = 0;
  const marks = [];
  for (const node of element.childNodes) {
    const isMark = node.nodeName === "MARK";
    const text = isMark ? node.firstChild.data.replace(/\\u2060$/, "") : node.textContent;
    const end = at + [...text].length;
    if (isMark) marks.push([at, end, node.querySelector("b").textContent]);
    at = end;
  }
  return marks;
}"""
# What `fill` cannot send: half of a surrogate pair, which Playwright's own messages cannot hold.
PUT = """(element, text) => {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(element, text + "\\ud800");
  element.dispatchEvent(new Event("input", { bubbles: true }));
}"""
HOSTILE = (
    "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'>${window.hit = 1}{{window.hit = 1}}"
    " \x00 \u202e </div></textarea> Angela Merkel &lt;"
)
WIDTHS = (390, 1280)


@pytest.fixture
def page(browser: Browser, address: str, attempts: Path) -> Iterator[Page]:
    """The page, opened; after the test, nothing was loaded from elsewhere and no script has failed."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(LONGEST * 1000)
    page = context.new_page()
    asked: list[str] = []
    failed: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(address)
    page.wait_for_selector(".marked mark")
    yield page
    hosts = {urlsplit(url).netloc for url in asked if urlsplit(url).scheme not in ("data", "blob")}
    context.close()
    assert len(asked) > 10 and hosts == {urlsplit(address).netloc}
    assert failed == [] and not attempts.exists()


def ask(page: Page, text: str) -> None:
    """Type a text, press the button and wait for the answer."""
    page.get_by_label("Text in any language").fill(text)
    press(page)


def press(page: Page) -> None:
    with page.expect_response(lambda response: "/queue/join" in response.url):
        page.get_by_role("button", name="Annotate", exact=True).click()


def expected(text: str, ner: Annotator, least: float = 0.0) -> list[list[Any]]:
    return [[e.start, e.end, e.label] for e in ner(text).entities if (e.score or 0) >= least]


def marks(page: Page) -> list[list[Any]]:
    found: list[list[Any]] = page.locator(".marked").evaluate(MARKS)
    return found


def shows(page: Page, text: str) -> None:
    """Wait until the marked text is this one."""
    page.wait_for_function(
        "text => document.querySelector('.marked')?.textContent.replace(/\\u2060[A-Z]+/g, '').includes(text)", arg=text
    )


def test_only_the_endpoint_annotate_is_for_programs(models: Models) -> None:
    named: dict[str, Any] = make_page(models).get_api_info()["named_endpoints"]
    assert list(named) == ["/annotate"]
    parameters = [one["parameter_name"] for one in named["/annotate"]["parameters"]]
    assert parameters == ["text", "model", "min_score", "labels"]


def test_only_a_private_page_says_that_nothing_leaves_this_machine(models: Models) -> None:
    texts = [str(make_page(models, Terms(private=private)).get_config_file()) for private in (True, False)]
    assert ["Nothing leaves this machine" in text for text in texts] == [True, False]


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_spans_are_the_annotators_and_follow_the_settings(width: int, page: Page, ner: Annotator) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    ask(page, TEXT)
    shows(page, TEXT.splitlines()[0])
    found = expected(TEXT, ner)
    assert marks(page) == found and len(found) >= 2
    scores = sorted(entity.score or 0 for entity in ner(TEXT).entities)
    least = round((scores[0] + scores[-1]) / 2, 2)
    page.get_by_role("spinbutton").fill(str(least))  # the number beside the slider
    page.get_by_role("spinbutton").press("Enter")
    kept = expected(TEXT, ner, least)
    page.wait_for_function(f"document.querySelectorAll('.marked mark').length === {len(kept)}")
    assert 0 < len(kept) < len(found) and marks(page) == kept
    assert f"{len(found) - len(kept)} hidden" in page.locator(".figures").first.inner_text()
    page.get_by_label("PER").uncheck()
    without = [mark for mark in kept if mark[2] != "PER"]
    page.wait_for_function(f"document.querySelectorAll('.marked mark').length === {len(without)}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@needs_chromium
@pytest.mark.slow
def test_the_slider_moves_by_keys_and_pointer(page: Page) -> None:
    slider = page.get_by_role("slider")
    slider.focus()
    slider.press("End")
    page.wait_for_function("document.querySelectorAll('.marked mark').length === 0")
    slider.press("Home")
    page.wait_for_selector(".marked mark")


@needs_chromium
@pytest.mark.slow
def test_tables_and_words_are_there_when_opened(page: Page, ner: Annotator) -> None:
    ask(page, TEXT)
    shows(page, TEXT.splitlines()[0])
    page.get_by_role("button", name="Entities as a table").click()
    rows = page.get_by_role("region", name="Entities").locator("tbody tr")
    rows.first.wait_for()
    assert [row.split("\t") for row in rows.all_inner_texts()] == [
        [TEXT[e.start : e.end], e.label, f"{e.score:.4f}", str(e.start), str(e.end)] for e in ner(TEXT).entities
    ]
    page.get_by_role("button", name="Word by word").click()
    words = page.get_by_role("region", name="Words").locator("tbody tr")
    words.first.wait_for()
    first = ner.words(TEXT)[0]
    assert words.first.inner_text().split("\t") == [
        "Angela", "B-PER", f"{first.probability:.4f}", first.other, f"{first.other_probability:.4f}"
    ]  # fmt: skip
    assert words.count() == len(ner.words(TEXT))
    page.get_by_role("button", name="Deutsch").click()  # an example, and the words follow
    shows(page, "Kingsley Coman")
    page.wait_for_function("document.querySelector('[aria-label=Words]').textContent.includes('Kingsley')")


@needs_chromium
@pytest.mark.slow
def test_right_to_left_lines_have_their_direction(page: Page) -> None:
    ask(page, "إدوارد سعيد\nBern")
    shows(page, "إدوارد سعيد")
    left, right = page.locator(".marked").evaluate("""element => {
      const lines = document.createRange();
      lines.selectNodeContents(element);
      const box = element.getBoundingClientRect(), rectangles = [...lines.getClientRects()];
      return [rectangles[0], rectangles.at(-1)].map(line => [line.left - box.left, box.right - line.right]);
    }""")
    assert left[0] > left[1]  # the Arabic line stands at the right edge
    assert right[0] < right[1]  # the other one at the left


@needs_chromium
@pytest.mark.slow
def test_another_model_can_be_chosen(page: Page, tiny: Path) -> None:
    page.get_by_label("Model").click()
    page.get_by_role("option", name=str(tiny)).click()
    scores = "document.querySelector('[aria-label=Entities]')?.textContent ?? ''"
    page.get_by_role("button", name="Entities as a table").click()
    before = page.evaluate(scores)
    page.wait_for_function(f"before => ({scores}) !== before", arg=before)


@needs_chromium
@pytest.mark.slow
def test_a_file_of_a_thousand_lines_is_what_the_command_line_writes(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "".join(f"{LINES[number % len(LINES)]}\n" for number in range(1000))
    (tmp_path / "lines.txt.gz").write_bytes(gzip.compress(lines.encode()))
    page.get_by_role("tab", name="File").click()
    page.get_by_role("button", name="Annotate the file").click()
    page.get_by_role("alert").wait_for()
    assert "There is no file yet" in page.get_by_role("alert").inner_text()
    page.locator("input[type=file]").set_input_files(tmp_path / "lines.txt.gz")
    page.get_by_text("lines").first.wait_for()
    page.get_by_role("button", name="Annotate the file").click()
    with page.expect_download() as download:
        page.get_by_text("Download lines.jsonl").click()
    download.value.save_as(tmp_path / "downloaded.jsonl")
    monkeypatch.chdir(tmp_path)
    assert annotate("lines.txt.gz", "-f", "jsonl", "-o", "expected.jsonl", "--device", "cpu", "-q").code == 0
    assert Path("downloaded.jsonl").read_bytes() == Path("expected.jsonl").read_bytes()
    assert "1,000 documents" in page.locator(".written").first.inner_text()


@needs_chromium
@pytest.mark.slow
def test_a_file_that_cannot_be_read_is_said_with_its_line(page: Page, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"text": "Bern"}\nno json\n')
    page.get_by_role("tab", name="File").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "bad.jsonl")
    page.get_by_text("bad").first.wait_for()
    page.get_by_role("button", name="Annotate the file").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text().startswith("bad.jsonl:2: ")


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_hostile_text_is_shown_as_text(width: int, page: Page) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.get_by_label("Text in any language").evaluate(PUT, HOSTILE)
    press(page)
    shows(page, HOSTILE.split(" \x00", maxsplit=1)[0])
    shown = page.locator(".marked").inner_text()
    assert "\\x00 \\u202e </div></textarea>" in shown and shown.endswith("&lt;\ufffd")
    assert "1 character that no file can hold" in page.locator(".result").first.inner_text()
    page.get_by_role("button", name="Entities as a table").click()
    page.get_by_role("button", name="Word by word").click()
    page.get_by_role("region", name="Words").wait_for()
    assert page.evaluate("window.hit") is None
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@needs_chromium
@pytest.mark.slow
def test_a_megabyte_is_shown_and_more_is_refused(page: Page) -> None:
    sentence = "Angela Merkel besuchte Paris. "
    ask(page, sentence * 33_333)
    page.get_by_text("The first 2,000 of 66,666 entities are marked.").wait_for()
    assert page.locator(".marked mark").count() == 2000
    assert page.locator(".marked").evaluate("e => e.textContent.length") > len(sentence) * 33_333
    ask(page, "x" * 1_000_001)
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text() == (
        "the text has 1,000,001 characters, and 1,000,000 is the most that can be annotated here at once: "
        "upload it as a file"
    )
    ask(page, "Angela Merkel")
    shows(page, "Angela Merkel")


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_there_is_no_serious_fault_of_accessibility(width: int, scheme: Any, page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    page.reload()
    page.wait_for_selector(".marked mark")
    for part in ("Entities as a table", "Word by word", "Use it from code"):
        page.get_by_role("button", name=part).click()
    page.get_by_role("region", name="Words").wait_for()
    assert page.evaluate("document.body.classList.contains('dark')") == (scheme == "dark")
    for tab in ("Text", "File"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_selector(f"[role=tab][aria-selected=true]:has-text('{tab}')")
        violations = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"]) for one in violations if one["impact"] in ("serious", "critical")] == []


@pytest.mark.slow
def test_programs_get_the_same_entities(address: str, ner: Annotator) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    client = Client(address, verbose=False)
    answer = client.predict(TEXT, api_name="/annotate")
    assert answer["text"] == TEXT and answer["words"] == len(ner.words(TEXT))
    assert answer["ents"] == ner(TEXT).to_dict()["ents"]
    some = client.predict(TEXT, min_score=0.5, labels=["LOC"], api_name="/annotate")
    assert {entity["label"] for entity in some["ents"]} == {"LOC"}
    with pytest.raises(AppError, match="model 'nope' is not offered here"):
        client.predict(TEXT, model="nope", api_name="/annotate")


@pytest.mark.slow
def test_curl_gets_them_as_the_page_says(address: str, ner: Annotator) -> None:
    from annotator.demo.render import _CURL

    asked = ["bash", "-c", _CURL.format(url=address)]
    said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=LONGEST).stdout
    (data,) = [line.removeprefix("data: ") for line in said.splitlines() if line.startswith("data: ")]
    assert json.loads(data)[0]["ents"] == ner("Angela Merkel besuchte Paris.").to_dict()["ents"]


@pytest.mark.slow
def test_a_long_text_does_not_keep_others_waiting(address: str) -> None:
    from gradio_client import Client

    client = Client(address, verbose=False)
    # Every line is another one, so that nothing is computed only once.
    long = client.submit("\n".join(f"{n} {LINES[n % len(LINES)]}" for n in range(500)), api_name="/annotate")
    assert client.predict("Bern", api_name="/annotate")["words"] == 1
    assert not long.done()
    assert long.result(LONGEST)["words"] > 10_000
