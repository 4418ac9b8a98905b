"""Vectors of pieces."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from annotator.checkpoints.folder import embedded_folder, load_tokenizer
from annotator.errors import AnnotatorError
from annotator.select.vectors import DIMENSIONS, PieceVectors


def test_texts_on_one_subject_are_nearer_than_others() -> None:
    folder = embedded_folder("panx-mini")
    vectors, tokenizer = PieceVectors(folder), load_tokenizer(folder)

    def of(text: str) -> np.ndarray:
        return vectors.of(np.array(tokenizer.encode(text).ids))

    football, match, court = map(
        of,
        (
            "The football club won the match in the stadium.",
            "The team lost its football match at the stadium.",
            "The court ruled that the law violates the constitution.",
        ),
    )
    assert football.shape == (DIMENSIONS,) and np.linalg.norm(football) == pytest.approx(1, abs=1e-5)
    assert football @ match > football @ court + 0.1


def test_no_pieces_have_no_direction(tiny: Path) -> None:
    assert not PieceVectors(tiny).of(np.array([], dtype=np.int64)).any()


def test_weights_without_embeddings_are_refused(tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "model"))
    tensors = load_file(folder / "model.safetensors")
    save_file({name: t for name, t in tensors.items() if "word_emb" not in name}, folder / "model.safetensors")
    assert json.loads((folder / "config.json").read_text())
    with pytest.raises(AnnotatorError, match=r"no word_embeddings\.weight"):
        PieceVectors(folder)
