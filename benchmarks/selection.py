"""Whether `annotate select` pays: a tagger trained on selected sentences, and one on as many drawn at random.

    python benchmarks/selection.py ../shared/data/panx/de --base BASE

For each seed, a tagger is trained on a few sentences of the training split; it selects from others, and training goes
on from it with the selected sentences, and with random ones. F1 is measured on the first sentences of dev.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from annotator.train.alignment import Example, align, budget_batches
from annotator.train.corpora import TaggedSentence, read_tagged
from annotator.train.finetune import finetune_batches
from annotator.train.measure import MICRO, as_documents, measure
from annotator.train.trainer import Settings
from scipy import stats
from transformers import AutoTokenizer

from annotator.labels import PANX_TAGS
from annotator.pipeline import Annotator
from annotator.select.batch import select
from annotator.tables import markdown_table

SLOTS = 256  # of a batch: a dozen sentences of PAN-X
EPOCHS = 3
MAX_PIECES = 256
SETTINGS = Settings(rate=3e-4, warmup=0.1, attention_dropout=0.0, freeze_embeddings=True)


@dataclass(frozen=True, slots=True)
class Arm:
    """A batch of sentences, and the F1 of the tagger that was trained on it as well."""

    name: str
    sentences: Sequence[TaggedSentence]
    f1: float


def batches(sentences: Sequence[TaggedSentence], base: Path, seed: int) -> list[list[Example]]:
    """The batches of all epochs, shuffled within each."""
    label_ids = {tag: number for number, tag in enumerate(PANX_TAGS)}
    ready = list(
        budget_batches(list(align(sentences, AutoTokenizer.from_pretrained(base), label_ids, MAX_PIECES)), SLOTS)
    )
    chance = random.Random(seed)
    return [batch for _ in range(EPOCHS) for batch in chance.sample(ready, len(ready))]


def trained(sentences: Sequence[TaggedSentence], base: Path, output: Path, seed: int) -> Path:
    """The folder of a tagger that is trained on the sentences from `base`."""
    final: Path = finetune_batches(base, output, PANX_TAGS, batches(sentences, base, seed), SETTINGS)
    AutoTokenizer.from_pretrained(base).save_pretrained(final)
    return final


def f1(folder: Path, dev: Sequence[TaggedSentence]) -> float:
    """The micro F1 of a tagger."""
    found: float = measure(Annotator.load(folder, engine="torch", device="cpu"), dev)[MICRO].f1
    return found


def selected(folder: Path, pool: Sequence[TaggedSentence], count: int, seed: int) -> list[TaggedSentence]:
    """The sentences of the pool that `annotate select` chooses with a tagger."""
    chosen = select(Annotator.load(folder, device="cpu"), folder, as_documents(pool), count, seed)
    return [pool[document.origin.line - 1] for document in chosen]


def arms(
    train: Sequence[TaggedSentence], dev: Sequence[TaggedSentence], base: Path, sizes: tuple[int, int, int], seed: int
) -> tuple[Arm, Arm, Arm]:
    """The tagger of the first sentences alone, and those that have random and selected sentences as well."""
    first, pool, count = sizes
    chance = random.Random(seed)
    drawn = chance.sample(train, first + pool)
    start, others = drawn[:first], drawn[first:]
    with tempfile.TemporaryDirectory() as scratch:
        begun = trained(start, base, Path(scratch) / "start", seed)
        found = [Arm("start", start, f1(begun, dev))]
        for name, more in (
            ("random", chance.sample(others, count)),
            ("selected", selected(begun, others, count, seed)),
        ):
            found.append(Arm(name, more, f1(trained([*start, *more], begun, Path(scratch) / name, seed), dev)))
    before, at_random, chosen = found
    return before, at_random, chosen


@click.command(epilog="Example: python benchmarks/selection.py ../shared/data/panx/de --base base --seeds 5")
@click.argument("corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--base", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--first", default=200, show_default=True, help="Sentences of the tagger that selects.")
@click.option("--pool", default=2_500, show_default=True, help="Sentences to select from.")
@click.option("--count", default=500, show_default=True, help="Sentences to select.")
@click.option("--dev-sentences", default=1_000, show_default=True)
@click.option("--seeds", default=5, show_default=True)
def selection(corpus: Path, base: Path, first: int, pool: int, count: int, dev_sentences: int, seeds: int) -> None:
    """Print F1 on CORPUS/dev.tsv with selected and with random sentences of CORPUS/train.tsv."""
    train = list(read_tagged(corpus / "train.tsv", PANX_TAGS))
    dev = list(read_tagged(corpus / "dev.tsv", PANX_TAGS))[:dev_sentences]
    rows: list[list[object]] = []
    gains: list[float] = []
    for seed in range(seeds):
        start, *both = arms(train, dev, base, (first, pool, count), seed)
        for arm in both:
            words = sum(len(one.words) for one in arm.sentences)
            entities = sum(tag.startswith("B-") for one in arm.sentences for tag in one.tags)
            rows.append([seed, arm.name, f"{words:,}", f"{entities:,}", f"{arm.f1:.3f}", f"{start.f1:.3f}"])
            click.echo(" ".join(map(str, rows[-1])), err=True)
        gains.append(both[1].f1 - both[0].f1)
    click.echo(markdown_table(["seed", "sentences", "words", "entities", "F1", "F1 before"], rows))
    mean = statistics.fmean(gains)
    if len(gains) > 1:
        half = stats.t.ppf(0.975, len(gains) - 1) * statistics.stdev(gains) / len(gains) ** 0.5
        click.echo(f"\ngain {mean:+.4f}, 95% interval over seeds {mean - half:+.4f} to {mean + half:+.4f}")


if __name__ == "__main__":
    selection()
