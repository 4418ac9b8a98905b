"""`annotate convert IN... OUT`: between any two formats."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from annotator.cli.options import REJECTED, error_options, input_options, output_options
from annotator.formats.base import ReadOptions, WriteOptions

EXAMPLES = """\b
Examples:
  annotate convert samples/gold.conll gold.spacy
  annotate convert samples/gold.conll - --to jsonl --style prodigy
"""


@click.command("convert", epilog=EXAMPLES)
@click.argument("inputs", nargs=-1, required=True, metavar="IN...", type=click.Path())
@click.argument("output", metavar="OUT", type=click.Path(path_type=Path, allow_dash=True))
@input_options("--from")
@click.option("--to", "output_format", metavar="NAME", help="Format of the output.  [default: by its suffix]")
@click.option("--lang", default="xx", show_default=True, help="Language of plain text, for its words and sentences.")
@output_options
@error_options
def convert(
    inputs: tuple[str, ...],
    output: Path,
    input_format: str | None,
    output_format: str | None,
    lang: str,
    force: bool,
    read_options: ReadOptions,
    write_options: WriteOptions,
    on_error: str,
    rejects: Path | None,
) -> None:
    """Convert files between any two formats; - is stdin or stdout.

    What the documents have and the target cannot hold is told once, on stderr. A format of words gets the
    words of plain text from the tokenizer that `annotate` uses.
    """
    from annotator.corpus import convert as converting
    from annotator.errors import UsageError
    from annotator.formats import output_format as find_format
    from annotator.input.records import open_input
    from annotator.output.rejects import Rejects, check_free, rejects_beside

    to_stdout = str(output) == "-"
    form = find_format(output_format, None if to_stdout else output)
    if form.binary and to_stdout and sys.stdout and sys.stdout.isatty():
        raise UsageError(f"{form.name} is binary and would garble the terminal: name a file")
    given = open_input(inputs, input_format, read_options)

    def warn(what: str) -> None:
        click.echo(f"annotate: warning: {what}", err=True)

    skipped = None
    if on_error == "skip":
        rejects = rejects or (None if to_stdout else rejects_beside(output))
        check_free(rejects, force)
        skipped = Rejects(rejects, warn)
    conversion = converting.convert(given, output, form, write_options, lang=lang, force=force, rejects=skipped)
    for warning in converting.warnings(conversion, form, write_options):
        warn(warning)
    if conversion.rejected:
        if rejects:
            warn(f"{conversion.rejected} records that could not be read are in {rejects}, with the reasons")
        sys.exit(REJECTED)
