"""`annotate FILE...`: the main job."""

from __future__ import annotations

import sys
from typing import Any

import click

from annotator.cli.options import REJECTED, error_options, input_options, model_options, output_options
from annotator.formats.base import ReadOptions, WriteOptions

PROGRESS = ("auto", "bar", "json", "none")
EXAMPLES = """\b
Examples:
  annotate samples/de.txt --format jsonl -o de.jsonl
  annotate samples/ -o annotated/ -f docbin --on-error skip --resume
"""


@click.command("run", epilog=EXAMPLES)
@click.argument("inputs", nargs=-1, metavar="[FILE|FOLDER|GLOB|URI|-]...", type=click.Path())
@click.option(
    "-o", "--output", metavar="FILE|FOLDER/", type=click.Path(), help="File or folder to write.  [default: stdout]"
)
@click.option("-f", "--format", "format_", metavar="NAME", help="conll, jsonl, docbin...  [default: by -o, else conll]")
@model_options
@click.option("--workers", type=click.IntRange(min=0), help="Processes that prepare.  [default: 0; cores - 1 on a GPU]")
@click.option("--limit", type=click.IntRange(min=0), help="Stop after so many documents.")
@input_options()
@output_options
@click.option("--shard-size", type=click.IntRange(min=1), help="Documents a file, in a folder.  [default: by input]")
@error_options
@click.option("--resume", is_flag=True, help="Go on with a run that did not come to its end.")
@click.option("--progress", type=click.Choice(PROGRESS), default="auto", show_default=True, help="What stderr shows.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary on stderr.")
def run(
    inputs: tuple[str, ...],
    output: str | None,
    format_: str | None,
    recipe: dict[str, Any],
    input_format: str | None,
    read_options: ReadOptions,
    write_options: WriteOptions,
    shard_size: int | None,
    progress: str,
    quiet: bool,
    **how: Any,
) -> None:
    """Annotate text files (a document a line), JSON Lines, CoNLL and more with named entities.

    Without FILE, or with -, text is read from stdin. A folder stands for all such files below it. Files may be
    compressed. The tokens and sentences of formats that have them are kept. An output folder gets a file an
    input, or one every --shard-size documents.
    """
    from annotator.input.records import open_input
    from annotator.pipeline import Recipe
    from annotator.run.job import make_job
    from annotator.run.runner import run as annotate
    from annotator.system.startup import import_spacy

    if sys.stdin and sys.stdin.isatty() and "-" in (inputs or "-") and not quiet:
        click.echo("annotate: reading from the terminal, a document a line; end with Ctrl-D", err=True)
    given = open_input(inputs or ("-",), input_format, read_options)
    job = make_job(given, output, format_, shard_size, options=write_options, recipe=Recipe(**recipe), **how)
    import_spacy()
    done = annotate(job, "none" if quiet else progress, lambda what: click.echo(f"annotate: {what}", err=True))
    if done and not quiet:
        click.echo(f"annotate: {done}", err=True)
    if done and done.counts.rejected:
        sys.exit(REJECTED)
