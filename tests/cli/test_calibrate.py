"""`annotate calibrate`: its table, and what is refused in one line."""

from __future__ import annotations

from pathlib import Path

from support.cli_runs import annotate, refused
from support.paths import SAMPLES

GOLD = SAMPLES / "gold.conll"


def test_a_calibrated_model_keeps_what_is_right(tmp_path: Path) -> None:
    run = annotate("calibrate", "panx-mini", GOLD, "-o", tmp_path / "own")
    assert run.code == 0 and run.out.startswith(b"| gold | entities | ECE before | ECE after |")
    assert run.err == f"annotate: wrote {tmp_path / 'own' / 'config.json'}\n"
    again = annotate("calibrate", tmp_path / "own", GOLD, "--score", "mean", "--quiet", "--json")
    assert again.code == 0 and not again.err and b'"before"' in again.out
    all_kept = annotate(SAMPLES / "de.txt", "--model", tmp_path / "own", "-f", "jsonl", "-q")
    precise = annotate(SAMPLES / "de.txt", "--model", tmp_path / "own", "-f", "jsonl", "-q", "--target-precision", "1")
    assert 0 < precise.out.count(b'"label"') < all_kept.out.count(b'"label"')


def test_a_mistake_is_one_line(tiny: Path, tmp_path: Path) -> None:
    assert "installed" in refused(annotate("calibrate", "panx-mini", GOLD), 2)
    assert "--output" in refused(annotate("calibrate", "panx-mini", GOLD, "-o", tmp_path / ".."), 1)
    assert "no such file" in refused(annotate("calibrate", tiny, tmp_path / "none.conll"), 1)
    odd = tmp_path / "odd.conll"
    odd.write_text("Rom\tCITY?\n")
    assert f"{odd}:1: 'CITY?' is not a tag" in refused(annotate("calibrate", "panx-mini", odd, "-o", tmp_path / "o"), 1)
    untagged = tmp_path / "untagged.conll"
    untagged.write_text("Rom\tO\n")
    message = refused(annotate("calibrate", "panx-mini", untagged, "-o", tmp_path / "o"), 1)
    assert "no entities in it" in message
    assert "is not calibrated" in refused(annotate(SAMPLES / "de.txt", "--model", tiny, "--target-precision", "0.9"), 2)
    assert not (tmp_path / "o").exists()
