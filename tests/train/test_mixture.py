"""Mixtures of corpora."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from annotator.train.augment import Variation
from annotator.train.corpora import TaggedSentence
from annotator.train.mixture import SLOTS, batches, mend, mixture, read_split
from transformers import AutoTokenizer

from annotator.errors import AnnotatorError, RecordError
from support.trainings import GOLD, write_conll


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Training splits of two corpora."""
    for corpus in ("panx/de", "panx/fr"):
        write_conll(tmp_path / corpus / "train.tsv", GOLD[:10])
    return tmp_path


def test_the_mixture_repeats_each_corpus(data: Path) -> None:
    mixed = mixture(data, {"panx/de": 2, "panx/fr": 0.5})
    assert len(mixed) == 25 and set(Counter(mixed).values()) == {2, 3}
    assert mixed == mixture(data, {"panx/de": 2, "panx/fr": 0.5})


def test_a_varied_mixture_is_the_same_each_time(data: Path) -> None:
    variation = Variation(joined=0.5, lower=0.5)
    mixed = mixture(data, {"panx/de": 2}, variation)
    assert mixed == mixture(data, {"panx/de": 2}, variation) != mixture(data, {"panx/de": 2})


def test_batches_keep_the_budget_and_all_sentences(tiny: Path) -> None:
    ready = batches(GOLD, tiny)
    assert all(len(batch) * max(len(one.ids) for one in batch) <= SLOTS for batch in ready)
    assert sum(map(len, ready)) == len(GOLD)
    longest = max(len(one.ids) for batch in ready for one in batch)
    assert longest <= AutoTokenizer.from_pretrained(tiny).model_max_length


def test_words_after_the_article_are_mended_in_the_corpora_that_cut_them() -> None:
    words = ("The", "Hague", "and", "the", "United", "Nations", "met", "the", "old", "Alps")
    cut = TaggedSentence(words, ("O", "B-LOC", "O", "O", "O", "B-ORG", "O", "O", "O", "B-LOC"))
    whole = TaggedSentence(words, ("O", "B-LOC", "O", "O", "B-ORG", "I-ORG", "O", "O", "O", "B-LOC"))
    assert mend("corpora/gum/en", cut) == whole
    assert mend("running/en", cut) == cut


def test_a_missing_corpus_and_a_foreign_tag_are_told(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match=r"panx/de/dev\.tsv: there is no such file"):
        read_split(tmp_path, "panx/de", "dev")
    path = tmp_path / "panx" / "de" / "dev.tsv"
    path.parent.mkdir(parents=True)
    path.write_text("Bern\tB-LOC\nEuro\tB-MISC\n", encoding="utf-8")
    with pytest.raises(RecordError, match=r"dev\.tsv:2: unknown tag 'B-MISC'"):
        read_split(tmp_path, "panx/de", "dev")
