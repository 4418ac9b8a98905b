"""Tagged files are found again as long as nothing has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import AnnotatorError
from annotator.leaderboard.kept import (
    Kept,
    Tagged,
    default_folder,
    digest_of_file,
    digest_of_model,
    make_folder,
)


def test_a_file_counts_once_it_is_described(tmp_path: Path) -> None:
    kept = make_folder(tmp_path / "a" / "cache")
    path = kept.path_for("model", "corpus", None, "cpu")
    assert path != kept.path_for("model", "corpus", 250, "cpu")
    assert kept.find(path) is None
    path.write_bytes(b"")
    assert kept.find(path) is None
    tagged = Tagged(str(path), ("LOC", "PER"), 12, 0.5, None)
    kept.add(tagged)
    assert kept.find(path) == Kept(kept.folder).find(path) == tagged
    path.with_name(path.name.replace(".jsonl.gz", ".json")).write_text("{")
    assert kept.find(path) is None
    kept.add(tagged)
    path.unlink()
    assert kept.find(path) is None


def test_the_digest_of_a_model_is_that_of_what_it_finds(tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors", "README.md"):
        (tmp_path / name).write_text(name)
    before = digest_of_model(tmp_path)
    (tmp_path / "README.md").write_text("scores")
    assert digest_of_model(tmp_path) == before
    (tmp_path / "model.safetensors").write_text("others")
    assert digest_of_model(tmp_path) != before


def test_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "annotate-ner" / "leaderboard"
    (tmp_path / "file").write_text("")
    with pytest.raises(AnnotatorError, match="is no folder: name another cache"):
        make_folder(tmp_path / "file")
    with pytest.raises(AnnotatorError, match="cannot be read"):
        digest_of_file(tmp_path / "none")
