"""Pairs of files -> an Evaluation: everything that a report shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from annotator.document import OUTSIDE, Document
from annotator.errors import nearest
from annotator.evaluate import metrics
from annotator.evaluate.buckets import Bucket, BucketCounts, BucketDifference, TrainingNames, differences
from annotator.evaluate.consistency import Consistency, GoldNames
from annotator.evaluate.examples import EXAMPLES, Example, Examples
from annotator.evaluate.language import language_of
from annotator.evaluate.matching import ERRORS, Kind, Strictness, Tally, Totals, match_spans, totals
from annotator.evaluate.metrics import Calibration, Comparison, Overlap, Score, Scores
from annotator.evaluate.paired_files import Files, LabelMap, Unit, read_pairs, read_units
from annotator.evaluate.surfaces import SurfaceCounts, Surfaces
from annotator.formats.base import ReadOptions
from annotator.labels import TagSet

Wording = Callable[[str], str]  # how a front end writes the name of a parameter, see AnnotatorError.worded


@dataclass(frozen=True, slots=True)
class FileScore:
    """The micro scores of one gold file, and its size: sentences of words, or records of characters.

    `language` is what the name of the gold file says, '' if it says nothing.
    """

    gold: str
    predicted: str
    language: str
    sentences: int
    tokens: int
    score: Score


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often entities of a gold label were predicted with another label, with the same or overlapping words."""

    gold: str
    predicted: str
    count: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of a report. `matrix` counts pairs (gold label, predicted label), with `O` for no entity.

    `examples` are drawn from all errors, whose numbers `kinds` has. `bucket_differences` compare the buckets of two
    systems.
    """

    system: str
    files: tuple[FileScore, ...]
    by_words: bool
    scores: Scores
    kinds: dict[Kind, int]
    confusions: tuple[Confusion, ...]
    matrix: tuple[Confusion, ...]
    examples: tuple[Example, ...]
    overlaps: dict[Strictness, Overlap]
    calibration: Calibration | None
    comparison: Comparison | None
    buckets: tuple[Bucket, ...]
    bucket_differences: tuple[BucketDifference, ...]
    surfaces: Surfaces
    consistency: Consistency
    warnings: tuple[str, ...]


class Tagger:
    """A model that tags the gold's own tokens; it is loaded when the first document arrives.

    `labels` are the labels that the model knows, empty before then.
    """

    def __init__(self, name: str, device: str = "auto", quiet: bool = False) -> None:
        self.name = name
        self.labels: tuple[str, ...] = ()
        self._device = device
        self._quiet = quiet

    def tag(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents with the model's entities instead of their own.

        Shows a bar on stderr if that is a terminal, unless this tagger is quiet.
        """
        from tqdm import tqdm

        from annotator.pipeline import Annotator

        annotator = Annotator.load(self.name, device=self._device)
        self.labels = TagSet.parse(annotator.engine.labels).labels
        yield from tqdm(annotator.pipe(documents), unit=" documents", leave=False, disable=self._quiet or None)


def evaluate(
    comparisons: Sequence[Files],
    tagger: Tagger | None = None,
    format_name: str | None = None,
    labels: LabelMap | None = None,
    options: ReadOptions | None = None,
    parameter: Wording = str,
    train: Sequence[str] = (),
    examples: int = EXAMPLES,
) -> Evaluation:
    """Compare gold files with predictions, or with what `tagger` finds in their tokens.

    `format_name` is the format of all files (None: by suffix), `options` say how they are read, and `parameter` words
    the parameters that warnings name. `train` are the tagged files that the system was trained on, whose names are
    told from others; `examples` is the number of errors of each kind to keep. Raises AnnotatorError, UsageError or
    RecordError for files that cannot be compared.
    """
    labels = labels or LabelMap()
    options = options or ReadOptions()
    # All files are opened first, so that a missing one is reported before the model is loaded.
    opened = [read_pairs(files, tagger.tag if tagger else None, format_name, labels, options) for files in comparisons]
    learned = [read_units(name, format_name, labels, options) for name in train]
    training = TrainingNames.of(chain.from_iterable(learned)) if train else None
    found = _Found(examples=Examples(examples), buckets=BucketCounts(training), other_buckets=BucketCounts(training))
    scored = [
        _score_file(files, files.predicted or (tagger.name if tagger else ""), rows, found)
        for files, rows in zip(comparisons, opened, strict=True)
    ]
    matrix = _matrix(found.tally)
    other = comparisons[0].other or "" if len(comparisons) == 1 else parameter("compare")
    return Evaluation(
        system=tagger.name if tagger else scored[0].predicted if len(scored) == 1 else f"{len(scored)} files",
        files=tuple(scored),
        by_words=found.by_words,
        scores=metrics.scores(found.tally.rows),
        kinds={kind: found.tally.kinds[kind] for kind in Kind},
        confusions=tuple(
            one for one in matrix if one.gold != one.predicted and OUTSIDE not in (one.gold, one.predicted)
        ),
        matrix=matrix,
        examples=tuple(example for kind in ERRORS for example in found.examples.kept.get(kind, [])),
        overlaps={strictness: metrics.overlap(found.tally, strictness) for strictness in Strictness},
        calibration=metrics.calibration(found.tally),
        comparison=metrics.compare(other, found.pairs) if found.pairs else None,
        buckets=(ours := found.buckets.buckets()),
        bucket_differences=differences(ours, found.other_buckets.buckets()) if found.pairs else (),
        surfaces=found.surfaces.surfaces(),
        consistency=found.names.consistency(),
        warnings=tuple(_warnings(found.tally, comparisons, tagger, labels, parameter)),
    )


