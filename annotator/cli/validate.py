"""`annotate validate FILE...`: find, and repair, what is wrong in a corpus."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.options import LocalPath, force_option, input_options, json_option, quiet_option
from annotator.cli.terminal import print_text, say, say_how_to_end
from annotator.formats.base import ReadOptions

EXAMPLES = """\b
Examples:
  annotate validate samples/gold.conll
  annotate validate samples/gold.conll --repair conlleval -o valid.conll
"""


@click.command("validate", epilog=EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@input_options()
@click.option("--show", default=20, show_default=True, metavar="N", help="Show the first N faults.")
@click.option(
    "--repair", type=click.Choice(["conlleval", "discard"]),
    help="Repair invalid IOB2 in CoNLL: an I- that continues nothing begins an entity, or becomes O.",
)  # fmt: skip
@click.option("-o", "--output", type=LocalPath(path_type=Path, dir_okay=False), help="File for the repaired corpus.")
@force_option
@json_option
@quiet_option
def validate(
    files: tuple[str, ...],
    input_format: str | None,
    read_options: ReadOptions,
    show: int,
    repair: str | None,
    output: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Check records, tags, entities and ids of files in any format; exit with 1 if something is wrong.

    With --repair, the repaired file is checked.
    """
    from annotator.corpus import validate as validating
    from annotator.errors import AnnotatorError, UsageError
    from annotator.input.records import open_input

    say_how_to_end(files, quiet)
    given = open_input(files, input_format, read_options)
    if (repair is None) != (output is None):
        raise UsageError("a repair needs both its kind and a file to write", "give {repair} and {output}")
    if repair and output:
        changed = validating.repair(given, output, validating.Repair(repair), force)
        if not quiet:
            say(f"{changed:,} tags repaired in {output}")
        given = open_input([str(output)], input_format or "conll", read_options)
    report = validating.validate(given, show)
    print_text(report.to_json() if as_json else str(report))
    if report.wrong:
        remedy = "correct them by hand" if repair else "correct them, or repair invalid tags of CoNLL with {repair}"
        raise AnnotatorError(report.wrong, remedy)
