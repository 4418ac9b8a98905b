"""Which words are taken off the edges of an entity."""

from __future__ import annotations

import pytest

from annotator.document import Sentence
from annotator.edges import LISTED, ORDINAL, SURE, within_edges
from annotator.prepare.roles import see


def kept(entity: str, label: str = "ORG", probability: float = 0.9) -> str:
    """What is left of an entity of words joined by spaces, which does not stand at the beginning of a line."""
    text = f"x {entity}"
    offsets: list[int] = []
    for word in entity.split():
        start = text.index(word, offsets[-1] if offsets else 2)
        offsets += (start, start + len(word))
    roles = see(text, [Sentence.of(offsets)], "skip")[1]
    first, end = within_edges(roles, [probability] * len(roles), label)
    return " ".join(entity.split()[first:end])


@pytest.mark.parametrize(
    "entity",
    [
        "Yahoo !", "Who ?", "Anna B .", "Rom", "Bern ( Kanton )", "Anna ( Rom", "Guns N ' Roses", "C ++", "# anna",
        "5 %",
        "$ 5", "« Rom » Anna", '" Anna " Berger', "Film « Rom »", "Rom - Bern", "A & B", "1. FC Rom", "1860", "€ 7 .",
    ],
)  # fmt: skip
def test_what_belongs_to_a_name_stays(entity: str) -> None:
    assert kept(entity) == entity


@pytest.mark.parametrize(
    ("entity", "expected"),
    [
        ("Anna IV. ,", "Anna IV."),
        ("« Зенит", "Зенит"),
        ("Зенит »", "Зенит"),
        ("« Зенит »", "Зенит"),
        ("„ Rom “", "Rom"),
        ("( Rom )", "Rom"),
        ("Rom (", "Rom"),
        ("Rom )", "Rom"),
        ("Rom ( Bern ) )", "Rom ( Bern )"),
        ("- Rom -", "Rom"),
        ("'' Rom ''", "Rom"),
        ("[[ Rom ]]", "Rom"),
        ("「 東 京 」", "東 京"),
        ("، مريم ؟", "مريم"),
        ("¿ Ana :", "Ana"),
        (", . -", ""),
        ("1.", ""),
        ("1. ,", ""),
    ],
)
def test_punctuation_at_the_edges_is_taken_off(entity: str, expected: str) -> None:
    assert kept(entity) == expected


def test_an_entity_of_a_label_of_numbers_may_be_one() -> None:
    assert kept("1.", "DATE") == kept("1.", "ordinal") == "1."


def test_a_number_at_the_beginning_of_a_line_stays_only_if_the_model_is_sure() -> None:
    roles = [ORDINAL | LISTED, 0, 0]
    assert within_edges(roles, [SURE, 0.5, 0.5], "ORG") == (0, 3)
    assert within_edges(roles, [SURE - 0.01, 1.0, 1.0], "ORG") == (1, 3)
    assert within_edges(roles, [SURE - 0.01, 1.0, 1.0], "DATE") == (0, 3)
    assert within_edges(roles[:1], [1.0], "PER") == (0, 0)
