"""The grammar of tags, and the spans that tags encode."""

from __future__ import annotations

import pytest

from annotator.errors import UsageError
from annotator.labels import PANX_TAGS, Tag, TagSet, continues, faults, is_tag, spans, strict_spans


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


def test_bilou_is_bioes_with_other_letters() -> None:
    bioes, bilou = ("O", "B-A", "I-A", "E-A", "S-A"), ("O", "B-A", "I-A", "L-A", "U-A")
    assert (TagSet.parse(bioes).follows() == TagSet.parse(bilou).follows()).all()


@pytest.mark.parametrize("names", [("O", "PER", "LOC"), ("O", "I-PER", "I-LOC")])
def test_labels_without_a_beginning_may_follow_anything(names: tuple[str, ...]) -> None:
    tags = TagSet.parse(names)
    assert tags.follows().all() and tags.starts().all()
    assert tags.labels == ("PER", "LOC")


def test_the_labels_are_those_of_the_tags() -> None:
    assert TagSet.parse(PANX_TAGS).labels == ("PER", "ORG", "LOC")
    ontonotes = ("O", "B-WORK_OF_ART", "I-WORK_OF_ART", "B-GPE", "I-GPE")
    assert TagSet.parse(ontonotes).labels == ("WORK_OF_ART", "GPE")


@pytest.mark.parametrize(
    ("names", "says"),
    [(("LABEL_0", "LABEL_1"), "names no entity labels"), (("B-PER", "I-PER"), "has no tag 'O'.*: use a model")],
)
def test_label_sets_without_entity_labels_are_refused(names: tuple[str, ...], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        TagSet.parse(names)


@pytest.mark.parametrize(
    ("tags", "expected", "strict"),
    [
        (["B-A", "I-A", "O", "B-B"], [(0, 2, "A"), (3, 4, "B")], [(0, 2, "A"), (3, 4, "B")]),
        (["B-A", "B-A"], [(0, 1, "A"), (1, 2, "A")], [(0, 1, "A"), (1, 2, "A")]),
        (["O", "I-A", "I-A"], [(1, 3, "A")], []),
        (["B-A", "I-B"], [(0, 1, "A"), (1, 2, "B")], [(0, 1, "A")]),
        (["B-A", "E-A", "S-A"], [(0, 2, "A"), (2, 3, "A")], [(0, 2, "A")]),
        (["B-WORK-OF_ART"], [(0, 1, "WORK-OF_ART")], [(0, 1, "WORK-OF_ART")]),
        ([], [], []),
    ],
)
def test_spans_are_read_as_conlleval_reads_them_or_strictly(
    tags: list[str], expected: list[tuple[int, int, str]], strict: list[tuple[int, int, str]]
) -> None:
    assert list(spans(tags)) == expected
    assert list(strict_spans(tags)) == strict


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["O", "I-A"], [(1, "I-A after O")]),
        (["I-A"], [(0, "I-A first in its sentence")]),
        (["B-A", "I-B", "O"], [(1, "I-B after B-A")]),
        (["B-A", "I-A"], []),
        (["S-A", "B-A"], [(1, "B-A last in its sentence")]),
        (["B-A", "E-A", "O", "S-B"], []),
    ],
)
def test_faults_are_where_the_grammar_is_broken(tags: list[str], expected: list[tuple[int, str]]) -> None:
    assert list(faults(tags)) == expected


def test_a_tag_is_o_or_a_prefix_with_a_label() -> None:
    assert all(map(is_tag, ["O", "B-A", "U-a b", "I-B-A"]))
    assert not any(map(is_tag, ["", "A", "B-", "X-A", "o", "b-A"]))


def test_tags_of_one_entity_have_one_label_and_continue() -> None:
    assert continues(Tag("B", "A"), Tag("I", "A")) and continues(Tag("IO", "A"), Tag("IO", "A"))
    assert not continues(Tag("B", "A"), Tag("I", "B")) and not continues(Tag("O", ""), Tag("O", ""))
    assert not continues(Tag("E", "A"), Tag("I", "A"))
