"""The number of cores that are used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from annotator.system import cores
from annotator.system.cores import usable_cores


@pytest.mark.parametrize(("asked", "quota", "expected"), [("1", "max 100000", 1), ("", "100000 100000", 1)])
def test_limits_are_respected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked: str, quota: str, expected: int
) -> None:
    (tmp_path / "cpu.max").write_text(quota + "\n")
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    monkeypatch.setattr(cores, "_QUOTA", tmp_path / "cpu.max")
    assert usable_cores() == expected


def test_threads_of_one_core_count_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for cpu, siblings in enumerate(("0,2", "1,3", "0,2", "1,3")):
        topology = tmp_path / f"cpu{cpu}" / "topology"
        topology.mkdir(parents=True)
        (topology / "thread_siblings_list").write_text(siblings + "\n")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(cores, "_CPUS", tmp_path)
    monkeypatch.setattr(cores, "_QUOTA", tmp_path / "none")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    assert usable_cores() == 2
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2}, raising=False)
    assert usable_cores() == 1
    monkeypatch.setattr(cores, "_CPUS", tmp_path / "none")  # unknown siblings, as on some virtual machines: each counts
    assert usable_cores() == 2
