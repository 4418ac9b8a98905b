from __future__ import annotations

import pytest

from annotator.errors import UsageError
from annotator.labels import PANX_TAGS, TagSet


def allowed(names: tuple[str, ...]) -> set[tuple[str, str]]:
    tags = TagSet.parse(names)
    follows = tags.follows()
    return {(a, b) for i, a in enumerate(names) for j, b in enumerate(names) if follows[i, j]}


def test_iob2_grammar_is_the_definition() -> None:
    for first, second in [(a, b) for a in PANX_TAGS for b in PANX_TAGS]:
        legal = not second.startswith("I-") or first[1:] == second[1:]
        assert ((first, second) in allowed(PANX_TAGS)) == legal, (first, second)


def test_iob2_may_start_and_end() -> None:
    tags = TagSet.parse(PANX_TAGS)
    assert [n for n, ok in zip(tags.names, tags.starts(), strict=True) if ok] == ["O", "B-PER", "B-ORG", "B-LOC"]
    assert tags.ends().all()


def test_bioes_grammar_closes_what_it_opens() -> None:
    names = ("O", "B-A", "I-A", "E-A", "S-A", "B-B", "E-B")
    pairs = allowed(names)
    assert {b for a, b in pairs if a == "B-A"} == {"I-A", "E-A"}
    assert {b for a, b in pairs if a == "E-A"} == {"O", "B-A", "S-A", "B-B"}
    assert {b for a, b in pairs if a == "B-B"} == {"E-B"}
    tags = TagSet.parse(names)
    assert [n for n, ok in zip(names, tags.ends(), strict=True) if ok] == ["O", "E-A", "S-A", "E-B"]


def test_bilou_is_bioes_by_other_letters() -> None:
    bioes, bilou = ("O", "B-A", "I-A", "E-A", "S-A"), ("O", "B-A", "I-A", "L-A", "U-A")
    assert (TagSet.parse(bioes).follows() == TagSet.parse(bilou).follows()).all()


@pytest.mark.parametrize("names", [("O", "PER", "LOC"), ("O", "I-PER", "I-LOC")])
def test_labels_without_a_beginning_may_follow_anything(names: tuple[str, ...]) -> None:
    tags = TagSet.parse(names)
    assert tags.follows().all() and tags.starts().all()
    assert tags.labels == ("PER", "LOC")


def test_labels_are_those_of_the_tags() -> None:
    assert TagSet.parse(PANX_TAGS).labels == ("PER", "ORG", "LOC")
    ontonotes = ("O", "B-WORK_OF_ART", "I-WORK_OF_ART", "B-GPE", "I-GPE")
    assert TagSet.parse(ontonotes).labels == ("WORK_OF_ART", "GPE")


@pytest.mark.parametrize(
    ("names", "says"),
    [(("LABEL_0", "LABEL_1"), "names no entity labels"), (("B-PER", "I-PER"), "has no tag 'O'")],
)
def test_label_sets_that_say_nothing_are_refused(names: tuple[str, ...], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        TagSet.parse(names)
