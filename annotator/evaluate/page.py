"""The report as one HTML page that loads nothing: figures, plots, tables, and errors to browse and filter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from annotator.document import OUTSIDE
from annotator.evaluate.evaluation import Confusion, Evaluation
from annotator.evaluate.examples import Example
from annotator.evaluate.matching import ERRORS, Kind
from annotator.evaluate.metrics import Score
from annotator.evaluate.sections import Section, heading, sections
from annotator.evaluate.weaknesses import buckets_section, weaknesses
from annotator.pages.template import page, printable

MOST_LABELS = 25  # in the matrix of labels
KINDS = ("Errors", "Confused labels")
NONE = "none"  # for the side of a confusion that has no entity
Bar = tuple[float, float | None, float | None]  # F1, and the ends of its interval if there is one


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at the top of the page, with its name and what to know beside it."""

    name: str
    value: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A table, with a bar in each row if there are any."""

    section: Section
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A count of the matrix, and its share of the row."""

    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Matrix:
    """Labels of the gold (rows) by predicted labels (columns); `left_out` labels are too rare to be shown."""

    labels: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an error's text; `marks` has the classes `gold` and `predicted` of the entities that cover it."""

    text: str
    marks: str


@dataclass(frozen=True, slots=True)
class ShownError:
    """An error as the page shows it; `both` tells whether the two entities have different words."""

    kind: str
    place: str
    language: str
    gold_label: str
    gold_text: str
    predicted_label: str
    predicted_text: str
    both: bool
    before: str
    segments: tuple[Segment, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What the errors can be filtered by."""

    kinds: tuple[str, ...]
    labels: tuple[str, ...]
    languages: tuple[str, ...]


def as_html(evaluation: Evaluation) -> str:
    """The page; what is drawn from many errors says how many there are."""
    found = list(sections(evaluation))
    charts = [Chart(section, _bars(section.title, evaluation)) for section in found]
    scores = [one for one in charts if one.bars or one.section.title == "Two systems"]
    kinds = [one for one in charts if one.section.title in KINDS]
    weak = list(weaknesses(evaluation, details=True))
    return page(
        "evaluation.html",
        about=heading(evaluation),
        figures=list(_figures(evaluation)),
        warnings=list(map(printable, evaluation.warnings)),
        scores=scores,
        kinds=kinds,
        matrix=_matrix(evaluation.matrix),
        buckets=list(_bucket_charts(evaluation)),
        names=[Chart(section) for section in weak if section.title.startswith(("Names ", "Where "))],
        trust=[one for one in charts if one not in (*scores, *kinds)],
        reliability=evaluation.calibration.bins if evaluation.calibration else (),
        curve=evaluation.calibration.curve if evaluation.calibration else (),
        errors=[_shown(example, evaluation.by_words) for example in evaluation.examples],
        drawn=_drawn(evaluation),
        choices=_choices(evaluation.examples),
    )


def _figures(evaluation: Evaluation) -> Iterator[Figure]:
    micro, macro = evaluation.scores.micro, evaluation.scores.macro
    interval = f"95%: {micro.f1_interval.low:.3f} to {micro.f1_interval.high:.3f}"
    yield Figure("micro F1", f"{micro.f1:.4f}", interval)
    yield Figure("precision", f"{micro.precision:.4f}", f"{micro.correct:,} of {micro.predicted:,} predicted")
    yield Figure("recall", f"{micro.recall:.4f}", f"{micro.correct:,} of {micro.support:,} in the gold")
    yield Figure("macro F1", f"{macro.f1:.4f}", f"mean of {len(evaluation.scores.labels):,} labels")
    if evaluation.comparison:
        note = f"p = {evaluation.comparison.p_value:.4f}"
        yield Figure("lead over the other", f"{evaluation.comparison.difference:+.4f}", note)
    if evaluation.calibration:
        yield Figure("calibration error", f"{evaluation.calibration.ece:.4f}", "expected, of scores")


def _bars(title: str, evaluation: Evaluation) -> tuple[Bar, ...]:
    micro = evaluation.scores.micro
    if title == "Files":
        return tuple(map(_bar, [*(file.score for file in evaluation.files), micro]))
    if title == "Labels":
        return tuple(map(_bar, [*evaluation.scores.labels.values(), micro, evaluation.scores.macro]))
    return ()


def _bar(score: Score) -> Bar:
    return score.f1, score.f1_interval.low, score.f1_interval.high


def _bucket_charts(evaluation: Evaluation) -> Iterator[Chart]:
    for feature, group in groupby(evaluation.buckets, key=lambda bucket: bucket.feature):
        found = list(group)
        yield Chart(buckets_section(feature, found), tuple((one.f1, None, None) for one in found))


def _matrix(confusions: Sequence[Confusion]) -> Matrix | None:
    """The matrix of the most frequent labels, and `none`; None if there is nothing to count."""
    sizes: Counter[str] = Counter()
    for one in confusions:
        for label in {one.gold, one.predicted} - {OUTSIDE}:
            sizes[label] += one.count
    if not sizes:
        return None
    kept = sorted(label for label, _ in sizes.most_common(MOST_LABELS))
    counts = {(one.gold, one.predicted): one.count for one in confusions}
    names = [*kept, OUTSIDE]
    rows = [[counts.get((gold, predicted), 0) for predicted in names] for gold in names]
    cells = tuple(tuple(Cell(count, count / max(sum(row), 1)) for count in row) for row in rows)
    return Matrix((*map(printable, kept), NONE), cells, len(sizes) - len(kept))


def _shown(example: Example, by_words: bool) -> ShownError:
    space = " " if by_words else ""
    unit = "sentence" if by_words else "record"
    return ShownError(
        kind=example.kind.value,
        place=printable(f"{example.place}, {unit} {example.sentence}"),
        language=example.language,
        gold_label=printable(example.gold_label),
        gold_text=printable(example.gold_text),
        predicted_label=printable(example.predicted_label),
        predicted_text=printable(example.predicted_text),
        both=example.kind in (Kind.BOUNDARY, Kind.BOTH),
        before=printable(example.before + space if example.before else ""),
        segments=tuple(_segments(example)),
        after=printable(space + example.after if example.after else ""),
    )


def _segments(example: Example) -> Iterator[Segment]:
    """The text of an error, cut where an entity begins or ends."""
    ranges = {"gold": example.gold_range, "predicted": example.predicted_range}
    cuts = sorted({offset for one in ranges.values() for offset in one} | {0, len(example.text)})
    for start, end in pairwise(cuts):
        marks = " ".join(name for name, (first, last) in ranges.items() if first <= start and end <= last)
        yield Segment(printable(example.text[start:end]), marks)


def _drawn(evaluation: Evaluation) -> str:
    errors = sum(evaluation.kinds[kind] for kind in ERRORS)
    shown = len(evaluation.examples)
    if shown == errors:
        return f"All {errors:,} errors"
    kept = Counter(example.kind for example in evaluation.examples)
    parts = (f"{kept[kind]:,} of {evaluation.kinds[kind]:,} {kind.value}" for kind in ERRORS if kept[kind])
    return f"{shown:,} of {errors:,} errors, drawn at random ({', '.join(parts)})"


def _choices(examples: Sequence[Example]) -> Choices:
    kinds = [kind.value for kind in ERRORS if any(example.kind is kind for example in examples)]
    labels = {label for example in examples for label in (example.gold_label, example.predicted_label) if label}
    languages = {example.language for example in examples if example.language}
    return Choices(tuple(kinds), tuple(map(printable, sorted(labels))), tuple(sorted(languages)))
