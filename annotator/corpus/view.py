"""Documents with their entities in colour, in a terminal or as an HTML page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from annotator.display import colour, visible
from annotator.document import Document, Entity
from annotator.errors import UsageError, did_you_mean
from annotator.files.sinks import open_sink
from annotator.formats import html

VIEWS = ("terminal", "html")


def render(documents: Iterable[Document], console: Console, scores: bool = False) -> Iterator[str]:
    """Each document as the console shows it, then a legend with the count of each label.

    Without colours, entities are in brackets. Lines are wrapped only where the console is a terminal.
    """
    labels: Counter[str] = Counter()
    count = 0
    for count, document in enumerate(documents, start=1):  # noqa: B007  used after the loop
        labels.update(entity.label for entity in document.entities)
        yield _printed(console, _document(document, console, scores))
    yield _printed(console, _legend(labels, count, console))


def view(
    documents: Iterable[Document],
    format_name: str,
    output: Path | None = None,
    scores: bool = False,
    force: bool = False,
) -> None:
    """Show documents in one of VIEWS, on stdout or in a file.

    A terminal shows them in a pager if they do not fit on the screen. Raises AnnotatorError for a file that exists
    (unless `force`) or cannot be written.
    """
    console = Console() if output is None else Console(file=StringIO())  # a file is not a terminal
    shown = render(documents, console, scores)
    if format_name == "terminal" and console.is_terminal:
        screen = _screen(shown, console.height)
        if sum(part.count("\n") for part in screen) >= console.height:
            click.echo_via_pager(chain(screen, shown))
            return
        shown = iter(screen)
    parts = html.write(documents) if format_name == "html" else (part.encode() for part in shown)
    with open_sink(output, force) as sink:
        for part in parts:
            sink.write(part)


def choose_format(name: str | None, output: Path | None) -> str:
    """The view to show documents in: the one named, else by the suffix of `output`, else `terminal`.

    Raises UsageError for a name that is not one of VIEWS.
    """
    if name is None:
        return "html" if output and output.suffix.lower() in (".html", ".htm") else "terminal"
    if name not in VIEWS:
        raise UsageError(f"unknown format {name!r}", f"{did_you_mean(name, VIEWS)}There are {', '.join(VIEWS)}")
    return name


def _screen(parts: Iterator[str], height: int) -> list[str]:
    """The first parts, up to the one that fills a screen of this height."""
    screen: list[str] = []
    lines = 0
    while lines < height and (part := next(parts, None)) is not None:
        screen.append(part)
        lines += part.count("\n")
    return screen


def _printed(console: Console, text: Text) -> str:
    with console.capture() as captured:
        console.print(text, soft_wrap=not console.is_terminal, highlight=False)
    return captured.get()


def _document(document: Document, console: Console, scores: bool) -> Text:
    parts: list[Text] = [Text(f"{visible(document.id)}\n", "dim")]
    end = 0
    for entity in document.entities:
        parts += [Text(visible(document.text[end : entity.start])), _mark(document.text, entity, console, scores)]
        end = entity.end
    return Text().join([*parts, Text(f"{visible(document.text[end:])}\n")])


def _mark(text: str, entity: Entity, console: Console, scores: bool) -> Text:
    marked = visible(text[entity.start : entity.end])
    score = f" {entity.score:.2f}" if scores and entity.score is not None else ""
    return _chip(f"{marked} ", entity.label, score, console)


def _chip(before: str, label: str, after: str, console: Console) -> Text:
    """A label with the text before and after it, on its colour, or in brackets where there are no colours."""
    left, right = (" ", " ") if _coloured(console) else ("[", "]")
    style = f"#000000 on {colour(label)}" if _coloured(console) else ""
    return Text.assemble(left, before, (visible(label), "bold"), after, right, style=style)


def _coloured(console: Console) -> bool:
    return bool(console.color_system) and not console.no_color


def _legend(labels: Counter[str], documents: int, console: Console) -> Text:
    chips: Iterable[Text] = (_chip("", label, f" {labels[label]:,}", console) for label in sorted(labels))
    total = Text(f"{documents:,} document{'' if documents == 1 else 's'}", "dim")
    return Text(" ").join(chain(chips if labels else [Text("no entities,")], [total]))
