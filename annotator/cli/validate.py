"""`annotate validate FILE...`: what is wrong in a corpus."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.options import input_options
from annotator.formats.base import ReadOptions

EXAMPLES = """\b
Examples:
  annotate validate samples/gold.conll
  annotate validate samples/gold.conll --repair conlleval -o valid.conll
"""


@click.command("validate", epilog=EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@input_options()
@click.option("--show", default=20, show_default=True, metavar="N", help="Show the first N things that are wrong.")
@click.option(
    "--repair", "how", type=click.Choice(["conlleval", "discard"]),
    help="Mend invalid IOB2 of CoNLL: an I- that continues nothing begins a name, or becomes O.",
)  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write repaired to.")
@click.option("--force", is_flag=True, help="Replace an output that exists.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def validate(
    files: tuple[str, ...],
    input_format: str | None,
    read_options: ReadOptions,
    show: int,
    how: str | None,
    output: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Check records, tags, entities and ids of files in any format; exit with 1 where something is wrong.

    With --repair it is the repaired file that is checked.
    """
    from annotator.corpus import validate as validating
    from annotator.errors import AnnotatorError, UsageError
    from annotator.input.records import open_input

    given = open_input(files, input_format, read_options)
    if (how is None) != (output is None):
        raise UsageError("--repair and --output go together: how to repair, and the file to write")
    if how and output:
        changed = validating.repair(given, output, validating.Repair(how), force)
        click.echo(f"annotate: {changed:,} tags repaired in {output}", err=True)
        given = open_input([str(output)], input_format or "conll", read_options)
    report = validating.validate(given, show)
    click.echo(report.to_json() if as_json else str(report))
    if report.wrong:
        raise AnnotatorError(f"{report.wrong}; mend them{'' if how else ' (--repair mends invalid tags of CoNLL)'}")
