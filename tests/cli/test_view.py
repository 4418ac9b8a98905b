"""`annotate view`: forms and limits."""

from __future__ import annotations

from pathlib import Path

from support.cli_runs import annotate, refused
from support.paths import SAMPLES

GOLD = SAMPLES / "gold.conll"


def test_the_limit_is_in_documents() -> None:
    run = annotate("view", GOLD, "--limit", 2)
    assert (run.code, run.err) == (0, "") and run.out.decode().rstrip().endswith("2 documents")


def test_a_page_is_chosen_by_suffix_or_by_name(tmp_path: Path) -> None:
    assert annotate("view", GOLD, "-o", tmp_path / "gold.html").code == 0
    assert (tmp_path / "gold.html").read_bytes() == annotate("view", GOLD, "-f", "html").out
    assert "unknown format 'htm': did you mean html?" in refused(annotate("view", GOLD, "-f", "htm"), 2)
    assert "use --force" in refused(annotate("view", GOLD, "-o", tmp_path / "gold.html"), 1)


def test_plain_text_is_shown_with_a_word_about_what_it_lacks() -> None:
    run = annotate("view", SAMPLES / "de.txt", "--limit", 1)
    assert run.code == 0 and run.out.decode().startswith(f"{SAMPLES / 'de.txt'}:1\n")
    said = "plain text has no entities: annotate it first, for example with annotate FILE -o FILE.jsonl"
    assert run.err == f"annotate: warning: {said}\n"
