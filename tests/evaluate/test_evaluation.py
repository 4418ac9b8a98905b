"""Files -> everything that a report shows."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from seqeval.metrics import f1_score

from annotator.document import Document, Entity
from annotator.evaluate.evaluation import Tagger, evaluate
from annotator.evaluate.paired_files import Files, LabelMap
from annotator.evaluate.terminal import in_terminal
from support.evaluations import FOUND, GOLD, compared, written
from support.paths import SHARED, needs_shared


def test_figures_of_a_small_comparison(gold: Path) -> None:
    result = compared(gold, FOUND)
    assert (result.scores.micro.correct, result.scores.micro.predicted, result.scores.micro.support) == (1, 4, 3)
    assert {kind.value: count for kind, count in result.kinds.items() if count} == {
        "correct": 1, "wrong label": 1, "wrong boundary": 1, "spurious": 1,
    }  # fmt: skip
    assert [(c.gold, c.predicted, c.count) for c in result.confusions] == [("LOC", "ORG", 1)]
    assert (result.files[0].sentences, result.files[0].tokens) == (3, 12)


def test_the_same_file_is_perfect(gold: Path) -> None:
    result = evaluate([Files(str(gold), str(gold))])
    assert result.scores.micro.f1 == result.scores.macro.f1 == result.scores.micro.f1_interval.low == 1.0
    assert not (result.warnings or result.examples or result.confusions)


def test_labels_on_one_side_only_are_counted(gold: Path) -> None:
    result = compared(gold, GOLD.replace("LOC", "GPE"))
    assert result.warnings == (
        f"label LOC: 1 in {gold}, none in {gold.parent}/pred.conll: all are missed",
        f"label GPE: 1 in {gold.parent}/pred.conll, none in {gold}: all are spurious",
    )


def test_labels_can_be_mapped_and_left_out(gold: Path) -> None:
    result = compared(gold, GOLD.replace("LOC", "GPE"), "GPE=LOC,ORG=O")
    assert result.scores.micro.f1 == 1.0 and list(result.scores.labels) == ["LOC", "PER"] and not result.warnings
    assert compared(gold, GOLD, "GEP=LOC").warnings == ("map: no entity has the label GEP",)


def test_a_gold_file_without_entities_is_reported(gold: Path) -> None:
    gold.write_text("Kein O\nName O\n", encoding="utf-8")
    result = compared(gold, "Kein O\nName O\n")
    assert result.warnings == (f"no entity in {gold}: all figures are 0",)
    assert result.scores.micro.f1 == 0.0 and "Labels" in in_terminal(result)


class _EverythingIsALoc(Tagger):
    """Tags every word as a LOC."""

    def tag(self, documents: Iterable[Document]) -> Iterator[Document]:
        self.labels = ("LOC", "PER")
        for one in documents:
            words = [word for sentence in one.sentences or () for word in sentence.words]
            found = tuple(Entity(word.start, word.end, "LOC", 0.75) for word in words)
            yield Document(one.id, one.text, one.origin, sentences=one.sentences, entities=found)


def test_a_model_tags_the_tokens_of_the_gold(gold: Path) -> None:
    result = evaluate([Files(str(gold), None), Files(str(gold), None)], _EverythingIsALoc("shouting"))
    assert (result.scores.micro.predicted, result.scores.micro.correct) == (24, 2)
    assert [file.predicted for file in result.files] == ["shouting"] * 2
    assert result.calibration is not None and result.calibration.predicted == 24
    assert result.warnings == (
        "ORG (2) in the gold files: not among the labels of shouting (LOC, PER), so missed; count them as others "
        "by map ORG=LOC, or leave them out by map ORG=O",
        "label PER: 2 in the gold files, none in shouting: all are missed",
    )
    mapped = evaluate([Files(str(gold), None)], _EverythingIsALoc("shouting"), labels=LabelMap.parse("ORG=LOC"))
    assert mapped.scores.micro.correct == 2 and len(mapped.warnings) == 1


def test_two_systems(gold: Path) -> None:
    result = compared(gold, GOLD, other=FOUND)
    assert result.comparison is not None
    assert result.comparison.difference == 1.0 - result.comparison.f1 > 0
    assert "Two systems" in in_terminal(result) and "p = " in in_terminal(result)


@needs_shared
@pytest.mark.slow
def test_f1_on_panx_equals_that_of_seqeval(tmp_path: Path) -> None:
    """20,000 sentences of PAN-X dev, every seventh tag of which is that of the token before."""
    files: list[Files] = []
    gold_tags: list[list[str]] = []
    found_tags: list[list[str]] = []
    for language in ("de", "fr"):
        path = SHARED / "data" / "panx" / language / "dev.tsv"
        blocks = path.read_text(encoding="utf-8").split("\n\n")
        sentences = [[line.rsplit("\t", 1) for line in block.splitlines()] for block in blocks if block.strip()]
        found = io.StringIO()
        last, count = "O", 0
        for sentence in sentences:
            gold_tags.append([tag for _, tag in sentence])
            found_tags.append([])
            for token, tag in sentence:
                count += 1
                found_tags[-1].append(last if count % 7 == 0 else tag)
                last = tag
                found.write(f"{token}\t{found_tags[-1][-1]}\n")
            found.write("\n")
        files.append(Files(str(path), str(written(tmp_path / f"{language}.tsv", found.getvalue()))))
    result = evaluate(files)
    assert sum(file.sentences for file in result.files) == len(gold_tags) == 20_000
    assert result.scores.micro.f1 == f1_score(gold_tags, found_tags)
    assert result.scores.macro.f1 == f1_score(gold_tags, found_tags, average="macro")
