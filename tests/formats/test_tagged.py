"""Tagged tokens -> documents."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from annotator.document import Document, Entity, Origin, Sentence
from annotator.errors import RecordError
from annotator.formats.base import Line, ReadOptions
from annotator.formats.tagged import Token, document_or_error, join_sentences

AT = Origin("in", 3)


def tokens(tagged: str) -> list[Token]:
    pairs = [pair.split("/") for pair in tagged.split()]
    return [Token(text, tag, Origin("in", n)) for n, (text, tag) in enumerate(pairs, start=1)]


@pytest.mark.parametrize("tag", ["", "PER", "B-", "X-PER"])
def test_a_token_needs_a_tag_of_a_scheme(tag: str) -> None:
    with pytest.raises(RecordError) as caught:
        Token("Rom", tag, AT)
    assert str(caught.value) == f"in:3: {tag!r} is not a tag: use O, or B- or I- and a label"


def test_the_text_is_what_comes_before_and_each_token_with_the_text_after_it() -> None:
    sentence = [Token("Rom", "B-LOC", AT, "\n"), Token("!", "O", AT, "")]
    found = join_sentences([sentence, tokens("Ja/O")], AT, ReadOptions(), before=" ", identity="x", meta={"n": 1})
    assert found == Document(
        "x", " Rom\n!Ja ", AT, {"n": 1}, (Sentence.of([1, 4, 5, 6]), Sentence.of([6, 8])), (Entity(1, 4, "LOC"),)
    )
    assert join_sentences([], AT, ReadOptions()) == Document("in:3", "", AT, {}, ())


def test_an_i_that_continues_nothing_begins_an_entity_unless_tags_are_strict() -> None:
    sentence = tokens("Rom/I-LOC Bern/B-LOC")
    for strict, count in [(False, 2), (True, 1)]:
        assert len(join_sentences([sentence], AT, ReadOptions(strict=strict)).entities) == count


def test_on_tags_is_called_with_the_tags_and_their_origins() -> None:
    seen: list[tuple[list[str], list[int]]] = []

    def on_tags(tags: Sequence[str], origins: Sequence[Origin]) -> None:
        seen.append(([*tags], [origin.line for origin in origins]))

    join_sentences([tokens("a/O b/I-X"), tokens("c/S-X")], AT, ReadOptions(on_tags=on_tags))
    assert seen == [(["O", "I-X"], [1, 2]), (["S-X"], [1])]


def test_an_error_has_all_lines_of_its_document() -> None:
    lines = [Line(raw, AT, "\n") for raw in (b"a", b"\xff", b"c")]

    def fails() -> Document:
        raise RecordError(AT, "bad")

    found = document_or_error([lines[:2], lines[2:]], fails)
    assert isinstance(found, RecordError) and found.raw == "a\n\\xff\n\nc"
    document = Document("i", "", AT)
    assert document_or_error([lines], lambda: document) is document
