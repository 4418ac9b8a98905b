"""`annotate models card`: what is refused; tests/cli/test_leaderboard.py writes a card."""

from __future__ import annotations

from pathlib import Path

from support.cli_runs import annotate, refused


def test_what_is_no_model_and_no_leaderboard(tmp_path: Path) -> None:
    board = tmp_path / "board.json"
    message = refused(annotate("models", "card", tmp_path, board), 2)
    assert message == f"{tmp_path}: no folder with a config.json: name the folder of a checkpoint as MODEL"
    (tmp_path / "config.json").write_text("{}")
    assert "cannot be read: No such file" in refused(annotate("models", "card", tmp_path, board), 1)
    board.write_text("{}")
    assert "not a leaderboard" in refused(annotate("models", "card", tmp_path, board), 1)
