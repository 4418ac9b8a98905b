"""`annotate models card MODEL BOARD`: write figures of a leaderboard into a model card."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.terminal import say


@click.command("card", epilog="Example: annotate models card runs/own board.json")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("board", type=click.Path(path_type=Path))
@click.option("--system", metavar="NAME", help="Row of the leaderboard.  [default: the folder's name, or the only row]")
def card(model: Path, board: Path, system: str | None) -> None:
    """Write the figures of a leaderboard into the card of a model, so that the Hugging Face Hub shows them.

    MODEL is the folder of a checkpoint, BOARD what `annotate leaderboard --json` wrote. The figures become the
    `model-index` of MODEL/README.md; older ones of the same corpora are replaced, and all else in the card is kept.
    """
    from annotator.leaderboard.model_index import write_card

    count = write_card(model, board, system)
    say(f"wrote {count} figures into {model / 'README.md'}")
