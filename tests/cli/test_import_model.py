"""`annotate models import`: what it says."""

from __future__ import annotations

from pathlib import Path

from support.cli_runs import annotate, refused
from support.pickles import pickled_copy


def test_the_advice_for_pickled_weights_leads_to_a_model(tiny: Path, tmp_path: Path) -> None:
    folder, output = pickled_copy(tiny, tmp_path / "old"), tmp_path / "new"
    text = tmp_path / "in.txt"
    text.write_text("Bern\n", encoding="utf-8")
    assert "`annotate models import`" in refused(annotate(text, "--model", folder), 1)
    run = annotate("models", "import", folder, "-o", output)
    assert run.code == 0 and "nothing in it was run" in run.err
    assert annotate(text, "--model", output, "--engine", "torch").code == 0


def test_no_network_is_asked_for_what_is_no_hub_name(tmp_path: Path) -> None:
    assert "no such folder" in refused(annotate("models", "import", "nowhere", "-o", tmp_path / "m"), 2)
