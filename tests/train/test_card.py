"""Model cards."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotator.train.card import score_table, source_of, write_card
from annotator.train.measure import MICRO, Score
from huggingface_hub import ModelCard

from annotator.checkpoints.catalog import describe


def test_a_corpus_has_the_source_of_its_folder_or_its_own() -> None:
    assert source_of("panx/de") == source_of("panx/fr") != source_of("running/de") != source_of("running/en")
    with pytest.raises(KeyError):
        source_of("elsewhere/de")


def test_a_label_that_a_corpus_lacks_is_a_dash() -> None:
    one, other = Score(1.0, 1.0, 1.0, 3), Score(0.5, 0.5, 0.5, 2)
    table = score_table({"a": {"PER": one, MICRO: one}, "b": {"LOC": other, MICRO: other}})
    assert table.splitlines() == [
        "| corpus | F1 | LOC | PER | gold entities |",
        "| --- | --- | --- | --- | --- |",
        "| a | 1.000 | - | 1.000 | 3 |",
        "| b | 0.500 | 0.500 | - | 2 |",
    ]


def test_a_card_is_read_by_the_hub_and_by_the_catalog(tmp_path: Path) -> None:
    score = Score(0.5, 0.5, 0.5, 2)
    sections = {"Scores": score_table({"my_corpus test": {MICRO: score}}), "Limits": "\n- None.\n"}
    write_card(tmp_path, "x", sections, ["de", "en"], "mit")
    card = ModelCard.load(tmp_path / "README.md")
    assert (card.data.license, card.data.language) == ("mit", ["de", "en"])
    assert card.text.strip().startswith("# x") and card.text.endswith("## Limits\n\n- None.\n")
    assert describe("x", "here", tmp_path).f1 == {"my_corpus test": 0.5}
