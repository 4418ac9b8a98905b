"""`annotate evaluate` from its arguments to what it prints."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.scheme import IOB2
from sklearn.exceptions import UndefinedMetricWarning

from annotator import formats
from annotator.formats.base import ReadOptions, only_documents
from annotator.labels import sentence_tags
from annotator.pipeline import Annotator
from support.cli_runs import annotate, refused
from support.evaluations import written
from support.paths import SAMPLES

GOLD = SAMPLES / "gold.conll"


@pytest.fixture(autouse=True)
def _columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def predicted(tmp_path: Path) -> Path:
    """The gold file with some persons called organisations."""
    path = tmp_path / "pred.conll"
    path.write_text(GOLD.read_text(encoding="utf-8").replace("B-PER\n", "B-ORG\n", 5), encoding="utf-8")
    return path


def test_a_report(predicted: Path) -> None:
    run = annotate("evaluate", GOLD, predicted)
    text = run.out.decode()
    assert (run.code, run.err) == (0, "")
    assert max(map(len, text.splitlines())) <= 80
    assert "100 sentences, 1,200 tokens, 162 entities" in text
    for word in ("LOC", "micro", "macro", "wrong label", "PER → ORG", "strict", "Examples of errors"):
        assert word in text


def test_json_holds_the_figures_of_the_report(predicted: Path) -> None:
    found = json.loads(annotate("evaluate", GOLD, predicted, "--json").out)
    text = annotate("evaluate", GOLD, predicted).out.decode()
    for label, score in [*found["scores"]["labels"].items(), ("micro", found["scores"]["micro"])]:
        row = next(line.split() for line in text.splitlines() if line.startswith(label))
        assert row[1:4] == [f"{score[name]:.4f}" for name in ("precision", "recall", "f1")]
        assert row[7:] == [str(score["support"]), str(score["predicted"])]


def test_markdown_and_html(predicted: Path) -> None:
    assert annotate("evaluate", GOLD, predicted, "--markdown").out.decode().count("| --- | ---:") >= 3
    page = annotate("evaluate", GOLD, predicted, "--html").out.decode()
    assert page.startswith("<!doctype html>") and page.rstrip().endswith("</html>")


def test_a_model_tags_the_gold(tiny: Path) -> None:
    found = json.loads(annotate("evaluate", GOLD, "--model", tiny, "--device", "cpu", "--json").out)
    reader = formats.FORMATS["conll"].reader()

    with GOLD.open("rb") as stream:
        documents = list(only_documents(reader(stream, "gold", ReadOptions())))
    tagged = Annotator.load(str(tiny), device="cpu").pipe(documents)
    gold_tags, tags = ([t for d in some for _, t in sentence_tags(d)] for some in (documents, list(tagged)))
    assert found["scores"]["micro"]["f1"] == f1_score(gold_tags, tags)
    assert found["calibration"]["predicted"] == found["scores"]["micro"]["predicted"] > 0
    assert found["files"][0]["sentences"] == 100


def test_two_gold_files_and_a_second_system(predicted: Path) -> None:
    run = annotate("evaluate", GOLD, predicted, predicted, GOLD, "--compare", GOLD, "--compare", predicted)
    text = run.out.decode()
    assert run.code == 0 and "Files" in text and "2 files" in text and "Two systems" in text
    assert max(map(len, text.splitlines())) <= 80


def test_fail_under(predicted: Path) -> None:
    assert annotate("evaluate", GOLD, predicted, "--fail-under", "0.9").code == 0
    run = annotate("evaluate", GOLD, predicted, "--fail-under", "0.99")
    assert run.code == 1 and b"micro" in run.out
    assert run.err.startswith("annotate: error: F1 0.9") and run.err.endswith("is under 0.99 (--fail-under)\n")


def test_warnings_are_on_stderr(predicted: Path) -> None:
    run = annotate("evaluate", GOLD, predicted, "--map", "LOC=GPE,MISC=O", "--json")
    assert run.code == 0 and "GPE" in json.loads(run.out)["scores"]["labels"]
    assert run.err == "annotate: warning: --map: no entity has the label MISC\n"


@pytest.mark.parametrize(
    ("args", "code", "what"),
    [
        ([GOLD], 2, "name them after it (GOLD PRED), or a model to tag it, such as --model panx-mini"),
        ([GOLD, SAMPLES / "de.txt"], 2, "plain text holds no tags"),
        ([GOLD, "nowhere.conll"], 1, "nowhere.conll: no such file"),
        (["nowhere.conll", "--model", "panx-mini"], 1, "nowhere.conll: no such file"),
        ([GOLD, "--model", "nothing"], 2, "unknown model 'nothing'"),
        ([GOLD, GOLD, "--map", "LOC"], 2, "LOC: not a map of labels: write --map as LABEL=LABEL"),
        ([GOLD, GOLD, "--plot", "a.pdf"], 2, "name a file that ends in .png or .svg"),
        ([GOLD, GOLD, "--plot", "nowhere/a.png"], 1, "there is no folder nowhere"),
        ([GOLD, GOLD, "--input-format", "konll"], 2, "unknown format 'konll'"),
    ],
)
def test_mistakes_are_reported_in_one_line(args: list[object], code: int, what: str) -> None:
    assert what in refused(annotate("evaluate", *args), code)


def test_the_first_difference_is_named(predicted: Path) -> None:
    predicted.write_text(predicted.read_text(encoding="utf-8").replace("Berlin", "Bern", 1), encoding="utf-8")
    message = refused(annotate("evaluate", GOLD, predicted), 1)
    assert message.startswith(f"{predicted}:1: sentence 1, token 6 is 'Bern', but 'Berlin' in {GOLD}:1")


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_plots(tiny: Path, predicted: Path, suffix: str) -> None:
    pytest.importorskip("matplotlib")
    path = predicted.with_suffix(suffix)
    args = [predicted] if suffix == ".png" else ["--model", tiny, "--device", "cpu"]
    assert annotate("evaluate", GOLD, *args, "--json", "--plot", path).code == 0
    assert path.read_bytes().startswith(b"\x89PNG" if suffix == ".png" else b"<?xml")


def test_without_matplotlib(predicted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    message = refused(annotate("evaluate", GOLD, predicted, "--plot", predicted.with_suffix(".png")), 1)
    assert message == "plots need matplotlib: pip install 'annotate-ner[plot]'"


def test_help_has_an_example() -> None:
    assert b"annotate evaluate samples/gold.conll --model panx-mini" in annotate("evaluate", "--help").out


TAGS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "I-ORG")


@given(st.lists(st.lists(st.tuples(*[st.sampled_from(TAGS)] * 2), min_size=1, max_size=8), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_figures_of_invalid_tags_equal_those_of_seqeval(rows: list[list[tuple[str, str]]]) -> None:
    """Random tags through files: conlleval's reading, and with --strict seqeval's strict one."""
    sides = [[[row[side] for row in sentence] for sentence in rows] for side in (0, 1)]
    with TemporaryDirectory() as folder:
        files = [
            written(Path(folder) / name, "\n".join("".join(f"w {tag}\n" for tag in tags) for tags in side))
            for name, side in zip(("gold.conll", "pred.conll"), sides, strict=True)
        ]
        lenient = json.loads(annotate("evaluate", *files, "--json").out)["scores"]["micro"]
        strict = json.loads(annotate("evaluate", *files, "--json", "--strict").out)["scores"]["micro"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        for name, figure in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
            assert lenient[name] == figure(*sides, zero_division=0)
            assert strict[name] == figure(*sides, mode="strict", scheme=IOB2, zero_division=0)


def test_strict_leaves_out_entities_that_begin_with_i(tmp_path: Path) -> None:
    gold = written(tmp_path / "gold.conll", "Anna I-PER\nin O\nBern B-LOC\n")
    found = written(tmp_path / "pred.conll", "Anna B-PER\nin O\nBern B-LOC\n")
    assert json.loads(annotate("evaluate", gold, found, "--json").out)["scores"]["micro"]["f1"] == 1.0
    strict = json.loads(annotate("evaluate", gold, found, "--json", "--strict").out)["scores"]
    assert (strict["micro"]["support"], strict["micro"]["predicted"]) == (1, 2)


def test_a_mistyped_label_of_a_map_gets_a_suggestion(predicted: Path) -> None:
    run = annotate("evaluate", GOLD, predicted, "--map", "loc=GPE", "--json")
    assert run.err == "annotate: warning: --map: no entity has the label loc: did you mean LOC?\n"


def test_details_and_training_data(predicted: Path) -> None:
    short = annotate("evaluate", GOLD, predicted).out.decode()
    run = annotate("evaluate", GOLD, predicted, "--details", "--train", GOLD)
    text = run.out.decode()
    assert run.code == 0 and max(map(len, text.splitlines())) <= 80
    for title in ("F1 by entity length", "F1 by how often the name is in the training data", "Names most often given"):
        assert title in text and title not in short
    assert "## F1 by script" in annotate("evaluate", GOLD, predicted, "--markdown", "--details").out.decode()
    message = refused(annotate("evaluate", GOLD, predicted, "--train", "no.conll"), 1)
    assert message.startswith("no.conll: ")


def test_json_and_html_hold_all_buckets(predicted: Path) -> None:
    found = json.loads(annotate("evaluate", GOLD, predicted, "--json", "--compare", GOLD).out)
    assert {one["feature"] for one in found["buckets"]} >= {"entity length", "script", "position"}
    assert found["bucket_differences"][0]["difference"] < 0 and found["consistency"]["complete"]
    assert found["surfaces"]["confused"][0]["count"] >= 1
    assert "F1 by script" in annotate("evaluate", GOLD, predicted, "--html").out.decode()
