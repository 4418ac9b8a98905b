"""The recipe of the small model: a student of the embedded one with fewer layers, for CPUs.

    python -m annotator.train.panx_micro --data DATA --teacher runs/panx-mini/trained --output runs/panx-micro

`DATA` holds the corpora of panx_mini.PASSES. The student learns what the teacher says of their words; tags are not
used. A killed training resumes from its last checkpoint when it is started again. The checkpoint to publish, with its
card, is OUTPUT/published.
"""

from __future__ import annotations

from pathlib import Path

import click

from annotator.tables import markdown_table

from .augment import Variation
from .calibrated import SECTION, section
from .card import score_table, source_of, versions, write_card
from .distill import HIDDEN_WEIGHT, TEMPERATURE, distill
from .mixture import SEED, SLOTS, batches, mixture, read_split
from .panx_mini import CARD_LANGUAGES, CONVENTIONS, DECAY, LIMITS, PASSES, PIECES
from .release import Released, release
from .trainer import FINAL, Settings

LAYERS = (1, 4, 8, 11)  # of the teacher, numbered from 0
# Passes over each training split: three fifths of those at its teacher's constant rate.
WORDS = {corpus: 0.6 * times for corpus, times in PASSES.items()}
VARIATION = Variation(joined=0.15, upper=0.03, lower=0.03, unfinished=0.08)
SETTINGS = Settings(
    rate=3e-4, warmup=0.02, hidden_dropout=0.0, attention_dropout=0.0, freeze_embeddings=True, seed=SEED
)


def train(data: Path, teacher: Path, output: Path) -> Path:
    """Distil the student, unless it exists. Returns the folder of the trained checkpoint."""
    if not (output / FINAL).is_dir():
        distill(teacher, output, LAYERS, batches(mixture(data, WORDS, VARIATION), teacher), SETTINGS)
    return output / FINAL


def sections(data: Path, released: Released) -> dict[str, str]:
    """The sections of the card by heading."""
    rows = [
        [corpus, len(read_split(data, corpus, "train")), round(times, 3), source_of(corpus)]
        for corpus, times in WORDS.items()
    ]
    adjustment = released.adjustment
    return {
        "What it is": (
            "A smaller and faster student of panx-mini, for CPUs: people (PER), organisations (ORG) and places (LOC) "
            f"in running text of many languages. XLM-RoBERTa architecture, {len(LAYERS)} layers of width 384, 12 "
            f"heads, {PIECES:,} of XLM-R's 250,002 pieces, weights in float16. The folder also holds graphs for ONNX "
            "Runtime, made as by `annotate models export`."
        ),
        "Scores": (
            "Exact-match F1, equal to seqeval's, on the words of the corpora; float32. Recipe and adjustments were "
            "chosen on `dev`.\n\n" + score_table(released.scores)
        ),
        SECTION: section(released.calibrated),
        "Conventions": CONVENTIONS,
        "Data": markdown_table(["training split", "sentences", "passes", "source"], rows),
        "Recipe": (
            f"Layers {', '.join(map(str, LAYERS))} of panx-mini (numbered from 0, before its final adjustment) and its "
            "embeddings, trained to "
            f"give panx-mini's probabilities (Kullback-Leibler divergence at temperature {TEMPERATURE:g}) and its last "
            f"hidden states (mean squared error, weight {HIDDEN_WEIGHT:g}) for the words of the corpora, without their "
            f"tags: batches of {SLOTS:,} slots for pieces, AdamW, rate {SETTINGS.rate:g} after a warm-up over "
            f"{SETTINGS.warmup:.0%} of the steps, decaying linearly, frozen embeddings, seed {SEED}. Finally, "
            f"{adjustment.shift:+.2f} was added to the bias of `O`, and all logits were divided by "
            f"{adjustment.temperature:g}.\n\n"
            "To repeat: `python -m annotator.train.panx_micro --data DATA --teacher TEACHER --output OUT` "
            f"(made with {versions()})."
        ),
        "Limits": LIMITS,
        "Licence": (
            "Weights: CC BY-SA 4.0, as the share-alike licences of the training data require. Code of `annotate`: MIT."
        ),
    }


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--teacher", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True)
def main(data: Path, teacher: Path, output: Path) -> None:
    """Make the small model from DATA and its TEACHER in OUTPUT."""
    published = output / "published"
    released = release(data, train(data, teacher, output), published, list(PASSES), mixture(data, DECAY))
    write_card(published, "panx-micro", sections(data, released), CARD_LANGUAGES, "cc-by-sa-4.0")


if __name__ == "__main__":
    main()
