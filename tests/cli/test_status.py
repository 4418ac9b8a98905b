"""`annotate status`."""

from __future__ import annotations

import json
from pathlib import Path

from support.cli_runs import annotate, refused
from support.divided import OPTIONS, corpus_in


def test_the_exit_code_says_whether_the_run_is_whole(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path / "in")
    for part, code in ((1, 1), (2, 0)):
        assert annotate(corpus, "-o", f"{tmp_path}/out/", "--part", f"{part}/2", *OPTIONS).code == 0
        shown, as_json = annotate("status", tmp_path / "out"), annotate("status", tmp_path / "out", "--json")
        assert (shown.code, as_json.code, shown.err) == (code, code, "")
        assert json.loads(as_json.out)["whole"] is (code == 0)
        assert shown.out.decode().splitlines()[-1] == ("not whole" if code else "whole")


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    assert "holds no divided run" in refused(annotate("status", tmp_path), 1)
    assert "holds no divided run" in refused(annotate("status", tmp_path / "none"), 1)
