"""`annotate convert`: errors name its own arguments and options."""

from __future__ import annotations

from pathlib import Path

from support.cli_runs import annotate, refused
from support.paths import SAMPLES

GOLD = SAMPLES / "gold.conll"


def test_a_file_that_exists_names_the_argument_for_the_output(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("mine")
    said = refused(annotate("convert", GOLD, tmp_path / "out.jsonl"), 1)
    assert said == f"{tmp_path}/out.jsonl: exists already: use --force to replace it, or name another OUT"
    assert annotate("convert", GOLD, tmp_path / "out.jsonl", "--force").code == 0


def test_a_suffix_without_a_format_names_the_option_for_the_format(tmp_path: Path) -> None:
    assert ": add --format jsonl|conll|" in refused(annotate("convert", GOLD, tmp_path / "out.xyz"), 2)
    run = annotate("convert", GOLD, "-", "--to", "jsonl", "--style", "doccano")
    assert run.code == 0 and b'"label": [[0, 12, "PER"]' in run.out
