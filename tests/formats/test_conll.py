"""CoNLL: its marks, columns and schemes when read; golden files and valid IOB2 when written."""

from __future__ import annotations

import io
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from annotator.document import Document, Entity, Origin, Sentence
from annotator.errors import RecordError
from annotator.formats import FORMATS, conll
from annotator.formats.base import KEPT_OF_TOO_LARGE, ReadOptions, WriteOptions, only_documents
from annotator.labels import PANX_TAGS, sentence_tags, spans
from support.documents import documents, entity_texts, from_bytes, golden, segmented_documents, to_bytes, word_texts
from support.paths import GOLDEN, SAMPLES


def read(text: str) -> list[Document]:
    return list(only_documents(conll.read(io.BytesIO(text.encode()), "x.conll", ReadOptions())))


# Reading.


def test_sentences_are_documents_where_nothing_marks_them() -> None:
    first, second = read("Angela\tB-PER\nMerkel\tI-PER\n\n\nParis\tB-LOC\n.\tO\n")
    assert (first.text, first.id) == ("Angela Merkel", "x.conll:1")
    assert (word_texts(first), entity_texts(first)) == ([["Angela", "Merkel"]], [("Angela Merkel", "PER")])
    assert (second.text, second.id, entity_texts(second)) == ("Paris .", "x.conll:5", [("Paris", "LOC")])


@pytest.mark.parametrize("mark", ["-DOCSTART-\tO", "-DOCSTART- -X- -X- O", "-DOCSTART- -X- O O", "-DOCSTART-"])
def test_marks_begin_documents(mark: str) -> None:
    first, second = read(f"{mark}\n\nA\tO\n\nB\tB-LOC\n\n{mark}\n\nC\tO\n")
    assert word_texts(first) == [["A"], ["B"]] and first.text == "A\nB" and entity_texts(first) == [("B", "LOC")]
    assert word_texts(second) == [["C"]] and second.id == "x.conll:9"


def test_two_marks_without_a_token_between_them_are_an_empty_document() -> None:
    empty, other = read("-DOCSTART-\tO\n\n-DOCSTART-\tO\n\nA\tO\n")
    assert (empty.id, empty.text, empty.sentences) == ("x.conll:1", "", ())
    assert (other.id, other.text, word_texts(other)) == ("x.conll:5", "A", [["A"]])


def test_the_first_and_last_column_count_separated_by_tabs_or_spaces() -> None:
    (document,) = read("EU NNP B-NP B-ORG\r\nNew York\tx\tB-LOC\r\n. . O O\r\n")
    assert word_texts(document) == [["EU", "New York", "."]]
    assert entity_texts(document) == [("EU", "ORG"), ("New York", "LOC")]


@pytest.mark.parametrize(
    "tags",
    [
        ["B-PER", "I-PER", "O", "B-LOC", "B-LOC"],  # IOB2
        ["I-PER", "I-PER", "O", "I-LOC", "B-LOC"],  # IOB1
        ["B-PER", "E-PER", "O", "S-LOC", "S-LOC"],  # BIOES
        ["B-PER", "L-PER", "O", "U-LOC", "U-LOC"],  # BILOU
    ],
)
def test_all_schemes_mean_the_same(tags: list[str]) -> None:
    assert list(spans(tags)) == [(0, 2, "PER"), (3, 4, "LOC"), (4, 5, "LOC")]
    (document,) = read("".join(f"{word}\t{tag}\n" for word, tag in zip("abcde", tags, strict=True)))
    assert entity_texts(document) == [("a b", "PER"), ("d", "LOC"), ("e", "LOC")]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PANX_TAGS), max_size=12))
