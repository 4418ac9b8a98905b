"""`annotate validate`: its exit code, and its remedy."""

from __future__ import annotations

from pathlib import Path

from support.cli_runs import annotate, refused
from support.paths import SAMPLES


def test_faults_are_printed_and_the_exit_code_is_1(tmp_path: Path) -> None:
    bad = tmp_path / "bad.conll"
    bad.write_text("Rom I-LOC\n")
    assert annotate("validate", SAMPLES / "gold.conll").code == 0
    run = annotate("validate", bad)
    assert run.code == 1 and f"{bad}:1".encode() in run.out
    assert run.err.startswith("annotate: error: ") and "repair invalid tags of CoNLL with --repair" in run.err
    run = annotate("validate", bad, "--repair", "conlleval", "-o", tmp_path / "good.conll")
    assert run.code == 0 and run.err == f"annotate: 1 tags repaired in {tmp_path}/good.conll\n"
    assert (tmp_path / "good.conll").read_text() == "Rom B-LOC\n"


def test_a_repair_without_an_output_is_refused() -> None:
    for args in (("--repair", "discard"), ("-o", "out.conll")):
        said = refused(annotate("validate", SAMPLES / "gold.conll", *args), 2)
        assert said == "a repair needs both its kind and a file to write: give --repair and --output"
