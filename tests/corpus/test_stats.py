"""`annotate stats`: counts as tables and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from annotator.corpus import stats
from annotator.document import Document, Entity, Origin
from annotator.formats import FORMATS
from support.cli_runs import annotate
from support.documents import from_bytes
from support.paths import SAMPLES

GOLD = from_bytes((SAMPLES / "gold.conll").read_bytes(), FORMATS["conll"])


def test_json_has_the_counts() -> None:
    found = json.loads(annotate("stats", SAMPLES / "gold.conll", "--json", "--names", 2).out)
    labels = Counter(entity.label for document in GOLD for entity in document.entities)
    assert found["entities"] == labels.total()
    assert {label: one["entities"] for label, one in found["labels"].items()} == labels
    assert list(found["labels"]) == [label for label, _ in labels.most_common()]
    assert (found["documents"], found["sentences"], found["words"]) == (100, 100, 1200)
    assert found["characters"] == sum(len(document.text) for document in GOLD)
    names = Counter(d.text[e.start : e.end] for d in GOLD for e in d.entities if e.label == "LOC")
    top = sorted(names.items(), key=lambda item: (-item[1], item[0]))[:2]
    assert found["labels"]["LOC"]["names"] == [{"name": name, "count": count} for name, count in top]


@pytest.mark.parametrize("columns", [60, 80])
def test_tables_fit_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    run = annotate("stats", SAMPLES / "gold.conll")
    lines = run.out.decode().splitlines()
    assert run.code == 0 and all(len(line) <= columns for line in lines)
    assert [line.split()[:2] for line in lines[-3:]] == [["LOC", "86"], ["ORG", "39"], ["PER", "37"]]
    assert lines[-3].rstrip().endswith("…")


def test_plain_text_is_split_into_words(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("Rom ist alt. Bern auch.\n\n")
    found = json.loads(annotate("stats", path, "--json").out)
    assert (found["documents"], found["sentences"], found["words"], found["labels"]) == (2, 2, 7, {})


def test_no_documents_are_not_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("")
    run = annotate("stats", tmp_path / "x.txt")
    assert run.code == 0 and b"documents" in run.out


def test_the_texts_counted_at_a_time_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats, "MOST_TEXTS", 4)
    texts = ["Rom", "Rom", "Bern", "Bern", *"abcdef", "Rom"]
    counted = stats.count(Document("i", t, Origin("x", 1), entities=(Entity(0, len(t), "LOC"),)) for t in texts)
    assert len(counted.texts) <= 4 and not counted.all_texts
    assert counted.top("LOC", 2) == [("Rom", 3), ("Bern", 2)]
    assert counted.entities["LOC"] == 11
    assert "counts of rare ones may be too low" in " ".join(stats.in_terminal(counted, 1).split())
