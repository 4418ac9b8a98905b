"""The recipe of the embedded model."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from annotator.train import panx_mini
from annotator.train.measure import MICRO, Score
from transformers import AutoTokenizer

from support.paths import ROOT
from support.trainings import GOLD, write_conll

CARD = (ROOT / "models" / "panx-mini" / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Training splits of all corpora of the recipe."""
    for corpus in panx_mini.PASSES:
        write_conll(tmp_path / corpus / "train.tsv", GOLD[:10])
    return tmp_path


def test_the_mixture_repeats_each_corpus(data: Path) -> None:
    mixed = panx_mini.mixture(data, {"panx/de": 2, "panx/fr": 0.5})
    assert len(mixed) == 25 and set(Counter(mixed).values()) == {2, 3}
    assert mixed == panx_mini.mixture(data, {"panx/de": 2, "panx/fr": 0.5})


def test_batches_keep_the_budget_and_all_sentences(tiny: Path) -> None:
    ready = panx_mini.batches(GOLD, tiny)
    assert all(len(batch) * max(len(one.ids) for one in batch) <= panx_mini.SLOTS for batch in ready)
    assert sum(map(len, ready)) == len(GOLD)
    longest = max(len(one.ids) for batch in ready for one in batch)
    assert longest <= AutoTokenizer.from_pretrained(tiny).model_max_length


def test_every_corpus_of_the_recipe_has_what_it_needs() -> None:
    assert set(panx_mini.POLISH) <= set(panx_mini.PASSES) and set(panx_mini.TARGETS) <= set(panx_mini.PASSES)


def test_the_published_card_has_the_texts_of_the_recipe(data: Path) -> None:
    score = Score(1.0, 1.0, 1.0, 1)
    sections = panx_mini.card_sections(data, {"panx/de test": {MICRO: score, "LOC": score}}, 0.75)
    for name, text in sections.items():
        written = text.strip()
        if name == "Scores":
            written = written.partition("\n")[0]
        elif name == "Data":
            written = "\n".join(written.splitlines()[:2])
        elif name == "Recipe":
            written = written.partition("\n")[0]
        assert f"## {name}\n\n{written}" in CARD
