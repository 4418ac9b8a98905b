"""CoNLL-2003: four columns with marks."""

from __future__ import annotations

from annotator.document import Document, Entity, Origin, Sentence
from annotator.formats import FORMATS, conll, conll2003
from support.documents import entity_texts, from_bytes, to_bytes, word_texts

CONLL2003 = FORMATS["conll2003"]
# The beginning of the shared task's file `eng.train`.
TASK = b"""-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O
German JJ B-NP B-MISC
call NN I-NP O

Peter NNP B-NP B-PER
Blackburn NNP I-NP I-PER

-DOCSTART- -X- O O

BRUSSELS NNP B-NP B-LOC
1996-08-22 CD I-NP O
"""


def test_files_of_the_shared_task_are_read_as_conll() -> None:
    assert conll2003.read is conll.read
    first, second = from_bytes(TASK, CONLL2003)
    assert word_texts(first) == [["EU", "rejects", "German", "call"], ["Peter", "Blackburn"]]
    assert entity_texts(first) == [("EU", "ORG"), ("German", "MISC"), ("Peter Blackburn", "PER")]
    assert second.text == "BRUSSELS 1996-08-22" and second.origin == Origin("in", 13)


def test_the_two_unknown_columns_are_underscores() -> None:
    written = to_bytes(from_bytes(TASK, CONLL2003), CONLL2003).decode()
    assert written == (
        "-DOCSTART- -X- O O\n\nEU _ _ B-ORG\nrejects _ _ O\nGerman _ _ B-MISC\ncall _ _ O\n\n"
        "Peter _ _ B-PER\nBlackburn _ _ I-PER\n\n-DOCSTART- -X- O O\n\nBRUSSELS _ _ B-LOC\n1996-08-22 _ _ O\n\n"
    )


def test_white_space_in_words_and_labels_becomes_an_underscore() -> None:
    document = Document(
        "i", "New York\n!", Origin("in", 1), sentences=(Sentence.of([0, 8, 8, 10]),), entities=(Entity(0, 8, "a b "),)
    )
    assert to_bytes([document], CONLL2003) == b"-DOCSTART- -X- O O\n\nNew_York _ _ B-a_b_\n_! _ _ O\n\n"


def test_a_document_without_words_is_only_a_mark() -> None:
    assert to_bytes([Document("i", "", Origin("in", 1), sentences=())], CONLL2003) == b"-DOCSTART- -X- O O\n\n"
