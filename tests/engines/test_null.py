"""The null engine tags nothing, whatever it is given."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from annotator.document import OUTSIDE
from annotator.engines.base import Batch, EngineOptions
from annotator.engines.null import load
from annotator.pipeline import Annotator


def test_every_word_is_outside_with_certainty() -> None:
    engine = load(Path("no such folder"), EngineOptions("null", "no such device"))
    batch = Batch(np.ones((2, 5), np.int64), np.array([5, 3]), np.ones((2, 3), np.int64))
    scores = engine.scores(batch)
    assert scores.dtype == np.float32 and scores.shape == (2, 3, len(engine.labels))
    np.testing.assert_allclose(np.exp(scores).sum(-1), 1)
    assert {engine.labels[i] for i in scores.argmax(-1).flat} == {OUTSIDE}


def test_documents_get_sentences_but_no_entities() -> None:
    document = Annotator.load(engine="null")("Angela Merkel besuchte Paris.")
    assert document.sentences and not document.entities
