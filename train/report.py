"""Results of trainings as tables for the terminal and as a model card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from annotator.labels import PANX_TAGS, TagSet
from annotator.tables import markdown_table, number_column, terminal_table

from .card import score_table, source_of, write_card
from .corpora import TaggedSentence
from .experiments import LANGUAGES, PUBLISHED_BASE, Results, published
from .panx import SPLITS, Panx

DASH = "-"


def counts_table(panx: Panx, languages: Sequence[str]) -> Table:
    """Sentences, tokens and entities by language, split and label."""
    labels = TagSet.parse(PANX_TAGS).labels
    table = terminal_table("language", "split", *map(number_column, ("sentences", "tokens", *labels)))
    table.title = "Data"
    for language in languages:
        if language not in panx.languages():
            table.add_row(language, *[DASH] * (3 + len(labels)))
            continue
        for split in SPLITS:
            table.add_row(language, split, *(f"{n:,}" for n in _counts(panx.read(language, split), labels)))
    return table


def _counts(sentences: Sequence[TaggedSentence], labels: Sequence[str]) -> list[int]:
    tags = [tag for sentence in sentences for tag in sentence.tags]
    return [len(sentences), len(tags), *(tags.count(f"B-{label}") for label in labels)]


def results_table(runs: Sequence[Results]) -> Table:
    """F1 on the test splits, one row per training, followed by the published figures if there are any."""
    languages = list(dict.fromkeys([*LANGUAGES, *(language for run in runs for language in run.test)]))
    compared = [Column(language, justify="right") for language in languages]  # two lines where there is little room
    table = terminal_table("trained on", number_column("sentences"), "base", *compared)
    table.title = "F1 on PAN-X test"
    for run in runs:
        theirs = published(run.name)
        cells = [_compared(run.f1(language), theirs.get(language)) for language in languages]
        trained_on, base = Text(" + ".join(run.trained_on)), Text(Path(run.base).name)
        table.add_row(trained_on, f"{sum(run.trained_on.values()):,}", base, *cells)
        if theirs:
            cells = [f"{theirs[language]:.3f}" if language in theirs else DASH for language in languages]
            table.add_row("published", "", PUBLISHED_BASE, *cells, style="dim")
    return table


def _compared(ours: float | None, theirs: float | None) -> str:
    if ours is None:
        return DASH
    return f"{ours:.3f}" if theirs is None else f"{ours:.3f} ({ours - theirs:+.3f})"


def print_table(table: Table) -> None:
    """Print a table on stdout, as wide as the terminal."""
    Console().print(table)


def write_run_card(folder: Path, results: Results) -> None:
    """Write the model card of a training beside its checkpoint, from what was measured."""
    settings = results.settings
    data = [[name, count, source_of("panx") if len(name) == 2 else name] for name, count in results.trained_on.items()]
    frozen = ", embeddings frozen" if settings.freeze_embeddings else ""
    sections = {
        "Scores": "Exact-match F1 on the PAN-X test splits.\n\n" + score_table(results.test),
        "Data": markdown_table(["trained on", "sentences", "source"], data),
        "Recipe": (
            f"From {Path(results.base).name}: rate {settings.rate:g}, {settings.epochs} epochs, batches of "
            f"{settings.batch} sentences{frozen}, seed {settings.seed}, labels on the first piece of each word; the "
            f"epoch with the best F1 on dev ({', '.join(f'{f1:.4f}' for f1 in results.dev)}). "
            + ", ".join(f"{name} {number}" for name, number in results.versions.items())
            + "."
        ),
    }
    languages = [name for name in results.trained_on if len(name) == 2]
    write_card(folder, f"{Path(results.base).name} fine-tuned on PAN-X", sections, languages, "cc-by-sa-4.0")
