"""Sentences of words: exact offsets, spaCy's rules and our own, and bounded memory."""

from __future__ import annotations

import pickle
import pkgutil
import re
import sys
import tomllib
import unicodedata
from dataclasses import replace
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import NoReturn

import pytest
import spacy.lang
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from spacy.language import Language

from annotator.document import Document, Entity, Origin, Sentence, Word
from annotator.errors import UsageError
from annotator.prepare import segment
from annotator.prepare.full_stops import ends_sentence, kind_of
from annotator.prepare.markup import find_marks
from annotator.prepare.segment import NEEDS, Segmenter, split_unspaced
from support.paths import ROOT

segmenter = Segmenter()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)
# Strings that combine into difficult texts more often than random characters do.
HARD = st.lists(
    st.sampled_from(
        ["l'", "d’", "Italie", "'s", "’S", " ", "  ", "\n", "\n\n", "\r\n", "\t", ".", "...", "3.", "Dr.", "中国", "。",
         "ไทย", "e\u0301", "\u200b", "\x00", "👩‍👩‍👧", "مرحبا", "(", "-", "Baden-Württemberg", "http://a.b/c'd", "'",
         "\u2028", "カ゚", "…", "—", "/x", ",a",
         "EE. UU.", "EE.", "UU.", "z.B.", "?!", "\u00a0", "Nein. Ja"]
    ),
    max_size=20,
).map("".join)  # fmt: skip


def words(text: str, by: Segmenter = segmenter) -> list[list[str]]:
    return [[text[w.start : w.end] for w in s.words] for s in by.sentences(text)]


@settings(max_examples=300, deadline=None)
@given(st.one_of(TEXTS, HARD))
def test_words_and_gaps_rebuild_the_text(text: str) -> None:
    end = 0
    rebuilt = ""
    for word in (w for s in segmenter.sentences(text) for w in s.words):
        gap = text[end : word.start]
        assert gap == "" or gap.isspace()
        assert not text[word.start : word.end].isspace()
        rebuilt += gap + text[word.start : word.end]
        end = word.end
    assert text[end:] == "" or text[end:].isspace()
    assert rebuilt + text[end:] == text


@cache
def by_lang(lang: str) -> tuple[Segmenter, Language]:
    """Our segmenter, and spaCy's sentencizer."""
    nlp = Language()
    nlp.add_pipe("sentencizer")
    return Segmenter(lang), nlp


@settings(max_examples=200, deadline=None)
@given(st.one_of(TEXTS, HARD), st.sampled_from(["xx", "de", "es", "zh"]))
def test_sentences_begin_where_those_of_spacys_sentencizer_do(text: str, lang: str) -> None:
    """At the same words, punctuation apart; also after blank lines, ellipses, abbreviations such as `U.S.`."""
    assume(not find_marks(text))
    own, spacys = by_lang(lang)
    document = Document("1", text, Origin("x", 1))
    (segmented,) = own([document])
    everything = [word for s in segmented.sentences or () for word in s.word_offsets()]
    joined = (Sentence.of(offset for word in everything for offset in word),) if everything else ()
    doc = replace(document, sentences=joined).to_spacy(spacys.vocab)
    for token in doc:
        token.is_sent_start = None
    expected = {0}
    started = False  # a sentence of spaCy's that has had no word yet
    for token in spacys(doc):
        started = started or bool(token.is_sent_start)
        if started and not token.is_space and not token.is_punct:
            expected.add(token.idx)
            started = False
    expected |= {following for (start, end), (following, after) in pairwise(everything) if (
        re.search(r"\r?\n[^\S\n]*\n", text[end:following])
        or ends_sentence(kind_of(text[start:end]), text[following:after])
    )}  # fmt: skip
    for sentence in (segmented.sentences or ())[1:]:
        tokens = [(start, text[start:end]) for start, end in sentence.word_offsets()]
        first = next((start for start, word in tokens if not all(map(is_punctuation, word))), None)
        ellipsis = re.search(r"(\.\.|…)\W*$", text[: sentence.start])
        assert first is None or {first, sentence.start} & expected or ellipsis, text


