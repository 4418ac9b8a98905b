"""Results of trainings as a picture: a heatmap, or a learning curve."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.errors import AnnotatorError, install_extra

from .experiments import CURVE, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DARK = 0.6  # F1 below which a cell of the heatmap is dark


def plot(runs: Sequence[Results], path: Path) -> None:
    """Draw results as PNG or SVG: F1 by training and test language, or the learning curve if all are of one.

    Raises AnnotatorError if matplotlib is missing or the file cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise AnnotatorError("plots need matplotlib", install_extra("plot")) from None
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    if all(run.name.startswith(CURVE) for run in runs):
        _curve(runs, axes)
    else:
        _heatmap(runs, axes)
    try:
        figure.savefig(path)
    except OSError as error:
        raise AnnotatorError(f"{path}: cannot be written: {error.strerror}") from error


def _curve(runs: Sequence[Results], axes: Axes) -> None:
    target = runs[-1].name.removeprefix(CURVE)
    points = sorted((run.trained_on.get(target, 0), run.f1(target) or 0.0) for run in runs)
    axes.plot([n for n, _ in points if n], [f1 for n, f1 in points if n], marker="o", label=f"trained on {target}")
    for n, f1 in points:
        if not n:
            axes.axhline(f1, linestyle="--", color="grey", label="zero-shot")
    axes.set(xlabel=f"sentences of {target}", ylabel=f"F1 on {target} test", ylim=(0, 1))
    axes.legend()


def _heatmap(runs: Sequence[Results], axes: Axes) -> None:
    languages = list(dict.fromkeys(language for run in runs for language in run.test))
    grid = [[run.f1(language) or float("nan") for language in languages] for run in runs]
    axes.imshow(grid, vmin=0, vmax=1, cmap="viridis", aspect="auto")
    axes.set_xticks(range(len(languages)), languages)
    axes.set_yticks(range(len(runs)), [" + ".join(run.trained_on) for run in runs])
    axes.set(xlabel="tested on", ylabel="trained on")
    for y, row in enumerate(grid):
        for x, f1 in enumerate(row):
            axes.text(x, y, f"{f1:.3f}", ha="center", va="center", color="white" if f1 < DARK else "black")
