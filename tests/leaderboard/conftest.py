"""Fixtures of the tests of leaderboards: gold files, and boards of predictions that need no model."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.leaderboard.board import Board
from support.boards import board_of, write_corpora
from support.evaluations import FOUND, GOLD, written


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """A folder with three corpora in two languages."""
    return write_corpora(tmp_path / "corpora")


@pytest.fixture
def board(corpora: Path) -> Board:
    """Two tools on three corpora; one of them lacks a corpus, and its name is hostile."""
    return board_of(corpora)


@pytest.fixture
def gold_and_found(tmp_path: Path) -> tuple[Path, Path]:
    """A small gold file and predictions for it."""
    return written(tmp_path / "gold.conll", GOLD), written(tmp_path / "found.conll", FOUND)
