"""Parts on one folder: the same bytes as an undivided run, however many there are and whenever they are killed."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from annotator.run.lock import locked
from support.cli_runs import COMMAND, ENVIRONMENT, annotate, refused
from support.divided import OPTIONS, corpus_in, files_of


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus_in(tmp_path_factory.mktemp("run") / "corpus")


@pytest.mark.parametrize("of", [1, 3])
def test_parts_in_any_order_give_the_shards_of_one(of: int, corpus: Path, tmp_path: Path) -> None:
    parts = random.Random(of).sample(range(1, of + 1), of)
    for part in parts:
        assert annotate(corpus, "-o", f"{tmp_path}/out/", "--part", f"{part}/{of}", *OPTIONS).code == 0
    assert annotate(corpus, "-o", f"{tmp_path}/one/", *OPTIONS).code == 0
    assert files_of(tmp_path / "out") == files_of(tmp_path / "one")
    assert annotate("merge", f"{tmp_path}/out", tmp_path / "merged.conll", "-q").code == 0
    assert annotate(corpus, "-o", tmp_path / "plain.conll", "--engine", "null", "-q").code == 0
    assert (tmp_path / "merged.conll").read_bytes() == (tmp_path / "plain.conll").read_bytes()


def test_counts_and_exit_codes_are_those_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "Rom"}\n{"text": 1}\n')
    (tmp_path / "b.jsonl").write_text("[]\n{}\n")  # all of its records are rejected
    run = ("--engine", "null", "--on-error", "skip", "-o", f"{tmp_path}/out/")
    done = annotate(tmp_path / "a.jsonl", tmp_path / "b.jsonl", *run, "--part", "1/1")
    assert done.code == 3 and "read 4 = written 1 + rejected 3 documents" in done.err
    assert annotate(tmp_path / "a.jsonl", tmp_path / "b.jsonl", *run, "--part", "1/1").code == 3
    status = json.loads(annotate("status", tmp_path / "out", "--json").out)
    assert status["whole"] and (status["with_rejects"], status["rejected"], status["written"]) == (2, 3, 1)
    assert annotate("merge", tmp_path / "out", tmp_path / "m.conll", "-q").code == 0
    rejects = [json.loads(line) for line in (tmp_path / "m.conll.rejects.jsonl").read_text().splitlines()]
    assert [one["origin"].rpartition("/")[2] for one in rejects] == ["a.jsonl:2", "b.jsonl:1", "b.jsonl:2"]


def test_a_unit_that_another_worker_does_is_left_to_it(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert annotate(corpus, "-o", f"{out}/", "--part", "1/40", *OPTIONS).code == 0
    with locked(out / "none.conll", out / ".none.conll.lock"):
        done = annotate(corpus, "-o", f"{out}/", "--part", "1/1", *OPTIONS)
    assert done.code == 0 and "left to the workers that are doing them: none.conll\n" in done.err
    assert "none.conll" not in files_of(out)
    assert annotate("status", out).code == 1
    assert annotate(corpus, "-o", f"{out}/", "--part", "1/1", *OPTIONS).err == ""
    assert annotate("status", out).code == 0


def test_what_has_changed_is_refused_for_its_unit(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = (corpus, "-o", f"{out}/", "--part", "1/1", *OPTIONS)
    assert annotate(*run).code == 0
    (out / "a.conll").write_text("x\n")
    said = refused(annotate(*run), 1)
    assert f"a.conll: has changed since the run wrote it: remove {out}/a.conll and {out}/.a.conll.journal" in said
    (out / "a.conll").unlink()
    assert annotate(*run).code == 0 and annotate("status", out).code == 0


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--part", "3/2"), "there is no part 3 of 2"),
        (("--part", "1/2", "--limit", "3"), "each unit is read to its end"),
        (("--part", "1/2", "--shard-size", "3"), "leave out --shard-size"),
        (("--part", "1/2", "--force"), "a part cannot start again what other parts may have written"),
        (("--part", "1/2", "--on", "ray"), "a run on Ray is not divided into parts: leave out --part"),
        (("--on", "spark"), "unknown engine 'spark': write --on ray or ray://HOST:PORT"),
        (("--replicas", "2"), "replicas are workers of a cluster: add --on ray"),
    ],
)
def test_options_that_contradict_each_other(options: tuple[str, ...], what: str, corpus: Path, tmp_path: Path) -> None:
    assert what in refused(annotate(corpus, "-o", f"{tmp_path}/out/", "--engine", "null", *options), 2)
    assert not (tmp_path / "out").exists()


def test_a_file_is_no_output_for_units(corpus: Path, tmp_path: Path) -> None:
    said = refused(annotate(corpus, "-o", tmp_path / "out.conll", "--part", "1/1"), 2)
    assert said.endswith(
        "units are written to a folder: name one with --output, ending in /, and join it with `annotate merge`"
    )
    (tmp_path / "file").touch()
    assert "is a file, not a folder" in refused(annotate(corpus, "-o", f"{tmp_path}/file/", "--part", "1/1"), 1)
    assert "stdin: cannot be divided" in refused(annotate("-", "-o", f"{tmp_path}/out/", "--part", "1/1"), 2)


def test_runs_of_both_kinds_do_not_mix(corpus: Path, tmp_path: Path) -> None:
    assert annotate(corpus, "-o", f"{tmp_path}/out/", *OPTIONS).code == 0
    plain = (corpus, "--engine", "null", "-q")
    said = refused(annotate(*plain, "-o", f"{tmp_path}/out/", "--resume"), 2)
    assert "holds a run that is divided into units" in said
    assert "continue it with --resume" in refused(annotate(corpus, "-o", f"{tmp_path}/out/", *OPTIONS), 1)
    assert annotate(corpus, "-o", f"{tmp_path}/out/", *OPTIONS, "--resume").code == 0
    assert annotate(corpus, "-o", f"{tmp_path}/out/", *OPTIONS, "--force").code == 0
    assert annotate(*plain, "-o", f"{tmp_path}/plain/").code == 0
    said = refused(annotate(corpus, "-o", f"{tmp_path}/plain/", "--part", "1/1", *OPTIONS), 1)
    assert "holds the output of a run that is not divided into units" in said


@pytest.mark.slow
def test_parts_that_are_killed_at_any_instant_give_the_same_bytes(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path / "in", times=40)
    assert annotate(corpus, "-o", f"{tmp_path}/one/", *OPTIONS).code == 0
    waits = random.Random(1)
    for part in range(1, 6):
        command = [COMMAND, corpus, "-o", f"{tmp_path}/out/", "--part", f"{part}/5", *OPTIONS]
        for _ in range(4):  # 20 kills in all
            worker = subprocess.Popen([*map(str, command)], env=ENVIRONMENT, stderr=subprocess.PIPE)
            time.sleep(waits.uniform(0.3, 2.5))
            worker.send_signal(signal.SIGKILL)
            worker.communicate()
        subprocess.run([*map(str, command)], env=ENVIRONMENT, check=True, capture_output=True)
    assert files_of(tmp_path / "out") == files_of(tmp_path / "one")
    assert annotate("status", f"{tmp_path}/out").code == 0
