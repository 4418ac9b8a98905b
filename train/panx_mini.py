"""The recipe of the embedded model: PAN-X and running text, mixed from the start, in one training.

    python -m annotator.train.panx_mini --data DATA --base BASE --output runs/panx-mini

`DATA` holds `panx/<lang>/{train,dev,test}.tsv` and `running/<lang>/{train,dev}.tsv`, `BASE` an XLM-R
checkpoint. A killed run goes on from its last checkpoint when it is started again.
"""

from __future__ import annotations

import random
from pathlib import Path

import click
from transformers import AutoTokenizer

from annotator.labels import PANX_TAGS

from .alignment import align, budget_batches
from .corpora import TaggedSentence, passes, read_tagged, split_unspaced_words
from .finetune import Settings, finetune
from .trim import trim

# Passes over each training split. PAN-X teaches the names, running text that most sentences have none;
# small or hard corpora are seen more often, the noisy newspapers (running/fr) less.
PASSES = {
    "panx/de": 2, "panx/fr": 2, "panx/en": 3,
    "panx/es": 0.1, "panx/nl": 0.1, "panx/pl": 0.1, "panx/pt": 0.1, "panx/ru": 0.2,
    "running/de": 2, "running/en": 3, "running/pt": 1, "running/hr": 1, "running/sk": 1.5,
    "running/da": 2, "running/fr": 0.3, "running/sv": 0.5, "running/zh": 0.4,
}  # fmt: skip
SEED = 0
PIECES = 66_000  # the most for which model.safetensors in float16 stays under 95 MB
LEAST = 2  # a piece seen once is as well cut into smaller ones
SLOTS = 1_024  # pieces a batch, padding counted
MAX_PIECES = 256
SETTINGS = Settings(rate=1.5e-4, seed=SEED)


def mixture(data: Path) -> list[TaggedSentence]:
    """The training sentences of the recipe, shuffled."""
    chance = random.Random(SEED)
    sentences: list[TaggedSentence] = []
    for corpus, times in PASSES.items():
        read = [split_unspaced_words(s) for s in read_tagged(data / corpus / "train.tsv", PANX_TAGS)]
        sentences += passes(read, times, chance)
    chance.shuffle(sentences)
    return sentences


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--base", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True)
def main(data: Path, base: Path, output: Path) -> None:
    """Train the embedded model from DATA and BASE into OUTPUT/final."""
    sentences = mixture(data)
    trimmed = output / "trimmed"
    if not (trimmed / "tokenizer.json").exists():
        trim(base, trimmed, (s.words for s in sentences), keep=PIECES, least=LEAST)
    tokenizer = AutoTokenizer.from_pretrained(trimmed)
    label_ids = {tag: i for i, tag in enumerate(PANX_TAGS)}
    examples = list(align(sentences, tokenizer, label_ids, MAX_PIECES))
    batches = list(budget_batches(examples, SLOTS))
    random.Random(SEED).shuffle(batches)
    pieces = sum(len(e.ids) for e in examples)
    click.echo(f"{len(sentences)} sentences, {pieces} pieces, {len(batches)} batches", err=True)
    click.echo(finetune(trimmed, output, PANX_TAGS, batches, SETTINGS))


if __name__ == "__main__":
    main()
