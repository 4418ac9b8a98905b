"""`annotate train` from data to results, on a tiny random-weight encoder."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import datasets
import numpy as np
import pytest
from annotator.train.corpora import TaggedSentence, read_tagged
from annotator.train.experiments import EXPERIMENTS, Results, run
from annotator.train.finetune import Settings, finetune, last_checkpoint
from annotator.train.measure import as_documents, measure
from annotator.train.panx import PanxFolder, PanxHub, open_panx, sample, sample_size
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import classification_report

from annotator import Annotator
from annotator.cli import main
from annotator.document import sentence_tags
from annotator.errors import AnnotatorError, UsageError
from annotator.labels import PANX_TAGS
from support.paths import SAMPLES

GOLD = list(read_tagged(SAMPLES / "gold.conll", PANX_TAGS))


def write_conll(path: Path, sentences: list[TaggedSentence]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["".join(f"{w}\t{t}\n" for w, t in zip(s.words, s.tags, strict=True)) for s in sentences]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PAN-X folder of German, French and English made of the gold sample; Italian is missing."""
    root = tmp_path_factory.mktemp("panx")
    for lang, sentences in {"de": GOLD[:30], "fr": GOLD[30:50], "en": GOLD[50:70]}.items():
        for split in ("train", "dev", "test"):
            write_conll(root / lang / f"{split}.tsv", sentences)
    return root


def annotate(*arguments: object) -> int:
    """Run the command line in this process; returns the exit code."""
    before, sys.argv = sys.argv, ["annotate", *map(str, arguments)]
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)
    finally:
        sys.argv = before
    raise AssertionError("main() always exits")


def test_the_hub_and_a_folder_give_the_same_sentences(folder: Path, tmp_path: Path) -> None:
    # The Hub's dataset as a local copy, read by the same library: configurations of Parquet files.
    features = datasets.Features(
        {
            "tokens": datasets.Sequence(datasets.Value("string")),
            "ner_tags": datasets.Sequence(datasets.ClassLabel(names=list(PANX_TAGS))),
            "langs": datasets.Sequence(datasets.Value("string")),
        }
    )
    files = []
    for split, name in (("train", "train"), ("dev", "validation"), ("test", "test")):
        sentences = PanxFolder(folder).read("de", split)
        rows = {
            "tokens": [list(s.words) for s in sentences],
            "ner_tags": [[PANX_TAGS.index(tag) for tag in s.tags] for s in sentences],
            "langs": [["de"] * len(s.words) for s in sentences],
        }
        datasets.Dataset.from_dict(rows, features=features).to_parquet(tmp_path / "PAN-X.de" / f"{name}.parquet")
        files.append(f"  - split: {name}\n    path: PAN-X.de/{name}.parquet")
    (tmp_path / "README.md").write_text(
        "---\nconfigs:\n- config_name: PAN-X.de\n  data_files:\n" + "\n".join(files) + "\n---\n"
    )
    hub = PanxHub(str(tmp_path))
    for split in ("train", "dev", "test"):
        assert hub.read("de", split) == PanxFolder(folder).read("de", split)


def test_samples_are_those_of_the_book() -> None:
    # datasets.Dataset.shuffle(seed=0).select(range(n)), as the book takes them.
    rows = datasets.Dataset.from_dict({"i": list(range(len(GOLD)))}).shuffle(seed=0).select(range(20))["i"]
    assert sample(GOLD, 20) == [GOLD[i] for i in rows]
    assert [sample_size("swiss", lang, 20_000) for lang in ("de", "fr", "it", "en")] == [12_580, 4_580, 1_680, 1_180]
    assert (sample_size("all", "nl", 7), sample_size("500", "nl", 7)) == (7, 500)
    for wrong in ("0", "-3", "some"):
        with pytest.raises(UsageError, match="say all, swiss, or a number"):
            sample_size(wrong, "de", 10)
    with pytest.raises(UsageError, match="no share for 'nl'"):
        sample_size("swiss", "nl", 10)


