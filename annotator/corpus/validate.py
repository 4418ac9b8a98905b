"""What is wrong in a corpus: records, tags, entities and ids, each with its place; and the repair of tags."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from annotator.corpus.convert import uneven
from annotator.document import OUTSIDE, Document, Origin
from annotator.errors import RecordError, UsageError
from annotator.files.sinks import open_sink
from annotator.formats import input_format
from annotator.formats.base import Line, lines
from annotator.formats.conll import columns, is_mark
from annotator.input.records import Input
from annotator.labels import faults, is_tag, spans, strict_spans

# An id is remembered by 8 bytes of its hash; of more documents than this, the ids are not compared.
MOST_IDS = 5_000_000
REPAIRED_FORMATS = ("conll", "conll2003")


class Kind(StrEnum):
    """What can be wrong."""

    RECORD = "unreadable records"
    TAG = "invalid tags"
    ENTITY = "uneven entities"
    ID = "ids given twice"


class Repair(StrEnum):
    """What becomes of an `I-` that continues nothing: the beginning of a name, as conlleval reads it, or `O`."""

    CONLLEVAL = "conlleval"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, of what kind, and what."""

    place: str
    kind: Kind
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


@dataclass(slots=True)
class Report:
    """Counts of what was read and of what is wrong with it; the first `shown` faults as they are.

    `all_ids` is False where there were more ids than are compared.
    """

    shown: int
    documents: int = 0
    sentences: int = 0
    words: int = 0
    entities: int = 0
    faults: Counter[Kind] = field(default_factory=Counter)
    first: list[Fault] = field(default_factory=list)
    all_ids: bool = True

    def add(self, fault: Fault) -> None:
        """Count a fault, and keep it if it is one of the first."""
        self.faults[fault.kind] += 1
        if len(self.first) < self.shown:
            self.first.append(fault)

    def count(self, document: Document) -> None:
        """Count a document and what is in it."""
        self.documents += 1
        self.sentences += len(document.sentences or ())
        self.words += sum(len(sentence) for sentence in document.sentences or ())
        self.entities += len(document.entities)

    @property
    def wrong(self) -> str:
        """How many faults of each kind there are, in words; nothing where there is none."""
        return ", ".join(f"{self.faults[kind]:,} {kind}" for kind in Kind if self.faults[kind])

    def __str__(self) -> str:
        more = self.faults.total() - len(self.first)
        counts = (
            f"{self.documents:,} documents, {self.sentences:,} sentences, {self.words:,} words, "
            f"{self.entities:,} entities: {self.wrong or 'nothing wrong'}"
        )
        unseen = [] if self.all_ids else [f"ids were compared of the first {MOST_IDS:,} documents only"]
        return "\n".join([*map(str, self.first), *([f"... and {more:,} more"] if more else []), *unseen, counts])

    def to_json(self) -> str:
        """The report as one object of JSON."""
        faults = {kind.name.lower(): self.faults[kind] for kind in Kind}
        first = [{"place": one.place, "kind": one.kind.name.lower(), "reason": one.reason} for one in self.first]
        return json.dumps(
            {
                "documents": self.documents,
                "sentences": self.sentences,
                "words": self.words,
                "entities": self.entities,
                "faults": faults,
                "first": first,
                "all_ids": self.all_ids,
            },
            ensure_ascii=False,
            indent=2,
        )


def validate(given: Input, shown: int = 20) -> Report:
    """Read an input to its end, and report what is wrong with it.

    Tags must follow the grammar of their scheme (`annotator.labels`), entities cover whole words of one sentence
    (where the words are given) without white space at their ends, and ids differ.
    """
    report = Report(shown)

    def on_tags(tags: Sequence[str], places: Sequence[Origin]) -> None:
        for number, reason in faults(tags):
            report.add(Fault(str(places[number]), Kind.TAG, f"invalid tag: {reason}"))

    checked = replace(given, options=replace(given.options, on_tags=on_tags))
    ids: set[int] = set()
    for positioned in checked.records():
        record = positioned.record
        if isinstance(record, RecordError):
            report.add(Fault(str(record.origin), Kind.RECORD, record.reason))
            continue
        report.count(record)
        for reason in _uneven(record):
            report.add(Fault(str(record.origin), Kind.ENTITY, reason))
        if record.id != str(record.origin):
            if hash(record.id) in ids:
                report.add(Fault(str(record.origin), Kind.ID, f"id {record.id!r} is there before"))
            report.all_ids = report.all_ids and len(ids) < MOST_IDS
            if report.all_ids:
                ids.add(hash(record.id))
    return report


def _uneven(document: Document) -> Iterator[str]:
    split = set(uneven(document)) if document.sentences is not None else set()
    for number, entity in enumerate(document.entities):
        text = document.text[entity.start : entity.end]
        shown = f"{entity.label} [{entity.start}, {entity.end}) {text[:40]!r}"
        if number in split:
            yield f"entity {shown} does not begin and end with words of one sentence"
        elif text != text.strip():
            yield f"entity {shown} begins or ends with white space"


def repair(given: Input, output: Path | None, how: Repair, force: bool = False) -> int:
    """Write CoNLL files again with valid IOB2 tags, all else as it is byte for byte; how many tags are new.

    Sentences in BIOES or BILOU are left as they are. Raises UsageError for other formats, RecordError for a line
    without a tag.
    """
    read_spans = spans if how is Repair.CONLLEVAL else strict_spans
    for source in given.sources:
        form = input_format(given.format_name, source.name)
        if form.name not in REPAIRED_FORMATS:
            raise UsageError(f"--repair is for {' and '.join(REPAIRED_FORMATS)}, not for {form.name}: convert it first")
    count = 0
    with open_sink(output, force) as sink:
        for source in given.sources:
            with source.open() as stream:
                sentence: list[Line] = []
                for line in lines(stream, source.name):
                    if line.raw.strip() and not is_mark(line):
                        sentence.append(line)
                        continue
                    count += _write_repaired(sentence, read_spans, sink.write)
                    sentence = []
                    sink.write(line.raw + line.end.encode())
                count += _write_repaired(sentence, read_spans, sink.write)
    return count


ReadSpans = Callable[[Sequence[str]], Iterator[tuple[int, int, str]]]


def _write_repaired(sentence: Sequence[Line], read_spans: ReadSpans, write: Callable[[bytes], None]) -> int:
    tags = [_tag(line) for line in sentence]
    new = list(tags)
    if not any(tag[:2] in ("E-", "S-", "L-", "U-") for tag in tags):
        new = [OUTSIDE] * len(tags)
        for start, end, label in read_spans(tags):
            new[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    for line, tag, repaired in zip(sentence, tags, new, strict=True):
        before, after = line.raw.rsplit(tag.encode(), 1)
        write(before + repaired.encode() + after + line.end.encode())
    return sum(tag != repaired for tag, repaired in zip(tags, new, strict=True))


def _tag(line: Line) -> str:
    found = columns(line.text)
    tag = found[-1].strip() if len(found) > 1 else ""
    if not is_tag(tag):
        raise RecordError(line.origin, f"expected a token and a tag, found {line.text[:40]!r}; mend the line")
    return tag
