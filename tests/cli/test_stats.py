"""`annotate stats`: the same counts as tables and as JSON."""

from __future__ import annotations

import json

from support.cli_runs import annotate
from support.paths import SAMPLES


def test_json_and_tables_have_the_same_counts() -> None:
    found = json.loads(annotate("stats", SAMPLES / "gold.conll", "--json", "--names", "1").out)
    run = annotate("stats", SAMPLES / "gold.conll")
    assert (run.code, run.err) == (0, "")
    text = run.out.decode()
    assert f"{found['words']:,}" in text
    for label, counted in found["labels"].items():
        assert len(counted["names"]) == 1
        row = next(line for line in text.splitlines() if line.split()[:1] == [label])
        assert str(counted["entities"]) in row and counted["names"][0]["name"] in row
