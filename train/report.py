"""Results of trainings as tables for the terminal and as a model card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from annotator.labels import TagSet
from annotator.tables import markdown_table, number_column, terminal_table

from .card import score_table, source_of, write_card
from .corpora import TaggedSentence
from .experiments import PUBLISHED_BASE, Results, published
from .gather import LANGUAGES, Gathered

DASH = "-"
CODE = 2  # letters of a language's code
MOST_LABELS = 6  # in a table of a terminal's width


def counts_table(gathered: Gathered) -> Table:
    """Sentences, tokens and entities by language or file, split and label; of many labels only the sum."""
    labels = TagSet.parse(gathered.tags).labels
    columns = ("entities", *labels) if len(labels) <= MOST_LABELS else ("entities",)
    table = terminal_table("trained on", "split", *map(number_column, ("sentences", "tokens", *columns)))
    table.title = "Data"
    splits = {"train": gathered.train, "dev": gathered.dev}
    if gathered.test is not gathered.dev:
        splits["test"] = gathered.test
    for split, corpora in splits.items():
        for name, sentences in corpora.items():
            counted = _counts(sentences, columns[1:])
            table.add_row(Text(short_name(name)), split, *(f"{count:,}" for count in counted))
    return table


def _counts(sentences: Sequence[TaggedSentence], labels: Sequence[str]) -> list[int]:
    tags = [tag for sentence in sentences for tag in sentence.tags]
    entities = sum(tag.startswith("B-") for tag in tags)
    return [len(sentences), len(tags), entities, *(tags.count(f"B-{label}") for label in labels)]


def short_name(name: str) -> str:
    """A language or the name of a file without its folder."""
    return Path(name).name


def results_table(runs: Sequence[Results]) -> Table:
    """F1 on the test splits, one row per training, followed by the published figures if there are any."""
    tested = list(dict.fromkeys(name for run in runs for name in run.test))
    on_panx = any(name in LANGUAGES for name in tested)
    names = list(dict.fromkeys([*(LANGUAGES if on_panx else ()), *tested]))
    compared = [Column(short_name(name), justify="right") for name in names]  # two lines where there is little room
    table = terminal_table("trained on", number_column("sentences"), "base", *compared)
    table.title = "F1 on PAN-X test" if all(len(name) == CODE for name in names) else "F1"
    for run in runs:
        theirs = published(run.name)
        cells = [_compared(run.f1(name), theirs.get(name)) for name in names]
        trained_on, base = Text(" + ".join(map(short_name, run.trained_on))), Text(Path(run.base).name)
        table.add_row(trained_on, f"{sum(run.trained_on.values()):,}", base, *cells)
        if theirs:
            cells = [f"{theirs[name]:.3f}" if name in theirs else DASH for name in names]
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
    languages = [name for name in results.trained_on if len(name) == CODE]
    on_panx = len(languages) == len(results.trained_on)
    data = [
        [short_name(name), count, source_of("panx") if name in languages else "own file"]
        for name, count in results.trained_on.items()
    ]
    frozen = ", frozen embeddings" if settings.freeze_embeddings else ""
    what = "Exact-match F1 on the PAN-X test splits." if on_panx else "Exact-match F1."
    if results.chose_the_epoch:
        what += " The same sentences chose the epoch, so that on others the F1 is a little lower."
    base = Path(results.base).name
    sections = {
        "Scores": f"{what}\n\n" + score_table({short_name(name): one for name, one in results.test.items()}),
        "Data": markdown_table(["trained on", "sentences", "source"], data),
        "Recipe": (
            f"From {base}: rate {settings.rate:g}, {settings.epochs} epochs, batches of "
            f"{settings.batch} sentences{frozen}, seed {settings.seed}, labels on the first piece of each word; the "
            f"epoch with the best F1 on dev ({', '.join(f'{f1:.4f}' for f1 in results.dev)}). "
            + ", ".join(f"{name} {number}" for name, number in results.versions.items())
            + "."
        ),
    }
    trained_on = "PAN-X" if on_panx else ", ".join(map(short_name, results.trained_on))
    licence = "cc-by-sa-4.0" if on_panx else None  # that of own files is not known
    write_card(folder, f"{base} fine-tuned on {trained_on}", sections, languages, licence)
