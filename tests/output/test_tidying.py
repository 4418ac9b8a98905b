"""What is removed once an output is complete, and what is not."""

from __future__ import annotations

from pathlib import Path

from annotator.output.tidying import tidy_file, tidy_folder


def test_only_files_with_the_temporary_names_of_outputs_are_removed(tmp_path: Path) -> None:
    ours = ("a.conll.partial", "sub/part-00001.spacy.spool", "b.jsonl.gz.partial", ".rejects.jsonl.partial")
    theirs = ("a.conll", "notes.partial", "thread.spool", "partial", "sub/b.txt.partial", "c.spacy.spool.zip")
    for name in (*ours, *theirs):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "z.conll.partial").touch()
    (tmp_path / "sub" / "link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    tidy_folder(tmp_path / "sub")
    assert (tmp_path / "elsewhere" / "z.conll.partial").exists()
    (tmp_path / "elsewhere" / "z.conll.partial").unlink()
    tidy_folder(tmp_path)
    assert {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()} == set(theirs)


def test_of_a_file_only_its_own_temporary_names_are_removed(tmp_path: Path) -> None:
    for name in ("a.conll", "a.conll.partial", "a.conll.spool", "b.conll.partial"):
        (tmp_path / name).touch()
    tidy_file(tmp_path / "a.conll")
    assert {path.name for path in tmp_path.iterdir()} == {"a.conll", "b.conll.partial"}
