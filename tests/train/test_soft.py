"""What a teacher says of words, and what a student makes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from annotator.train.alignment import IGNORED, align
from annotator.train.corpora import TaggedSentence
from annotator.train.finetune import finetune
from annotator.train.measure import as_documents, measure
from annotator.train.soft import SoftCollator, Taught, soft_features, teach
from annotator.train.trainer import Settings
from transformers import AutoTokenizer

from annotator import Annotator
from annotator.errors import AnnotatorError, UsageError
from annotator.labels import PANX_TAGS, sentence_tags
from support.trainings import GOLD, LABEL_IDS


def test_a_teacher_says_what_it_would_tag(ner: Annotator, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Angela Merkel besuchte Paris. Es regnete.\n\nBern liegt an der Aare.\n")
    taught = teach("panx-mini", PANX_TAGS, GOLD[:20], [str(text)])
    assert [len(one) for one in taught.labelled] == [len(one.words) for one in GOLD[:20]]
    assert [sentence.words[0] for sentence, _ in taught.unlabelled] == ["Angela", "Es", "Bern"]
    expected = [tags for document in ner.pipe(as_documents(GOLD[:20])) for _, tags in sentence_tags(document)]
    said = [[PANX_TAGS[i] for i in one.argmax(axis=1)] for one in taught.labelled]
    assert sum(a == b for a, b in zip(expected, said, strict=True)) >= 17  # the rest is what decoding corrects
    for one in taught.labelled:
        assert one.sum(axis=1) == pytest.approx(np.ones(len(one)), abs=1e-4)


def test_tags_that_the_student_lacks_count_as_outside() -> None:
    few = ("O", "B-PER", "I-PER")
    (every,), (some,) = teach("panx-mini", PANX_TAGS, GOLD[:1]).labelled, teach("panx-mini", few, GOLD[:1]).labelled
    assert some[:, 1:] == pytest.approx(every[:, 1:3], abs=1e-6)
    assert some[:, 0] == pytest.approx(1 - every[:, 1:3].sum(axis=1), abs=1e-4)


def test_a_teacher_of_other_labels_and_text_without_words_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="panx-mini cannot teach B-HAFEN, I-HAFEN: it has the tags O, B-PER"):
        teach("panx-mini", ("O", "B-HAFEN", "I-HAFEN"), GOLD[:1])
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(AnnotatorError, match="no words to teach"):
        teach("panx-mini", PANX_TAGS, GOLD[:1], [str(tmp_path / "empty.txt")])


@pytest.mark.parametrize("max_pieces", [256, 12])
def test_soft_labels_stand_where_words_begin(tiny: Path, max_pieces: int) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny)
    random = np.random.default_rng(0)
    given = [random.dirichlet(np.ones(7), len(one.words)).astype(np.float32) for one in GOLD[:9]]
    found = soft_features(GOLD[:9], given, tokenizer, LABEL_IDS, max_pieces)
    plain = list(align(GOLD[:9], tokenizer, LABEL_IDS, max_pieces))
    assert [(one["input_ids"], one["labels"]) for one in found] == [(one.ids, one.labels) for one in plain]
    begins = np.concatenate([np.array(one.labels) != IGNORED for one in plain])
    soft = np.concatenate([one["soft"] for one in found])
    assert not soft[~begins].any() and (soft[begins] == np.concatenate(given)).all()
    untagged = soft_features(GOLD[:9], given, tokenizer, None, max_pieces)
    assert all(set(one["labels"]) == {IGNORED} for one in untagged)
    batch = SoftCollator(tokenizer)(found[:4])
    assert batch["soft"].shape == (*batch["labels"].shape, 7)
    assert ((batch["labels"] != IGNORED) == (batch["soft"].sum(dim=-1) > 0)).all()
    assert "soft" not in SoftCollator(tokenizer)([{k: v for k, v in found[0].items() if k != "soft"}])


def test_a_student_learns_from_text_without_tags(tiny: Path, tmp_path: Path) -> None:
    # The tags of the training sentence say nothing, and the teacher says of all others that they are persons.
    words = [TaggedSentence((f"w{number % 5}",), ("O",)) for number in range(40)]
    person = np.eye(7, dtype=np.float32)[[PANX_TAGS.index("B-PER")]]
    outside = np.eye(7, dtype=np.float32)[[0]]
    train = [TaggedSentence(("x",), ("O",))]
    taught = Taught("t", [outside], [(one, person) for one in words])
    dev = [TaggedSentence(one.words, ("B-PER",)) for one in words[:5]]
    settings = Settings(rate=3e-3, epochs=4, batch=8, hidden_dropout=0.0, attention_dropout=0.0)
    torch.manual_seed(0)
    finetune(str(tiny), tmp_path / "student", PANX_TAGS, train, dev, settings, taught=taught)
    assert measure(Annotator.load(tmp_path / "student", device="cpu"), dev)["PER"].f1 == 1
