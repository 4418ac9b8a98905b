"""Gold and predicted files, read side by side: pairs of units with the same tokens, or an error.

A unit is a sentence of words, or, if one of the files has no sentences, a document of characters. Labels are
mapped as they are read.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, tee, zip_longest
from operator import attrgetter
from pathlib import Path

from annotator.document import OUTSIDE, Document, Entity, Origin, Sentence
from annotator.errors import AnnotatorError, RecordError, UsageError
from annotator.evaluate.matching import Span
from annotator.formats import input_format
from annotator.formats.base import ReadOptions
from annotator.input.records import open_input

SHOWN_CHARACTERS = 40  # characters of a token that an error message shows
_start, _end = attrgetter("start"), attrgetter("end")
Tag = Callable[[Iterable[Document]], Iterator[Document]]


@dataclass(frozen=True, slots=True)
class Files:
    """A gold file, its predictions (None: a model tags it), and optionally those of another system."""

    gold: str
    predicted: str | None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence with its words, or a document as its characters (`words` is None), and the entities in it.

    Units are what the bootstrap resamples. `number` counts the units of a file from 1; `origin` is where the
    unit's document begins.
    """

    text: str
    words: Sentence | None
    spans: tuple[Span, ...]
    origin: Origin
    number: int

    def __len__(self) -> int:
        """The number of tokens."""
        return len(self.text) if self.words is None else len(self.words)

    @property
    def tokens(self) -> Sequence[str]:
        """The words, or the text as its characters."""
        if self.words is None:
            return self.text
        before = self.words.start
        return [self.text[start - before : end - before] for start, end in self.words.word_offsets()]

    def joined(self, start: int, end: int) -> str:
        """The text of the tokens `[start, end)`; a range that exceeds the unit is cut to it."""
        return ("" if self.words is None else " ").join(self.tokens[max(start, 0) : end])


@dataclass(slots=True)
class LabelMap:
    """Labels to count as others; those mapped to `O` are left out. `met` counts the labels it was asked for."""

    targets: Mapping[str, str] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)

    @classmethod
    def parse(cls, text: str | None) -> LabelMap:
        """The map written as `GPE=LOC,MISC=O`. Raises UsageError for any other text."""
        pairs = [pair.partition("=") for pair in text.split(",")] if text else []
        for label, _, target in pairs:
            if not label.strip() or not target.strip():
                raise UsageError(f"{text}: not a map of labels", "write {map} as LABEL=LABEL,..., e.g. GPE=LOC,MISC=O")
        return cls({label.strip(): target.strip() for label, _, target in pairs})

    def __call__(self, label: str) -> str:
        """The label to count instead."""
        self.met[label] += 1
        return self.targets.get(label, label)

    @property
    def unmet(self) -> list[str]:
        """The labels to map that no file has."""
        return [label for label in self.targets if label not in self.met]


def pair_files(names: Sequence[str], others: Sequence[str], by_model: bool) -> list[Files]:
    """The files to compare, from arguments `GOLD PRED [GOLD PRED]...`, or `GOLD...` if a model is to tag them.

    `others` are the predictions of a second system, one for each gold file. Raises UsageError if a file of a pair
    is missing, or stdin is named twice.
    """
    if not by_model and len(names) % 2:
        what = f"{names[-1]} has no predictions to compare with" if len(names) > 1 else f"only {names[0]} is given"
        raise UsageError(what, "name them after it (GOLD PRED), or a model to tag it, such as {model} panx-mini")
    pairs = [(name, None) for name in names] if by_model else list(zip(names[::2], names[1::2], strict=True))
    if others and len(others) != len(pairs):
        raise UsageError(
            f"{len(others)} files of a second system for {len(pairs)} gold files",
            "give {compare} once for each gold file, in the same order",
        )
    if [*names, *others].count("-") > 1:
        raise UsageError("stdin (-) can be read only once")
    return [Files(gold, predicted, other) for (gold, predicted), other in zip_longest(pairs, others)]


def read_pairs(
    files: Files, tag: Tag | None, format_name: str | None, labels: LabelMap, options: ReadOptions
) -> Iterator[list[Unit]]:
    """Each unit of the gold file with the predicted one, followed by the other system's if there is one.

    `tag` tags the gold's own tokens if no predictions are given. `options` say how all files are read. What can be
    known before reading is checked at once: raises AnnotatorError for a file that does not exist, UsageError for a
    format without tags.
    """
    names = [name for name in (files.gold, files.predicted, files.other) if name is not None]
    columns = [_Column(name, _read(name, format_name, options)) for name in names]
    return _side_by_side(columns, tag if files.predicted is None else None, labels)


def read_units(name: str, format_name: str | None, labels: LabelMap, options: ReadOptions) -> Iterator[Unit]:
    """The units of one tagged file. Raises at once what `read_pairs` raises."""
    documents = _read(name, format_name, options)
    return _units_of(documents, labels)


