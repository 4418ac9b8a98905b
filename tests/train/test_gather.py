"""What a training needs is gathered before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotator.train.corpora import TaggedSentence
from annotator.train.gather import gather
from annotator.train.panx import PanxFolder, open_panx

from annotator.errors import AnnotatorError, RecordError, UsageError
from annotator.json_values import AnnotatorWarning
from annotator.labels import PANX_TAGS
from support.trainings import GOLD, OWN, no_panx, write_conll

OWN_TAGS = ("O", "B-HAFEN", "I-HAFEN")


@pytest.fixture
def own(tmp_path: Path) -> str:
    return str(write_conll(tmp_path / "own.conll", OWN))


def test_a_tenth_of_a_file_is_held_out_and_tested_on(own: str) -> None:
    gathered = gather(no_panx, [own])
    assert gathered.tags == OWN_TAGS
    (train,), (dev,) = gathered.train.values(), gathered.dev.values()
    assert (len(train), len(dev)) == (9, 1) and set(map(repr, [*train, *dev])) == set(map(repr, OWN))
    assert list(gathered.dev) == [f"{own} (held out)"] and gathered.test is gathered.dev


def test_files_to_choose_by_and_to_test_on_leave_the_training_file_whole(own: str, tmp_path: Path) -> None:
    dev, test = (str(write_conll(tmp_path / f"{name}.conll", OWN[:3])) for name in ("dev", "test"))
    gathered = gather(no_panx, [own], [dev], [test, own])
    assert {name: len(one) for name, one in gathered.train.items()} == {own: 10}
    assert {name: len(one) for name, one in gathered.dev.items()} == {dev: 3}
    assert {name: len(one) for name, one in gathered.test.items()} == {test: 3, own: 10}


def test_languages_and_files_may_be_mixed(own: str, folder: Path) -> None:
    gathered = gather(lambda: open_panx(folder), ["de", own], (), None, "5", 2)
    assert gathered.tags == (*PANX_TAGS, "B-HAFEN", "I-HAFEN")
    assert {name: len(one) for name, one in gathered.train.items()} == {"de": 5, own: 5}
    assert {name: len(one) for name, one in gathered.dev.items()} == {"de": 2, f"{own} (held out)": 1}
    assert list(gathered.test) == ["de", "fr", "en"]  # Italian is missing


@pytest.mark.parametrize("tags", [("I-A", "I-A", "B-A", "O"), ("B-A", "E-A", "S-A", "O"), ("B-A", "I-A", "B-A", "O")])
def test_tags_of_any_scheme_become_iob2(tags: tuple[str, ...], tmp_path: Path) -> None:
    words = ("a", "b", "c", "d")
    path = write_conll(tmp_path / "own.txt", [TaggedSentence(words, tags)] * 2)
    (train,) = gather(no_panx, [str(path)]).train.values()
    assert train == [TaggedSentence(words, ("B-A", "I-A", "B-A", "O"))]


def test_other_formats_with_words_are_read(tmp_path: Path) -> None:
    (tmp_path / "own.conllu").write_text("1\tRom\t_\t_\t_\t_\t_\t_\t_\tNE=B-CITY\n\n" * 4)
    assert gather(no_panx, [str(tmp_path / "own.conllu")]).tags == ("O", "B-CITY", "I-CITY")
    (tmp_path / "own.jsonl").write_text('{"text": "Rom", "entities": [{"start": 0, "end": 3, "label": "CITY"}]}\n')
    with pytest.raises(RecordError, match=r"own.jsonl:1: the record has no words: convert the file to CoNLL"):
        gather(no_panx, [str(tmp_path / "own.jsonl")])


def test_a_label_that_is_not_trained_is_said(own: str, tmp_path: Path) -> None:
    other = write_conll(tmp_path / "other.conll", [TaggedSentence(("Rom",), ("B-CITY",))])
    with pytest.warns(AnnotatorWarning, match="no training sentence has the label CITY"):
        assert gather(no_panx, [own], (), [str(other)]).tags == OWN_TAGS
    with pytest.warns(AnnotatorWarning, match="no training sentence has the label CITY"):
        assert gather(no_panx, [own], [str(other)]).tags == ("O", "B-CITY", "I-CITY", *OWN_TAGS[1:])


def test_names_that_are_neither_files_nor_languages(own: str, folder: Path) -> None:
    def panx() -> PanxFolder:
        return PanxFolder(folder)

    with pytest.raises(UsageError, match=r"there is no file and no language 'xx': there are de, en, fr"):
        gather(panx, ["de"], (), ["xx"])
    for name, says in (("no/such.conll", "no such file"), ("no.tsv", "no such file"), (str(folder), "is a folder")):
        for names in (([name], (), None), ([own], [name], None), ([own], (), [name])):
            with pytest.raises(UsageError, match=f"{name}: {says}"):
                gather(no_panx, *names)
    with pytest.raises(UsageError, match="the sample 'swiss' has no share"):
        gather(no_panx, [own], size="swiss")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no sentences in it"),
        ("Rom\tB-CITY\n", r"too few sentences \(1\) to train on some and hold out others"),
        ("Rom\tO\n\nBern\tO\n", "no entities to learn: tag some words"),
        ("Rom\tB-CITY\n\nBern\tCITY\n", "own.conll:3: 'CITY' is not a tag"),
        ("Rom\tB-CITY\n\nBern\n", "own.conll:3: expected a token and a tag"),
    ],
)
def test_a_file_that_cannot_be_trained_on(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "own.conll").write_text(text)
    with pytest.raises(AnnotatorError, match=says):
        gather(no_panx, [str(tmp_path / "own.conll")])


def test_sentences_of_panx_stay_as_they_are(folder: Path) -> None:
    gathered = gather(lambda: open_panx(folder), ["de"], (), ["de"])
    assert gathered.tags == PANX_TAGS and gathered.train["de"] != GOLD[:30]  # shuffled
    assert gathered.test["de"] == GOLD[:30]