def test_spans_are_those_of_conlleval(tags: list[str]) -> None:
    assert [(label, first, after - 1) for first, after, label in spans(tags)] == get_entities(tags)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A\tO\n\nB\n", r"x.conll:3: expected a token and a tag, found 'B': correct the line"),
        ("A\tO\nB\tPER\n", r"x.conll:2: 'PER' is not a tag: use O, or B- or I- and a label"),
        ("A\tO\nB\t\n", r"x.conll:2: '' is not a tag"),
        ("\tO\n", r"x.conll:1: expected a token and a tag"),
    ],
)
def test_bad_lines_are_refused(text: str, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        read(text)


def test_what_is_read_is_valid_iob2() -> None:
    (document,) = read("A\tI-PER\nB\tB-PER\nC\tI-LOC\nD\tI-LOC\n")
    ((_, tags),) = sentence_tags(document)
    assert tags == ["B-PER", "B-PER", "B-LOC", "I-LOC"]
    assert all(b[0] != "I" or a[1:] == b[1:] for a, b in itertools.pairwise(["O", *tags]))


# Writing.


def test_golden_documents_are_the_golden_files() -> None:
    assert b"".join(conll.write(golden())) == (GOLDEN / "expected.conll").read_bytes()
    marked = b"".join(conll.write(golden(), WriteOptions(docstart=True)))
    assert marked == (GOLDEN / "expected_docstart.conll").read_bytes()
    assert b"".join(conll.write([])) == b""


def test_the_gold_sample_written_again_is_the_same() -> None:
    raw = (SAMPLES / "gold.conll").read_bytes()
    assert to_bytes(from_bytes(raw, FORMATS["conll"]), FORMATS["conll"]) == raw


def test_a_word_has_the_tag_of_an_entity_if_they_share_a_character() -> None:
    document = Document(
        "i", "Bundesrat-Paris in Bern", Origin("t", 1), sentences=(Sentence.of([0, 15, 16, 18, 19, 23]),),
        entities=(Entity(3, 6, "ORG"), Entity(10, 18, "LOC"), Entity(18, 20, "LOC")),
    )  # fmt: skip
    assert [tags for _, tags in sentence_tags(document)] == [["B-ORG", "B-LOC", "B-LOC"]]
    assert b"".join(conll.write([document])) == b"Bundesrat-Paris\tB-ORG\nin\tB-LOC\nBern\tB-LOC\n\n"


def test_words_that_are_marks_or_hold_white_space_stay_words() -> None:
    document = Document("i", "-DOCSTART- a\tb", Origin("t", 1), sentences=(Sentence.of([0, 10, 11, 14]),))
    assert b"".join(conll.write([document])) == b"-DOCSTART-\t_\tO\na b\tO\n\n"
    assert word_texts(read("-DOCSTART-\t_\tO\na b\tO\n\n")[0]) == [["-DOCSTART-", "a b"]]


@settings(max_examples=200, deadline=None)
@given(segmented_documents() | documents())
def test_the_tags_of_any_document_are_valid_iob2_of_its_words(document: Document) -> None:
    written = b"".join(conll.write([document])).decode("utf-8")
    blocks = [[line.split("\t") for line in block.split("\n")] for block in written.split("\n\n")[:-1]]
    assert [[columns[0] for columns in block] for block in blocks] == word_texts(document)
    found: list[list[Any]] = []
    for block, sentence in zip(blocks, document.sentences or (), strict=True):
        before = "O"
        for (*_, tag), word in zip(block, sentence.words, strict=True):
            assert tag == "O" or tag[:2] == "B-" or (tag[:2] == "I-" and before[2:] == tag[2:])
            if tag.startswith("B-"):
                found.append([word.start, word.end, tag[2:]])
            elif tag.startswith("I-"):
                found[-1][1] = word.end
            before = tag
    assert found == [[e.start, e.end, e.label] for e in document.entities]


@pytest.mark.parametrize(
    ("raw", "line", "what", "texts"),
    [
        ("Rom O\n\n" + "x O\n" * 50 + "\nBern O\n", 3, "a sentence", ["Rom", "Bern"]),
        ("Rom O\n\n" + "x" * 200 + " O\n\nBern O\n", 3, "a line", ["Rom", "Bern"]),
        ("-DOCSTART- O\n\nRom O\n\n-DOCSTART- O\n\n" + "x O\n\n" * 50 + "-DOCSTART- O\n\nBern O\n", 7,
         "a document", ["Rom", "Bern"]),
    ],
)  # fmt: skip
def test_what_is_too_large_is_refused_and_what_follows_is_read(
    raw: str, line: int, what: str, texts: list[str]
) -> None:
    found = list(conll.read(io.BytesIO(raw.encode()), "x.conll", ReadOptions(max_record=100)))
    assert [one.text for one in found if isinstance(one, Document)] == texts
    (bad,) = [one for one in found if isinstance(one, RecordError)]
    assert str(bad) == f"x.conll:{line}: {what} of more than 100 bytes: raise max_record if this is one record"
    assert len(bad.raw or "") <= KEPT_OF_TOO_LARGE