def is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L'Italie d'Emmanuel", ["L'", "Italie", "d'", "Emmanuel"]),
        ("Qu’elle dell’Unione aujourd'hui", ["Qu’", "elle", "dell’", "Unione", "aujourd'hui"]),
        ("London's O'Brien can't", ["London", "'s", "O'Brien", "can't"]),
        ("d'Angelo's l's", ["d'", "Angelo", "'s", "l", "'s"]),
        ("(London’s)", ["(", "London", "’s", ")"]),
        ("Baden-Württemberg, Jean-Claude", ["Baden-Württemberg", ",", "Jean-Claude"]),
        ("北京是中国的", ["北", "京", "是", "中", "国", "的"]),
        ("Tom在Berlin！Ja", ["Tom", "在", "Berlin", "！", "Ja"]),
        ("東京タワー", ["東", "京", "タ", "ワ", "ー"]),
        ("เป็น", ["เ", "ป็", "น"]),
        ("z.B. am 3. Oktober", ["z.B.", "am", "3.", "Oktober"]),
        ("do 2010. godine, 1848. Dann", ["do", "2010.", "godine", ",", "1848", ".", "Dann"]),
        ("f.eks. dr.phil. BiH. Tom", ["f.eks.", "dr.phil.", "BiH", ".", "Tom"]),
        ("EU:n H&M:lle, Name:Wert", ["EU:n", "H&M:lle", ",", "Name", ":", "Wert"]),
        ("Rai S.p.A. und e.V.", ["Rai", "S.p.A.", "und", "e.V."]),
        ("🇩🇪🇫🇷 👍🏽! 👩‍👩‍👧.", ["🇩🇪", "🇫🇷", "👍🏽", "!", "👩‍👩‍👧", "."]),
        ("中,国…中—國/x", ["中", ",", "国", "…", "中", "—", "國", "/", "x"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert [word for sentence in words(text) for word in sentence] == expected


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Er kam. Sie ging! Wer?", 3),
        ("Dr. Müller kam am 3. Oktober nach St. Gallen.", 1),
        ("Der Zug fährt nach Rom. Am Abend traf er Max. Dann ging er.", 3),
        ("Biuro przy ul. Długiej 5 w Gdańsku.", 1),
        ("He lives in the U.S. The others left.", 2),
        ("北京很大。上海也大！", 2),
        ("Kopf\n\nDer Text", 2),
        ("Kopf\r\n\r\nDer Text", 2),
        ("eine Zeile\nund noch eine", 1),
        ("", 0),
        (" \n\t ", 0),
    ],
)
def test_sentences(text: str, sentences: int) -> None:
    assert len(words(text)) == sentences


def test_long_stretches_take_linear_time_and_lose_nothing() -> None:
    # spaCy takes quadratic time: it strips one affix after another and copies the rest each time.
    for text in ["(" * 100_000, "a" * 300_000, "中" * 50_000, "x, " + "'" * 50_000 + " y"]:
        assert "".join(w for s in words(text) for w in s) == text.replace(" ", "")
    assert words("so " + "a" * 300_000 + " da") == [["so", "a" * 300_000, "da"]]


def test_the_store_of_strings_does_not_grow() -> None:
    own = Segmenter()
    own([Document("0", "Hallo", Origin("x", 1))])
    before = len(own._nlp.vocab.strings)
    for i in range(3):
        (document,) = own([Document(str(i), f"Ganz{i} neue{i} Wörter{i}", Origin("x", 1))])
        assert document.sentences is not None and len(document.sentences[0].words) == 3
    assert len(own._nlp.vocab.strings) == before


def test_a_new_store_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"Herr Dr. M{i} kam{i} nach St. Gallen{i}. Und ging." for i in range(20)]
    expected = [segmenter.split([text]) for text in texts]
    monkeypatch.setattr(segment, "STORED_TOKENS", 30)
    monkeypatch.setattr(segment, "KNOWN_STRETCHES", 30)
    own = Segmenter()
    first = own._nlp
    assert [own.split([text]) for text in texts] == expected
    assert own._nlp is not first and len(own._known) < 50


def test_given_sentences_are_kept() -> None:
    given_sentences = (Sentence((Word(0, 1), Word(1, 3))),)
    document = Document("1", "abc", Origin("x", 1), sentences=given_sentences)
    assert segmenter([document]) == [document]


