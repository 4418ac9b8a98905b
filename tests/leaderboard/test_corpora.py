"""Names and languages of gold files."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import AnnotatorError, UsageError
from annotator.leaderboard.corpora import Corpus, find_corpora
from support.boards import NAMES


def test_the_files_of_a_split_in_folders(corpora: Path) -> None:
    found = find_corpora([str(corpora)], ["dev"])
    assert [corpus.name for corpus in found] == list(NAMES)
    assert [corpus.language for corpus in found] == ["de", "fr", "de"]
    assert found == find_corpora([str(corpora), str(corpora / "web")], ["dev"])  # each once
    assert len(find_corpora([str(corpora)], ["dev", "train"])) == 6


def test_a_folder_of_languages_and_files(corpora: Path) -> None:
    assert [corpus.name for corpus in find_corpora([str(corpora / "news")], ["dev"])] == list(NAMES[:2])
    path = corpora / "social.de.conll.gz"
    path.write_bytes(b"")
    assert find_corpora([str(path)], []) == [Corpus("social.de", "de", "social", str(path))]


def test_equal_names_become_paths(corpora: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "gold.conll").write_text("")
    found = find_corpora([str(tmp_path / "a" / "gold.conll"), str(tmp_path / "b" / "gold.conll")], [])
    assert [corpus.name for corpus in found] == [str(tmp_path / "a" / "gold"), str(tmp_path / "b" / "gold")]


def test_what_is_no_corpus(corpora: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file test in this folder: name others by splits: there are dev, train"):
        find_corpora([str(corpora)], ["test"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="name a folder <corpus>"):
        find_corpora([str(tmp_path / "empty")], ["dev"])
    with pytest.raises(AnnotatorError, match="no such file or folder"):
        find_corpora([str(tmp_path / "none")], ["dev"])
