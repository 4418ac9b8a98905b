"""A model tags corpora in a process of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from annotator.document import Document, Origin, Sentence
from annotator.leaderboard.kept import Tagged, make_folder
from annotator.leaderboard.tagging import DIED, Failure, Task, first_documents, tag_corpora, tag_with
from annotator.pipeline import Annotator
from support.evaluations import written
from support.paths import SAMPLES

GOLD = str(SAMPLES / "gold.conll")


def test_the_first_sentences() -> None:
    two = (Sentence.of([0, 1]), Sentence.of([2, 3]))
    documents = [Document(str(n), "a b", Origin("x", n), sentences=two if n else None) for n in range(3)]
    counts = [len(list(first_documents(documents, limit))) for limit in (None, 1, 2, 3, 4, 9)]
    assert counts == [3, 1, 2, 2, 3, 3]


def test_a_corpus_is_tagged_with_its_own_words(tiny: Path, tmp_path: Path) -> None:
    annotator = Annotator.load(str(tiny), device="cpu")
    tagged = tag_with(annotator, Task(GOLD, str(tmp_path / "a.jsonl.gz"), 10))
    gold = "".join(Path(GOLD).read_text(encoding="utf-8").split("\n\n")[i] + "\n" for i in range(10))
    assert tagged.words == gold.count("\t") and tagged.labels == ("PER", "ORG", "LOC") and tagged.seconds > 0
    assert Path(tagged.path).is_file()


@pytest.mark.slow
def test_a_model_that_cannot_be_loaded(tiny: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tiny, broken)
    (broken / "tokenizer.json").write_text("{}")
    tasks = [Task(GOLD, str(tmp_path / f"{number}.jsonl.gz"), 5) for number in range(2)]
    found = list(tag_corpora(str(broken), "cpu", tasks, make_folder(tmp_path / "cache")))
    assert len(found) == 2 and all(isinstance(one, Failure) and "not a tokenizer" in one.reason for one in found)


@pytest.mark.slow
def test_a_process_that_dies_is_told_and_replaced(tiny: Path, tmp_path: Path) -> None:
    """The first corpus is a module that ends the process as soon as it is unpickled there."""
    kept = make_folder(tmp_path / "cache")
    good = Task(GOLD, str(tmp_path / "cache" / "b.jsonl.gz"), 5)
    killing = _Killing(GOLD, str(tmp_path / "a.jsonl.gz"), 5)
    first, second = tag_corpora(str(tiny), "cpu", [killing, good], kept)
    assert first == Failure(DIED)
    assert isinstance(second, Tagged) and kept.find(Path(second.path)) == second


class _Killing(Task):
    """A task whose unpickling ends the process."""

    def __reduce__(self) -> tuple[object, ...]:
        import os

        return os._exit, (9,)


@pytest.mark.slow
def test_gold_that_cannot_be_read_fails_alone(tiny: Path, tmp_path: Path) -> None:
    bad = str(written(tmp_path / "bad.conll", "Bern Lausanne\n"))
    kept = make_folder(tmp_path / "cache")
    tasks = [Task(bad, str(kept.folder / "a.jsonl.gz"), None), Task(GOLD, str(kept.folder / "b.jsonl.gz"), 5)]
    first, second = tag_corpora(str(tiny), "cpu", tasks, kept)
    assert isinstance(first, Failure) and first.reason.startswith(f"{bad}:1: 'Lausanne' is not a tag")
    assert isinstance(second, Tagged) and second.memory and second.words > 0