def test_a_language_is_chosen_by_its_code() -> None:
    assert words("Das ist z.B. gut.", Segmenter("de")) == [["Das", "ist", "z.B.", "gut", "."]]
    with pytest.raises(UsageError, match="no language 'klingon': use a code such as"):
        Segmenter("klingon")


def test_no_sentence_ends_inside_an_entity() -> None:
    text = "Er hört Wham! Live. Gut."
    document = Document("1", text, Origin("x", 1), entities=(Entity(8, 18, "MISC"),))
    (found,) = segmenter([document])
    assert [text[s.start : s.end] for s in found.sentences or ()] == ["Er hört Wham! Live.", "Gut."]
    assert len(words(text)) == 3


def test_a_word_is_split_at_each_grapheme_of_a_script_without_spaces() -> None:
    assert split_unspaced("Tom在Berlin") == ["Tom", "在", "Berlin"]
    assert split_unspaced("Berlin") == ["Berlin"] and split_unspaced("") == [""]
    assert split_unspaced("เป็น") == ["เ", "ป็", "น"]


def test_a_segmenter_is_pickled_as_its_language() -> None:
    copy = pickle.loads(pickle.dumps(Segmenter("de")))
    assert words("Das ist z.B. gut.", copy) == [["Das", "ist", "z.B.", "gut", "."]]
    assert len(pickle.dumps(copy)) < 200


@pytest.mark.parametrize("lang", ["xx", "de", "en", "fr", "it"])
def test_a_name_at_the_end_of_a_sentence_is_without_its_full_stop(lang: str) -> None:
    text = "Nach Rom. Mit Max. Von Tom. Am Abend. Er kam."
    assert words(text, Segmenter(lang)) == [
        ["Nach", "Rom", "."], ["Mit", "Max", "."], ["Von", "Tom", "."], ["Am", "Abend", "."], ["Er", "kam", "."]
    ]  # fmt: skip


def test_a_blank_line_ends_what_a_full_stop_leaves_open() -> None:
    assert words("Kapitel 3.\n\nOktober") == [["Kapitel", "3", "."], ["Oktober"]]
    assert words("am 3.\nOktober") == [["am", "3.", "Oktober"]]


def test_long_stretches_keep_emoji_whole() -> None:
    assert words("🇩🇪" * 1_000)[0][:2] == ["🇩🇪", "🇩🇪"]


def test_words_do_not_depend_on_the_words_before() -> None:
    """spaCy alone takes the end of one and the beginning of the next for an emoticon."""
    text = "''Passion: :(bar"
    before = " ".join(f"Wort{number}'' Wort{number}:)" for number in range(200))
    own = Segmenter()
    (alone,) = own.split([text])
    _, after = Segmenter().split([before, text])
    assert alone == after


LANGUAGES = [found.name for found in pkgutil.iter_modules(spacy.lang.__path__) if found.ispkg]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_of_spacy_splits_or_says_what_it_needs(lang: str) -> None:
    try:
        split = Segmenter(lang).split(["Rom 東京 서울 กรุงเทพ Hà Nội."])
    except UsageError as error:
        assert error.remedy == f"{NEEDS[lang]}, or use xx" and "\n" not in str(error)
    else:
        assert split[0]


@pytest.mark.parametrize("lang", NEEDS)
def test_a_language_whose_packages_are_missing_names_the_extra(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("sudachipy", "natto", "pythainlp.tokenize", "pyvi"):
        monkeypatch.setitem(sys.modules, module, None)
    command = re.escape(f"pip install 'annotate-ner[{lang}]', or use xx")
    with pytest.raises(UsageError, match=f"^the words of the language '{lang}' need packages .*{command}$"):
        Segmenter(lang)
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert lang in about["optional-dependencies"]


def test_a_library_that_is_missed_only_when_it_is_called_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As natto-py misses libmecab."""

    def missed(options: str) -> NoReturn:
        sys.stderr.write("no libmecab.so")
        raise RuntimeError("libmecab.so could not be found")

    natto = ModuleType("natto")
    natto.MeCab = missed  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "natto", natto)
    with pytest.raises(UsageError, match=r"missing here \(libmecab.so .*\): install the library mecab-ko"):
        Segmenter("ko")
    assert capsys.readouterr() == ("", "")
