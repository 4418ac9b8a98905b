"""The calibration of a released model, fitted on the dev splits of its mixture, and how good it is.

    python -m annotator.train.calibrated --data DATA MODEL

fits it anew in the folder MODEL, and writes the section of the card. Half of each dev split tells how good the
calibration is that the other halves give; the one that is written is fitted on all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from annotator.calibrate.fit import TARGETS, Measured, calibration_error, fit, measure, probabilities
from annotator.calibrate.points import LEAST, Points, collect
from annotator.calibrate.store import store
from annotator.calibration import Calibration
from annotator.document import Document, Entity
from annotator.evaluate.matching import spans_of
from annotator.labels import TagSet
from annotator.pipeline import Annotator
from annotator.tables import markdown_table

from .corpora import TaggedSentence
from .measure import as_documents
from .mixture import read_split

# Historical newspapers, with recognition errors and names that the gold misses: most of what is found there counts as
# wrong, and they would make the scores of all other text too low.
NOISY = ("corpora/newseye/", "corpora/europeana-")
SENTENCES = 2_500  # of each dev split
SECTION = "Calibration"


@dataclass(frozen=True, slots=True)
class Row:
    """How well scores agree with what is right in one corpus: with the calibration of the model, and with its own."""

    shipped: Measured
    own: Measured


def gold_documents(sentences: Sequence[TaggedSentence]) -> Iterator[Document]:
    """Each sentence as a document of the same words, with its entities."""
    for sentence, document in zip(sentences, as_documents(sentences), strict=True):
        (words,) = document.sentences or ()
        offsets = list(words.word_offsets())
        entities = [Entity(offsets[s.start][0], offsets[s.end - 1][1], s.label) for s in spans_of(sentence.tags)]
        yield replace(document, entities=tuple(entities))


def calibrate_on(data: Path, folder: Path, corpora: Sequence[str]) -> list[Row]:
    """Fit the calibration of the checkpoint `folder` on dev splits, and write it there.

    Returns how good it is on each corpus with at least LEAST entities. The NOISY ones are measured, but not fitted to;
    if there are no others, nothing is fitted.
    """
    annotator = Annotator.load(str(folder))
    labels = TagSet.parse(annotator.engine.labels).labels
    found = [
        collect(corpus, gold_documents(read_split(data, corpus, "dev")[:SENTENCES]), annotator) for corpus in corpora
    ]
    clean = [points for points in found if len(points) >= LEAST and not points.name.startswith(NOISY)]
    if not clean:
        return []
    calibration = fit(clean, labels)
    store(calibration, folder, folder)
    raw = Calibration(labels)
    shipped = {one.name: one for one in measure(clean, labels, raw)}
    rows = []
    for points in found:
        if len(points) >= LEAST:
            (own,) = measure([points], labels, raw)
            rows.append(Row(shipped.get(points.name) or _unseen(calibration, points, raw), own))
    return rows


def _unseen(calibration: Calibration, points: Points, raw: Calibration) -> Measured:
    """What the calibration gives on a corpus that it was not fitted to."""
    before, after = (calibration_error(probabilities(one, points), points.right) for one in (raw, calibration))
    return Measured(points.name, len(points), before, after, ())


def table(rows: Sequence[Row]) -> str:
    """A Markdown table of calibration errors and of the precisions reached, for a model's card."""
    columns = ["corpus", "entities found", "ECE before", "ECE", "ECE if fitted on it"]
    columns += [f"precision (kept) at {target:.2f}" for target in TARGETS]
    cells = [
        [row.own.name, f"{row.own.entities:,}"]
        + [f"{error:.3f}" for error in (row.own.before, row.shipped.after, row.own.after)]
        + ([f"{r.precision:.3f} ({r.kept:.0%})" for r in row.shipped.reached] or ["-"] * len(TARGETS))
        for row in rows
    ]
    return markdown_table(columns, cells, numbers=True)


def section(rows: Sequence[Row]) -> str:
    """The section of a model's card."""
    return (
        "Expected calibration error (ECE) of entities' scores on the dev splits (the first "
        f"{SENTENCES:,} sentences of each), in int8: before calibration; with a calibration like the model's, fitted "
        "on one half of every split and measured on the other; and with one that is fitted on one half of the same "
        "corpus alone, as `annotate calibrate` does on your own text. The last columns say what `--target-precision` "
        "reached on the half that was not used to fit. The rows without them are historical newspapers, on which "
        "nothing was fitted. `config.json` has the calibration that was fitted on both halves of all others.\n\n"
        + table(rows)
    )


def with_section(card: str, text: str) -> str:
    """The card with the section of calibration replaced."""
    new = f"## {SECTION}\n\n{text.strip()}\n"
    return re.sub(rf"^## {SECTION}\n.*?(?=^## |\Z)", lambda _: new + "\n", card, flags=re.MULTILINE | re.DOTALL)


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.argument("folder", metavar="MODEL", type=click.Path(path_type=Path, exists=True, file_okay=False))
def main(data: Path, folder: Path) -> None:
    """Calibrate the released MODEL on the dev splits of DATA, and write the section of its card."""
    from .panx_mini import PASSES
    from .release import with_dev

    rows = calibrate_on(data, folder, with_dev(data, list(PASSES)))
    card = folder / "README.md"
    card.write_text(with_section(card.read_text(encoding="utf-8"), section(rows)), encoding="utf-8")
    click.echo(table(rows))


if __name__ == "__main__":
    main()
