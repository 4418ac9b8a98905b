"""Results of experiments as tables in the terminal, plots, and a model card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from annotator.errors import AnnotatorError
from annotator.labels import PANX_TAGS

from .card import score_table, source_of, table, write_card
from .corpora import TaggedSentence
from .experiments import CURVE, LANGUAGES, PUBLISHED_BASE, Results, published
from .panx import SPLITS, Panx

DASH = "-"


def counts_table(panx: Panx, languages: Sequence[str]) -> Table:
    """Sentences, tokens and entities by language, split and label."""
    labels = [tag[2:] for tag in PANX_TAGS if tag.startswith("B-")]
    rows = Table("language", "split", *(_right(c) for c in ("sentences", "tokens", *labels)), title="Data")
    for language in languages:
        if language not in panx.languages():
            rows.add_row(language, *[DASH] * (3 + len(labels)))
            continue
        for split in SPLITS:
            rows.add_row(language, split, *(f"{n:,}" for n in _counts(panx.read(language, split), labels)))
    return rows


def _counts(sentences: Sequence[TaggedSentence], labels: Sequence[str]) -> list[int]:
    tags = [tag for sentence in sentences for tag in sentence.tags]
    return [len(sentences), len(tags), *(tags.count(f"B-{label}") for label in labels)]


def results_table(runs: Sequence[Results]) -> Table:
    """F1 on the test splits, a row a run, with the published figures beside what was measured."""
    languages = list(dict.fromkeys([*LANGUAGES, *(language for run in runs for language in run.test)]))
    rows = Table("trained on", "sentences", "base", *(_right(c) for c in languages), title="F1 on PAN-X test")
    for run in runs:
        theirs = published(run.name)
        cells = [_compared(run.f1(language), theirs.get(language)) for language in languages]
        rows.add_row(" + ".join(run.trained_on), f"{sum(run.trained_on.values()):,}", Path(run.base).name, *cells)
        if theirs:
            cells = [f"{theirs[language]:.3f}" if language in theirs else DASH for language in languages]
            rows.add_row("[dim]published", "", f"[dim]{PUBLISHED_BASE}", *(f"[dim]{cell}" for cell in cells))
    return rows


def _right(name: str) -> Column:
    return Column(name, justify="right")


def _compared(ours: float | None, theirs: float | None) -> str:
    if ours is None:
        return DASH
    return f"{ours:.3f}" if theirs is None else f"{ours:.3f} ({ours - theirs:+.3f})"


def print_table(rows: Table) -> None:
    """Print a table on stdout, as wide as the terminal."""
    Console().print(rows)


def write_run_card(folder: Path, results: Results) -> None:
    """Write the model card of a run beside its checkpoint, from what was measured."""
    settings = results.settings
    data = [[name, count, source_of("panx") if len(name) == 2 else name] for name, count in results.trained_on.items()]
    frozen = ", embeddings frozen" if settings.freeze_embeddings else ""
    sections = {
        "Scores": "Exact-match F1 (seqeval) on the PAN-X test splits.\n\n" + score_table(results.test),
        "Data": table(["trained on", "sentences", "source"], data),
        "Recipe": (
            f"From {Path(results.base).name}: rate {settings.rate:g}, {settings.epochs} epochs, batches of "
            f"{settings.batch} sentences{frozen}, seed {settings.seed}, first-piece labels; the epoch with the best F1 "
            f"on dev ({', '.join(f'{f1:.4f}' for f1 in results.dev)}). "
            + ", ".join(f"{name} {number}" for name, number in results.versions.items())
            + "."
        ),
    }
    languages = [name for name in results.trained_on if len(name) == 2]
    write_card(folder, f"{Path(results.base).name} fine-tuned on PAN-X", sections, languages, "cc-by-sa-4.0")


def plot(runs: Sequence[Results], path: Path) -> None:
    """Draw the runs as PNG or SVG: a heatmap (trained on x tested on), or the curve where all runs are of one.

    Raises AnnotatorError where matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise AnnotatorError("plots need matplotlib: pip install 'annotator[plot]'") from None
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    if all(run.name.startswith(CURVE) for run in runs):
        target = runs[-1].name.removeprefix(CURVE)
        points = sorted((run.trained_on.get(target, 0), run.f1(target) or 0.0) for run in runs)
        axes.plot([n for n, _ in points if n], [f1 for n, f1 in points if n], marker="o", label=f"trained on {target}")
        for n, f1 in points:
            if not n:
                axes.axhline(f1, linestyle="--", color="grey", label="zero-shot")
        axes.set(xlabel=f"sentences of {target}", ylabel=f"F1 on {target} test", ylim=(0, 1))
        axes.legend()
    else:
        languages = list(dict.fromkeys(language for run in runs for language in run.test))
        grid = [[run.f1(language) or float("nan") for language in languages] for run in runs]
        axes.imshow(grid, vmin=0, vmax=1, cmap="viridis", aspect="auto")
        axes.set_xticks(range(len(languages)), languages)
        axes.set_yticks(range(len(runs)), [" + ".join(run.trained_on) for run in runs])
        axes.set(xlabel="tested on", ylabel="trained on")
        for y, row in enumerate(grid):
            for x, f1 in enumerate(row):
                axes.text(x, y, f"{f1:.3f}", ha="center", va="center", color="white" if f1 < 0.6 else "black")
    figure.savefig(path)
