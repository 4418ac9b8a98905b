"""`write_documents`: documents to a file or stdout in one go."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator import AnnotatorError, Document, Entity, Origin, read_documents, write_documents
from annotator.errors import UsageError
from annotator.formats import FORMATS, Format
from annotator.output.documents import segmented
from support.documents import documents, kept

PARIS = Document("a", "Angela Merkel besuchte Paris.", Origin("t", 1), {"n": 1}, entities=(Entity(23, 28, "LOC", 0.5),))
READ_AND_WRITTEN = [format for format in FORMATS.values() if format.reads and format.writes]


@settings(max_examples=20, deadline=None)
@given(st.lists(documents(), max_size=3), st.sampled_from(READ_AND_WRITTEN))
def test_what_is_written_is_read_back(made: list[Document], format: Format) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"out{format.suffixes[0] if format.suffixes else ''}"
        write_documents(made, path, format.name)
        read = list(read_documents([str(path)], format.name))
    assert kept(read, format.holds) == kept(made, format.holds)


def test_the_suffix_chooses_format_and_compression(tmp_path: Path) -> None:
    write_documents([PARIS], tmp_path / "out.jsonl.gz")
    assert b'"Paris"' in gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes())
    (read,) = read_documents([str(tmp_path / "out.jsonl.gz")])
    assert (read.id, read.text, read.meta, read.entities) == (PARIS.id, PARIS.text, PARIS.meta, PARIS.entities)


@pytest.mark.parametrize("path", [None, "-"])
def test_stdout_gets_conll_with_words_for_plain_text(path: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    stdout = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", stdout)
    write_documents([PARIS], path, docstart=True)
    assert isinstance(stdout.buffer, io.BytesIO)
    assert stdout.buffer.getvalue().decode() == (
        "-DOCSTART-\tO\n\nAngela\tO\nMerkel\tO\nbesuchte\tO\nParis\tB-LOC\n.\tO\n\n"
    )


def test_a_stdout_that_takes_only_text_gets_text_as_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    stdout = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stdout)
    write_documents([PARIS], None, "jsonl")
    assert '"text": "Angela Merkel besuchte Paris."' in stdout.getvalue()
    with pytest.raises(UsageError, match="docbin is binary and would garble the terminal: name a file"):
        write_documents([PARIS], None, "docbin")


def test_a_style_of_json_lines(tmp_path: Path) -> None:
    write_documents([PARIS], tmp_path / "out.jsonl", style="doccano")
    assert b'[23, 28, "LOC"]' in (tmp_path / "out.jsonl").read_bytes()


def test_a_file_that_exists_is_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("mine")
    with pytest.raises(AnnotatorError, match="exists already: use force to replace it"):
        write_documents([PARIS], tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == "mine"
    write_documents([PARIS], tmp_path / "out.jsonl", force=True)
    assert len(list(read_documents([str(tmp_path / "out.jsonl")]))) == 1


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    def failing() -> Iterator[Document]:
        yield PARIS
        raise AnnotatorError("no more documents")

    with pytest.raises(AnnotatorError, match="no more documents"):
        write_documents(failing(), tmp_path / "out.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl.partial"]


@pytest.mark.parametrize(
    ("name", "options"),
    [("out.xml", {}), ("out.txt", {}), ("out", {"format": "nix"}), ("out.jsonl", {"style": "nix"}),
     ("out.jsonl", {"docstart": True})],
)  # fmt: skip
def test_what_no_format_can_do_is_refused_before_anything_is_written(
    name: str, options: dict[str, object], tmp_path: Path
) -> None:
    with pytest.raises(UsageError):
        write_documents([PARIS], tmp_path / name, **options)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_only_documents_without_sentences_are_segmented() -> None:
    plain, words = (
        Document("a", "Es regnet. Es schneit.", Origin("t", 1)),
        Document("b", "Es regnet. Es schneit.", Origin("t", 2), sentences=()),
    )
    first, second = segmented([plain, words])
    assert len(first.sentences or ()) == 2 and second is words
