"""Documents segmented and encoded in one step."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.checkpoints.folder import load_tokenizer
from annotator.document import Document, Origin, Sentence
from annotator.prepare.encode import Encoder
from annotator.prepare.preparer import Preparer, contents
from annotator.prepare.segment import Segmenter

segmenter = Segmenter()


@pytest.fixture(scope="module")
def preparer(tiny: Path) -> Preparer:
    return Preparer(segmenter, Encoder(load_tokenizer(tiny), 64))


def test_the_windows_are_those_of_the_sentences_of_all_documents(preparer: Preparer) -> None:
    given = (Sentence.of([0, 3]), Sentence.of([4, 7]))
    documents = [
        Document("a", "Rom ist alt. Bern auch.", Origin("t", 1)),
        Document("b", "", Origin("t", 2)),
        Document("c", "Rom ist", Origin("t", 3), sentences=given),
    ]
    prepared = preparer(contents(documents))
    assert prepared.sentences == [*segmenter.split([documents[0].text, ""]), given]
    words = [["Rom", "ist", "alt", "."], ["Bern", "auch", "."], ["Rom"], ["ist"]]
    expected = preparer.encoder.windows(words)
    assert prepared.windows.sentences.tolist() == [0, 1, 2, 3]
    for name in ("ids", "heads", "words", "piece_borders", "word_borders"):
        assert getattr(prepared.windows, name).tolist() == getattr(expected, name).tolist()


def test_contents_are_text_and_sentences() -> None:
    sentences = (Sentence.of([0, 3]),)
    document = Document("a", "Rom", Origin("t", 1), {"much": ["else"]})
    assert contents([document, Document("b", "Rom", Origin("t", 2), {}, sentences)]) == [
        ("Rom", None), ("Rom", sentences),
    ]  # fmt: skip
