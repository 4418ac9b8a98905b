"""Documents from one format to another, and what gets lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from annotator.document import Document
from annotator.errors import advise
from annotator.files.sinks import open_sink
from annotator.formats import Format
from annotator.formats.base import WriteOptions
from annotator.input.records import Input
from annotator.output.rejects import SKIPPING, Rejects


@dataclass(slots=True)
class Conversion:
    """What was converted: how many documents, and how many records could not be read; which parts of the documents the
    target does not hold, and how many of their entities are no whole words in one sentence, where it holds only such.
    """

    documents: int = 0
    rejected: int = 0
    lost: set[str] = field(default_factory=set)
    uneven: int = 0


# Whether a document has something of a part, in the order to tell of them.
_HAS: dict[str, Callable[[Document], bool]] = {
    "id": lambda d: d.id != str(d.origin),
    "text": lambda d: d.text != _joined(d),
    "meta": lambda d: bool(d.meta),
    "words": lambda d: bool(d.sentences),
    "sentences": lambda d: len(d.sentences or ()) > 1,
    "entities": lambda d: bool(d.entities),
    "scores": lambda d: any(entity.score is not None for entity in d.entities),
    "documents": lambda d: len(d.sentences or ()) != 1,
}
PARTS = tuple(_HAS)


def convert(
    given: Input,
    output: Path | None,
    form: Format,
    options: WriteOptions,
    *,
    lang: str = "xx",
    force: bool = False,
    rejects: Rejects | None = None,
) -> Conversion:
    """Write the documents of an input in another format, to a file (None: stdout).

    Documents without sentences are segmented first if the format is one of words. Records that cannot be read go to
    `rejects`; without that, the first one is raised. Raises AnnotatorError for what
    cannot be read or written, UsageError for an option that the format does not have.
    """
    missing = [part for part in PARTS if part not in form.holding(options)]
    conversion = Conversion()
    with open_sink(output, force) as sink, rejects or nullcontext():
        documents = _readable(given, rejects, conversion)
        if form.of_words:
            documents = segmented(documents, lang)
        for part in form.writer()(_watched(documents, missing, form.of_words, conversion), options):
            sink.write(part)
    return conversion


def _readable(given: Input, rejects: Rejects | None, conversion: Conversion) -> Iterator[Document]:
    for positioned in given.records():
        if isinstance(positioned.record, Document):
            yield positioned.record
        elif rejects:
            rejects.write(positioned.record)
            conversion.rejected += 1
        else:
            advise(positioned.record, SKIPPING)
            raise positioned.record


def segmented(documents: Iterable[Document], lang: str = "xx") -> Iterator[Document]:
    """The documents; those without sentences get them from a segmenter, which is loaded when the first one comes."""
    segmenter = None
    for document in documents:
        if document.sentences is not None:
            yield document
            continue
        if segmenter is None:
            from annotator.prepare.segment import Segmenter

            segmenter = Segmenter(lang)
        yield from segmenter([document])


def _watched(
    documents: Iterator[Document], missing: list[str], of_words: bool, conversion: Conversion
) -> Iterator[Document]:
    for document in documents:
        conversion.documents += 1
        conversion.lost |= {part for part in missing if part not in conversion.lost and _HAS[part](document)}
        if of_words:
            conversion.uneven += len(uneven(document))
        yield document


def uneven(document: Document) -> list[int]:
    """The numbers of the entities that do not begin and end with words of one and the same sentence."""
    found: list[int] = []
    sentences = iter(document.sentences or ())
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    last = -1
    for number, entity in enumerate(document.entities):
        while last < entity.start:
            sentence = next(sentences, None)
            if sentence is None:
                break
            last = sentence.offsets[-1] - 1
            starts = {start: i for i, (start, _) in enumerate(sentence.word_offsets())}
            ends = {end: i for i, (_, end) in enumerate(sentence.word_offsets())}
        if entity.start not in starts or entity.end not in ends:
            found.append(number)
    return found


def _joined(document: Document) -> str:
    """The text that a reader makes of words and sentences alone."""
    return "\n".join(
        " ".join(document.text[start:end] for start, end in sentence.word_offsets())
        for sentence in document.sentences or ()
    )


def warnings(conversion: Conversion, form: Format, options: WriteOptions) -> Iterator[str]:
    """What to tell of losses, a line each."""
    if conversion.lost:
        parts = ", ".join(part for part in PARTS if part in conversion.lost)
        style = f" of the style {options.style}" if options.style else ""
        yield f"{form.name}{style} holds no {parts}: not all of the input is in the output"
    if conversion.uneven:
        yield (
            f"{form.name} holds entities as whole words of one sentence: {conversion.uneven} that are not were "
            "widened, cut or left out"
        )