def _units_of(documents: Iterator[Document], labels: LabelMap) -> Iterator[Unit]:
    head = list(islice(documents, 1))
    by_sentence = all(document.sentences is not None for document in head)
    yield from _units(chain(head, documents), by_sentence, labels)


@dataclass(frozen=True, slots=True)
class _Column:
    """The documents of a file, or those of a model."""

    name: str
    documents: Iterator[Document]
    by_model: bool = False


def _read(name: str, format_name: str | None, options: ReadOptions) -> Iterator[Document]:
    if Path(name).is_dir():
        raise UsageError(f"{name}: is a folder", "name the files in it")
    documents = open_input([name], format_name, options).documents()
    if input_format(format_name, name).name == "text":
        raise UsageError(
            f"{name}: plain text holds no tags", "name a format that does with {input_format}, such as conll"
        )
    return documents


def _side_by_side(columns: list[_Column], tag: Tag | None, labels: LabelMap) -> Iterator[list[Unit]]:
    """The units of the columns: the gold's first, then the model's or the predictions'."""
    if tag:
        gold, untagged = tee(columns[0].documents)  # holds what the model reads ahead: a chunk
        columns = [_Column(columns[0].name, gold), _Column("the model's output", tag(untagged), True), *columns[1:]]
    heads = [list(islice(column.documents, 1)) for column in columns]
    by_sentence = all(document.sentences is not None for head in heads for document in head)
    units = [
        _check_tagged(_units(chain(head, column.documents), by_sentence, labels), column, by_sentence)
        for head, column in zip(heads, columns, strict=True)
    ]
    for row in zip_longest(*units):
        for column, unit in zip(columns[1:], row[1:], strict=True):
            _check_same(row[0], unit, columns[0].name, column.name)
        yield list(row)


def _check_tagged(units: Iterable[Unit], column: _Column, by_sentence: bool) -> Iterator[Unit]:
    """The units of a column. Raises AnnotatorError if there are none, or if a file of records has no entity at all."""
    number = entities = 0
    for unit in units:
        number += 1
        entities += len(unit.spans)
        yield unit
    if not number:
        raise AnnotatorError(f"{column.name}: no sentences: there is nothing to compare")
    if not (entities or by_sentence or column.by_model):
        raise AnnotatorError(f"{column.name}: holds no tags: none of its {number} records has an entity")


def _units(documents: Iterable[Document], by_sentence: bool, labels: LabelMap) -> Iterator[Unit]:
    number = 0
    for document in documents:
        if by_sentence and document.sentences is None:
            raise RecordError(
                document.origin,
                "has no sentences, but the records before it have",
                remedy="give sentences to all records, or to none",
            )
        for sentence in document.sentences or () if by_sentence else (None,):
            number += 1
            try:
                spans = tuple(_spans(document, sentence, labels))
            except ValueError as error:
                raise RecordError(document.origin, str(error)) from None
            text = document.text[sentence.start : sentence.end] if sentence else document.text
            yield Unit(text, sentence, spans, document.origin, number)


def _spans(document: Document, sentence: Sentence | None, labels: LabelMap) -> Iterator[Span]:
    """The entities of a sentence by words, or of the whole document by characters.

    A word belongs to an entity if they share a character, but to the first such entity only.
    """
    entities: Sequence[Entity] = document.entities
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    if sentence:
        starts, ends = sentence.offsets[::2], sentence.offsets[1::2]
        first = bisect_right(entities, starts[0], key=_end)
        entities = entities[first : bisect_left(entities, ends[-1], lo=first, key=_start)]
    free = 0
    for entity in entities:
        start, end = entity.start, entity.end
        if sentence:
            start = max(free, bisect_right(ends, entity.start))
            end = free = bisect_left(starts, entity.end, lo=start)
        label = labels(entity.label)
        if start < end and label != OUTSIDE:
            yield Span(start, end, label, entity.score)


def _check_same(gold: Unit | None, unit: Unit | None, gold_name: str, name: str) -> None:
    """Raise RecordError unless both units are there and have the same tokens."""
    if gold is None or unit is None:
        longer, short = (name, gold_name) if gold is None else (gold_name, name)
        extra = unit or gold
        assert extra  # one of the two exists
        raise RecordError(
            extra.origin,
            f"sentence {extra.number} is in {longer}, but {short} ends before it: both must hold the same sentences",
        )
    if gold.text == unit.text and gold.words == unit.words:  # nearly always
        return
    ours, theirs = gold.tokens, unit.tokens
    if ours == theirs:
        return
    differing = (i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b)
    index = next(differing, min(len(gold), len(unit)))
    unit_name, token = ("record", "character") if gold.words is None else ("sentence", "token")
    raise RecordError(
        unit.origin,
        f"{unit_name} {unit.number}, {token} {index + 1} is {_shown(unit, index)}, but {_shown(gold, index)} "
        f"in {gold.origin}",
        remedy="predictions must keep the tokens of the gold, as {model} does",
    )


def _shown(unit: Unit, index: int) -> str:
    return repr(unit.tokens[index][:SHOWN_CHARACTERS]) if index < len(unit) else "missing"
