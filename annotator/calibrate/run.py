"""Gold files and a model -> its calibration, measured and written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from annotator.calibrate.fit import TARGETS, Measured, fit, measure
from annotator.calibrate.points import check_enough, collect
from annotator.calibrate.store import place, store
from annotator.calibration import SCORES, Calibration
from annotator.checkpoints.config import calibration_of
from annotator.checkpoints.folder import find_checkpoint
from annotator.errors import UsageError
from annotator.formats import input_format
from annotator.formats.base import ReadOptions
from annotator.input.records import open_input
from annotator.labels import TagSet
from annotator.pipeline import Annotator
from annotator.tables import markdown_table


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What a calibration gives by gold file, and the file that it was written to."""

    written: Path
    measured: tuple[Measured, ...]

    def to_json(self) -> str:
        """All figures, unrounded."""
        return json.dumps({"written": str(self.written), "measured": [asdict(one) for one in self.measured]}, indent=2)

    def __str__(self) -> str:
        columns = ["gold", "entities", "ECE before", "ECE after"]
        columns += [f"{what} at {target:.2f}" for target in TARGETS for what in ("precision", "kept")]
        rows = [
            [one.name, f"{one.entities:,}", f"{one.before:.3f}", f"{one.after:.3f}"]
            + [cell for r in one.reached for cell in (f"{r.precision:.3f}" if r.kept else "-", f"{r.kept:.0%}")]
            for one in self.measured
        ]
        return markdown_table(columns, rows, numbers=True)


def calibrate(
    model: str,
    files: Sequence[str],
    output: Path | None = None,
    score: str = SCORES[0],
    *,
    device: str = "auto",
    format_name: str | None = None,
    options: ReadOptions | None = None,
) -> Calibrated:
    """Fit the scores of a model's entities on gold files, and write what was fitted into a config.json.

    That is the model's own one, or that of `output`, which becomes a copy of the model. `score` is one of SCORES.
    Raises UsageError and AnnotatorError for a model and files that cannot be used for this, before anything is written.
    """
    folder = find_checkpoint(model)
    target = place(model, folder, output)
    opened = [open_input([name], format_name, options) for name in files]
    for name in files:
        if input_format(format_name, name).name == "text":
            remedy = "name a format that does with {input_format}, such as conll"
            raise UsageError(f"{name}: plain text holds no tags", remedy)
    annotator = Annotator.load(model, device=device)
    labels = TagSet.parse(annotator.engine.labels).labels
    corpora = [collect(name, given.documents(), annotator, score) for name, given in zip(files, opened, strict=True)]
    for points in corpora:
        check_enough(points)
    known = calibration_of(folder, labels)
    before = known if known and known.score == score else Calibration(labels, score)
    measured = tuple(measure(corpora, labels, before))
    return Calibrated(store(fit(corpora, labels, score), folder, target), measured)
