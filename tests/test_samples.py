"""The gold of hard genres: complete, valid, with enough names of each kind, and as samples/README.md counts it."""

from __future__ import annotations

from collections import Counter

import pytest
from annotator.train.corpora import read_tagged

from annotator.labels import PANX_TAGS, spans
from annotator.tables import read_markdown_table
from support.cli_runs import annotate
from support.paths import SAMPLES

FOLDER = SAMPLES / "genres"
GENRES = ("headlines", "html", "legal", "lists", "ocr", "social")
LANGUAGES = ("de", "en", "fr", "it", "ja", "ru")
LABELS = ("PER", "ORG", "LOC")
LEAST_SENTENCES = 40
LEAST_OF_LABEL = 15


def test_each_genre_is_there_in_each_language() -> None:
    expected = {f"{genre}.{lang}.conll" for genre in GENRES for lang in LANGUAGES}
    assert {path.name for path in FOLDER.iterdir()} == expected


@pytest.mark.parametrize("genre", GENRES)
def test_tags_are_valid(genre: str) -> None:
    run = annotate("validate", *sorted(FOLDER.glob(f"{genre}.*.conll")))
    assert run.code == 0 and run.out.endswith(b": nothing wrong\n"), run.out.decode()


@pytest.mark.parametrize("genre", GENRES)
def test_a_genre_has_enough_sentences_and_entities_and_the_readme_counts_them(genre: str) -> None:
    sentences = [one for path in FOLDER.glob(f"{genre}.*.conll") for one in read_tagged(path, PANX_TAGS)]
    found = [[label for _, _, label in spans(sentence.tags)] for sentence in sentences]
    labels = Counter(label for one in found for label in one)
    empty = found.count([])
    assert len(sentences) >= LEAST_SENTENCES and len({sentence.words for sentence in sentences}) == len(sentences)
    assert set(labels) == set(LABELS) and min(labels.values()) >= LEAST_OF_LABEL, labels
    assert len(sentences) / 10 < empty < len(sentences) / 2, empty  # as in running text, some have no name
    assert sum(len(one) > 1 for one in found) >= LEAST_OF_LABEL

    words = sum(len(sentence.words) for sentence in sentences)
    counts = [len(sentences), empty, words, *(labels[label] for label in LABELS), labels.total()]
    rows = read_markdown_table((SAMPLES / "README.md").read_text(encoding="utf-8"))
    assert [genre, *map(str, counts)] in rows
