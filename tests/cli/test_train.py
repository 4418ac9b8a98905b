"""`annotate train` from its arguments to its results, on a tiny random-weight encoder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from annotator.train.experiments import EXPERIMENTS, Results

from support.cli_runs import annotate, refused
from support.trainings import GOLD, OWN, save_panx, write_conll


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PAN-X folder of German, French and English made of the gold sample; Italian is missing."""
    return save_panx(tmp_path_factory.mktemp("panx"))


@pytest.mark.slow
def test_an_experiment(tiny: Path, folder: Path, tmp_path: Path) -> None:
    quick = ["--data", folder, "--base", tiny, "--rate", "5e-3", "--epochs", "1", "--sample", "10"]
    for name in EXPERIMENTS:
        run = annotate("train", name, *quick, "--output", tmp_path / name)
        assert run.code == 0 and b"published" in run.out and b" - " in run.out  # Italian is missing
    again = annotate("train", "zero-shot", *quick, "--output", tmp_path / "zero-shot")
    assert "holds a training already: continue it with --resume, or name another --output" in refused(again, 1)
    record = json.loads((tmp_path / "joint" / "results.json").read_text())
    assert record["trained_on"] == {"de": 10, "fr": 10} and set(record["test"]) == {"de", "fr", "en"}
    assert "| de | 10 |" in (tmp_path / "joint" / "README.md").read_text()

    plot = tmp_path / "heat.svg"
    report = annotate("train", "report", *(tmp_path / name for name in EXPERIMENTS), "--plot", plot)
    assert report.code == 0 and b"de + fr" in report.out
    assert plot.read_text().startswith("<?xml")

    curve = ["--sizes", "5,10", "--output", tmp_path / "curve"]
    assert annotate("train", "learning-curve", *quick, *curve).code == 0
    runs = [tmp_path / "curve" / name for name in ("de", "fr-5", "fr-10")]
    assert annotate("train", "report", *runs, "--plot", tmp_path / "curve.png").code == 0
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_training_on_an_own_file_asks_for_nothing_else_and_gives_a_model(tiny: Path, tmp_path: Path) -> None:
    own = write_conll(tmp_path / "own.tsv", OWN * 4)
    options = ["--base", tiny, "--rate", "1e-2", "--epochs", "4", "--warmup", "0"]
    run = annotate("train", "run", "--train", own, *options, "--output", tmp_path / "out")
    assert run.code == 0
    lines = [line for line in run.err.splitlines() if ": epoch " in line]
    assert [line.partition(":")[2].partition(":")[0] for line in lines] == [f" epoch {n} of 4" for n in (1, 2, 3, 4)]
    results = Results.load(tmp_path / "out")
    assert results.trained_on == {str(own): 36} and list(results.test) == [f"{own} (held out)"]
    assert results.settings.batch == 8 and results.settings.epochs == 4
    assert "own.tsv (held out)" in (tmp_path / "out" / "README.md").read_text()
    assert b"own.tsv (held out)" in run.out and b"HAFEN" in run.out and b"PAN-X" not in run.out

    tagged = annotate(own, "--model", tmp_path / "out", "-q", "-o", tmp_path / "tagged.conll")
    assert (tagged.code, tagged.err) == (0, "") and b"B-HAFEN" in (tmp_path / "tagged.conll").read_bytes()
    assert b"HAFEN" in annotate("evaluate", own, tmp_path / "tagged.conll").out

    quiet = ["--quiet", "--dev", own, "--test", own, "--sample", "8"]
    again = annotate("train", "run", "--train", own, *options, *quiet, "--output", tmp_path / "more")
    assert (again.code, again.err) == (0, "")
    results = Results.load(tmp_path / "more")
    assert results.trained_on == {str(own): 8} and list(results.test) == [str(own)]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["--train", "OWN", "--eval", "no.conll"], "no.conll: no such file"),
        (["--train", "OWN", "--dev", "no.conll"], "no.conll: no such file"),
        (["--train", "no.conll"], "no.conll: no such file"),
        (["--train", "OWN", "--eval", "dee"], "there is no file and no language 'dee': did you mean de?"),
        (["--train", "OWN,"], "is not a list of names such as de,fr"),
    ],
)
def test_a_name_of_nothing_is_refused_before_the_training(
    names: list[str], says: str, tiny: Path, tmp_path: Path
) -> None:
    own = str(write_conll(tmp_path / "own.conll", OWN))
    given = [name.replace("OWN", own) for name in names]
    run = annotate("train", "run", *given, "--base", tiny, "--output", tmp_path / "out")
    assert says in refused(run, 2) and not (tmp_path / "out").exists()


def test_a_base_that_is_not_an_encoder(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "config.json").write_text("{}")
    options = ["--data", folder, "--base", tmp_path / "base", "--output", tmp_path / "out"]
    run = annotate("train", "zero-shot", *options)
    assert run.code == 1 and "not an encoder that can be fine-tuned" in run.err and len(run.err.splitlines()) == 1


def test_a_training_is_not_begun_over_another(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    message = refused(annotate("train", "zero-shot", "--output", tmp_path), 1)
    assert message == f"{tmp_path}: holds a training already: continue it with --resume, or name another --output"


def test_a_report_of_a_training_that_has_not_finished(tmp_path: Path) -> None:
    message = refused(annotate("train", "report", tmp_path), 1)
    assert message.startswith(f"{tmp_path}/results.json: cannot be read") and "has finished" in message


def test_an_unknown_sample(tiny: Path, folder: Path, tmp_path: Path) -> None:
    run = annotate("train", "zero-shot", "--data", folder, "--sample", "some", "--output", tmp_path / "out")
    assert run.code == 2 and "unknown sample 'some': set --sample to all, swiss" in run.err


def test_sizes_that_are_not_numbers(tmp_path: Path) -> None:
    run = annotate("train", "learning-curve", "--sizes", "5,many", "--output", tmp_path)
    assert run.code == 2 and "'5,many' is not a list of whole numbers" in run.err


@pytest.mark.slow
def test_trimming(tiny: Path, tmp_path: Path) -> None:
    corpus = write_conll(tmp_path / "corpus.tsv", GOLD)
    trim = ["train", "trim", tiny, "--corpus", corpus]
    assert annotate(*trim, "--keep", 600, "--output", tmp_path / "small").code == 0
    assert "10 pieces are too few" in refused(annotate(*trim, "--keep", 10, "--output", tmp_path / "smaller"), 2)
