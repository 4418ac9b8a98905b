"""Documents from one format to another, and what is lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from annotator.document import Document
from annotator.errors import advise
from annotator.files.sinks import open_sink
from annotator.formats import PARTS, Format
from annotator.formats.base import WriteOptions
from annotator.input.records import Input
from annotator.output.documents import segmented
from annotator.output.rejects import SKIP_ADVICE, Rejects


@dataclass(slots=True)
class Conversion:
    """What was converted, and what was lost.

    `documents` were written, `rejected` records could not be read. `lost` are the PARTS of documents that the target
    does not hold. `misaligned` counts entities that are not whole words of one sentence, where the target holds only
    those that are.
    """

    documents: int = 0
    rejected: int = 0
    lost: set[str] = field(default_factory=set)
    misaligned: int = 0


# Whether a document has something of a part.
HAS_PART: dict[str, Callable[[Document], bool]] = {
    "id": lambda d: d.id != str(d.origin),
    "text": lambda d: d.text != _joined(d),
    "meta": lambda d: bool(d.meta),
    "words": lambda d: bool(d.sentences),
    "sentences": lambda d: len(d.sentences or ()) > 1,
    "entities": lambda d: bool(d.entities),
    "scores": lambda d: any(entity.score is not None for entity in d.entities),
    "documents": lambda d: len(d.sentences or ()) != 1,
}


def convert(
    given: Input,
    output: Path | None,
    target: Format,
    options: WriteOptions,
    *,
    lang: str = "xx",
    force: bool = False,
    rejects: Rejects | None = None,
) -> Conversion:
    """Write the documents of an input to a file (None: stdout) in another format.

    Documents without sentences are segmented first if the target is word-based. Records that cannot be read go to
    `rejects`; without it, the first one is raised. Raises AnnotatorError for what cannot be read or written, and
    UsageError for an option that the target does not have.
    """
    held = target.holding(options)
    missing = [part for part in PARTS if part not in held]
    conversion = Conversion()
    with open_sink(output, force) as sink, rejects or nullcontext():
        documents = _readable(given, rejects, conversion)
        if target.word_based:
            documents = segmented(documents, lang)
        for part in target.writer()(_watched(documents, missing, target.word_based, conversion), options):
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
            advise(positioned.record, SKIP_ADVICE)
            raise positioned.record


def _watched(
    documents: Iterable[Document], missing: list[str], word_based: bool, conversion: Conversion
) -> Iterator[Document]:
    for document in documents:
        conversion.documents += 1
        conversion.lost |= {part for part in missing if part not in conversion.lost and HAS_PART[part](document)}
        if word_based:
            conversion.misaligned += len(misaligned_entities(document))
        yield document


def misaligned_entities(document: Document) -> list[int]:
    """The numbers of the entities that do not begin and end with words of one and the same sentence."""
    found: list[int] = []
    sentences = iter(document.sentences or ())
    starts: set[int] = set()
    ends: set[int] = set()
    last = -1
    for number, entity in enumerate(document.entities):
        while last < entity.start:
            sentence = next(sentences, None)
            if sentence is None:
                break
            last = sentence.end - 1
            starts = set(sentence.offsets[::2])
            ends = set(sentence.offsets[1::2])
        if entity.start not in starts or entity.end not in ends:
            found.append(number)
    return found


def _joined(document: Document) -> str:
    """The text that a reader makes of words and sentences alone."""
    return "\n".join(
        " ".join(document.text[start:end] for start, end in sentence.word_offsets())
        for sentence in document.sentences or ()
    )


def warnings(conversion: Conversion, target: Format, options: WriteOptions) -> Iterator[str]:
    """One line for each kind of loss."""
    if conversion.lost:
        parts = ", ".join(part for part in PARTS if part in conversion.lost)
        style = f" in the style {options.style}" if options.style else ""
        yield f"{target.name}{style} holds no {parts}: not all of the input is in the output"
    if conversion.misaligned:
        yield (
            f"{target.name} holds only entities that are whole words of one sentence: "
            f"{conversion.misaligned} others were widened, cut or left out"
        )
