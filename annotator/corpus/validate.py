"""What is wrong in a corpus: records, tags, entities and ids, each with its origin; and the repair of tags."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from annotator.corpus.convert import misaligned_entities
from annotator.display import one_line, visible_json
from annotator.document import OUTSIDE, Document, Origin
from annotator.errors import RecordError, UsageError
from annotator.files.sinks import open_sink
from annotator.formats import input_format
from annotator.formats.base import LARGER, Line, larger, line_cost, lines
from annotator.formats.conll import columns, is_mark
from annotator.input.records import Input
from annotator.labels import faults, is_tag, spans, strict_spans

# Ids are remembered by 8 bytes of their hash, and compared in this many documents at most.
MOST_IDS = 5_000_000
REPAIRED_FORMATS = ("conll", "conll2003")
_BIOES_OR_BILOU = ("E-", "S-", "L-", "U-")
ReadSpans = Callable[[Sequence[str]], Iterator[tuple[int, int, str]]]


class Kind(StrEnum):
    """What can be wrong."""

    RECORD = "unreadable records"
    TAG = "invalid tags"
    ENTITY = "misaligned entities"
    ID = "duplicate ids"


class Repair(StrEnum):
    """What an `I-` that continues nothing becomes: the beginning of an entity, as conlleval reads it, or `O`."""

    CONLLEVAL = "conlleval"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where it stands, its kind, and the reason."""

    origin: str
    kind: Kind
    reason: str

    def __str__(self) -> str:
        return one_line(f"{self.origin}: {self.reason}")


@dataclass(slots=True)
class Report:
    """Counts of what was read and of what is wrong with it, and the first `shown` faults.

    `all_ids` is False if there were more than MOST_IDS ids, so that not all were compared.
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
        """How many faults of each kind there are, in words; empty if there are none."""
        return ", ".join(f"{self.faults[kind]:,} {kind}" for kind in Kind if self.faults[kind])

    def __str__(self) -> str:
        more = self.faults.total() - len(self.first)
        counts = (
            f"{self.documents:,} documents, {self.sentences:,} sentences, {self.words:,} words, "
            f"{self.entities:,} entities: {self.wrong or 'nothing wrong'}"
        )
        unseen = [] if self.all_ids else [f"ids were compared in the first {MOST_IDS:,} documents only"]
        return "\n".join([*map(str, self.first), *([f"... and {more:,} more"] if more else []), *unseen, counts])

    def to_json(self) -> str:
        """The report as one JSON object."""
        faults = {kind.name.lower(): self.faults[kind] for kind in Kind}
        first = [{"place": one.origin, "kind": one.kind.name.lower(), "reason": one.reason} for one in self.first]
        report = json.dumps(
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
        return visible_json(report)


def validate(given: Input, shown: int = 20) -> Report:
    """Read an input to its end and report what is wrong with it.

    Tags must follow the grammar of their scheme (`annotator.labels`). Entities must not begin or end with white space
    and, where words are given, must cover whole words of one sentence. Ids must differ.
    """
    report = Report(shown)

    def on_tags(tags: Sequence[str], origins: Sequence[Origin]) -> None:
        for number, reason in faults(tags):
            report.add(Fault(str(origins[number]), Kind.TAG, f"invalid tag: {reason}"))

    checked = replace(given, options=replace(given.options, on_tags=on_tags))
    ids: set[int] = set()
    for positioned in checked.records():
        record = positioned.record
        if isinstance(record, RecordError):
            report.add(Fault(str(record.origin), Kind.RECORD, record.reason))
            continue
        report.count(record)
        for reason in _entity_faults(record):
            report.add(Fault(str(record.origin), Kind.ENTITY, reason))
        if record.id != str(record.origin):
            if hash(record.id) in ids:
                report.add(Fault(str(record.origin), Kind.ID, f"the id {record.id!r} was used before"))
            report.all_ids = report.all_ids and len(ids) < MOST_IDS
            if report.all_ids:
                ids.add(hash(record.id))
    return report


def _entity_faults(document: Document) -> Iterator[str]:
    misaligned = set(misaligned_entities(document)) if document.sentences is not None else set()
    for number, entity in enumerate(document.entities):
        text = document.text[entity.start : entity.end]
        shown = f"{entity.label} [{entity.start}, {entity.end}) {text[:40]!r}"
        if number in misaligned:
            yield f"entity {shown} does not begin and end with words of one sentence"
        elif text != text.strip():
            yield f"entity {shown} begins or ends with white space"


def repair(given: Input, output: Path | None, how: Repair, force: bool = False) -> int:
    """Write CoNLL files again with valid IOB2 tags and all else byte for byte; returns how many tags were changed.

    Sentences in BIOES or BILOU are left as they are. Raises UsageError for other formats, and RecordError for a line
    without a tag.
    """
    read_spans = spans if how is Repair.CONLLEVAL else strict_spans
    for source in given.sources:
        name = input_format(given.format_name, source.name).name
        if name not in REPAIRED_FORMATS:
            remedy = f"convert it to {' or '.join(REPAIRED_FORMATS)} first"
            raise UsageError(f"{source.name}: tags in {name} cannot be repaired", remedy)
    count = 0
    cost = line_cost(given.options.max_record)
    with open_sink(output, force) as sink:
        for source in given.sources:
            with source.open() as stream:
                sentence: list[Line] = []
                size = 0
                for line in lines(stream, source.name, given.options.max_record):
                    if not line.blank and not is_mark(line):
                        size += len(line.raw) + cost
                        if size > given.options.max_record:
                            reason = larger("a sentence", given.options.max_record, cost)
                            raise RecordError(line.origin, reason, remedy=LARGER)
                        sentence.append(line)
                        continue
                    count += _write_repaired(sentence, read_spans, sink.write)
                    sentence, size = [], 0
                    sink.write(line.raw + line.end.encode())
                count += _write_repaired(sentence, read_spans, sink.write)
    return count


def _write_repaired(sentence: Sequence[Line], read_spans: ReadSpans, write: Callable[[bytes], None]) -> int:
    tags = [_tag(line) for line in sentence]
    new = list(tags)
    if not any(tag.startswith(_BIOES_OR_BILOU) for tag in tags):
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
        reason = f"expected a token and a tag, found {line.text[:40]!r}"
        raise RecordError(line.origin, reason, remedy="correct the line")
    return tag
