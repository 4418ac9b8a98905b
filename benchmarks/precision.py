"""The cost of int8: F1 of both precisions on the dev splits of PAN-X, and of int8 without each of its safeguards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import click
import numpy as np
from annotator.train.measure import MICRO, as_documents, measure
from annotator.train.panx import PanxFolder
from rich.console import Console

from annotator.checkpoints.folder import find_checkpoint
from annotator.export import export
from annotator.pipeline import Annotator
from annotator.tables import number_column, terminal_table

LANGUAGES = ("de", "fr", "en")
CALIBRATION_SENTENCES = 400  # per language, from the training split


@contextmanager
def weights_of_8_bits() -> Iterator[None]:
    """Make exports round weights to 8 bits instead of 7."""
    with patch("annotator.export.int8.WEIGHT_LIMIT", 127):
        yield


@contextmanager
def no_outliers() -> Iterator[None]:
    """Make exports clip what exceeds the ranges instead of adding it in float32."""
    with patch("annotator.export.calibrate.OUTLIER_FRACTION", np.inf):
        yield


@click.command(epilog="Example: python benchmarks/precision.py ../shared/data/panx --sentences 2500 --without")
@click.argument("panx", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--model", default="panx-mini", show_default=True, help="Its folder must have both graphs.")
@click.option("--sentences", type=click.IntRange(min=1), default=2_500, show_default=True, help="Number per dev split.")
@click.option("--without", is_flag=True, help="Also measure int8 exported without each of its safeguards.")
def precision(panx: Path, model: str, sentences: int, without: bool) -> None:
    """Print the F1 of float32 and int8 on PANX/<lang>/dev.tsv."""
    source = PanxFolder(panx)
    table = terminal_table("", *map(number_column, LANGUAGES))

    def add(name: str, folder: Path, precision: str) -> None:
        annotator = Annotator.load(folder, engine="onnx", precision=precision, device="cpu")
        scores = [measure(annotator, source.read(language, "dev")[:sentences]) for language in LANGUAGES]
        table.add_row(name, *(f"{100 * score[MICRO].f1:.2f}" for score in scores))

    folder = find_checkpoint(model)
    add("float32", folder, "exact")
    add("int8", folder, "int8")
    safeguards_off = {"8-bit weights": weights_of_8_bits, "outliers cut off": no_outliers} if without else {}
    for name, without_safeguard in safeguards_off.items():
        with tempfile.TemporaryDirectory() as output, without_safeguard():
            text = [s for language in LANGUAGES for s in source.read(language, "train")[:CALIBRATION_SENTENCES]]
            export(folder, Path(output), "int8", as_documents(text))
            add(f"int8, {name}", Path(output), "int8")
    Console().print(table)


if __name__ == "__main__":
    precision()
