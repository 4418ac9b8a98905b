"""`annotate merge OUT FILE`: the shards of a divided run as one file."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.options import LocalPath, force_option, quiet_option
from annotator.cli.terminal import say


@click.command("merge", epilog="Example: annotate merge tagged/ tagged.conll")
@click.argument("folder", metavar="OUT/", type=click.Path())
@click.argument("output", metavar="FILE", type=LocalPath(path_type=Path))
@force_option
@quiet_option
def merge(folder: str, output: Path, force: bool, quiet: bool) -> None:
    """Join the shards of a run with --part or --on, or at a URI, into one file, in the order of the input.

    It refuses if a unit is not done. Rejects go to FILE.rejects.jsonl. The file is compressed if its suffix says so.
    """
    from annotator.units.division import folder_of
    from annotator.units.merge import merge as join

    counts = join(folder_of(folder), output, force)
    if not quiet:
        say(f"merged {counts.written} documents of {counts.words} words and {counts.entities} entities into {output}")
