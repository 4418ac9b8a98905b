"""`annotate leaderboard MODEL...`: models on corpora, in one table."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.options import FORMAT, REJECTED, LocalPath, device_option, force_option, quiet_option
from annotator.cli.terminal import say

FORMATS = ("terminal", "markdown", "json", "html", "model-index")

EXAMPLES = """\b
Examples:
  annotate leaderboard panx-mini --corpora samples/gold.conll
  annotate leaderboard panx-mini ours=runs/own --corpora corpora/ --html -o board.html
"""


@click.command("leaderboard", epilog=EXAMPLES)
@click.argument("models", nargs=-1, metavar="[NAME=]MODEL...")
@click.option(
    "--corpora",
    multiple=True,
    required=True,
    metavar="PATH",
    help="Gold file, or folder <corpus>/<lang>/<split>; may be repeated.",
)
@click.option(
    "--predictions",
    multiple=True,
    metavar="NAME=PATH",
    help="What another tool tagged: a folder with the same names as the corpora, or a file for the only one.",
)
@click.option("--splits", default="dev", show_default=True, metavar="A,B", help="Files of folders to take, by stem.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Take the first N sentences of each corpus.")
@click.option(
    "--map", "label_map", metavar="A=B,...", help="Count label A as B in all files; A=O leaves entities of A out."
)
@click.option(
    "--cache",
    type=LocalPath(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder that keeps tagged files.  [default: in the user's cache]",
)
@device_option
@click.option(*FORMAT, type=click.Choice(FORMATS), default="terminal", show_default=True, help="Format of the output.")
@click.option("--json", "shown_as", flag_value="json", help="The same as --format json.")
@click.option("--markdown", "shown_as", flag_value="markdown", help="The same as --format markdown.")
@click.option("--html", "shown_as", flag_value="html", help="The same as --format html.")
@click.option("-o", "--output", type=LocalPath(path_type=Path), help="File to write.  [default: stdout]")
@force_option
@quiet_option
def leaderboard(
    models: tuple[str, ...],
    corpora: tuple[str, ...],
    predictions: tuple[str, ...],
    splits: str,
    limit: int | None,
    label_map: str | None,
    cache: Path | None,
    device: str,
    format: str,
    shown_as: str | None,
    output: Path | None,
    force: bool,
    quiet: bool,
) -> None:
    """Compare models, and what other tools tagged, on many corpora: F1 with intervals, ties, speed and memory.

    MODELS of the same NAME, and the checkpoints in a folder, are runs of one system, of which the mean and deviation
    are shown. Tagged files are kept, so that only what is new is tagged. The exit code is 3 if a system could not be
    measured on a corpus; the rest is done.
    """
    from annotator.evaluate.paired_files import LabelMap
    from annotator.files.sinks import open_sink
    from annotator.leaderboard.board import make_board
    from annotator.leaderboard.corpora import find_corpora
    from annotator.leaderboard.kept import default_folder, make_folder
    from annotator.leaderboard.render import render
    from annotator.leaderboard.systems import find_systems

    systems = find_systems(models, predictions)
    found = find_corpora(corpora, [split.strip() for split in splits.split(",")])
    labels = LabelMap.parse(label_map)
    with open_sink(output, force) as sink:  # opened first: a file that exists is refused before any work
        board = make_board(systems, found, make_folder(cache or default_folder()), device, limit, labels, quiet)
        sink.write(render(board, shown_as or format).encode("utf-8", "backslashreplace"))
    failed = [cell for cell in board.cells if cell.failure]
    for cell in failed:
        say(f"{cell.system}, {cell.corpus}: not measured: {cell.failure}")
    if failed:
        click.get_current_context().exit(REJECTED)
