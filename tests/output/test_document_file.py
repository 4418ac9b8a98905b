"""Output files in a format: compressed, spooled and resumed."""

from __future__ import annotations

from pathlib import Path

import pytest
from spacy.tokens import DocBin

from annotator.document import Document, Entity, Origin
from annotator.formats import FORMATS
from annotator.formats.base import WriteOptions
from annotator.output.document_file import DocumentFile, growing_path
from support.cli_runs import LINES, TEXT, annotate
from support.compressed import EXPAND
from support.documents import from_bytes

LONG = TEXT * 3  # several chunks
DOCUMENTS = [
    Document(str(n), "Rom", Origin("made", n), sentences=(), entities=(Entity(0, 3, "LOC", 0.5),)) for n in range(4)
]


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz", "out.parquet"])
def test_a_file_that_is_resumed_is_that_of_one_go(name: str, tmp_path: Path) -> None:
    format = FORMATS[name.split(".")[1]]
    contents = []
    for cut in (4, 2):
        path = tmp_path / str(cut) / name
        path.parent.mkdir()
        file = DocumentFile(path, format, WriteOptions())
        for document in DOCUMENTS[:cut]:
            file.write([document])
        length = file.sync()
        file.write(DOCUMENTS[cut:])  # after the sync: forgotten
        file.close()
        assert growing_path(path, format).exists() and not path.exists()
        file = DocumentFile(path, format, WriteOptions(), length)
        for document in DOCUMENTS[cut:]:
            file.write([document])
        file.finish()
        file.discard_spool()
        assert list(path.parent.iterdir()) == [path]
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    if not name.endswith(".gz"):
        assert [document.entities for document in from_bytes(contents[0], format)] == [d.entities for d in DOCUMENTS]


@pytest.mark.parametrize("suffix", EXPAND)
def test_outputs_are_compressed_by_suffix(suffix: str, null_options: tuple[object, ...], tmp_path: Path) -> None:
    out = tmp_path / f"out.jsonl{suffix}"
    assert annotate(*null_options, "-o", out, stdin=LONG).code == 0
    assert EXPAND[suffix](out.read_bytes()) == annotate(*null_options, stdin=LONG).out
    assert (
        annotate(*null_options, "-o", out, "--force", stdin=b"").code == 0 and EXPAND[suffix](out.read_bytes()) == b""
    )
    docbin = tmp_path / f"out.spacy{suffix}"
    assert annotate(*null_options[:-1], "docbin", "-o", docbin, stdin=LONG).code == 0
    assert len(DocBin().from_bytes(EXPAND[suffix](docbin.read_bytes()))) == 3 * len(LINES)
