"""Failures that the user can act on are one line on stderr and an exit code, without a traceback or half an output."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
import torch

from annotator.formats import INPUT_SUFFIXES, INPUTS, OUTPUTS
from annotator.pipeline import Recipe
from annotator.run.progress import Progress
from support.checkpoints import save_tiny
from support.cli_runs import annotate, refused
from support.paths import SAMPLES

DE = SAMPLES / "de.txt"
CPU = ("--device", "cpu")


@pytest.fixture
def copy(tiny: Path, tmp_path: Path) -> Path:
    """A copy of the checkpoint to break."""
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["missing.txt"], 1, "missing.txt: no such file or folder"),
        ([DE, "missing.txt"], 1, "missing.txt: no such file or folder"),
        ([DE, "-f", "xml"], 2, f"unknown format 'xml': There are {', '.join(OUTPUTS)}"),
        ([DE, "-f", "jsnol"], 2, f"unknown format 'jsnol': did you mean jsonl? There are {', '.join(OUTPUTS)}"),
        ([DE, "--input-format", "html"], 2, f"unknown format 'html': There are {', '.join(INPUTS)}"),
        ([DE, "-o", "out.pdf"], 2, f"out.pdf: the suffix names no format to write: add --format {'|'.join(OUTPUTS)}"),
        ([DE, "-o", "out"], 2, f"out: the suffix names no format to write: add --format {'|'.join(OUTPUTS)}"),
        ([DE, "-f", "jsonl", "--docstart"], 2, "jsonl has no option to mark documents: use --docstart with conll"),
        ([DE, "-o", "no/out.conll"], 1, "no/out.conll: cannot be written: there is no folder no"),
        ([DE, "-o", "out.spacy/"], 1, "out.spacy/: is a file, not a folder: name another --output"),
        ([DE, "--shard-size", "5"], 2, "shards are written to a folder: name one with --output"),
        ([DE, "--resume"], 2, "a run that writes to stdout cannot be resumed: name a file or a folder with --output"),
        ([DE, "-f", "conll", "--style", "prodigy"], 2,
         "prodigy is a style of jsonl, not of conll: leave out --style, or choose jsonl by --format"),
        ([DE, "--model", ""], 2,
         "unknown model '': It is neither a folder, nor owner/name on the Hub, nor one of panx-mini, xlm-r-panx"),
        ([DE, "-o", "s3://KEY:SEC/RET@b/k.jsonl"], 2,
         "s3://b/k.jsonl: units are written to a folder: "
         "name one with --output, ending in /, and join it with `annotate merge`"),
        (["convert", DE, "gs://b/k.jsonl"], 2,
         "gs://b/k.jsonl: outputs are local files, and gs:// is none: "
         "name a local file or folder by OUT, and copy it there when it is complete"),
        ([DE, "-o", "x.conll", "--on-error", "skip", "--rejects", "s3://b/r.jsonl"], 2,
         "s3://b/r.jsonl: outputs are local files, and s3:// is none: "
         "name a local file or folder by --output, and copy it there when it is complete"),
        (["s3://KEY:SEC/RET@b/k.jsonl"], 2,
         "s3://b/k.jsonl: cannot be opened: write / in its credentials as %2F"),
        (["folder.conll"], 1,
         f"folder.conll: no file with a suffix of {', '.join(sorted(INPUT_SUFFIXES))} in this folder"),
        ([DE, "--model", "nowhere"], 2,
         "unknown model 'nowhere': It is neither a folder, nor owner/name on the Hub, "
         "nor one of panx-mini, xlm-r-panx"),
    ],
)  # fmt: skip
def test_wrong_commands(
    args: list[object], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out.spacy").touch()
    (tmp_path / "folder.conll").mkdir()
    assert refused(annotate(*args), code) == message
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder.conll", "out.spacy"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--device", "gpu"], "unknown device 'gpu': use auto, cpu, cuda, cuda:N, cuda:all or mps"),
        (["--device", "cuda:x"], "unknown device 'cuda:x': use auto, cpu, cuda, cuda:N, cuda:all or mps"),
        (["--device", "cuda:99"],
         "this machine (or this build of torch) has no device 'cuda:99': use --device cpu or auto"),
        (["--lang", "klingon"],
         "spaCy has no language 'klingon': use a code such as de, fr, it, en, or xx for any"),
        (["--lang", "punctuation"],  # a module beside spaCy's languages
         "spaCy has no language 'punctuation': use a code such as de, fr, it, en, or xx for any"),
        ([*CPU, "--labels", "PER,GPE"], "model MODEL has no label 'GPE': It has PER, ORG, LOC"),
        ([*CPU, "--labels", "per"], "model MODEL has no label 'per': did you mean PER? It has PER, ORG, LOC"),
    ],
)  # fmt: skip
def test_wrong_options_of_a_model(args: list[str], message: str, tiny: Path, tmp_path: Path) -> None:
    run = annotate(DE, "--model", tiny, "-o", tmp_path / "out.conll", *args)
    assert refused(run, 2).replace(str(tiny), "MODEL") == message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="here is a GPU")
def test_cuda_without_a_gpu(tiny: Path) -> None:
    message = refused(annotate(DE, "--model", tiny, "--device", "cuda"), 2)
    assert message == "this machine (or this build of torch) has no device 'cuda': use --device cpu or auto"


@pytest.mark.parametrize(
    "args", [["--limit", "x"], ["--limit", "-1"], ["--batch-tokens", "0"], ["--min-score", "1.5"], ["--nonsense"]]
)
def test_wrong_option_values_name_the_option(args: list[str]) -> None:
    run = annotate(DE, *args)
    assert args[0] in refused(run, 2) and run.err.endswith(": see annotate run --help\n")


# Records.


@pytest.mark.parametrize(
    ("name", "bad", "message"),
    [
        ("in.txt", b"ab\xffc", r"not UTF-8: byte 0xff at byte 3 of the line: convert the file with `iconv .*`"),
        ("in.jsonl", b"{'text': 1}", r"not JSON: .* at character 1: correct the line"),
        ("in.jsonl", b'["text"]', r'not a JSON object but \["text"\]: write each record as \{\.\.\.\}'),
        ("in.jsonl", b'{"body":"x"}', r"no field 'text' \(.* body\): name the field with the text by --text-field"),
        ("in.jsonl", b'{"text":1}', r"field 'text' holds no text but 1: name another field by --text-field"),
        ("in.jsonl", b'{"text":"\\ud800"}', r"half of a surrogate pair \(\\ud800\) at character 0: remove it or .*"),
    ],
)
def test_bad_records_stop_the_run_after_what_is_before_them(
    name: str, bad: bytes, message: str, tiny: Path, tmp_path: Path
) -> None:
    good = b'{"text":"Rom"}\n' if name.endswith("l") else b"Rom\n"
    (tmp_path / name).write_bytes(good + bad + b"\n" + good)
    out = tmp_path / "out.jsonl"
    said = refused(annotate(tmp_path / name, "--model", tiny, *CPU, "-o", out), 1)
    where, how = re.escape(f"{tmp_path / name}:2: "), "skip such records with --on-error skip"
    rest = re.escape(f"; {how}; what was written so far is in {out}.partial: continue with --resume")
    assert re.fullmatch(where + message + rest, said), said
    assert [json.loads(line)["text"] for line in Path(f"{out}.partial").read_bytes().splitlines()] == ["Rom"]
    assert not out.exists()


def test_a_bad_first_record_leaves_nothing(tiny: Path, tmp_path: Path) -> None:
    said = refused(annotate("--model", tiny, *CPU, "-o", tmp_path / "out.jsonl", stdin=b"\xff\n"), 1)
    assert said.startswith("stdin:1: not UTF-8")
    assert list(tmp_path.iterdir()) == []


def test_a_late_bad_record_leaves_what_was_written_beside_the_old_output(tiny: Path, tmp_path: Path) -> None:
    path, partial = tmp_path / "out.jsonl", tmp_path / "out.jsonl.partial"
    path.write_bytes(b"old")
    lines = 9_000  # of two words: more than one chunk
    run = annotate("--model", tiny, *CPU, "-o", path, "--force", stdin=b"Rom Bern\n" * lines + b"\xff\n")
    said = refused(run, 1)
    assert said.startswith(f"stdin:{lines + 1}: not UTF-8: byte 0xff at byte 1 of the line: ")
    assert said.endswith(f"; what was written so far is in {partial}: continue with --resume")
    assert path.read_bytes() == b"old"
    kept = [json.loads(line) for line in partial.read_bytes().splitlines()]
    assert len(kept) == lines
    assert [r["id"] for r in kept] == [f"stdin:{n}" for n in range(1, len(kept) + 1)]


def test_stdin_twice_is_no_traceback(tiny: Path) -> None:
    run = annotate("-", "-", "--model", tiny, *CPU, "-q", "-f", "jsonl", stdin=b"Rom\n")
    if run.code == 0:
        assert [json.loads(line)["text"] for line in run.out.splitlines()] == ["Rom"] and run.err == ""
    else:
        assert "stdin" in refused(run, 2)


# Models.


def test_a_folder_that_is_no_checkpoint(copy: Path, tmp_path: Path) -> None:
    said = refused(annotate(DE, "--model", tmp_path), 2)
    assert said == f"{tmp_path}: no config.json: name the folder of a Hugging Face checkpoint"
    (copy / "model.safetensors").unlink()
    assert refused(annotate(DE, "--model", copy), 1) == (
        f"{copy}: no model.safetensors: copy the weights there, or name another --model"
    )
    (copy / "pytorch_model.bin").touch()
    assert refused(annotate(DE, "--model", copy), 1) == (
        f"{copy}: only pickled weights (pytorch_model.bin), which can run code: turn them into safetensors "
        "with `annotate models import`"
    )


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3"),
         "the model names no entity labels (LABEL_0, LABEL_1, LABEL_2, ...): "
         "write them into `id2label` of its config.json, as O, B-PER, I-PER, ..."),
        (("B-PER", "I-PER"), "the model has no tag 'O' (only B-PER, I-PER): use a model that tags entities"),
    ],
)  # fmt: skip
def test_labels_that_say_nothing(tags: tuple[str, ...], message: str, tmp_path: Path) -> None:
    assert refused(annotate(DE, "--model", save_tiny(tmp_path / "model", tags), *CPU), 2) == message


@pytest.mark.parametrize("tags", [("O", "B-MISC", "I-MISC", "B-WORK_OF_ART", "I-WORK_OF_ART"), ("O", "A", "B"),
                                  ("O", "B-A", "I-A", "E-A", "S-A")])  # fmt: skip
def test_other_label_sets_work(tags: tuple[str, ...], tmp_path: Path) -> None:
    model = save_tiny(tmp_path / "model", tags)
    run = annotate(DE, "--model", model, *CPU, "-q")
    found = {line.split("\t")[1] for line in run.out.decode().split("\n") if line}
    labels = {re.sub("^[BIES]-", "", tag) for tag in tags if tag != "O"}
    assert (run.code, run.err) == (0, "")
    assert found <= {"O", *(f"{part}-{label}" for part in "BI" for label in labels)}
    assert any(tag.startswith("B-") for tag in found)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", b"{"),
        ("config.json", b"[]"),
        ("config.json", b'{"model_type": "no-such"}'),
        ("model.safetensors", b"version https://git-lfs.github.com/spec/v1\n"),
        ("model.safetensors", b""),
        ("tokenizer.json", b"{"),
        ("tokenizer_config.json", b"{"),
    ],
)
def test_a_broken_file_of_a_checkpoint_names_the_folder(file: str, content: bytes, copy: Path) -> None:
    (copy / file).write_bytes(content)
    assert refused(annotate(DE, "--model", copy, *CPU), 1).startswith(str(copy))


def test_a_checkpoint_without_a_tokenizer_is_refused(copy: Path) -> None:
    (copy / "tokenizer.json").unlink()
    (copy / "tokenizer_config.json").unlink()
    said = refused(annotate(DE, "--model", copy, *CPU), 1)
    assert said == f"{copy}: no tokenizer (tokenizer.json): copy it from the model that this one was trained from"


@pytest.mark.parametrize("name", ["missing/", "owner/no such", "a/..", "n" * 300])
def test_names_that_no_model_can_have_are_unknown(name: str) -> None:
    assert refused(annotate(DE, "--model", name, *CPU), 2).startswith(f"unknown model {name!r}: ")


def test_a_hub_model_that_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # as in conftest: no request is sent
    run = annotate(DE, "--model", "owner/absent", *CPU)
    first, second = run.err.splitlines()
    assert (run.code, run.out) == (1, b"")
    assert first == "annotate: downloading owner/absent from the Hugging Face Hub"
    assert second.startswith("annotate: error: model owner/absent cannot be downloaded (")
    assert second.endswith("): check the name and the network, or set --model to a checkpoint folder")


# Memory.


@pytest.mark.parametrize("error", [MemoryError(), ImportError("x.so: failed to map segment from shared object")])
def test_a_lack_of_memory_is_one_line_that_says_how_to_go_on(
    error: Exception, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: object) -> NoReturn:
        raise error

    reason = str(error) or "MemoryError"
    remedy = "let the process have more (ulimit -v), or lower --batch-tokens and --workers"
    out = tmp_path / "out.jsonl"
    args = ("--model", tiny, *CPU, "--engine", "null", "-q", "-o", out, "--limit", "9000")
    with monkeypatch.context() as patch:
        patch.setattr(Recipe, "load", lacking)
        assert refused(annotate(*args), 1) == f"there is not enough memory ({reason}): {remedy}"
    with monkeypatch.context() as patch:
        patch.setattr(Progress, "moved_to", moved_once(lacking))
        said = refused(annotate(*args, stdin=b"Rom Bern\n" * 9_000), 1)
    partial = f"what was written so far is in {out}.partial: continue with --resume"
    assert said == f"there is not enough memory ({reason}): {remedy}; {partial}"
    assert annotate(*args, "--resume", stdin=b"Rom Bern\n" * 9_000).code == 0


def test_a_checkpoint_that_needs_more_memory_than_there_is_may_be_damaged(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_bytes()) | {"intermediate_size": 10**15}
    (copy / "config.json").write_text(json.dumps(config))
    said = refused(annotate(DE, "--model", copy, *CPU), 1)
    assert said.startswith(f"{copy}: not a token-classification checkpoint ")
    assert said.endswith(
        "; if memory is lacking, let the process have more (ulimit -v), or lower --batch-tokens and --workers"
    )


def moved_once(then: Callable[..., None]) -> Callable[..., None]:
    """`Progress.moved_to` the first time, and `then` afterwards."""
    times = iter([Progress.moved_to])

    def moved(*args: Any) -> None:
        next(times, then)(*args)

    return moved