@dataclass(slots=True)
class _Found:
    """What all files add to; `pairs` counts the sentences by their totals in both systems."""

    tally: Tally = field(default_factory=Tally)
    pairs: Counter[tuple[Totals, Totals]] = field(default_factory=Counter)
    examples: Examples = field(default_factory=Examples)
    buckets: BucketCounts = field(default_factory=BucketCounts)
    other_buckets: BucketCounts = field(default_factory=BucketCounts)
    surfaces: SurfaceCounts = field(default_factory=SurfaceCounts)
    names: GoldNames = field(default_factory=GoldNames)
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
        found.buckets.add(gold, matches)
        found.surfaces.add(gold, matches)
        found.names.add(gold)
        for other in others:
            other_matches = match_spans(gold.spans, other.spans)
            found.pairs[totals(matches), totals(other_matches)] += 1
            found.other_buckets.add(gold, other_matches)
    found.tally.update(tally)
    score = metrics.scores(tally.rows).micro
    return FileScore(files.gold, predicted_by, language_of(files.gold), sentences, tokens, score)


def _matrix(total: Tally) -> tuple[Confusion, ...]:
    """The confusions, the most frequent first."""
    ordered = sorted(total.confusions.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(gold, predicted, count) for (gold, predicted), count in ordered)


def _warnings(
    total: Tally, comparisons: Sequence[Files], tagger: Tagger | None, labels: LabelMap, parameter: Wording
) -> Iterator[str]:
    """What limits the meaning of the figures: labels on one side only, and mapped labels that no file has."""
    predicted: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    for row, sentences in total.rows.items():
        for label, _, ours, theirs in row:
            predicted[label] += sentences * ours
            gold[label] += sentences * theirs
    one = len(comparisons) == 1
    gold_name = comparisons[0].gold if one else "the gold files"
    predicted_name = tagger.name if tagger else (comparisons[0].predicted if one else "the predictions")
    for label in labels.unmet:
        meant = nearest(label, labels.met)
        yield f"{parameter('map')}: no entity has the label {label}" + (f": did you mean {meant}?" if meant else "")
    if not gold.total():
        yield f"no entity in {gold_name}: all figures are 0"
    known = {labels.targets.get(label, label) for label in tagger.labels} if tagger else set()
    unknown = [label for label in sorted(gold) if known and gold[label] and label not in known]
    if unknown:
        counted = ", ".join(f"{label} ({gold[label]:,})" for label in unknown)
        mapped = ",".join(f"{label}={_likeliest(total, label, known)}" for label in unknown)
        yield (
            f"{counted} in {gold_name}: not among the labels of {predicted_name} ({', '.join(sorted(known))}), so "
            f"missed; count them as others by {parameter('map')} {mapped}, or leave them out by "
            f"{parameter('map')} {unknown[0]}={OUTSIDE}"
        )
    for here, there, name, other, what in (
        (gold, predicted, gold_name, predicted_name, "missed"),
        (predicted, gold, predicted_name, gold_name, "spurious"),
    ):
        for label in sorted(here):
            if here[label] and not there[label] and label not in unknown:
                yield f"label {label}: {here[label]:,} in {name}, none in {other}: all are {what}"


def _likeliest(total: Tally, label: str, known: Iterable[str]) -> str:
    """The label that the model gives most often where the gold has `label`."""
    return max(sorted(known), key=lambda other: total.confusions[label, other])
