"""Tags, references and wiki marks are found where they surely are, and are words of their own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.errors import UsageError
from annotator.prepare.markup import Kind, check_markup, find_marks, without_marks
from annotator.prepare.segment import Segmenter

segmenter = Segmenter()
PIECES = st.lists(
    st.sampled_from([
        "<b>", "</b>", "<p>", "</p>", "<br/>", '<a href="x y">', "<!-- so -->", "<", ">", "<3", "&amp;", "&uuml;",
        "&#39;",
        "&nbsp;", "&", ";", "|", "'''", "[[", "]]", "{{", "Bern", " ", "\n", "\n\n", ". ", "!", "l", "中",
        "&NotEqualTilde;",
        "&#0;", "&#1;", "\t", "<script>", "</SCRIPT>", "<style a='b'>", "</style >",
    ]),
    max_size=25,
).map("".join)  # fmt: skip


def words(text: str) -> list[list[str]]:
    return [[text[start:end] for start, end in s.word_offsets()] for s in segmenter.sentences(text)]


def marks(text: str) -> list[str]:
    return [text[mark.start : mark.end] for mark in find_marks(text)]


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_every_character_is_in_exactly_one_word_except_white_space(text: str) -> None:
    end = 0
    for start, stop in (offsets for s in segmenter.split([text])[0] for offsets in s.word_offsets()):
        assert text[end:start].strip() == "" and end <= start < stop
        end = stop
    assert text[end:].strip() == ""


@pytest.mark.parametrize(
    "text",
    [
        "<b>", "</b>", "<BR>", "<br/>", "<br />", '<a href="x y">', "<a\nhref='x' target=_blank>", "<input disabled>",
        "<persName>", '<Person id="3">', "</Person>", "<w:t>", "<!-- Rom, <b>alt</b> -->", "<!DOCTYPE html>",
        '<?xml version="1.0"?>', "&amp;", "&#8217;", "&#xFC;", "&uuml;", "''", "'''''", "[[", "}}",
    ],
)  # fmt: skip
def test_what_is_surely_markup_is_found_as_a_whole(text: str) -> None:
    assert marks(f"Rom {text} Bern") == [text]
    assert marks(f"Rom{text}Bern") == [text]


@pytest.mark.parametrize(
    "text",
    [
        "a < b > c", "x<3", "<3", "<anna@example.org>", "<https://example.org/>", "<Anna Berger>", "<Rom>",
        "<i think so>",
        "a<b and c>d", "<>", "< b >", "AT&T", "R&D; und", "&unknown;", "[1]", "{x}", "'so'", "<b", 'a <b "c',
    ],
)  # fmt: skip
def test_what_only_resembles_markup_is_text(text: str) -> None:
    assert marks(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>Anna Berger</b>", ["<b>", "Anna", "Berger", "</b>"]),
        ('<a href="x y">Łódź</a>.', ['<a href="x y">', "Łódź", "</a>", "."]),
        ("St.<i>Gallen</i>", ["St.", "<i>", "Gallen", "</i>"]),
        ("<b>東京</b>", ["<b>", "東", "京", "</b>"]),
        ("<b>Анна</b>", ["<b>", "Анна", "</b>"]),
        ("<em>مريم</em>", ["<em>", "مريم", "</em>"]),
        ("M&uuml;ller-L&#252;tz, ja", ["M&uuml;ller-L&#252;tz", ",", "ja"]),
        ("L&#39;Italie", ["L&#39;", "Italie"]),
        ("&laquo;Rom&raquo;", ["&laquo;", "Rom", "&raquo;"]),
        ("Meier&amp;Sohn", ["Meier", "&amp;", "Sohn"]),
        ("&quot;Rom&quot;&nbsp;ja", ["&quot;", "Rom", "&quot;", "&nbsp;", "ja"]),
        ("[[Bern|Hauptstadt]]", ["[[", "Bern", "|", "Hauptstadt", "]]"]),
        ("'''Anna''' kam", ["'''", "Anna", "'''", "kam"]),
        ("FC Bern;45;2;SC Rom;43", ["FC", "Bern", ";", "45", ";", "2", ";", "SC", "Rom", ";", "43"]),
        ("Rom|Bern||Wien", ["Rom", "|", "Bern", "||", "Wien"]),
        ("gut ;-) so", ["gut", ";-)", "so"]),
    ],
)
def test_marks_and_separators_are_words_of_their_own(text: str, expected: list[str]) -> None:
    assert [word for sentence in words(text) for word in sentence] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Rom</p><p>Bern</p>", ["<p>Rom</p>", "<p>Bern</p>"]),
        ("<tr><td>Rom</td><td>Bern</td></tr>", ["<tr><td>Rom</td>", "<td>Bern</td></tr>"]),
        ("Rom<br>Bern<br/>", ["Rom<br>", "Bern<br/>"]),
        ("<h1>Rom</h1>\nBern ist alt.", ["<h1>Rom</h1>", "Bern ist alt."]),
        ("Er kam.</i> <b>Sie</b> ging.", ["Er kam.</i>", "<b>Sie</b> ging."]),
        ("Er <b>kam</b> an", ["Er <b>kam</b> an"]),
        ("<ul><li>M&uuml;nchen<li>Bern</ul>", ["<ul><li>M&uuml;nchen", "<li>Bern</ul>"]),
    ],
)
def test_blocks_end_sentences_and_other_tags_do_not(text: str, expected: list[str]) -> None:
    assert [text[s.start : s.end] for s in segmenter.sentences(text)] == expected


@pytest.mark.parametrize("lang", ["xx", "es", "fr"])
def test_marks_are_found_in_every_language(lang: str) -> None:
    text = "<b>Anna</b> in <i>Lima</i>"
    (sentence,) = Segmenter(lang).sentences(text)
    found = [text[start:end] for start, end in sentence.word_offsets()]
    assert found == ["<b>", "Anna", "</b>", "in", "<i>", "Lima", "</i>"]


def test_a_mark_knows_what_it_stands_for() -> None:
    found = find_marks("<p>&uuml;&amp;''<br>")
    assert [mark.kind for mark in found] == [Kind.OPENING, Kind.LETTER, Kind.REFERENCE, Kind.WIKI, Kind.CLOSING]
    assert [mark.stands_for for mark in found[1:3]] == ["ü", "&"]
    assert [mark.is_tag for mark in found] == [True, False, False, False, True]
    assert without_marks("<b>M&uuml;ller</b>&amp;Sohn") == " Müller  Sohn"
    assert without_marks("Müller") == "Müller"


CODE = "if (a<b) { x = '<b>Rom</b> &uuml;'; }"


@pytest.mark.parametrize(
    ("opens", "closes"),
    [("<script>", "</script>"), ("<SCRIPT>", "</Script >"), ('<style type="text/css">', "</style>"),
     ("<script async>", "</script>")],
)  # fmt: skip
def test_nothing_is_a_mark_in_code(opens: str, closes: str) -> None:
    found = find_marks(f"<b>a</b>{opens}{CODE}{closes}<i>")
    text = f"<b>a</b>{opens}{CODE}{closes}<i>"
    assert [text[m.start : m.end] for m in found] == ["<b>", "</b>", opens, CODE, closes, "<i>"]
    assert [m.kind for m in found if m.kind is not Kind.TAG] == [Kind.CODE]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mit <script> und <b>Rom</b>", ["<script>", "<b>", "</b>"]),
        ("<script>a</style>Rom</b>", ["<script>", "</style>", "</b>"]),
        ("<script/>Rom<b></script>", ["<script/>", "<b>", "</script>"]),
        ("</script>Rom<b><script>", ["</script>", "<b>", "<script>"]),
        ("<script></script>", ["<script>", "</script>"]),
        ("<!-- <script> --><b></script>", ["<!-- <script> -->", "<b>", "</script>"]),
        ("<scripting>a</scripting>", ["<scripting>", "</scripting>"]),
        ("<style>a<script>b</style><b>", ["<style>", "a<script>b", "</style>", "<b>"]),
        ("<script>a</script><script>b<b>", ["<script>", "a", "</script>", "<script>", "<b>"]),
    ],
)
def test_only_what_is_closed_is_code(text: str, expected: list[str]) -> None:
    assert marks(text) == expected


def test_the_words_of_code_are_words_and_end_no_sentence() -> None:
    (sentence,) = words("Rom <script>foo('x'). Bar. &amp;</script> ist alt")
    assert sentence[:2] == ["Rom", "<script>"] and sentence[-3:] == ["</script>", "ist", "alt"]
    assert "Bar" in sentence and "&amp;" not in sentence


def test_many_scripts_that_are_not_closed_are_searched_once() -> None:
    """It would take hours to search the rest of the text for each of them."""
    assert len(find_marks("<script>a" * 100_000)) == 100_000


def test_an_unknown_way_to_treat_markup_is_refused() -> None:
    check_markup("skip")
    with pytest.raises(UsageError, match="unknown way to treat markup: 'drop': use markup skip or keep"):
        check_markup("drop")
