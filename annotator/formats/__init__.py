"""The registry of formats: name, suffixes, and where their reader and writer are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import PurePath
from typing import BinaryIO

from annotator.document import Document
from annotator.errors import UsageError, did_you_mean
from annotator.files.compression import plain_name
from annotator.formats.base import ReadOptions, Record, WriteOptions

Read = Callable[[BinaryIO, str, ReadOptions], Iterator[Record]]
Write = Callable[[Iterable[Document], WriteOptions], Iterator[bytes]]
ALL = frozenset({"id", "text", "meta", "words", "sentences", "entities", "scores", "documents"})
_RECORD = frozenset({"id", "text", "meta", "entities", "scores", "documents"})
_TAGGED = frozenset({"words", "sentences", "entities"})


@dataclass(frozen=True, slots=True)
class Format:
    """A format by name. Its modules are imported when they are used: some are heavy.

    `appends`: what is written of some documents and then of others is what is written of all, one after the other.
    `holds`: what of ALL is there when what was written is read again. `styles`: what its styles hold, by name.
    `of_words`: it holds words, and entities as tags of words: a document must have its sentences first.
    """

    name: str
    suffixes: tuple[str, ...]
    reads: bool = False
    writes: bool = False
    binary: bool = False
    appends: bool = False
    of_words: bool = False
    holds: frozenset[str] = frozenset()
    styles: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def holding(self, options: WriteOptions) -> frozenset[str]:
        """What it holds when it is written so. Raises UsageError for a style or an option that it does not have."""
        if options.docstart and self.name != "conll":
            raise UsageError(f"--docstart is for conll, not for {self.name}")
        if options.style is None:
            return self.holds | {"documents"} if options.docstart else self.holds
        if options.style not in self.styles:
            known = f"there are {', '.join(self.styles)}" if self.styles else f"{self.name} has no styles"
            raise UsageError(f"unknown style {options.style!r}: {did_you_mean(options.style, self.styles)}{known}")
        return self.styles[options.style]

    def reader(self) -> Read:
        """What reads a stream of this format into documents."""
        read: Read = import_module(f"annotator.formats.{self.name}").read
        return read

    def writer(self) -> Write:
        """What writes documents as the bytes of this format."""
        write: Write = import_module(f"annotator.formats.{self.name}").write
        return write


FORMATS = {
    form.name: form
    for form in (
        Format("text", (".txt",), reads=True, holds=frozenset({"text", "documents"})),
        Format(
            "jsonl",
            (".jsonl", ".ndjson"),
            reads=True,
            writes=True,
            appends=True,
            holds=_RECORD,
            styles={
                "words": ALL,
                "prodigy": _RECORD | {"words"},
                "doccano": _RECORD - {"scores"},
                "labelstudio": _RECORD,
                "spacy": ALL - {"scores"},
            },
        ),
        Format(
            "conll",
            (".conll", ".bio", ".iob2", ".tsv"),
            reads=True,
            writes=True,
            appends=True,
            of_words=True,
            holds=_TAGGED,
        ),
        Format("conll2003", (), reads=True, writes=True, appends=True, of_words=True, holds=_TAGGED | {"documents"}),
        Format("conllu", (".conllu",), reads=True, writes=True, appends=True, of_words=True, holds=ALL - {"scores"}),
        Format("docbin", (".spacy",), reads=True, writes=True, binary=True, of_words=True, holds=ALL),
        Format("parquet", (".parquet",), reads=True, writes=True, binary=True, holds=ALL),
        Format("csv", (".csv",), reads=True, holds=frozenset({"id", "text", "meta", "documents"})),
        Format("html", (".html",), writes=True, holds=frozenset({"id", "text", "entities", "scores", "documents"})),
    )
}
INPUTS = tuple(name for name, form in FORMATS.items() if form.reads)
OUTPUTS = tuple(name for name, form in FORMATS.items() if form.writes)
INPUT_SUFFIXES = frozenset(suffix for name in INPUTS for suffix in FORMATS[name].suffixes)


def input_format(name: str | None, path: str) -> Format:
    """The format to read `path` in: the one named, else by suffix, else text.

    Raises UsageError for a format that is known but not read.
    """
    chosen = _by_name(name, INPUTS) if name else _by_suffix(path) or FORMATS["text"]
    if not chosen.reads:
        raise UsageError(f"{path}: {chosen.name} is not read here: name one of {', '.join(INPUTS)} by --input-format")
    return chosen


def output_format(name: str | None, path: PurePath | None) -> Format:
    """The format to write: the one named, else by the suffix of `path`, else CoNLL.

    Raises UsageError for a format that is not written, or a suffix that says none.
    """
    if name:
        return _by_name(name, OUTPUTS)
    chosen = _by_suffix(str(path)) if path else FORMATS["conll"]
    if chosen is None or not chosen.writes:
        raise UsageError(f"{path}: the suffix names no format to write: add --format {'|'.join(OUTPUTS)}")
    return chosen


def _by_name(name: str, names: tuple[str, ...]) -> Format:
    if name not in names:
        raise UsageError(f"unknown format {name!r}: {did_you_mean(name, names)}There are {', '.join(names)}")
    return FORMATS[name]


def _by_suffix(path: str) -> Format | None:
    suffix = plain_name(PurePath(path)).suffix.lower()
    return next((form for form in FORMATS.values() if suffix in form.suffixes), None)
