"""What the model sees of words, and their roles."""

from __future__ import annotations

import pytest

from annotator.document import Sentence
from annotator.edges import BREAK, HIDDEN, LISTED, NOT_FIRST, NOT_LAST, ORDINAL, SEPARATOR
from annotator.prepare.roles import see
from annotator.prepare.segment import Segmenter

segmenter = Segmenter()
EDGE = NOT_FIRST | NOT_LAST


def seen(text: str, markup: str = "skip", sentences: tuple[Sentence, ...] | None = None) -> list[tuple[str, int]]:
    """What the model sees of each word of a text, and its role."""
    if sentences is None:
        sentences = tuple(segmenter.sentences(text))
    words, roles = see(text, sentences, markup)
    return list(zip([word for sentence in words for word in sentence], roles, strict=True))


def test_tags_are_not_seen_or_are_text() -> None:
    assert seen("<b>Anna</b> <p>Rom") == [
        ("", HIDDEN), ("Anna", 0), ("", HIDDEN), ("", HIDDEN | SEPARATOR), ("Rom", 0),
    ]  # fmt: skip
    assert seen("<b>Anna</b> <p>Rom", "keep") == [
        ("<b>", EDGE), ("Anna", 0), ("</b>", EDGE), ("<p>", EDGE | SEPARATOR), ("Rom", 0),
    ]  # fmt: skip


def test_code_is_not_seen_and_separates_or_is_text() -> None:
    text = "Anna<script>x < 'Rom'</script>Berger"
    assert [word for word, _ in seen(text) if word] == ["Anna", "Berger"]
    assert [role for _, role in seen(text)][1:3] == [HIDDEN, HIDDEN | SEPARATOR]
    kept = seen(text, "keep")
    assert [word for word, _ in kept] == ["Anna", "<script>", "x", "<", "'", "Rom", "'", "</script>", "Berger"]
    assert not any(role & (HIDDEN | SEPARATOR) for _, role in kept)


def test_code_is_left_out_of_words_that_come_with_the_input() -> None:
    text = "<style>a b</style>c d"
    sentences = (Sentence.of([0, 8, 9, 19, 20, 21]),)
    assert [word for word, _ in seen(text, sentences=sentences)] == ["", "c", "d"]
    assert [word for word, _ in seen(text, "keep", sentences)] == ["<style>a", "b</style>c", "d"]


@pytest.mark.parametrize("markup", ["skip", "keep"])
def test_references_are_seen_as_their_characters(markup: str) -> None:
    words = [word for word, _ in seen("M&uuml;ller&amp;L&#39;Italie&nbsp;&lt;Rom", markup)]
    assert words == ["Müller", "&", "L'", "Italie", "", "<", "Rom"]
    assert seen("a&nbsp;b", markup)[1] == ("", HIDDEN)


def test_wiki_marks_are_seen_and_no_edges() -> None:
    assert [(word, role & EDGE) for word, role in seen("[[Rom]] '''Anna'''")] == [
        ("[[", EDGE), ("Rom", 0), ("]]", EDGE), ("'''", EDGE), ("Anna", 0), ("'''", EDGE),
    ]  # fmt: skip


def test_marks_are_left_out_of_words_that_come_with_the_input() -> None:
    text = "<b>Anna</b> kam <i> an"
    sentences = (Sentence.of([0, 1, 1, 3, 3, 11, 12, 15, 16, 19, 20, 22]),)
    assert [word for word, _ in seen(text, sentences=sentences)] == ["", "", "Anna", "kam", "", "an"]
    assert [word for word, _ in seen(text, "keep", sentences)] == ["<", "b>", "Anna</b>", "kam", "<i>", "an"]


@pytest.mark.parametrize("text", ["Rom | Bern", "Rom|Bern", "Rom;Bern", "Rom ； Bern", "Rom • Bern", "Rom ║ Bern"])
def test_cells_are_separated(text: str) -> None:
    assert [role for _, role in seen(text)] == [0, SEPARATOR, 0]


def test_a_tab_separates_cells_too() -> None:
    assert seen("Rom\tBern alt") == [("Rom", 0), ("Bern", BREAK), ("alt", 0)]


def test_the_numbers_of_a_list_are_not_seen() -> None:
    text = "1. Anna\n2. Rom\n\n - 3. Bern"
    assert [(word, role) for word, role in seen(text) if role & (HIDDEN | LISTED)] == [("", HIDDEN | SEPARATOR)] * 3


@pytest.mark.parametrize("text", ["1. FC Bern\n2. FC Rom", "Am 1. Mai und 2. Mai", "Rom 3.\nBern", "7 Rom"])
def test_other_numbers_are(text: str) -> None:
    assert not any(role & (HIDDEN | LISTED) for _, role in seen(text))


def test_a_number_at_the_beginning_of_a_single_line_is_listed() -> None:
    assert seen("2. Anna\nRom\n 7. Bern")[0] == ("2.", ORDINAL | LISTED)
    assert [word for word, role in seen("2. Anna\nRom\n 7. Bern") if role & LISTED] == ["2.", "7."]
