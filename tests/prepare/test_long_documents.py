"""Long documents split into parts of whole sentences, and joined again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.document import Document, Entity, Origin, Sentence
from annotator.prepare.chunk_sizes import ChunkSizes
from annotator.prepare.long_documents import Part, join_parts, split_long
from annotator.prepare.segment import Segmenter

SIZES = ChunkSizes(full=50, long=100)
segmenter = Segmenter()


def document(text: str) -> Document:
    return Document("d", text, Origin("t", 1), {"n": 1})


def words(parts: list[Part]) -> list[tuple[int, int]]:
    """The offsets of the words of parts, in the whole document."""
    return [
        (part.start + start, part.start + end)
        for part in parts
        for sentence in part.document.sentences or ()
        for start, end in sentence.word_offsets()
    ]


@pytest.mark.parametrize("text", ["x" * 1_000, "ab " * 500, " " * 1_000, "a b " * 10 + "y" * 500, ""])
def test_a_long_document_without_sentence_ends_loses_nothing(text: str) -> None:
    found = [text[start:end] for start, end in words(list(split_long(document(text), segmenter, SIZES)))]
    assert "".join(found) == "".join(text.split())


@given(
    st.lists(
        st.sampled_from(["Rom ist alt.", "Bern", "und", "(3)", "\n\n", "Nein!", "Tom在", "Inc.", "...", '"Er']),
        max_size=120,
    )
)
def test_parts_are_cut_between_the_sentences_of_the_whole(strings: list[str]) -> None:
    whole = document(" ".join(strings))
    (sentences,) = segmenter.split([whole.text])
    if any(sentence.end - sentence.start > SIZES.full for sentence in sentences):
        return  # such a sentence may itself be cut
    parts = list(split_long(whole, segmenter, SIZES))
    assert words(parts) == [offsets for sentence in sentences for offsets in sentence.word_offsets()]
    for part in parts:
        assert part.document.text == whole.text[part.start : part.start + len(part.document.text)]
    assert all(len(part.document.text) < SIZES.full * 2 for part in parts)
    assert all(len(part.document.text) >= SIZES.full for part in parts[:-1])
    assert join_parts(whole, parts) == replace(whole, sentences=sentences)


def test_a_full_stop_is_decided_by_the_whole_word_that_follows() -> None:
    before = "Es regnet heute. " * 5
    text = f"{before}Amazon Inc. Theodor kam. {before}"
    assert text[: SIZES.long].endswith("Inc. The")
    found = [text[start:end] for start, end in words(list(split_long(document(text), segmenter, SIZES)))]
    assert found[20:24] == ["Amazon", "Inc.", "Theodor", "kam"]


def test_a_document_without_words_has_one_empty_part() -> None:
    for whole in (document(" " * 300), replace(document("ab"), sentences=())):
        (part,) = split_long(whole, segmenter, SIZES)
        assert (part.start, part.document.text, part.document.sentences) == (0, "", ())


def test_given_sentences_are_kept_and_entities_are_moved_to_their_offsets() -> None:
    sentences = tuple(Sentence.of([start, start + 3, start + 4, start + 30]) for start in (2, 40, 80))
    whole = replace(document("x" * 200), sentences=sentences)
    parts = list(split_long(whole, segmenter, SIZES))
    assert [(part.start, len(part.document.text)) for part in parts] == [(2, 68), (80, 30)]
    annotated = [Part(replace(part.document, entities=(Entity(0, 3, "PER", 0.5),)), part.start) for part in parts]
    joined = join_parts(whole, annotated)
    assert joined.entities == (Entity(2, 5, "PER", 0.5), Entity(80, 83, "PER", 0.5))
    assert (joined.sentences, joined.text, joined.meta) == (sentences, whole.text, {"n": 1})
