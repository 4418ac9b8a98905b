"""`annotate convert IN... OUT`: convert files between any two formats."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from annotator.cli.options import (
    REJECTED,
    LocalPath,
    error_options,
    format_option,
    input_options,
    lang_option,
    output_options,
    quiet_option,
)
from annotator.cli.terminal import say_how_to_end, warn
from annotator.files.sinks import STDOUT
from annotator.formats.base import ReadOptions, WriteOptions

EXAMPLES = """\b
Examples:
  annotate convert samples/gold.conll gold.spacy
  annotate convert samples/gold.conll - --format jsonl --style prodigy
"""


@click.command("convert", epilog=EXAMPLES)
@click.argument("inputs", nargs=-1, required=True, metavar="IN...", type=click.Path())
@click.argument("output", metavar="OUT", type=LocalPath(path_type=Path, allow_dash=True))
@input_options()
@format_option("by suffix")
@lang_option
@output_options
@error_options
@quiet_option
def convert(
    inputs: tuple[str, ...],
    output: Path,
    input_format: str | None,
    format: str | None,
    lang: str,
    force: bool,
    read_options: ReadOptions,
    write_options: WriteOptions,
    on_error: str,
    rejects: Path | None,
    quiet: bool,
) -> None:
    """Convert files between any two formats; - is stdin or stdout.

    A warning on stderr names what the documents have and the target cannot hold. If the target holds words, plain
    text is split into words as `annotate` does it.
    """
    from annotator.corpus.convert import convert as write
    from annotator.corpus.convert import warnings
    from annotator.formats import output_format
    from annotator.input.records import open_input
    from annotator.output.collisions import check_apart
    from annotator.output.documents import check_terminal
    from annotator.output.rejects import Rejects, check_not_used, rejects_beside

    file = None if str(output) == STDOUT else output
    target = output_format(format, file)
    check_terminal(target, file)
    say_how_to_end(inputs, quiet)
    given = open_input(inputs, input_format, read_options)
    skipped = None
    if on_error == "skip" and file:
        rejects = rejects or rejects_beside(file)
    check_apart(given.sources, [file] if file else [], rejects)
    if on_error == "skip":
        check_not_used(rejects, force)
        skipped = Rejects(rejects, warn)
    conversion = write(given, file, target, write_options, lang=lang, force=force, rejects=skipped)
    for warning in warnings(conversion, target, write_options):
        warn(warning)
    if conversion.rejected:
        if rejects:
            warn(f"{conversion.rejected} records that could not be read are in {rejects}, with the reasons")
        sys.exit(REJECTED)
