"""`annotate view FILE`: documents with their entities in colour, in the terminal or as a page."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import click

from annotator.cli.options import input_options
from annotator.formats.base import ReadOptions

EXAMPLES = """\b
Examples:
  annotate view samples/gold.conll --limit 5
  annotate view samples/gold.conll -o gold.html
"""


@click.command("view", epilog=EXAMPLES)
@click.argument("inputs", nargs=-1, required=True, metavar="FILE|FOLDER|-...", type=click.Path())
@click.option("-f", "--format", "form", metavar="NAME", help="terminal or html.  [default: by -o, else terminal]")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write.  [default: stdout]")
@click.option("--scores", is_flag=True, help="Show the scores of entities (a page shows them on hover).")
@click.option("--limit", type=click.IntRange(min=0), help="Stop after so many documents.")
@input_options()
@click.option("--force", is_flag=True, help="Replace an output that exists.")
def view(
    inputs: tuple[str, ...],
    form: str | None,
    output: Path | None,
    scores: bool,
    limit: int | None,
    input_format: str | None,
    read_options: ReadOptions,
    force: bool,
) -> None:
    """Show documents with their entities in colour.

    In a terminal, through a pager if there are more than fit on the screen; or as one page of HTML. It shows the
    entities that the files hold: tag plain text first.
    """
    from annotator.corpus.view import choose_form
    from annotator.corpus.view import view as show
    from annotator.input.records import read_documents

    chosen = choose_form(form, output)
    documents = read_documents(inputs, input_format, read_options)
    show(islice(documents, limit), chosen, output, scores, force)
