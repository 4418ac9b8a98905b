"""The page, put together with Gradio. It loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import api

from annotator.decode import Keep
from annotator.demo import answers, render
from annotator.demo.answers import Answer
from annotator.demo.examples import EXAMPLES
from annotator.demo.models import Models
from annotator.demo.uploads import annotate_file
from annotator.errors import AnnotatorError
from annotator.formats import INPUTS, OUTPUTS
from annotator.run.progress import Progress

TITLE = "annotator: named entities"
HEADER = '<div class="head"><h1>annotator</h1><p>Names in text of any language, in colour.{note}</p></div>'
PRIVATE = " Nothing leaves this machine."
CSS = Path(__file__).with_name("page.css")
BY_SUFFIX = "by suffix"
# Requests that are answered at the same time; the others wait in order. Each takes its share of the cores, so a long
# text does not keep short ones waiting.
AT_ONCE = 8
FILES_AT_ONCE = 2
# Seconds between searches for old uploads, and how long these are kept.
TIDYING = (600, 3_600)


@dataclass(frozen=True, slots=True)
class Terms:
    """How the page is offered: the `characters` that a text may have, and whether only this machine can open it."""

    characters: int = 1_000_000
    private: bool = True


def make_page(models: Models, terms: Terms = Terms()) -> gr.Blocks:
    """The page, which offers these models. The default one is loaded at once.

    Raises what `Models.load` raises.
    """
    page = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=TIDYING)
    with page:
        _Page(models, terms).build()
        _add_endpoint(models, terms)
    return page


def theme() -> gr.themes.Base:
    """The look of Gradio's own parts, with the fonts of the reader's system."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.indigo,
        neutral_hue=gr.themes.colors.zinc,
        radius_size=gr.themes.sizes.radius_lg,
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )


def _add_endpoint(models: Models, terms: Terms) -> None:
    """The endpoint `/annotate`."""

    def annotate(
        text: str, model: str = models.default, min_score: float = 0.0, labels: list[str] | None = None
    ) -> dict[str, Any]:
        """Find the entities of a text.

        Offsets are [start, end) in Unicode code points. `labels` keeps only entities with these labels, `min_score`
        only those that score at least this.
        """
        try:
            answer = answers.annotate(models, model, text, terms.characters)
        except AnnotatorError as error:
            raise gr.Error(_plain(error), print_exception=False) from error
        shown = answer.kept(min_score, labels)
        return {
            "text": shown.text,
            "ents": shown.to_dict()["ents"],
            "model": answer.model,
            "words": answer.words,
            "seconds": round(answer.seconds, 4),
        }

    api(annotate, api_name="annotate", concurrency_limit=AT_ONCE, concurrency_id="texts")


def _plain(error: AnnotatorError) -> str:
    """An error in one line, with the parameters in its remedy by the names that the page has for them."""
    names = {"input_format": "“Format of the file”", "max_record": "the size of a record"}
    return error.worded(lambda parameter: names.get(parameter, parameter.replace("_", " ")))


