"""`annotate view FILE`: show documents with their entities in colour, in the terminal or as a page."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import click

from annotator.cli.options import FORMAT, LocalPath, force_option, input_options, limit_option, quiet_option
from annotator.cli.terminal import say_how_to_end, warn
from annotator.formats.base import ReadOptions

EXAMPLES = """\b
Examples:
  annotate view samples/gold.conll --limit 5
  annotate view samples/gold.conll -o gold.html
"""


@click.command("view", epilog=EXAMPLES)
@click.argument("inputs", nargs=-1, required=True, metavar="FILE|FOLDER|-...", type=click.Path())
@click.option(*FORMAT, metavar="[terminal|html]", help="How to show them.  [default: by suffix, else terminal]")
@click.option("-o", "--output", type=LocalPath(path_type=Path), help="File to write.  [default: stdout]")
@click.option("--scores", is_flag=True, help="Show the scores of entities (an HTML page shows them on hover).")
@limit_option
@input_options()
@force_option
@quiet_option
def view(
    inputs: tuple[str, ...],
    format: str | None,
    output: Path | None,
    scores: bool,
    limit: int | None,
    input_format: str | None,
    read_options: ReadOptions,
    force: bool,
    quiet: bool,
) -> None:
    """Show documents with the entities that their files hold, in colour.

    In a terminal, documents that do not fit on the screen go through a pager. As HTML, all documents are on one page.
    Plain text has no entities: annotate it first.
    """
    from annotator.corpus.view import choose_format
    from annotator.corpus.view import view as show
    from annotator.input.records import open_input

    chosen = choose_format(format, output)
    say_how_to_end(inputs, quiet)
    given = open_input(inputs, input_format, read_options)
    if given.formats == {"text"}:
        warn("plain text has no entities: annotate it first, for example with annotate FILE -o FILE.jsonl")
    show(islice(given.documents(), limit), chosen, output, scores, force)
