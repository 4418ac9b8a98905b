"""Outputs read again: by us, and by the library of each format."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import conllu
import pyarrow.parquet as pq
import spacy
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from annotator.document import Document
from annotator.formats import FORMATS, Format
from annotator.json_values import AnnotatorWarning
from annotator.labels import faults
from support.documents import from_bytes
from support.html_pages import Page

MARKS = ("-DOCSTART-\tO", "-DOCSTART- -X- O O")


def strict_json(raw: bytes) -> Any:
    """The value of a text of JSON, which must be one to others than Python, too."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(raw.decode("utf-8"), parse_constant=refuse)


def _jsonl(raw: bytes, style: str | None) -> int:
    assert raw == b"" or raw.endswith(b"\n")
    records = [strict_json(line) for line in raw.split(b"\n")[:-1]]
    for record in records if style == "spacy" else ():
        doc = Doc(Vocab()).from_json(record)
        assert doc.text == record["text"]
    return len(records)


def _conll(raw: bytes, separator: str) -> None:
    tags: list[str] = []
    for line in raw.decode("utf-8").split("\n"):
        if not line:
            assert not list(faults(tags)), tags
            tags = []
        elif line not in MARKS:
            columns = line.split(separator)
            assert len(columns) == (4 if separator == " " else len(columns)) and len(columns) >= 2 and columns[0], line
            tags.append(columns[-1])
    assert not tags


def _conllu(raw: bytes) -> int:
    """The number of documents."""
    text = raw.decode("utf-8")
    sentences = conllu.parse(text)
    for sentence in sentences:
        assert [token["id"] for token in sentence] == list(range(1, len(sentence) + 1))
        assert all(token["form"] for token in sentence)
    return sum(line.startswith("# newdoc") for line in text.split("\n"))


def _docbin(raw: bytes, ours: list[Document]) -> int:
    docs = list(DocBin().from_bytes(raw).get_docs(spacy.blank("xx").vocab))
    assert [doc.text for doc in docs] == [document.text for document in ours]
    assert [[ent.text for ent in doc.ents] for doc in docs] == [
        [d.text[e.start : e.end] for e in d.entities] for d in ours
    ]
    return len(docs)


def _parquet(raw: bytes) -> int:
    table = pq.read_table(io.BytesIO(raw))
    table.validate(full=True)
    for meta in table.column("meta").to_pylist():
        assert isinstance(strict_json(meta.encode()), dict)
    return int(table.num_rows)


def _html(raw: bytes) -> int:
    page = Page()
    page.feed(raw.decode("utf-8"))
    assert "script" not in page.tags
    return len(page.articles)


def check(raw: bytes, file_format: Format, style: str | None) -> list[Document]:
    """The documents of an output. Raises AssertionError, or what a reader raises, if it is not what it should be."""
    ours = from_bytes(raw, file_format) if file_format.reads else []
    by_library: Mapping[str, Callable[[], int | None]] = {
        "jsonl": lambda: _jsonl(raw, style),
        "conll": lambda: _conll(raw, "\t"),
        "conll2003": lambda: _conll(raw, " "),
        "conllu": lambda: _conllu(raw),
        "docbin": lambda: _docbin(raw, ours),
        "parquet": lambda: _parquet(raw),
        "html": lambda: _html(raw),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error", AnnotatorWarning)
        count = by_library[file_format.name]()
    assert count is None or not file_format.reads or count == len(ours), (count, len(ours))
    return ours


def check_rejects(raw: bytes) -> int:
    """The number of rejects in a file of them."""
    records = [strict_json(line) for line in raw.split(b"\n")[:-1]]
    assert all(set(record) == {"origin", "reason", "record"} for record in records)
    return len(records)


WRITABLE = [file_format for file_format in FORMATS.values() if file_format.writes]
