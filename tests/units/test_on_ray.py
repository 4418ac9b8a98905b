"""Units on Ray: the same bytes as without it, whoever is killed and when."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from annotator.units.division import Division
from annotator.units.on_ray import Outcome, UnitActor, _for_other_folders
from support.cli_runs import COMMAND, annotate, refused
from support.divided import OPTIONS, corpus_in, files_of

pytest.importorskip("ray", reason="Ray is not installed here")
ENVIRONMENT = {**os.environ, "HF_HUB_OFFLINE": "1", "RAY_worker_niceness": "0"}  # by default, 15
KILLS = 20


def test_an_actor_gives_the_outcome_of_its_unit(tmp_path: Path) -> None:
    import pickle

    from annotator.formats import output_format
    from annotator.input.records import open_input
    from annotator.pipeline import Recipe
    from annotator.run.job import Job
    from annotator.run.lock import locked
    from annotator.units.division import divide, folder_of

    (tmp_path / "a.jsonl").write_text('{"text": "Rom"}\n')
    (tmp_path / "b.jsonl").write_text("[]\n")
    (tmp_path / "c.jsonl").write_text('{"text": "Rom"}\n')
    job = Job(open_input([str(tmp_path)]), output_format("conll", None), recipe=Recipe(engine="null"))
    out = tmp_path / "out"
    given = divide(job, folder_of(f"{out}/"), 1_000, join=True, force=False)
    division, units = _for_other_folders(*given)
    assert isinstance(division, Division) and all(unit.source.path and unit.source.path.is_absolute() for unit in units)
    actor = UnitActor(pickle.dumps(division))

    def outcome(number: int) -> Outcome:
        batch = {"unit": [pickle.dumps(units[number])]}
        found: Outcome = pickle.loads(actor(batch)["outcome"][0])
        return found

    assert (outcome(0).counts.written, outcome(0).message) == (1, "")
    assert outcome(1).message.endswith("b.jsonl:1: not a JSON object but []")
    with locked(out / "c.conll", out / ".c.conll.lock"):
        assert outcome(2) == Outcome(2, left=True)
    assert len(pickle.dumps(units[0])) < 2_000  # what travels


def command(corpus: Path, out: Path, *options: object) -> list[str]:
    return [str(one) for one in (COMMAND, corpus, "-o", f"{out}/", "--on", "ray", "--replicas", 2, *OPTIONS, *options)]


def actors_of(driver: subprocess.Popen[bytes]) -> Iterator[psutil.Process]:
    """The processes of the actors that do units."""
    for process in psutil.Process(driver.pid).children(recursive=True):
        try:
            if "UnitActor" in " ".join(process.cmdline()) + process.name():
                yield process
        except psutil.Error:
            continue


@pytest.mark.slow
def test_actors_and_drivers_may_be_killed(tmp_path: Path) -> None:
    corpus, out = corpus_in(tmp_path / "in", times=12), tmp_path / "out"
    assert annotate(corpus, "-o", f"{tmp_path}/one/", *OPTIONS).code == 0
    waits = random.Random(3)

    driver = subprocess.Popen(command(corpus, out), env=ENVIRONMENT, stderr=subprocess.PIPE)
    _wait_for_a_shard(driver, out)
    driver.kill()  # the first driver is lost
    driver.communicate()
    assert 0 < len(files_of(out)) < len(files_of(tmp_path / "one"))

    driver = subprocess.Popen(command(corpus, out, "--resume"), env=ENVIRONMENT, stderr=subprocess.PIPE)
    killed = 0
    while driver.poll() is None and killed < KILLS:
        for actor in list(actors_of(driver))[:1]:
            actor.kill()
            killed += 1
        time.sleep(waits.uniform(0.2, 2.0))
    _, said = driver.communicate()
    assert driver.returncode == 0 and killed > 0, said.decode()
    assert files_of(out) == files_of(tmp_path / "one") and annotate("status", out).code == 0

    again = subprocess.run(command(corpus, out), env=ENVIRONMENT, capture_output=True, check=False)
    assert again.returncode == 1 and b"continue it with --resume" in again.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_driver_that_is_asked_to_end_ends_in_one_line(number: signal.Signals, code: int, tmp_path: Path) -> None:
    corpus, out = corpus_in(tmp_path / "in", times=12), tmp_path / "out"
    driver = subprocess.Popen(command(corpus, out), env=ENVIRONMENT, stderr=subprocess.PIPE)
    _wait_for_a_shard(driver, out)
    driver.send_signal(number)
    _, said = driver.communicate()
    assert driver.returncode == code, said.decode()
    assert said.decode().splitlines()[-1].endswith(f"complete shards are in {out}: continue with --resume")
    assert "Traceback" not in said.decode()


def _wait_for_a_shard(driver: subprocess.Popen[bytes], out: Path) -> None:
    while driver.poll() is None and len(list(out.rglob("[!.]*.conll"))) < 3:
        time.sleep(0.05)
    assert driver.poll() is None, driver.communicate()


@pytest.mark.slow
def test_what_a_cluster_lacks_is_one_line(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path / "in", times=1)
    run = (corpus, "-o", f"{tmp_path}/out/", "--on", "ray", *OPTIONS, "--gpus-per-replica", "1")
    done = subprocess.run([str(COMMAND), *map(str, run)], env=ENVIRONMENT, capture_output=True, check=False)
    said = done.stderr.decode().splitlines()
    assert done.returncode == 1 and len(said) == 1, said
    assert said[0].startswith("annotate: error: the cluster has 0 GPUs, and 1 replicas need 1: lower --replicas")


def test_ray_that_is_not_installed_names_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    corpus = corpus_in(tmp_path / "in", times=1)
    said = refused(annotate(corpus, "-o", f"{tmp_path}/out/", "--on", "ray", *OPTIONS), 1)
    assert said.startswith("this needs ray: pip install 'annotate-ner[ray]'")
