"""The registry: each row agrees with its module, and a row and a module are all that a new format needs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import chain
from pathlib import Path, PurePath
from types import ModuleType

import pytest

from annotator import formats
from annotator.document import Document
from annotator.errors import UsageError
from annotator.formats import ALL, FORMATS, INPUTS, OUTPUTS, Format, input_format, output_format
from annotator.formats.base import WriteOptions
from annotator.formats.jsonl import STYLES
from support.cli_runs import annotate
from support.paths import SAMPLES

SHARED_MODULES = {"base", "fields", "tagged", "spacy_docs", "parquet_pages"}


@pytest.mark.parametrize("file_format", FORMATS.values(), ids=FORMATS)
def test_a_row_agrees_with_its_module(file_format: Format) -> None:
    module = import_module(f"annotator.formats.{file_format.name}")
    assert hasattr(module, "read") == file_format.reads
    assert hasattr(module, "write") == file_format.writes
    assert file_format.reads or file_format.writes
    assert file_format.holds <= ALL and all(holds <= ALL for holds in file_format.styles.values())


def test_every_module_of_a_format_has_a_row() -> None:
    modules = {path.stem for path in Path(str(formats.__file__)).parent.glob("*.py")}
    assert modules - SHARED_MODULES - {"__init__"} == set(FORMATS)


def test_no_suffix_is_given_twice() -> None:
    suffixes = list(chain.from_iterable(file_format.suffixes for file_format in FORMATS.values()))
    assert len(set(suffixes)) == len(suffixes) and all(suffix.startswith(".") for suffix in suffixes)


def test_the_styles_of_json_lines_are_those_of_the_registry() -> None:
    assert {None, *FORMATS["jsonl"].styles} == set(STYLES)


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        (None, "a.txt", "text"),
        (None, "a", "text"),
        (None, "-", "text"),
        (None, "A.JSONL.GZ", "jsonl"),
        (None, "x.y.tsv.zst", "conll"),
        ("csv", "a.tsv", "csv"),
    ],
)
def test_the_input_format_is_the_one_named_or_that_of_the_suffix(name: str | None, path: str, expected: str) -> None:
    assert input_format(name, path).name == expected


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [(None, None, "conll"), (None, "a.spacy", "docbin"), (None, "a.HTML.bz2", "html"), ("conllu", "a.txt", "conllu")],
)
def test_the_output_format_is_the_one_named_or_that_of_the_suffix(
    name: str | None, path: str | None, expected: str
) -> None:
    assert output_format(name, PurePath(path) if path else None).name == expected


def test_formats_that_cannot_be_used_are_refused_with_those_that_can() -> None:
    inputs, outputs = ", ".join(INPUTS), ", ".join(OUTPUTS)
    for name, message in [("jsnol", f"did you mean jsonl? There are {inputs}"), ("html", f"There are {inputs}")]:
        with pytest.raises(UsageError) as caught:
            input_format(name, "a")
        assert str(caught.value) == f"unknown format {name!r}: {message}"
    with pytest.raises(UsageError) as caught:
        input_format(None, "a.html")
    assert str(caught.value) == f"a.html: html is written, but not read: name one of {inputs} by input_format"
    with pytest.raises(UsageError, match=f"^unknown format 'csv': There are {outputs}$"):
        output_format("csv", None)
    for path in ("a.txt", "a", "a.pdf"):
        with pytest.raises(UsageError, match=rf"^{path}: the suffix names no format to write: add format conll|jsonl"):
            output_format(None, PurePath(path))


def test_options_change_what_a_format_holds() -> None:
    conll, jsonl = FORMATS["conll"], FORMATS["jsonl"]
    assert conll.holding(WriteOptions()) == conll.holds
    assert conll.holding(WriteOptions(docstart=True)) == conll.holds | {"documents"}
    assert jsonl.holding(WriteOptions(style="words")) == ALL


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("jsonl", WriteOptions(docstart=True), "jsonl has no option to mark documents: use docstart with conll"),
        (
            "conll",
            WriteOptions(style="words"),
            "words is a style of jsonl, not of conll: leave out style, or choose jsonl by format",
        ),
        (
            "jsonl",
            WriteOptions(style="prodgy"),
            "unknown style 'prodgy': did you mean prodigy? "
            "There are words, prodigy, doccano, labelstudio, argilla, spacy",
        ),
    ],
)
def test_options_of_other_formats_are_refused(name: str, options: WriteOptions, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        FORMATS[name].holding(options)
    assert str(caught.value) == message


class _Names(ModuleType):
    """A new output format: the text of one entity per line."""

    @staticmethod
    def write(documents: Iterable[Document], _options: WriteOptions) -> Iterator[bytes]:
        for document in documents:
            for entity in document.entities:
                yield document.text[entity.start : entity.end].encode() + b"\n"


def test_a_module_and_a_row_are_all_that_a_new_output_format_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "annotator.formats.names", _Names("annotator.formats.names"))
    monkeypatch.setitem(FORMATS, "names", Format("names", (".names",), writes=True, appends=True))
    monkeypatch.setattr(formats, "OUTPUTS", (*OUTPUTS, "names"))  # made from FORMATS when the package is imported
    gold = SAMPLES / "gold.conll"
    assert annotate("convert", gold, tmp_path / "out.names").code == 0
    assert (tmp_path / "out.names").read_bytes().startswith(b"Robert Koch\nBerlin\n")
    run = annotate(gold, "--engine", "null", "--format", "names", "-q")
    assert (run.code, run.out, run.err) == (0, b"", "")
