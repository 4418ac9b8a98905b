"""Training examples of tagged sentences."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from annotator.train.alignment import IGNORED, Example, align, budget_batches
from annotator.train.corpora import TaggedSentence, read_tagged
from transformers import AutoTokenizer

from annotator.labels import PANX_TAGS
from support.paths import SHARED, needs_shared
from support.trainings import GOLD, LABEL_IDS


def check_alignment(sentences: list[TaggedSentence], folder: Path, max_pieces: int) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    examples = list(align(sentences, tokenizer, LABEL_IDS, max_pieces))
    assert all(len(e.ids) == len(e.labels) <= max_pieces for e in examples)
    labels = [label for e in examples for label in e.labels if label != IGNORED]
    assert labels == [LABEL_IDS[tag] for s in sentences for tag in s.tags]


@pytest.mark.parametrize("max_pieces", [12, 256])
def test_each_word_has_one_labelled_piece(tiny: Path, max_pieces: int) -> None:
    check_alignment(GOLD, tiny, max_pieces)


def test_batches_keep_the_budget_and_lose_nothing() -> None:
    chance = random.Random(0)
    examples = [Example([i] * chance.randint(1, 90), [0]) for i in range(1000)]
    batches = list(budget_batches(examples, slots=100, pool=300))
    assert sorted(e.ids[0] for b in batches for e in b) == list(range(1000))
    assert all(max(len(e.ids) for e in b) * len(b) <= 100 for b in batches)


@needs_shared
@pytest.mark.slow
def test_alignment_on_a_whole_split(tiny: Path) -> None:
    check_alignment(list(read_tagged(SHARED / "data/panx/de/dev.tsv", PANX_TAGS)), tiny, 256)
