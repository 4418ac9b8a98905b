"""What values check when they are made, and what is derived from them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator import Document, Entity, Sentence, Word
from annotator.document import Origin, keep_whole
from annotator.labels import sentence_tags

ORIGIN = Origin("in.txt", 3)
TEXT = "Rom ist alt. Bern auch."
NOT_INTEGERS = [True, 1.0, "1", None]


def sentence(*offsets: int) -> Sentence:
    return Sentence.of(offsets)


def made(*entities: Entity, sentences: tuple[Sentence, ...] | None = None, text: str = TEXT) -> Document:
    return Document("i", text, ORIGIN, {}, sentences, entities)


def test_an_origin_is_shown_as_source_and_line() -> None:
    assert str(ORIGIN) == "in.txt:3"


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2)])
@pytest.mark.parametrize("kind", [Word, lambda start, end: Entity(start, end, "LOC")], ids=["word", "entity"])
def test_offsets_are_in_order_and_not_negative(kind: Callable[[int, int], object], start: int, end: int) -> None:
    with pytest.raises(ValueError, match=rf"0 <= start < end, not \[{start}, {end}\)"):
        kind(start, end)


@pytest.mark.parametrize("wrong", NOT_INTEGERS, ids=repr)
def test_offsets_are_integers(wrong: Any) -> None:
    for start, end in ((wrong, 9), (0, wrong)):
        with pytest.raises(TypeError, match="offsets must be integers, not "):
            Word(start, end)
        with pytest.raises(TypeError, match="offsets must be integers, not "):
            Entity(start, end, "LOC")
        with pytest.raises(TypeError, match=f"offsets must be integers, not {wrong!r}$"):
            Sentence.of([start, end])


@pytest.mark.parametrize(("label", "error"), [("", ValueError), (None, TypeError), (1, TypeError), (b"LOC", TypeError)])
def test_a_label_is_a_string_that_is_not_empty(label: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="label"):
        Entity(0, 3, label)


@pytest.mark.parametrize(
    ("score", "error"),
    [
        (-0.01, ValueError), (1.01, ValueError), (float("nan"), ValueError), (float("inf"), ValueError),
        (2, ValueError), (True, TypeError), ("0.5", TypeError), (1j, TypeError),
    ],
)  # fmt: skip
def test_a_score_is_a_probability(score: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="score"):
        Entity(0, 3, "LOC", score)


def test_an_entity_may_have_a_score_or_none() -> None:
    assert [Entity(0, 3, "LOC", score).score for score in (0, 1, 0.5, None)] == [0, 1, 0.5, None]
    assert Entity(0, 3, "LOC").score is None


@pytest.mark.parametrize(
    ("offsets", "message"),
    [
        ([], "a sentence needs at least one word"),
        ([0], "a start without an end"),
        ([0, 3, 4], "a start without an end"),
        ([-1, 3], r"\[-1, 3\) after 0"),
        ([3, 3], r"\[3, 3\) after 0"),
        ([0, 3, 5, 4], r"\[5, 4\) after 3"),
        ([0, 3, 2, 5], r"\[2, 5\) after 3"),
        ([4, 5, 0, 3], r"\[0, 3\) after 5"),
    ],
)
def test_the_words_of_a_sentence_are_in_order(offsets: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sentence.of(offsets)


def test_a_sentence_of_words_is_checked_as_well() -> None:
    with pytest.raises(ValueError, match="at least one word"):
        Sentence(())
    with pytest.raises(ValueError, match=r"must be in order"):
        Sentence([Word(4, 7), Word(0, 3)])
    with pytest.raises(OverflowError):
        Sentence.of([0, 2**32])
    assert Sentence.of([2**32 - 2, 2**32 - 1]).end == 2**32 - 1


@given(st.lists(st.integers(-2, 12), max_size=8))
def test_a_sentence_is_made_exactly_of_words_in_order(offsets: list[int]) -> None:
    words = list(zip(offsets[::2], offsets[1::2], strict=False))
    in_order = all(a < b for a, b in words) and all(b <= c for (_, b), (c, _) in pairwise(words))
    valid = bool(words) and len(offsets) % 2 == 0 and offsets[0] >= 0 and in_order
    try:
        one = Sentence.of(iter(offsets))
    except ValueError:
        assert not valid
        return
    assert valid
    assert one == Sentence(one.words) == Sentence.unchecked(one.packed) == pickle.loads(pickle.dumps(one))
    assert (one.start, one.end, len(one)) == (offsets[0], offsets[-1], len(words))
    assert one.offsets.tolist() == offsets and list(one.word_offsets()) == words
    assert one.words == tuple(Word(*word) for word in words)


def test_the_offsets_of_a_sentence_cannot_be_changed() -> None:
    one = sentence(0, 3, 4, 7)
    assert one.offsets.readonly
    with pytest.raises(TypeError):
        one.offsets[0] = 1
    assert len(one.packed) == 16


@pytest.mark.parametrize("value", [Word(0, 3), sentence(0, 3), Entity(0, 3, "LOC", 0.5), made()], ids=repr)
def test_values_are_frozen_and_small_and_can_be_pickled(value: object) -> None:
    name = "packed" if isinstance(value, Sentence) else "text" if isinstance(value, Document) else "start"
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, 1)
    with pytest.raises((AttributeError, TypeError)):  # no __dict__
        object.__setattr__(value, "other", 1)
    copy = pickle.loads(pickle.dumps(value))
    assert copy == value and hash(copy) == hash(value)


def test_meta_counts_for_equality_but_not_for_the_hash() -> None:
    one, other = replace(made(), meta={"a": [1]}), replace(made(), meta={"b": {}})
    assert hash(one) == hash(other) == hash(made()) and one != other
    assert {one, other} == {other, one} and hash(made(text="other")) != hash(made())


@pytest.mark.parametrize(
    ("entities", "message"),
    [
        ([Entity(0, 3, "A"), Entity(2, 5, "B")], r"entity B \[2, 5\) begins before the previous entity ends at 3"),
        ([Entity(4, 7, "A"), Entity(0, 3, "B")], r"entity B \[0, 3\) begins before the previous entity ends at 7"),
        ([Entity(0, 3, "A"), Entity(0, 3, "A")], "begins before the previous entity ends"),
        ([Entity(0, 24, "A")], r"entity A \[0, 24\) ends after the text of 23 characters"),
    ],
)
def test_entities_are_in_order_within_the_text(entities: list[Entity], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        made(*entities)


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        ((sentence(13, 17), sentence(0, 3)), "a sentence begins at 0, before the previous one ends at 17"),
        ((sentence(0, 3, 4, 7), sentence(4, 7)), "a sentence begins at 4, before the previous one ends at 7"),
        ((sentence(0, 3), sentence(0, 3)), "a sentence begins at 0, before"),
        ((sentence(0, 3), sentence(18, 24)), "a word ends at 24, after the text of 23 characters"),
    ],
)
def test_sentences_are_in_order_within_the_text(sentences: tuple[Sentence, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        made(sentences=sentences)


def test_only_the_first_sentence_may_begin_inside_an_entity() -> None:
    entity = Entity(2, 17, "LOC")
    assert made(entity, sentences=(sentence(4, 7, 13, 17),)).entities == (entity,)
    with pytest.raises(ValueError, match=r"a sentence begins at 13, inside entity LOC \[2, 17\)"):
        made(entity, sentences=(sentence(4, 7), sentence(13, 17)))
    # One that begins where an entity begins or ends is not inside it.
    assert made(Entity(0, 7, "A"), Entity(8, 17, "B"), sentences=(sentence(0, 7), sentence(8, 11, 13, 17))).sentences


def test_a_document_may_have_neither_text_nor_words() -> None:
    assert made(text="").sentences is None
    assert made(text="", sentences=()).sentences == ()
    with pytest.raises(ValueError, match="ends after the text of 0 characters"):
        made(Entity(0, 1, "A"), text="")


offset_ranges = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 6)).map(lambda r: (r[0], r[0] + r[1])), max_size=5
)


@given(offset_ranges, st.integers(0, 30))
def test_entities_are_accepted_exactly_if_they_are_in_order_within_the_text(
    ranges: list[tuple[int, int]], length: int
) -> None:
    valid = all(a[1] <= b[0] for a, b in pairwise(ranges)) and all(end <= length for _, end in ranges)
    entities = [Entity(start, end, "A") for start, end in ranges]
    try:
        made(*entities, text="x" * length)
    except ValueError:
        assert not valid
    else:
        assert valid


@st.composite
def words_and_entities(draw: st.DrawFn) -> tuple[tuple[Sentence, ...], tuple[Entity, ...]]:
    """Sentences and entities over the same 24 characters, each in order, but not fitted to each other."""
    cuts = sorted(draw(st.sets(st.integers(0, 24), max_size=12)))
    words = [offsets for offsets in pairwise(cuts) if draw(st.booleans())]
    ends = sorted({len(words), *draw(st.lists(st.integers(0, len(words)), max_size=3))})
    sentences = [words[a:b] for a, b in pairwise([0, *ends]) if a < b]
    borders = sorted(draw(st.sets(st.integers(0, 24), max_size=6)))
    entities = [Entity(a, b, "A") for a, b in pairwise(borders) if draw(st.booleans())]
    return tuple(Sentence(Word(*word) for word in one) for one in sentences), tuple(entities)


@given(words_and_entities())
def test_joined_sentences_keep_their_words_and_every_entity_whole(
    found: tuple[tuple[Sentence, ...], tuple[Entity, ...]],
) -> None:
    sentences, entities = found
    kept = keep_whole(sentences, entities)
    assert [w for one in kept for w in one.words] == [w for one in sentences for w in one.words]
    assert {one.start for one in kept} <= {one.start for one in sentences}
    joined = {one.start for one in sentences} - {one.start for one in kept}
    assert all(any(entity.start < start < entity.end for entity in entities) for start in joined)
    document = made(*entities, sentences=kept, text="x" * 24)  # no sentence begins inside an entity
    tags = [tag for _, tags in sentence_tags(document) for tag in tags]
    for word, tag in zip((w for one in kept for w in one.words), tags, strict=True):
        assert (tag != "O") == any(e.start < word.end and word.start < e.end for e in entities)


def test_sentences_are_joined_where_an_entity_holds_their_end() -> None:
    sentences = (sentence(0, 3), sentence(4, 7, 8, 9), sentence(10, 12), sentence(13, 17))
    assert keep_whole(sentences, ()) == sentences
    assert keep_whole(sentences, [Entity(0, 7, "LOC")]) == (sentence(0, 3, 4, 7, 8, 9), *sentences[2:])
    assert keep_whole(sentences, [Entity(2, 17, "LOC")]) == (sentence(0, 3, 4, 7, 8, 9, 10, 12, 13, 17),)
    assert keep_whole(sentences, [Entity(4, 9, "LOC"), Entity(13, 17, "LOC")]) == sentences


def test_tags_are_iob2_of_the_words_that_share_a_character_with_an_entity() -> None:
    entities = (Entity(1, 7, "A"), Entity(8, 9, "A"), Entity(13, 14, "B"))
    document = made(*entities, sentences=(sentence(0, 3, 4, 7, 8, 11, 11, 12), sentence(13, 17, 18, 22)))
    assert [tags for _, tags in sentence_tags(document)] == [["B-A", "I-A", "B-A", "O"], ["B-B", "O"]]
    assert list(sentence_tags(made())) == []


def test_a_text_and_a_label_are_strings_that_can_be_encoded() -> None:
    for wrong in (None, b"x", 3):
        with pytest.raises(TypeError, match=r"^a document's text must be a string, not "):
            Document("i", wrong, Origin("in", 1))  # type: ignore[arg-type]
    half = r"has half of a surrogate pair \(\\ud800\) at character"
    with pytest.raises(ValueError, match=f"^a document's text {half} 1$"):
        Document("i", "a\ud800", Origin("in", 1))
    with pytest.raises(ValueError, match=f"^an entity's label {half} 0$"):
        Entity(0, 1, "\ud800")
