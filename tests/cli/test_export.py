"""`annotate models export`: what it needs."""

from __future__ import annotations

from pathlib import Path

from support.cli_runs import annotate, refused


def test_an_output_is_required(tiny: Path) -> None:
    run = annotate("models", "export", tiny)
    assert run.code == 2 and "Missing option '-o' / '--output'" in run.err


def test_int8_needs_text_and_unknown_models_are_refused(tiny: Path, tmp_path: Path) -> None:
    assert "--text" in refused(annotate("models", "export", tiny, "-o", tmp_path / "m", "--precision", "int8"), 2)
    assert "unknown model" in refused(annotate("models", "export", "nowhere", "-o", tmp_path / "m"), 2)
    assert not (tmp_path / "m").exists()
