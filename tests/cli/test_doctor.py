"""`annotate doctor`: what a bug report needs."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path

import pytest
import torch

from annotator import __version__
from annotator.doctor import installed
from support.cli_runs import annotate
from support.paths import ROOT


def test_it_says_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    run = annotate("doctor", "--json")
    assert (run.code, run.err) == (0, "")
    found = json.loads(run.out)
    assert found["versions"]["annotator"] == __version__
    assert found["versions"]["python"] == platform.python_version()
    assert found["versions"]["torch"] == version("torch")
    assert found["system"]["CUDA_VISIBLE_DEVICES"] == ""
    assert found["devices"]["cpu"].startswith(f"{torch.get_num_threads()} threads")
    assert found["terminal"]["stdout"].startswith("no terminal")
    embedded, on_hub = found["models"]
    assert embedded["name"] == "panx-mini" and on_hub["name"] == "xlm-r-panx"
    for name, digest in embedded["sha256"].items():
        content = (ROOT / "models" / "panx-mini" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
    assert "model.safetensors" in embedded["sha256"]


def test_text_holds_the_same() -> None:
    text = " ".join(annotate("doctor").out.decode().split())
    found = json.loads(annotate("doctor", "--json").out)
    for section in ("versions", "system", "devices"):
        for name, what in found[section].items():
            assert f"{name} {' '.join(what.split())}" in text
    for model in found["models"]:
        for name, digest in model["sha256"].items():
            assert f"{name} sha256 {digest}" in text


def test_a_package_that_is_not_installed_is_named() -> None:
    assert installed(["numpy", "no-such-package"]) == {"numpy": version("numpy"), "no-such-package": "not installed"}


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert annotate("doctor").code == 0 and not list(tmp_path.iterdir())
