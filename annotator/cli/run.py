"""`annotate FILE...`: annotate text, the default command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.options import (
    REJECTED,
    OutputPath,
    error_options,
    format_option,
    input_options,
    limit_option,
    model_options,
    output_options,
    quiet_option,
    spread_options,
)
from annotator.cli.terminal import say, say_how_to_end
from annotator.formats.base import ReadOptions, WriteOptions
from annotator.run.progress import DISPLAYS

if TYPE_CHECKING:
    from annotator.pipeline import Recipe
    from annotator.units.spread import Spread

EXAMPLES = """\b
Examples:
  annotate samples/de.txt --format jsonl -o de.jsonl
  annotate samples/ -o annotated/ -f docbin --on-error skip --resume
  annotate samples/ -o tagged/ --part 1/2
"""


@click.command("run", epilog=EXAMPLES)
@click.argument("inputs", nargs=-1, metavar="[FILE|FOLDER|GLOB|URI|-]...", type=click.Path())
@click.option(
    "-o",
    "--output",
    metavar="FILE|FOLDER/",
    type=OutputPath(),
    help="File or folder to write; a URI is a folder.  [default: stdout]",
)
@format_option("by suffix, else conll")
@model_options
@click.option(
    "--workers", type=click.IntRange(min=0), metavar="N",
    help="Worker processes that segment and encode.  [default: 0 on a CPU, all cores but one on a GPU]",
)  # fmt: skip
@limit_option
@input_options()
@output_options
@click.option(
    "--shard-size", type=click.IntRange(min=1), metavar="N",
    help="Documents per file of an output folder.  [default: one file per input]",
)  # fmt: skip
@error_options
@spread_options
@click.option("--resume", is_flag=True, help="Resume a run that was interrupted.")
@click.option(
    "--progress", type=click.Choice(DISPLAYS), default="auto", show_default=True,
    help="How to show progress on stderr, with --quiet as well unless it is auto.",
)  # fmt: skip
@quiet_option
def run(
    inputs: tuple[str, ...],
    output: str | None,
    format: str | None,
    recipe: Recipe,
    workers: int | None,
    limit: int | None,
    input_format: str | None,
    read_options: ReadOptions,
    write_options: WriteOptions,
    force: bool,
    shard_size: int | None,
    on_error: str,
    rejects: Path | None,
    spread: Spread,
    resume: bool,
    progress: str,
    quiet: bool,
) -> None:
    """Annotate text (one document per line), JSON Lines, CoNLL and more with named entities.

    Without FILE, or with -, text is read from stdin. A folder stands for all its files of known formats, and those
    of the folders in it. Files may be compressed. Words and sentences that the input has are kept. An output folder
    gets one file per input, or one for every --shard-size documents. With --part or --on, the input is divided into
    units, which many machines do together: see also annotate status and annotate merge.
    """
    from annotator.input.records import open_input
    from annotator.run.job import make_job
    from annotator.run.runner import run as annotate
    from annotator.system.process_setup import import_spacy
    from annotator.units.spread import check_alone, run_spread

    check_alone(spread, output, [("limit", limit), ("shard_size", shard_size), ("rejects", rejects)])
    say_how_to_end(inputs, quiet)
    given = open_input(inputs or ("-",), input_format, read_options)
    display = "none" if quiet and progress == DISPLAYS[0] else progress
    import_spacy()
    if spread.divides(output):
        done = run_spread(
            given, output, spread, display, say, format, options=write_options, recipe=recipe, on_error=on_error,
            workers=workers, resume=resume, force=force,
        )  # fmt: skip
    else:
        job = make_job(
            given, output, format, shard_size, options=write_options, recipe=recipe, on_error=on_error,
            rejects=rejects, limit=limit, workers=workers, resume=resume, force=force,
        )  # fmt: skip
        done = annotate(job, display, say)
    if not (quiet or done.complete):
        say(str(done))
    if done.counts.rejected:
        sys.exit(REJECTED)
