"""Fixtures: tiny random-weight checkpoints for speed, the embedded model for truth."""

from __future__ import annotations

import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
import torch
from hypothesis import HealthCheck, settings

from annotator.pipeline import Annotator
from support.checkpoints import save_tiny

# No test depends on how busy the machine is.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
# Several threads wait for each other at every step: beside other processes, a training took twenty times as long.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random-weight XLM-R checkpoint with PAN-X's tags."""
    return save_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, taking 32 pieces at most, so that sentences need several windows."""
    return save_tiny(tmp_path_factory.mktemp("narrow"), pieces=32)


@pytest.fixture(scope="session")
def ner() -> Annotator:
    """The embedded model, on the CPU."""
    return Annotator.load(device="cpu")


@pytest.fixture
def null_options(tiny: Path) -> tuple[object, ...]:
    """Options of a run that tags nothing, starts at once and writes JSON Lines."""
    return ("--model", tiny, "--engine", "null", "-f", "jsonl")
