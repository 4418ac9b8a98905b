"""`annotate status OUT`: how far a divided run is."""

from __future__ import annotations

import sys

import click

from annotator.cli.options import json_option
from annotator.cli.terminal import print_text

NOT_WHOLE = 1
SHOWN = 10


@click.command("status", epilog="Example: annotate status tagged/")
@click.argument("output", metavar="OUT/", type=click.Path())
@click.option("--names", default=SHOWN, show_default=True, metavar="N", help="Show the first N units of each kind.")
@json_option
def status(output: str, names: int, as_json: bool) -> None:
    """Show which units of a run with --part or --on, or at a URI, are done, under way, missing or have rejects.

    The exit code is 0 only if all are done.
    """
    from annotator.units.division import folder_of
    from annotator.units.report import in_terminal
    from annotator.units.status import status_of

    found = status_of(folder_of(output))
    print_text(found.to_json() if as_json else in_terminal(found, names).rstrip("\n"))
    if not found.whole:
        sys.exit(NOT_WHOLE)
