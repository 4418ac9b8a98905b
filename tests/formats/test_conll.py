from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from annotator.document import Document, sentence_tags
from annotator.errors import RecordError
from annotator.formats import conll
from annotator.formats.base import ReadOptions, strict
from annotator.formats.conll import write
from annotator.labels import PANX_TAGS, spans
from support.paths import SAMPLES


def read(text: str) -> list[Document]:
    return list(strict(conll.read(io.BytesIO(text.encode()), "x.conll", ReadOptions())))


def tokens(document: Document) -> list[list[str]]:
    return [[document.text[w.start : w.end] for w in s.words] for s in document.sentences or ()]


def names(document: Document) -> list[tuple[str, str]]:
    return [(document.text[e.start : e.end], e.label) for e in document.entities]


def test_sentences_are_documents_where_nothing_marks_them() -> None:
    first, second = read("Angela\tB-PER\nMerkel\tI-PER\n\n\nParis\tB-LOC\n.\tO\n")
    assert (first.text, first.id, tokens(first), names(first)) == (
        "Angela Merkel",
        "x.conll:1",
        [["Angela", "Merkel"]],
        [("Angela Merkel", "PER")],
    )
    assert (second.text, second.id, names(second)) == ("Paris .", "x.conll:5", [("Paris", "LOC")])


@pytest.mark.parametrize("mark", ["-DOCSTART-\tO", "-DOCSTART- -X- -X- O", "-DOCSTART- -X- O O", "-DOCSTART-"])
def test_marks_begin_documents(mark: str) -> None:
    first, second = read(f"{mark}\n\nA\tO\n\nB\tB-LOC\n\n{mark}\n\nC\tO\n")
    assert tokens(first) == [["A"], ["B"]] and first.text == "A\nB" and names(first) == [("B", "LOC")]
    assert tokens(second) == [["C"]] and second.id == "x.conll:9"


def test_columns_by_space_or_tab_first_and_last_count() -> None:
    (document,) = read("EU NNP B-NP B-ORG\r\nNew York\tx\tB-LOC\r\n. . O O\r\n")
    assert tokens(document) == [["EU", "New York", "."]]
    assert names(document) == [("EU", "ORG"), ("New York", "LOC")]


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


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PANX_TAGS), max_size=12))
def test_spans_are_those_of_conlleval(tags: list[str]) -> None:
    assert [(label, first, after - 1) for first, after, label in spans(tags)] == get_entities(tags)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("A\tO\n\nB\n", r"x.conll:3: expected a token and a tag, found 'B'"),
        ("A\tO\nB\tPER\n", r"x.conll:2: 'PER' is no tag"),
        ("A\tO\nB\t\n", r"x.conll:2: '' is no tag"),
        ("\tO\n", r"x.conll:1: expected a token and a tag"),
    ],
)
def test_bad_lines_are_told(text: str, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        read(text)


def test_the_gold_sample_written_again_is_the_same() -> None:
    text = (SAMPLES / "gold.conll").read_text(encoding="utf-8")
    assert b"".join(write(read(text))).decode() == text


def test_what_is_read_is_valid_iob2() -> None:
    (document,) = read("A\tI-PER\nB\tB-PER\nC\tI-LOC\nD\tI-LOC\n")
    ((_, tags),) = sentence_tags(document)
    assert tags == ["B-PER", "B-PER", "B-LOC", "I-LOC"]
    assert all(b[0] != "I" or a[1:] == b[1:] for a, b in itertools.pairwise(["O", *tags]))
