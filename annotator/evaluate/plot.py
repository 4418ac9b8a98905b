"""The report as a picture: the confusions, and the reliability of scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from annotator.document import OUTSIDE
from annotator.errors import AnnotatorError, UsageError, install_extra
from annotator.evaluate.evaluation import Evaluation
from annotator.evaluate.metrics import Calibration

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".png", ".svg")


def check_plot(path: Path) -> None:
    """Raise at once, before any work is lost, what would keep the plot from being drawn.

    UsageError for a suffix other than those of SUFFIXES, AnnotatorError if matplotlib or the folder is missing.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path}: not a name for a plot", f"name a file that ends in {' or '.join(SUFFIXES)}")
    if not path.parent.is_dir():
        raise AnnotatorError(f"{path}: there is no folder {path.parent}", "create it first")
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise AnnotatorError("plots need matplotlib", install_extra("plot")) from None


def plot(evaluation: Evaluation, path: Path) -> None:
    """Draw a PNG or SVG: a heatmap of gold by predicted labels and, if predictions have scores, their reliability.

    Raises AnnotatorError if the file cannot be written.
    """
    from matplotlib.figure import Figure

    calibration = evaluation.calibration
    figure = Figure(figsize=(11 if calibration else 6, 5), layout="constrained")
    axes = figure.subplots(1, 2 if calibration else 1, squeeze=False)[0]
    _confusions(evaluation, axes[0])
    if calibration:
        _reliability(calibration, axes[1])
    try:
        figure.savefig(path)
    except OSError as error:
        raise AnnotatorError(f"{path}: cannot be written: {error.strerror}") from error


def _confusions(evaluation: Evaluation, axes: Axes) -> None:
    labels = [*evaluation.scores.labels, OUTSIDE]
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for one in evaluation.matrix:
        counts[labels.index(one.gold), labels.index(one.predicted)] = one.count
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    names = [*labels[:-1], "none"]
    axes.set_xticks(range(len(labels)), names, rotation=90 if len("".join(names)) > 40 else 0)
    axes.set_yticks(range(len(labels)), names)
    axes.set(xlabel="predicted", ylabel="gold", title="Labels of entities that overlap (shade: share of the row)")
    for (y, x), count in np.ndenumerate(counts):
        if count:
            axes.text(x, y, f"{count:,}", ha="center", va="center", color="white" if shares[y, x] > 0.6 else "black")


def _reliability(calibration: Calibration, axes: Axes) -> None:
    middles = [(one.low + one.high) / 2 for one in calibration.bins]
    axes.bar(middles, [one.correct for one in calibration.bins], width=0.095, label="share correct")
    axes.plot([0, 1], [0, 1], linestyle="--", color="grey", label="perfectly calibrated")
    axes.plot([b.score for b in calibration.bins], [b.correct for b in calibration.bins], "o", color="black")
    for middle, one in zip(middles, calibration.bins, strict=True):
        axes.text(middle, 0.02, f"{one.predicted:,}", ha="center", va="bottom", rotation=90, color="white")
    title = f"Reliability of scores (ECE {calibration.ece:.3f})"
    axes.set(xlabel="score of the prediction", ylabel="share correct", xlim=(0, 1), ylim=(0, 1), title=title)
    axes.legend(loc="upper left")
