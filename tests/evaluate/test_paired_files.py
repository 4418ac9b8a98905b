"""Gold and predicted files, read side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.document import Document, Entity, Origin, Sentence, Word
from annotator.errors import AnnotatorError, RecordError, UsageError
from annotator.evaluate import paired_files
from annotator.evaluate.evaluation import evaluate
from annotator.evaluate.matching import Kind
from annotator.evaluate.paired_files import Files, LabelMap, pair_files
from annotator.evaluate.sections import heading
from support.evaluations import GOLD, compared, document, written


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (GOLD.replace("Bern ", "Basel "), "pred.conll:1: sentence 1, token 5 is 'Basel', but 'Bern' in {gold}:1"),
        (GOLD.replace("fährt O\n", ""), "pred.conll:8: sentence 2, token 3 is '.', but 'fährt' in {gold}:8"),
        (GOLD + "mehr O\n", "pred.conll:13: sentence 3, token 3 is 'mehr', but missing in {gold}:13"),
        (
            GOLD.replace("\nKein O\nName O\n", ""),
            "{gold}:13: sentence 3 is in {gold}, but {folder}/pred.conll ends before",
        ),
        (GOLD + "\nmehr O\n", "pred.conll:16: sentence 4 is in {folder}/pred.conll, but {gold} ends before it"),
        ("", "pred.conll: no sentences: there is nothing to compare"),
        (GOLD.replace("Bern B-LOC", "Bern"), "pred.conll:5: expected a token and a tag"),
    ],
)
def test_the_first_difference_between_files_is_reported(gold: Path, text: str, what: str) -> None:
    with pytest.raises(AnnotatorError) as error:
        compared(gold, text)
    assert what.format(gold=gold, folder=gold.parent) in str(error.value)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("text", ["GPE", "GPE=", "=LOC", "GPE=LOC,,"])
def test_a_text_that_is_not_a_map_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write map as LABEL=LABEL"):
        LabelMap.parse(text)


@pytest.mark.parametrize(
    ("names", "others", "by_model", "files"),
    [
        (["g", "p"], [], False, [Files("g", "p")]),
        (["g", "p", "h", "q"], ["r", "s"], False, [Files("g", "p", "r"), Files("h", "q", "s")]),
        (["g", "h"], [], True, [Files("g", None), Files("h", None)]),
        (["g"], ["r"], True, [Files("g", None, "r")]),
    ],
)
def test_arguments_are_paired(names: list[str], others: list[str], by_model: bool, files: list[Files]) -> None:
    assert pair_files(names, others, by_model) == files


@pytest.mark.parametrize(
    ("names", "others", "what"),
    [
        (["g"], [], "only g is given: name"),
        (["g", "p", "h"], [], "h has no predictions"),
        (["g", "p"], ["r", "s"], "2 files of a second system for 1 gold files: give compare once"),
        (["-", "-"], [], "only once"),
    ],
)
def test_arguments_that_cannot_be_paired_are_refused(names: list[str], others: list[str], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        pair_files(names, others, False)


def test_files_without_tags_are_refused(gold: Path) -> None:
    for name, what in [("a.txt", "plain text holds no tags"), ("b.conll", "no such file"), ("", "is a folder")]:
        if name == "a.txt":
            written(gold.with_name(name), "x")
        with pytest.raises(AnnotatorError, match=what):
            evaluate([Files(str(gold), str(gold.parent / name))])


def test_sentences_are_paired_whatever_their_documents(gold: Path) -> None:
    marked = GOLD.replace("Die O", "-DOCSTART- O\n\nDie O")
    assert compared(gold, marked).scores.micro.f1 == 1.0


def test_records_without_sentences_are_compared_by_characters(named_records: Callable[..., None]) -> None:
    texts = ["Anna Meier wohnt in Bern.", "Kein Name", ""]
    gold = [document(texts[0], (0, 10, "PER"), (20, 24, "LOC")), document(texts[1], line=2), document("", line=3)]
    found = [document(texts[0], (0, 4, "PER"), (20, 24, "LOC"), score=0.9), *gold[1:]]
    named_records(gold=gold, found=found)
    result = evaluate([Files("gold.jsonl", "found.jsonl")])
    assert result.kinds[Kind.CORRECT] == result.kinds[Kind.BOUNDARY] == 1 and not result.by_words
    assert heading(result)["size"].startswith("3 records, 34 characters")
    assert result.examples[0].after == " wohnt in Bern."
    assert result.calibration is not None and result.calibration.ece == pytest.approx(0.4)


def test_a_file_with_sentences_and_one_without(named_records: Callable[..., None]) -> None:
    words = (Word(0, 4), Word(5, 6), Word(6, 7))
    with_words = Document(
        "d1", "Bern an.", Origin("g", 1), sentences=(Sentence(words),), entities=(Entity(0, 4, "LOC"),)
    )
    named_records(gold=[with_words], found=[document("Bern an.", (0, 4, "LOC"))])
    assert evaluate([Files("gold.jsonl", "found.jsonl")]).scores.micro.f1 == 1.0


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (
            document("Basel", (0, 4, "LOC"), line=7),
            "file.jsonl:7: record 1, character 2 is 'a', but 'e' in file.jsonl:1",
        ),
        (document("Bern", line=7), "found.jsonl: holds no tags: none of its 1 records has an entity"),
    ],
)
def test_the_first_difference_between_records_is_reported(
    named_records: Callable[..., None], found: Document, what: str
) -> None:
    named_records(gold=[document("Bern", (0, 4, "LOC"))], found=[found])
    with pytest.raises(AnnotatorError) as error:
        evaluate([Files("gold.jsonl", "found.jsonl")])
    assert str(error.value).startswith(what)


def test_all_records_must_have_sentences_if_the_first_has(named_records: Callable[..., None]) -> None:
    first = Document("d1", "Bern", Origin("g", 1), sentences=(Sentence((Word(0, 4),)),))
    named_records(gold=[first, document("Basel", line=2)], found=[first])
    with pytest.raises(RecordError, match="has no sentences"):
        evaluate([Files("gold.jsonl", "found.jsonl")])


def test_entities_that_cut_words() -> None:
    """A word is in an entity if they share a character, and in the first such entity only."""
    sentence = Sentence((Word(0, 4), Word(5, 9)))
    text = "abcd efgh"
    entities = (Entity(2, 3, "A"), Entity(3, 6, "B"), Entity(8, 9, "C"))
    cut = Document("d", text, Origin("g", 1), sentences=(sentence,), entities=entities)
    (unit,) = paired_files._units([cut], True, LabelMap())
    assert [(span.start, span.end, span.label) for span in unit.spans] == [(0, 1, "A"), (1, 2, "B")]
