"""Documents written at once to a file or stdout, for users of the library."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path

from annotator.document import Document
from annotator.errors import UsageError
from annotator.files.sinks import STDOUT, open_sink
from annotator.formats import Format, output_format
from annotator.formats.base import WriteOptions


def write_documents(
    documents: Iterable[Document],
    path: str | PathLike[str] | None,
    format: str | None = None,
    *,
    style: str | None = None,
    docstart: bool = False,
    force: bool = False,
) -> None:
    """Write documents to a file, or to stdout if `path` is None or `-`.

    `format` is the name of a format, by default that of the path's suffix, and CoNLL for stdout. `style` names a style
    of JSON Lines; `docstart` marks in CoNLL where each document begins. The file is compressed if its suffix says so,
    and gets its name only when it is whole. Documents without sentences are segmented first (language `xx`) if the
    format holds words. Raises UsageError for a format or style that does not exist, and AnnotatorError for a file that
    exists (unless `force`) or cannot be written.
    """
    file = None if path is None or str(path) == STDOUT else Path(path)
    chosen = output_format(format, file)
    options = WriteOptions(docstart=docstart, style=style)
    chosen.holding(options)  # raises UsageError for a style or option that the format does not have
    check_terminal(chosen, file)
    parts = chosen.writer()(segmented(documents) if chosen.word_based else documents, options)
    if file is None and _takes_only_text():
        for part in parts:
            sys.stdout.write(part.decode("utf-8"))
        return
    with open_sink(file, force) as sink:
        for part in parts:
            sink.write(part)


def check_terminal(format: Format, path: Path | None) -> None:
    """Raises UsageError for a binary format that would be written to a terminal."""
    if format.binary and path is None and sys.stdout and (sys.stdout.isatty() or _takes_only_text()):
        raise UsageError(f"{format.name} is binary and would garble the terminal", "name a file with {output}")


def _takes_only_text() -> bool:
    """Whether stdout is not made of bytes, as in a notebook."""
    return sys.stdout is not None and not hasattr(sys.stdout, "buffer")


def segmented(documents: Iterable[Document], lang: str = "xx") -> Iterator[Document]:
    """The documents, with sentences added where they have none. The segmenter is loaded for the first of these."""
    segmenter = None
    for document in documents:
        if document.sentences is not None:
            yield document
            continue
        if segmenter is None:
            from annotator.prepare.segment import Segmenter

            segmenter = Segmenter(lang)
        yield from segmenter([document])
