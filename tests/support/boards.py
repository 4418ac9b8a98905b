"""Small leaderboards of predictions, which need no model."""

from __future__ import annotations

from pathlib import Path

from annotator.leaderboard.board import Board, make_board
from annotator.leaderboard.corpora import find_corpora
from annotator.leaderboard.kept import make_folder
from annotator.leaderboard.systems import find_systems

SENTENCE = "Anna B-PER\nMeier I-PER\nwohnt O\nin O\nBern B-LOC\n\n"
NAMES = ("news/de/dev", "news/fr/dev", "web/de/dev")
HOSTILE = "<b>x</b>"


def write_corpora(folder: Path, text: str = SENTENCE * 20) -> Path:
    """The folder, which now has three corpora and training files beside them."""
    for name in NAMES:
        path = folder / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(" ", "\t"), encoding="utf-8")
        path.with_name("train.tsv").write_text("x\tO\n", encoding="utf-8")
    return folder


def board_of(corpora: Path) -> Board:
    """A tool that errs in one of five sentences, and one that errs in all of French and lacks a corpus."""
    some, other = (corpora.parent / name for name in ("some", "other"))
    good = (SENTENCE * 4 + SENTENCE.replace("B-LOC", "O")) * 4
    write_corpora(some, good)
    write_corpora(other, good)
    (other / "news/fr/dev.tsv").write_text(SENTENCE.replace("B-PER", "O").replace("I-PER", "O").replace(" ", "\t") * 20)
    (other / "web/de/dev.tsv").unlink()
    systems = find_systems([], [f"some={some}", f"{HOSTILE}={other}"])
    return make_board(systems, find_corpora([str(corpora)], ["dev"]), make_folder(corpora.parent / "cache"))
