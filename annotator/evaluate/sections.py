"""An evaluation as titled tables of cells, the same for the terminal, Markdown and HTML."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from annotator.evaluate.evaluation import Evaluation
from annotator.evaluate.examples import Example
from annotator.evaluate.matching import ERRORS, Kind
from annotator.evaluate.metrics import Interval, Score
from annotator.pages.template import printable

CONFUSIONS = 8  # confusions shown, the most frequent ones
SIGNIFICANT = 0.05  # p-values below this are called unlikely to be chance


@dataclass(frozen=True, slots=True)
class Section:
    """A table with a title. The first column is text, the others are numbers; the last `totals` rows are totals."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """An error to show: its kind, where it is, what was predicted for what, and the text around it."""

    kind: str
    origin: str
    labels: str
    before: str
    text: str
    after: str


def heading(evaluation: Evaluation) -> dict[str, str]:
    """The names of what was compared, and its size."""
    files = evaluation.files
    units, tokens = ("sentences", "tokens") if evaluation.by_words else ("records", "characters")
    counts = f"{sum(f.sentences for f in files):,} {units}, {sum(f.tokens for f in files):,} {tokens}"
    names = {
        "gold": files[0].gold if len(files) == 1 else f"{len(files)} files",
        "predicted": evaluation.system,
        "size": f"{counts}, {evaluation.scores.micro.support:,} entities",
    }
    return {name: printable(text) for name, text in names.items()}


def sections(evaluation: Evaluation) -> Iterator[Section]:
    """The tables of an evaluation in their order, without those that have nothing to show."""
    scores = evaluation.scores
    columns = ("precision", "recall", "F1", "95% of F1", "support", "predicted")
    if len(evaluation.files) > 1:
        names = _distinct([file.gold for file in evaluation.files])
        rows = [_score_row(name, file.score) for name, file in zip(names, evaluation.files, strict=True)]
        yield Section("Files", ("file", *columns), (*rows, _score_row("all", scores.micro)), totals=1)
    rows = [_score_row(label, score) for label, score in scores.labels.items()]
    averages = (_score_row("micro", scores.micro), _score_row("macro", scores.macro))
    yield Section("Labels", ("label", *columns), (*rows, *averages), totals=2)
    if evaluation.comparison:
        yield _comparison(evaluation)
    counts = {kind: evaluation.kinds[kind] for kind in ERRORS}
    if errors := sum(counts.values()):
        cells = [(kind.value, f"{count:,}", f"{count / errors:.1%}") for kind, count in counts.items()]
        note = f"{evaluation.kinds[Kind.CORRECT]:,} entities are correct"
        yield Section("Errors", ("kind", "entities", "share"), tuple(cells), note=note)
    if evaluation.confusions:
        most = evaluation.confusions[:CONFUSIONS]
        rows = [(printable(f"{one.gold} → {one.predicted}"), f"{one.count:,}") for one in most]
        yield Section("Confused labels", ("gold → predicted", "entities"), tuple(rows))
    yield _overlaps(evaluation)
    if evaluation.calibration:
        yield _calibration(evaluation)
        yield _risk_coverage(evaluation)


def quotes(evaluation: Evaluation) -> list[Quote]:
    """The examples of errors."""
    unit = "sentence" if evaluation.by_words else "record"
    return [
        Quote(e.kind.value, *map(printable, (f"{e.place}, {unit} {e.sentence}", _labels(e), e.before, e.text, e.after)))
        for e in evaluation.examples
    ]


def _labels(example: Example) -> str:
    gold, predicted = example.gold_label, example.predicted_label
    if example.kind in (Kind.BOUNDARY, Kind.BOTH):
        return f"{gold} “{example.gold_text}” → {predicted} “{example.predicted_text}”"
    return f"{gold or 'none'} → {predicted or 'none'}"


def _score_row(name: str, score: Score) -> tuple[str, ...]:
    figures = (f"{figure:.4f}" for figure in (score.precision, score.recall, score.f1))
    return (printable(name), *figures, _interval(score.f1_interval), f"{score.support:,}", f"{score.predicted:,}")


def _interval(interval: Interval, sign: str = "") -> str:
    return f"{interval.low:{sign}.3f} to {interval.high:{sign}.3f}"


def _comparison(evaluation: Evaluation) -> Section:
    comparison = evaluation.comparison
    assert comparison
    verdict = "unlikely to be chance" if comparison.p_value < SIGNIFICANT else "may well be chance"
    return Section(
        "Two systems",
        ("system", "F1"),
        (
            (printable(evaluation.system), f"{evaluation.scores.micro.f1:.4f}"),
            (printable(comparison.name), f"{comparison.f1:.4f}"),
            ("difference", f"{comparison.difference:+.4f}"),
        ),
        totals=1,
        note=f"95% of the difference: {_interval(comparison.interval, '+')}; p = {comparison.p_value:.4f}: {verdict}",
    )


def _overlaps(evaluation: Evaluation) -> Section:
    rows = [
        (name.value, *(f"{n:,}" for n in (o.correct, o.incorrect, o.partial, o.missed, o.spurious)), f"{o.f1:.4f}")
        for name, o in evaluation.overlaps.items()
    ]
    columns = ("scheme", "correct", "incorrect", "partial", "missed", "spurious", "F1")
    return Section("How strictly entities match", columns, tuple(rows))


def _calibration(evaluation: Evaluation) -> Section:
    calibration = evaluation.calibration
    assert calibration
    rows = [
        (f"{b.low:.1f} to {b.high:.1f}", f"{b.predicted:,}", *(f"{x:.3f}" for x in (b.score, b.correct)), gap)
        for b in calibration.bins
        for gap in [f"{b.correct - b.score:+.3f}"]
    ]
    note = f"expected calibration error {calibration.ece:.4f} over {calibration.predicted:,} predictions with a score"
    columns = ("score", "predicted", "mean score", "correct", "difference")
    return Section("How far scores can be trusted", columns, tuple(rows), note=note)


def _risk_coverage(evaluation: Evaluation) -> Section:
    calibration = evaluation.calibration
    assert calibration
    rows = [
        (f"{one.score:.2f}", f"{one.kept:.1%}", *(f"{figure:.3f}" for figure in (one.precision, one.recall)))
        for one in calibration.curve
    ]
    note = f"area under the risk-coverage curve {calibration.aurc:.4f} (0 is best)"
    return Section("What a least score keeps", ("least score", "kept", "precision", "recall"), tuple(rows), note=note)


def _distinct(paths: Sequence[str]) -> list[str]:
    """The paths relative to the folder that contains all of them."""
    try:
        shared = os.path.commonpath([str(PurePath(path).parent) for path in paths])
    except ValueError:  # some paths are absolute and some are not
        return list(paths)
    return [str(PurePath(path).relative_to(shared)) if shared else path for path in paths]
