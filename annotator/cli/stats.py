"""`annotate stats FILE...`: count what is in a corpus."""

from __future__ import annotations

import click

from annotator.cli.options import input_options, json_option, lang_option, quiet_option
from annotator.cli.terminal import print_text, say_how_to_end
from annotator.formats.base import ReadOptions


@click.command("stats", epilog="Example: annotate stats samples/gold.conll")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@input_options()
@lang_option
@click.option("--names", default=5, show_default=True, metavar="N", help="Show the N most frequent names of a label.")
@json_option
@quiet_option
def stats(
    files: tuple[str, ...],
    input_format: str | None,
    read_options: ReadOptions,
    lang: str,
    names: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Count documents, sentences, words and entities of files in any format, and the most frequent names.

    Documents without words are split into words as `annotate` does it.
    """
    from annotator.corpus.stats import count, in_terminal, to_json
    from annotator.input.records import open_input
    from annotator.output.documents import segmented

    say_how_to_end(files, quiet)
    counted = count(segmented(open_input(files, input_format, read_options).documents(), lang))
    print_text(to_json(counted, names) if as_json else in_terminal(counted, names).rstrip("\n"))