def test_what_is_not_there_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no language 'dee': did you mean de"):
        open_panx(folder).read("dee", "train")
    with pytest.raises(UsageError, match=r"no <lang>/train.tsv"):
        open_panx(tmp_path)
    write_conll(tmp_path / "nl" / "train.tsv", GOLD[:2])
    with pytest.raises(AnnotatorError, match=r"nl/test.tsv: no such file: the folder lacks the split 'test' of 'nl'"):
        open_panx(tmp_path).read("nl", "test")
    with pytest.raises(UsageError, match="no language 'xx'"):
        PanxHub().read("xx", "train")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_our_f1_is_seqevals_on_any_tags(data: st.DataObject) -> None:
    lengths = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))
    draw_tags = st.sampled_from(PANX_TAGS)  # invalid sequences included
    gold = [data.draw(st.lists(draw_tags, min_size=n, max_size=n)) for n in lengths]
    given_tags = [data.draw(st.lists(draw_tags, min_size=n, max_size=n)) for n in lengths]
    sentences = [TaggedSentence(tuple(f"w{i}" for i in range(len(tags))), tuple(tags)) for tags in gold]

    class Fixed:
        """Stands in for a model whose answers are given."""

        def pipe(self, documents: object) -> Iterator[object]:
            from dataclasses import replace

            from annotator.document import Entity

            for document, tags in zip(documents, given_tags, strict=True):  # type: ignore[call-overload]
                words = document.sentences[0].words
                spans: list[list[object]] = []
                for word, tag, last in zip(words, tags, ["O", *tags], strict=False):
                    if tag == "O":
                        continue
                    if spans and tag[0] == "I" and last[1:] == tag[1:]:
                        spans[-1][1] = word.end
                    else:
                        spans.append([word.start, word.end, tag[2:]])
                yield replace(document, entities=tuple(Entity(*span) for span in spans))  # type: ignore[arg-type]

    ours = measure(Fixed(), sentences)["micro avg"]  # type: ignore[arg-type]
    theirs = classification_report(gold, given_tags, output_dict=True, zero_division=0)["micro avg"]
    assert (ours.precision, ours.recall, ours.f1) == pytest.approx(
        (theirs["precision"], theirs["recall"], theirs["f1-score"])
    )


def test_documents_keep_the_words() -> None:
    for document, sentence in zip(as_documents(GOLD), GOLD, strict=True):
        ((found, _),) = sentence_tags(document)
        assert tuple(document.text[w.start : w.end] for w in found.words) == sentence.words


@pytest.mark.slow
def test_a_run_learns_its_data_and_is_a_model_at_once(tiny: Path, tmp_path: Path) -> None:
    few = GOLD[:8]
    for split in ("train", "dev", "test"):
        write_conll(tmp_path / "panx" / "de" / f"{split}.tsv", few)
    thorough = Settings(rate=2e-3, epochs=300, batch=8, warmup=0.06, hidden_dropout=0.0, attention_dropout=0.0)
    panx = open_panx(tmp_path / "panx")
    results = run("run", panx, str(tiny), tmp_path / "out", ["de"], ["de", "it"], "all", thorough)
    assert results.f1("de") == 1.0 and results.f1("it") is None
    assert results.trained_on == {"de": 8}
    assert Results.load(tmp_path / "out") == results
    assert measure(Annotator.load(str(tmp_path / "out"), device="cpu"), few)["micro avg"].f1 == 1.0


