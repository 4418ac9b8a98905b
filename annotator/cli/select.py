"""`annotate select CORPUS`: what to label next."""

from __future__ import annotations

from os import fspath
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.options import (
    LocalPath,
    format_option,
    input_options,
    model_options,
    output_options,
    quiet_option,
)
from annotator.cli.terminal import say, say_how_to_end
from annotator.formats.base import ReadOptions, WriteOptions

if TYPE_CHECKING:
    from annotator.pipeline import Recipe

EXAMPLES = """\b
Examples:
  annotate select samples/de.txt --count 5 -o batch.jsonl --style prodigy
  annotate select corpus/ --model runs/own --count 200 -o batch.jsonl --style labelstudio
"""


@click.command("select", epilog=EXAMPLES)
@click.argument("inputs", nargs=-1, required=True, metavar="CORPUS...", type=click.Path())
@click.option("--count", type=click.IntRange(min=1), default=200, show_default=True, help="Documents to choose.")
@click.option(
    "-o", "--output", type=LocalPath(path_type=Path, dir_okay=False), metavar="FILE",
    help="File to write.  [default: stdout]",
)  # fmt: skip
@format_option("by suffix, else jsonl")
@click.option("--seed", default=0, show_default=True, help="Seed of all random choices.")
@model_options
@input_options()
@output_options
@quiet_option
def select(
    inputs: tuple[str, ...],
    count: int,
    output: Path | None,
    format: str | None,
    seed: int,
    recipe: Recipe,
    input_format: str | None,
    read_options: ReadOptions,
    write_options: WriteOptions,
    force: bool,
    quiet: bool,
) -> None:
    """Choose the documents of a corpus that are worth labelling next, for a training by `annotate train run`.

    These are documents of which the model is unsure, from all parts of the corpus, and no two that are nearly the same.
    They are written with the entities that it finds, and fields of their meta (`select_...`) say why each was chosen.
    """
    from annotator.checkpoints.folder import find_checkpoint
    from annotator.files.sinks import open_sink
    from annotator.formats import output_format
    from annotator.input.records import open_input
    from annotator.select.batch import select as choose

    say_how_to_end(inputs, quiet)
    written = output_format(format or (None if output else "jsonl"), output)
    written.holding(write_options)
    given = open_input(inputs, input_format, read_options)
    with open_sink(output, force) as sink:
        folder = find_checkpoint(fspath(recipe.model))
        chosen = choose(recipe.load(), folder, given.documents(), count, seed)
        for part in written.writer()(chosen, write_options):
            sink.write(part)
    if not quiet:
        say(f"chose {len(chosen):,} documents" + (f" in {output}" if output else ""))
