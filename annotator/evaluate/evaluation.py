"""Pairs of files -> all that a report says of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from annotator.document import OUTSIDE, Document
from annotator.errors import nearest
from annotator.evaluate import figures
from annotator.evaluate.figures import Calibration, Comparison, Overlap, Score, Scores
from annotator.evaluate.pairs import Files, LabelMap, Unit, read_pairs
from annotator.evaluate.scoring import ERRORS, Kind, Match, Scheme, Tally, Totals, match_spans, totals
from annotator.labels import TagSet

EXAMPLES = 2  # of each kind of error
CONTEXT = 80  # characters at most, on each side of an example


@dataclass(frozen=True, slots=True)
class FileScore:
    """The micro scores of one gold file, and what it holds: sentences of words, or records of characters."""

    gold: str
    predicted: str
    sentences: int
    tokens: int
    score: Score


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often entities of a gold label were predicted, in the same place or near it, with another label."""

    gold: str
    predicted: str
    count: int


@dataclass(frozen=True, slots=True)
class Example:
    """An error in its context: labels and texts of both sides ('' for what is not there).

    `text` is what the two cover together, `before` and `after` what stands around it.
    """

    kind: Kind
    place: str
    sentence: int
    gold_label: str
    gold_text: str
    predicted_label: str
    predicted_text: str
    before: str
    text: str
    after: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of a report. `matrix` counts (gold label, predicted label), `O` for none."""

    system: str
    files: tuple[FileScore, ...]
    by_words: bool
    scores: Scores
    kinds: dict[Kind, int]
    confusions: tuple[Confusion, ...]
    matrix: tuple[Confusion, ...]
    examples: tuple[Example, ...]
    overlaps: dict[Scheme, Overlap]
    calibration: Calibration | None
    comparison: Comparison | None
    warnings: tuple[str, ...]


class Model:
    """A model that tags the gold's own tokens; loaded when the first document comes."""

    def __init__(self, name: str, device: str = "auto") -> None:
        self.name = name
        self.labels: tuple[str, ...] = ()
        self._device = device

    def tag(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents with the model's entities in place of their own; a bar on stderr if that is a terminal."""
        from tqdm import tqdm

        from annotator.pipeline import Annotator

        annotator = Annotator.load(self.name, device=self._device)
        self.labels = TagSet.parse(annotator.engine.labels).labels
        yield from tqdm(annotator.pipe(documents), unit=" documents", leave=False, disable=None)


@dataclass(slots=True)
class Examples:
    """A few errors of each kind, drawn evenly from all of them (reservoir sampling, seeded)."""

    kept: dict[Kind, list[Example]] = field(default_factory=dict)
    seen: Counter[Kind] = field(default_factory=Counter)
    draw: random.Random = field(default_factory=lambda: random.Random(0))

    def add(self, match: Match, gold: Unit) -> None:
        """Keep the error, maybe."""
        kept = self.kept.setdefault(match.kind, [])
        self.seen[match.kind] += 1
        if len(kept) < EXAMPLES:
            kept.append(_example(match, gold))
        elif (place := self.draw.randrange(self.seen[match.kind])) < EXAMPLES:
            kept[place] = _example(match, gold)


def _example(match: Match, unit: Unit) -> Example:
    sides = [span for span in (match.gold, match.predicted) if span]
    start, end = min(span.start for span in sides), max(span.end for span in sides)
    texts = [unit.joined(span.start, span.end) if span else "" for span in (match.gold, match.predicted)]
    before, after = unit.joined(start - CONTEXT - 1, start), unit.joined(end, end + CONTEXT + 1)
    return Example(
        kind=match.kind,
        place=str(unit.origin),
        sentence=unit.number,
        gold_label=match.gold.label if match.gold else "",
        gold_text=texts[0],
        predicted_label=match.predicted.label if match.predicted else "",
        predicted_text=texts[1],
        before=before if len(before) <= CONTEXT else f"…{before[1 - CONTEXT :]}",
        text=unit.joined(start, end),
        after=after if len(after) <= CONTEXT else f"{after[: CONTEXT - 1]}…",
    )


def evaluate(
    comparisons: Sequence[Files],
    model: Model | None = None,
    form: str | None = None,
    labels: LabelMap | None = None,
    strict: bool = False,
) -> Evaluation:
    """Compare gold files with predictions, or with what `model` says of their tokens.

    `form` names the format of all files (None: by suffix), `strict` reads tags as strict IOB2. Raises
    AnnotatorError, UsageError and RecordError for files that cannot be compared.
    """
    labels = labels or LabelMap()
    # All files are opened first, so that one that is missing is told before the model is loaded.
    opened = [read_pairs(files, model.tag if model else None, form, labels, strict) for files in comparisons]
    found = _Found()
    scored = [
        _score_file(files, files.predicted or (model.name if model else ""), rows, found)
        for files, rows in zip(comparisons, opened, strict=True)
    ]
    matrix = _matrix(found.tally)
    other = comparisons[0].other or "" if len(comparisons) == 1 else "--compare"
    return Evaluation(
        system=model.name if model else scored[0].predicted if len(scored) == 1 else f"{len(scored)} files",
        files=tuple(scored),
        by_words=found.by_words,
        scores=figures.scores(found.tally.rows),
        kinds={kind: found.tally.kinds[kind] for kind in Kind},
        confusions=tuple(
            one for one in matrix if one.gold != one.predicted and OUTSIDE not in (one.gold, one.predicted)
        ),
        matrix=matrix,
        examples=tuple(example for kind in ERRORS for example in found.examples.kept.get(kind, [])),
        overlaps={scheme: figures.overlap(found.tally, scheme) for scheme in Scheme},
        calibration=figures.calibration(found.tally),
        comparison=figures.compare(other, found.pairs) if found.pairs else None,
        warnings=tuple(_warnings(found.tally, comparisons, model, labels)),
    )


@dataclass(slots=True)
class _Found:
    """What all files add to; `pairs` counts the sentences by their counts in both systems."""

    tally: Tally = field(default_factory=Tally)
    pairs: Counter[tuple[Totals, Totals]] = field(default_factory=Counter)
    examples: Examples = field(default_factory=Examples)
    by_words: bool = True


def _score_file(files: Files, predicted_by: str, rows: Iterable[Sequence[Unit]], found: _Found) -> FileScore:
    tally = Tally()
    sentences = tokens = 0
    for gold, predicted, *others in rows:
        sentences += 1
        tokens += len(gold)
        found.by_words = found.by_words and gold.words is not None
        matches = tally.add(gold.spans, predicted.spans)
        for match in matches:
            if match.kind is not Kind.CORRECT:
                found.examples.add(match, gold)
        for other in others:
            found.pairs[totals(matches), totals(match_spans(gold.spans, other.spans))] += 1
    found.tally.update(tally)
    return FileScore(files.gold, predicted_by, sentences, tokens, figures.scores(tally.rows).micro)


def _matrix(total: Tally) -> tuple[Confusion, ...]:
    """The confusions, the most frequent first."""
    ordered = sorted(total.confusions.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(gold, predicted, count) for (gold, predicted), count in ordered)


def _warnings(total: Tally, comparisons: Sequence[Files], model: Model | None, labels: LabelMap) -> Iterator[str]:
    """What makes figures say less than they seem to: labels on one side only, maps of labels that are not there."""
    predicted: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    for row, sentences in total.rows.items():
        for label, _, ours, theirs in row:
            predicted[label] += sentences * ours
            gold[label] += sentences * theirs
    one = len(comparisons) == 1
    gold_name = comparisons[0].gold if one else "the gold files"
    predicted_name = model.name if model else (comparisons[0].predicted if one else "the predictions")
    for label in labels.unmet:
        meant = nearest(label, labels.met)
        yield f"--map: no entity has the label {label}" + (f": did you mean {meant}?" if meant else "")
    if not gold.total():
        yield f"no entity in {gold_name}: all figures are 0"
    known = {labels.targets.get(label, label) for label in model.labels} if model else set()
    strange = [label for label in sorted(gold) if known and gold[label] and label not in known]
    if strange:
        counted = ", ".join(f"{label} ({gold[label]:,})" for label in strange)
        mapped = ",".join(f"{label}={_nearest(total, label, known)}" for label in strange)
        yield (
            f"{counted} in {gold_name}: not among the labels of {predicted_name} ({', '.join(sorted(known))}), so "
            f"missed; count them as others by --map {mapped}, or leave them out by --map {strange[0]}={OUTSIDE}"
        )
    for here, there, name, other, what in (
        (gold, predicted, gold_name, predicted_name, "missed"),
        (predicted, gold, predicted_name, gold_name, "spurious"),
    ):
        for label in sorted(here):
            if here[label] and not there[label] and label not in strange:
                yield f"label {label}: {here[label]:,} in {name}, none in {other}: all are {what}"


def _nearest(total: Tally, label: str, known: Iterable[str]) -> str:
    """The label that the model gives most often where the gold has this one."""
    return max(sorted(known), key=lambda other: total.confusions[label, other])
