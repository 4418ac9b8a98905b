"""`annotate models export`: write a model for the onnx engine."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.options import LocalPath, quiet_option
from annotator.cli.terminal import say


@click.command("export", epilog="Example: annotate models export panx-mini --output panx-mini-onnx")
@click.argument("model")
@click.option("-o", "--output", type=LocalPath(path_type=Path, file_okay=False), required=True, help="Folder to write.")
@click.option(
    "--precision", type=click.Choice(["float32", "int8"]), default="float32", show_default=True,
    help="Precision of the weights; int8 is faster on CPUs and is written beside float32.",
)  # fmt: skip
@click.option(
    "--text", multiple=True, metavar="FILE", help="Text that resembles what will be annotated; int8 is fitted to it."
)
@quiet_option
def export(model: str, output: Path, precision: str, text: tuple[str, ...], quiet: bool) -> None:
    """Write MODEL as a folder that --model accepts and that runs on CPUs without torch.

    MODEL is a known name, a checkpoint folder or a Hub name. The folder is an ordinary checkpoint with graphs for
    ONNX Runtime in it; it may be MODEL's own folder.
    """
    from annotator.checkpoints.folder import find_checkpoint
    from annotator.export import export as write
    from annotator.input.records import open_input

    documents = open_input(text).documents() if text else ()
    written = write(find_checkpoint(model), output, precision, documents)
    if not quiet:
        say(f"wrote {written}")
