"""`annotate merge`."""

from __future__ import annotations

from pathlib import Path

from support.cli_runs import annotate, refused
from support.divided import OPTIONS, corpus_in


def test_a_merge_says_what_it_has(tmp_path: Path) -> None:
    assert annotate(corpus_in(tmp_path / "in"), "-o", f"{tmp_path}/out/", "--part", "1/1", *OPTIONS).code == 0
    run = annotate("merge", tmp_path / "out", tmp_path / "m.conll")
    assert run.code == 0 and run.out == b"" and f" entities into {tmp_path}/m.conll\n" in run.err
    said = refused(annotate("merge", tmp_path / "out", "s3://b/m.conll"), 2)
    assert said.endswith("name a local file or folder by FILE, and copy it there when it is complete")
