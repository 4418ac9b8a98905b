"""Fixtures of all tests of training."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.trainings import save_panx


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PAN-X folder of German, French and English made of the gold sample; Italian is missing."""
    return save_panx(tmp_path_factory.mktemp("panx"))
