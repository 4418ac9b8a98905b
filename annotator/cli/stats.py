"""`annotate stats FILE...`: what is in a corpus."""

from __future__ import annotations

import click

from annotator.cli.options import input_options
from annotator.formats.base import ReadOptions


@click.command("stats", epilog="Example: annotate stats samples/gold.conll")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@input_options()
@click.option("--lang", default="xx", show_default=True, help="Language of plain text, for its words and sentences.")
@click.option("--names", default=5, show_default=True, metavar="N", help="Show the N most frequent names of a label.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def stats(
    files: tuple[str, ...],
    input_format: str | None,
    read_options: ReadOptions,
    lang: str,
    names: int,
    as_json: bool,
) -> None:
    """Count documents, sentences, words, entities by label and the most frequent names, of files in any format.

    Documents that come without words get those of the tokenizer that `annotate` uses.
    """
    from annotator.corpus.convert import segmented
    from annotator.corpus.stats import count, in_terminal, to_json
    from annotator.input.records import open_input

    counted = count(segmented(open_input(files, input_format, read_options).documents(), lang))
    click.echo(to_json(counted, names) if as_json else in_terminal(counted, names).rstrip("\n"))
