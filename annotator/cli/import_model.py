"""`annotate models import`: turn pickled weights into safetensors."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.options import LocalPath
from annotator.cli.terminal import say


@click.command("import", epilog="Example: annotate models import someone/old-ner --output old-ner")
@click.argument("model")
@click.option("-o", "--output", type=LocalPath(path_type=Path, file_okay=False), required=True, help="Folder to write.")
def import_model(model: str, output: Path) -> None:
    """Write MODEL, whose weights are pickled, as a folder with safetensors that --model accepts.

    MODEL is a checkpoint folder with a pytorch_model.bin, or `owner/name` on the Hub. A pickle can run code when it is
    loaded; here only its tensors are read, and a file that holds anything else is refused.
    """
    from annotator.checkpoints.folder import find_checkpoint, find_files
    from annotator.export.pickled import HUB_FILES, import_pickled

    file = import_pickled(find_files(model, HUB_FILES), output)
    say(f"wrote {file}: only tensors were read from the pickle, nothing in it was run")
    find_checkpoint(str(output))  # names what the checkpoint lacks besides weights
