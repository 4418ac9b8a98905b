"""Tagged corpora as the training reads them."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from annotator.train.corpora import TaggedSentence, passes, read_tagged, split_unspaced_words

from annotator.errors import RecordError
from annotator.labels import PANX_TAGS
from support.trainings import GOLD, write_conll


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Paris\tB-LOC\n\nRom\tB-XYZ\n", r"x.tsv:3: unknown tag 'B-XYZ': the tags are O, B-PER"),
        ("Paris\tB-LOC\nRom\n", r"x.tsv:2: expected a token and a tag"),
        ("Paris\tLOC\n", r"x.tsv:1: 'LOC' is not a tag"),
    ],
)
def test_a_line_without_a_known_tag_is_named_by_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=message):
        list(read_tagged(path, PANX_TAGS))


def test_tags_are_read_as_they_stand(tmp_path: Path) -> None:
    """What a corpus holds is what is trained on, even an I- that continues nothing."""
    sentences = [TaggedSentence(("in", "Rom", "Rom"), ("O", "I-LOC", "B-LOC")), TaggedSentence(("x",), ("O",))]
    assert list(read_tagged(write_conll(tmp_path / "x.tsv", sentences), PANX_TAGS)) == sentences


def test_documents_of_several_sentences_are_read_sentence_by_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.conll"
    path.write_text("-DOCSTART- O\n\na O\n\nb c B-PER\nd I-PER\n\n-DOCSTART- O\n\ne O\n", encoding="utf-8")
    words = [sentence.words for sentence in read_tagged(path, PANX_TAGS)]
    assert words == [("a",), ("b", "d"), ("e",)]


def test_unspaced_words_are_split_and_their_tags_carried_on() -> None:
    sentence = TaggedSentence(("中国", "人", "Tom"), ("B-LOC", "O", "B-PER"))
    assert split_unspaced_words(sentence) == TaggedSentence(("中", "国", "人", "Tom"), ("B-LOC", "I-LOC", "O", "B-PER"))


def test_passes_take_whole_rounds_and_a_share() -> None:
    taken = passes(GOLD[:10], 2.5, random.Random(0))
    assert len(taken) == 25
    assert Counter(taken).most_common()[-1][1] == 2