class _Page:
    """The parts of the page and what happens when they are used."""

    def __init__(self, models: Models, terms: Terms) -> None:
        self._models = models
        self._terms = terms
        self._labels = models.load(models.default).labels

    def build(self) -> None:
        """Lay out the parts, from top to bottom, and say what each does."""
        self._answer: gr.State = gr.State(None)
        self._words_open: gr.State = gr.State(False)
        with gr.Column(elem_classes="page"):
            gr.HTML(HEADER.format(note=PRIVATE if self._terms.private else ""))
            with gr.Tabs(elem_classes="ways"):
                with gr.Tab("Text") as text_tab:
                    self._build_text()
                with gr.Tab("File") as file_tab:
                    self._build_file()
            with gr.Row(elem_classes="settings"):
                self._build_settings()
            with gr.Column(elem_classes="result") as self._result:
                self._build_result()
            with gr.Accordion("Use it from code", open=False, elem_classes="more"):
                code = gr.HTML()
        self._connect()
        text_tab.select(lambda: gr.Column(visible=True), None, self._result, **_silent())
        file_tab.select(lambda: gr.Column(visible=False), None, self._result, **_silent())
        gr.on(None, _code, None, code, **_silent())

    def _build_text(self) -> None:
        self._text = gr.Textbox(
            EXAMPLES[0].text, label="Text in any language", lines=5, max_lines=16, elem_classes="text", autoscroll=False
        )
        with gr.Row(elem_classes="actions"):
            with gr.Row(elem_classes="examples"):
                self._examples = [gr.Button(one.language, size="sm", elem_classes="example") for one in EXAMPLES]
            self._go = gr.Button("Annotate", variant="primary", elem_classes="go")

    def _build_file(self) -> None:
        self._file = gr.File(label="File, compressed or not", height=170)
        with gr.Row(elem_classes="formats"):
            self._input = gr.Dropdown([BY_SUFFIX, *INPUTS], value=BY_SUFFIX, label="Format of the file")
            self._output = gr.Dropdown(list(OUTPUTS), value="jsonl", label="Format to write")
            self._go_file = gr.Button("Annotate the file", variant="primary", elem_classes="go")
        self._written = gr.HTML(elem_classes="written")
        self._download = gr.DownloadButton("Download", visible=False, elem_classes="download")

    def _build_settings(self) -> None:
        self._model = gr.Dropdown(list(self._models.names), value=self._models.default, label="Model", min_width=160)
        self._score = gr.Slider(0, 1, value=0, step=0.01, label="Lowest score", min_width=220, buttons=[])
        self._switches = gr.CheckboxGroup(
            list(self._labels), value=list(self._labels), label="Labels", min_width=220, elem_classes="labels"
        )
        self._styles = gr.HTML(render.label_styles(self._labels), elem_classes="styles")

    def _build_result(self) -> None:
        self._marked = gr.HTML(elem_classes="answer")
        with gr.Accordion("Entities as a table", open=False, elem_classes="more"):
            self._table = gr.HTML(render.NOTHING)
        with gr.Accordion("Word by word: why was this missed?", open=False, elem_classes="more") as self._words_part:
            self._words = gr.HTML(render.NOTHING)

    def _connect(self) -> None:
        asked = [self._text, self._model, self._score, self._switches]
        answered = [self._answer, self._switches, self._styles, self._marked, self._table]
        by_word = [self._answer, self._words_open]
        ask: Callable[..., Any] = partial(gr.on, fn=self._annotate, inputs=asked, outputs=answered, **_counted())
        for asking in (
            ask([self._go.click, self._text.submit, self._model.change], show_progress_on=self._marked),
            ask(None),  # when the page is opened
            *(
                button.click(lambda text=one.text: text, None, self._text, **_silent()).then(
                    self._annotate, asked, answered, show_progress_on=self._marked, **_counted()
                )
                for button, one in zip(self._examples, EXAMPLES, strict=True)
            ),
        ):
            asking.then(self._show_words, by_word, self._words, **_counted())
        gr.on(
            [self._score.change, self._switches.change],
            self._filter,
            [self._answer, self._score, self._switches],
            [self._marked, self._table],
            trigger_mode="always_last",
            **_silent(),
        )
        self._words_part.expand(lambda: True, None, self._words_open, **_silent()).then(
            self._show_words, by_word, self._words, **_counted()
        )
        self._words_part.collapse(lambda: False, None, self._words_open, **_silent())
        self._go_file.click(
            self._annotate_file,
            [self._file, self._input, self._output, self._model, self._score, self._switches],
            [self._written, self._download],
            show_progress_on=self._written,
            concurrency_limit=FILES_AT_ONCE,
            concurrency_id="files",
            api_visibility="private",
        )

    def _annotate(self, text: str, model: str, min_score: float, labels: Sequence[str]) -> list[Any]:
        """The answer, the switches for its labels, and what is shown."""
        try:
            answer = answers.annotate(self._models, model, text, self._terms.characters)
        except AnnotatorError as error:
            return [None, gr.skip(), gr.skip(), render.problem_html(_plain(error)), render.NOTHING]
        # The switches stay as they are, unless the model has other labels.
        same = set(labels) <= set(answer.labels)
        kept = [label for label in answer.labels if not same or label in labels]
        switches = gr.CheckboxGroup(list(answer.labels), value=kept)
        shown = self._filter(answer, min_score, kept)
        return [answer, switches, render.label_styles(answer.labels), *shown]

    def _filter(self, answer: Answer | None, min_score: float, labels: Sequence[str]) -> list[Any]:
        """The marked text and the table, with the entities that are to be shown."""
        if answer is None:
            return [gr.skip(), gr.skip()]
        shown = answer.kept(min_score, frozenset(labels))
        return [render.text_html(answer, shown), render.table_html(shown)]

    def _show_words(self, answer: Answer | None, wanted: bool) -> str:
        """The words with their tags, if that part of the page is open."""
        if answer is None or not wanted:
            return render.NOTHING
        try:
            return render.words_html(answer.document.text, answers.words(self._models, answer))
        except AnnotatorError as error:
            return render.problem_html(_plain(error))

    def _annotate_file(
        self,
        path: str | None,
        given: str,
        wanted: str,
        model: str,
        min_score: float,
        labels: Sequence[str],
        progress: gr.Progress = gr.Progress(),  # noqa: B008  Gradio looks for it here
    ) -> list[Any]:
        """The figures of a run over the uploaded file, and the file to download."""
        if path is None:
            return [render.problem_html("There is no file yet: choose one above."), gr.DownloadButton(visible=False)]

        def show(at: Progress) -> None:
            share = at.bytes / at.total if at.total else 0.0
            progress(min(share, 1.0), f"{at.counts.written:,} documents, {at.words_a_second:,.0f} words/s")

        try:
            annotator = self._models.load(model)
            keep = Keep(frozenset(labels), min_score)
            written = annotate_file(annotator, Path(path), wanted, keep, None if given == BY_SUFFIX else given, show)
        except AnnotatorError as error:
            return [render.problem_html(_plain(error)), gr.DownloadButton(visible=False)]
        return [
            render.file_html(written),
            gr.DownloadButton(f"Download {written.path.name}", value=str(written.path), visible=True),
        ]


def _code(request: gr.Request) -> str:
    headers = request.headers
    # A Space is served by a proxy, which passes on how it was asked.
    return render.code_html(f"{headers.get('x-forwarded-proto', 'http')}://{headers['host']}/")


def _silent() -> dict[str, Any]:
    """The options of an event that is answered at once, outside the queue."""
    return {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


def _counted() -> dict[str, Any]:
    """The options of an event that waits for its turn."""
    return {
        "concurrency_limit": AT_ONCE,
        "concurrency_id": "texts",
        "show_progress": "minimal",
        "api_visibility": "private",
    }
