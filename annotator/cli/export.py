"""`annotate models export`: a model as the onnx engine takes it."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("export", epilog="Example: annotate models export panx-mini --output panx-mini-onnx")
@click.argument("model")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write."
)
@click.option(
    "--precision", type=click.Choice(["float32", "int8"]), default="float32", show_default=True,
    help="int8 is faster on CPUs, and comes with float32 beside it.",
)  # fmt: skip
@click.option("--text", multiple=True, metavar="FILE", help="Text like what shall be tagged; int8 is fitted to it.")
def export(model: str, output: Path, precision: str, text: tuple[str, ...]) -> None:
    """Write MODEL as a folder that --model takes and that runs on CPUs without torch.

    MODEL is a known name, a checkpoint folder or a Hub name. The folder is an ordinary checkpoint with graphs for
    ONNX Runtime in it; it may be MODEL's own.
    """
    from annotator.checkpoints.folder import find_checkpoint
    from annotator.export import export as write
    from annotator.input.records import read_documents

    file = write(find_checkpoint(model), output, precision, read_documents(text) if text else ())
    click.echo(f"annotate: wrote {file}", err=True)
