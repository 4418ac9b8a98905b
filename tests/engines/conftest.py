"""A checkpoint with its graphs."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.export import export
from annotator.input.records import read_documents
from support.checkpoints import SAMPLE_TEXTS


@pytest.fixture(scope="session")
def graphs(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny checkpoint with its float32 and int8 graphs."""
    output = tmp_path_factory.mktemp("graphs")
    export(tiny, output, "int8", read_documents(map(str, SAMPLE_TEXTS)))
    return output
