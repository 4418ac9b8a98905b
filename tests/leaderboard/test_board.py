"""Systems on corpora: figures equal seqeval's, what was tagged is kept, and what fails is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import stdev
from typing import Any

import pytest
from seqeval.metrics import f1_score

from annotator.errors import AnnotatorError, UsageError
from annotator.evaluate.evaluation import Tagger, evaluate
from annotator.evaluate.paired_files import Files, LabelMap
from annotator.formats import FORMATS
from annotator.formats.base import ReadOptions, only_documents
from annotator.labels import sentence_tags
from annotator.leaderboard import board as boards
from annotator.leaderboard.board import Board, make_board
from annotator.leaderboard.corpora import find_corpora
from annotator.leaderboard.kept import Tagged, make_folder
from annotator.leaderboard.systems import System, find_systems
from annotator.pipeline import Annotator
from support.boards import HOSTILE, NAMES, SENTENCE, write_corpora
from support.evaluations import written
from support.paths import SAMPLES

GOLD = SAMPLES / "gold.conll"
SOCIAL = SAMPLES / "genres" / "social.de.conll"
GOLDS = [str(GOLD), str(SOCIAL)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where tagged files are kept."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def tagged(folder: Path) -> Board:
    """The embedded model, which needs no torch, on two corpora, and on one that is no corpus."""
    bad = written(folder.parent / "bad.conll", "Bern Lausanne\n")
    systems = [System("mini", ("panx-mini",)), System("another", predictions=str(GOLD.parent / "genres"))]
    return make_board(systems, find_corpora([*GOLDS, str(bad)], []), make_folder(folder), "cpu", limit=10)


def _tags(path: Path, annotator: Annotator | None = None) -> list[list[str]]:
    with path.open("rb") as stream:
        documents: Any = list(only_documents(FORMATS["conll"].reader()(stream, str(path), ReadOptions())))[:10]
    if annotator:
        documents = annotator.pipe(documents)
    return [tags for document in documents for _, tags in sentence_tags(document)]


def test_figures_equal_those_of_seqeval(tagged: Board, ner: Annotator) -> None:
    figures = []
    for name, path in (("gold", GOLD), ("social.de", SOCIAL)):
        figure = tagged.cell("mini", name).figure
        assert figure and figure.f1 == f1_score(_tags(path), _tags(path, ner))
        assert figure.interval.low <= figure.f1 <= figure.interval.high
        figures.append(figure.f1)
    row = tagged.systems[0]
    assert row.mean and row.mean.f1 == pytest.approx(sum(figures) / 2) and row.measured == 2
    assert row.words_per_second and row.memory and row.memory > 50_000_000


def test_what_fails_is_told_and_the_rest_is_done(tagged: Board) -> None:
    cell = tagged.cell("mini", "bad")
    assert cell.figure is None and "'Lausanne' is not a tag" in cell.failure
    assert any("'Lausanne' is not a tag" in note for note in tagged.notes)
    own = tagged.cell("another", "social.de").figure
    assert own and own.f1 == 1.0 and own.best and not tagged.systems[1].words_per_second
    assert "no file gold.*" in tagged.cell("another", "gold").failure


def test_what_was_tagged_is_not_tagged_again(tagged: Board, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(model: str, device: str, tasks: Sequence[object], kept: object) -> Iterator[object]:
        assert not tasks
        yield from ()

    monkeypatch.setattr(boards, "tag_corpora", refuse)
    again = make_board(
        [System("renamed", ("panx-mini",))], find_corpora(GOLDS, []), make_folder(folder), "cpu", limit=10
    )
    assert [cell.figure and cell.figure.f1 for cell in again.cells] == [
        cell.figure and cell.figure.f1 for cell in tagged.cells if cell.system == "mini" and cell.figure
    ]
    with pytest.raises(AssertionError):
        make_board([System("mini", ("panx-mini",))], find_corpora(GOLDS, []), make_folder(folder), "cpu", limit=9)


def test_an_unknown_model_is_refused_at_once(corpora: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown model 'panx-mni'"):
        make_board([System("x", ("panx-mni",))], find_corpora([str(corpora)], ["dev"]), make_folder(tmp_path / "cache"))


def test_nothing_that_can_be_measured(corpora: Path, tmp_path: Path) -> None:
    systems = find_systems([], [f"tool={tmp_path / 'corpora' / 'web'}"])
    with pytest.raises(AnnotatorError, match=r"no system could be measured on any corpus: .*no file news/de/dev"):
        make_board(systems, find_corpora([str(corpora)], ["dev"]), make_folder(tmp_path / "cache"))


def test_best_ones_ties_and_means(board: Board) -> None:
    some, other = board.systems
    assert [cell.corpus for cell in board.cells if cell.failure] == [NAMES[2]]
    equal = [board.cell(name, NAMES[0]).figure for name in ("some", HOSTILE)]
    assert [(figure.best, figure.tied, figure.p_value) for figure in equal if figure] == [
        (True, False, None), (False, True, 1.0),
    ]  # fmt: skip
    worse = board.cell(HOSTILE, NAMES[1]).figure
    assert worse and not (worse.best or worse.tied) and worse.p_value is not None and worse.p_value < 0.05
    figures = [cell.figure.f1 for cell in board.cells if cell.system == "some" and cell.figure]
    assert some.mean and some.mean.f1 == pytest.approx(sum(figures) / 3)
    german = (figures[0] + figures[2]) / 2
    assert some.by_language and some.by_language.f1 == pytest.approx((german + figures[1]) / 2)
    # A system that lacks a corpus is not compared by its mean.
    assert other.measured == 2 and other.mean and not (some.mean.best or other.mean.best or other.mean.tied)


def test_runs_fold_into_mean_and_deviation(corpora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gold = SENTENCE.replace(" ", "\t")
    files = [tmp_path / f"run{number}.conll" for number in range(3)]
    for number, path in enumerate(files):
        path.write_text(gold * (20 - 5 * number) + gold.replace("B-LOC", "O") * 5 * number, encoding="utf-8")
    monkeypatch.setattr(boards, "find_checkpoint", lambda _: tmp_path)
    monkeypatch.setattr(boards, "digest_of_model", str)

    def tag(model: str, device: str, tasks: Sequence[object], kept: object) -> Iterator[object]:
        for _ in tasks:
            yield Tagged(str(files[int(model)]), ("LOC", "PER"), 100, 1.0, 10**9 + int(model))

    monkeypatch.setattr(boards, "tag_corpora", tag)
    systems = [System("seeds", ("0", "1", "2")), System("first", ("0",))]
    found = make_board(systems, find_corpora([str(corpora)], ["dev"]), make_folder(tmp_path / "cache"))
    runs = [evaluate([Files(str(corpora / f"{NAMES[0]}.tsv"), str(path))]).scores.micro.f1 for path in files]
    figure = found.cell("seeds", NAMES[0]).figure
    assert figure and figure.f1 == pytest.approx(sum(runs) / 3) and figure.deviation == pytest.approx(stdev(runs))
    row = found.systems[0]
    assert row.mean and row.mean.deviation == pytest.approx(stdev(runs)) and row.words_per_second == 100
    assert row.memory == 10**9 + 2
    single = found.cell("first", NAMES[0]).figure
    assert single and single.f1 == 1.0 and single.best and single.deviation is None


def test_labels_are_mapped_and_sentences_limited(corpora: Path, tmp_path: Path) -> None:
    mapped = write_corpora(tmp_path / "mapped", SENTENCE.replace("LOC", "GPE") * 20)
    systems = find_systems([], [f"tool={mapped}"])
    golds = find_corpora([str(corpora)], ["dev"])
    plain = make_board(systems, golds, make_folder(tmp_path / "cache"), limit=7)
    assert plain.corpora[0].sentences == 7 and plain.corpora[0].entities == 14
    assert f"tool, {NAMES[0]}: LOC (7 in the gold) is never predicted: all are missed" in plain.notes
    same = make_board(systems, golds, make_folder(tmp_path / "cache"), labels=LabelMap.parse("GPE=LOC"))
    assert not same.notes and all(cell.figure and cell.figure.f1 == 1.0 for cell in same.cells)


@pytest.mark.slow
def test_the_embedded_model_has_the_f1_of_evaluate(tmp_path: Path) -> None:
    found = make_board([System("panx-mini", ("panx-mini",))], find_corpora(GOLDS, []), make_folder(tmp_path), "cpu")
    # Of a few entities, F1 takes few values: the ends of intervals that are drawn apart may be neighbouring ones.
    for name, path, step in (("gold", GOLD, 0.01), ("social.de", SOCIAL, 0.05)):
        figure = found.cell("panx-mini", name).figure
        expected = evaluate([Files(str(path), None)], Tagger("panx-mini", "cpu", quiet=True)).scores.micro
        assert figure and figure.f1 == expected.f1
        assert figure.interval.low == pytest.approx(expected.f1_interval.low, abs=step)