@pytest.mark.slow
def test_a_killed_run_resumed_and_the_same_seed_twice_give_the_same_weights(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.torch import load_file
    from transformers import Trainer

    dropping = Settings(rate=5e-3, epochs=2, batch=8, save_steps=3)  # dropout: its random state must come back too

    def weights(name: str) -> dict[str, np.ndarray]:
        finetune(str(tiny), tmp_path / name, PANX_TAGS, GOLD[:40], GOLD[40:50], dropping)
        return {k: v.numpy() for k, v in load_file(tmp_path / name / "model.safetensors").items()}

    whole = weights("whole")
    again = weights("again")
    assert all((whole[k] == again[k]).all() for k in whole)

    class Killed(Exception):
        pass

    step = Trainer.training_step

    def dying(self: Trainer, *args: object, **kwargs: object) -> object:
        if self.state.global_step == 8:
            raise Killed
        return step(self, *args, **kwargs)

    monkeypatch.setattr(Trainer, "training_step", dying)
    with pytest.raises(Killed):
        weights("killed")
    monkeypatch.undo()
    checkpoints = tmp_path / "killed" / "checkpoints"
    assert (last_checkpoint(checkpoints) or "").endswith("checkpoint-6")
    # And what a kill while saving leaves: a later checkpoint that is not whole.
    (checkpoints / "checkpoint-8").mkdir()
    resumed = weights("killed")
    assert all((whole[k] == resumed[k]).all() for k in whole)


@pytest.mark.slow
def test_an_experiment_from_the_command_line(
    tiny: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quick = ["--data", folder, "--base", tiny, "--rate", "5e-3", "--epochs", "1", "--sample", "10"]
    for name in EXPERIMENTS:
        assert annotate("train", name, *quick, "--output", tmp_path / name) == 0
        table = capsys.readouterr().out
        assert "published" in table and " - " in table  # Italian is not at hand
    assert annotate("train", "zero-shot", *quick, "--output", tmp_path / "zero-shot") == 1
    assert "go on with it by --resume" in capsys.readouterr().err
    record = json.loads((tmp_path / "joint" / "results.json").read_text())
    assert record["trained_on"] == {"de": 10, "fr": 10} and set(record["test"]) == {"de", "fr", "en"}
    assert "| de | 10 |" in (tmp_path / "joint" / "README.md").read_text()

    plot = tmp_path / "heat.svg"
    assert annotate("train", "report", *(tmp_path / name for name in EXPERIMENTS), "--plot", plot) == 0
    assert "de + fr" in capsys.readouterr().out
    assert plot.read_text().startswith("<?xml")

    curve = ["--sizes", "5,10", "--output", tmp_path / "curve"]
    assert annotate("train", "learning-curve", *quick, *curve) == 0
    runs = [tmp_path / "curve" / name for name in ("de", "fr-5", "fr-10")]
    assert annotate("train", "report", *runs, "--plot", tmp_path / "curve.png") == 0
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_training_on_a_conll_file(tiny: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = write_conll(tmp_path / "own.tsv", GOLD)
    options = ["--data", folder, "--base", tiny, "--rate", "5e-3", "--epochs", "1", "--sample", "50"]
    assert annotate("train", "run", "--train", own, "--eval", "de", *options, "--output", tmp_path / "out") == 0
    assert Results.load(tmp_path / "out").trained_on == {str(own): 50}


def test_a_base_that_is_no_encoder(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "config.json").write_text("{}")
    options = ["--data", folder, "--base", tmp_path / "base", "--output", tmp_path / "out"]
    assert annotate("train", "zero-shot", *options) == 1
    errors = capsys.readouterr().err.strip().splitlines()
    assert len(errors) == 1 and "not an encoder that can be fine-tuned" in errors[0]


@pytest.mark.slow
def test_trim_from_the_command_line(tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = write_conll(tmp_path / "corpus.tsv", GOLD)
    assert annotate("train", "trim", tiny, "--keep", 600, "--corpus", corpus, "--output", tmp_path / "small") == 0
    assert annotate("train", "trim", tiny, "--keep", 10, "--corpus", corpus, "--output", tmp_path / "smaller") == 2
    assert "10 pieces are too few" in capsys.readouterr().err
