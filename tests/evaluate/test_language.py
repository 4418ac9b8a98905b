"""Languages that paths name."""

from __future__ import annotations

import pytest

from annotator.evaluate.language import UNKNOWN, language_of


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("data/corpora/few-nerd/en/dev.tsv", "en"),
        ("panx/pt-BR/dev.tsv", "pt-BR"),
        ("zh_TW/dev.conll.gz", "zh_TW"),
        ("en/social.de.conll", "de"),
        ("de.tsv", UNKNOWN),
        ("gold.conll", UNKNOWN),
        ("de-identified/dev.tsv", UNKNOWN),
    ],
)
def test_the_part_nearest_to_the_end_counts(path: str, language: str) -> None:
    assert language_of(path) == language
