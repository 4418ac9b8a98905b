"""The registry of formats. A new one is a module here, with `read`, `write` or both, and a row in FORMATS.

The contracts of the two functions are in `annotator.formats.base`. The command line's choices, the round-trip tests and
the tables that docs/formats.md must show follow from the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import PurePath

from annotator.errors import UsageError, did_you_mean
from annotator.files.compression import plain_suffix
from annotator.formats.base import Read, Write, WriteOptions

# The parts of a document: its id, its exact text, the other fields of its record, its words and sentences, its entities
# and their scores, and where it begins and ends.
PARTS = ("id", "text", "meta", "words", "sentences", "entities", "scores", "documents")
ALL = frozenset(PARTS)
_RECORD = frozenset({"id", "text", "meta", "entities", "scores", "documents"})
_TAGGED = frozenset({"words", "sentences", "entities"})


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the name of its module, its suffixes, and what it can do.

    `reads`, `writes`: whether the module has these functions; it is imported when one of them is used.
    `appends`: the bytes of some documents followed by those of others are the bytes of all.
    `word_based`: it holds words, and entities as tags of words, so a document must have sentences before it is written.
    `portions`: a source can be read in portions, see `ReadOptions.portion`; of text, only if lines are documents.
    `optional_marks`: `WriteOptions.docstart` makes it hold where documents begin.
    `holds`: the PARTS that are the same after writing and reading. `styles`: the PARTS that each of its styles holds.
    """

    name: str
    suffixes: tuple[str, ...]
    reads: bool = False
    writes: bool = False
    binary: bool = False
    appends: bool = False
    word_based: bool = False
    portions: bool = False
    optional_marks: bool = False
    holds: frozenset[str] = frozenset()
    styles: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def holding(self, options: WriteOptions) -> frozenset[str]:
        """The PARTS that it holds when written with these options.

        Raises UsageError for a style or an option that it does not have.
        """
        if options.docstart and not self.optional_marks:
            marked = " and ".join(file_format.name for file_format in FORMATS.values() if file_format.optional_marks)
            raise UsageError(f"{self.name} has no option to mark documents", f"use {{docstart}} with {marked}")
        if options.style is None:
            return self.holds | {"documents"} if options.docstart else self.holds
        if options.style in self.styles:
            return self.styles[options.style]
        theirs = next((one.name for one in FORMATS.values() if options.style in one.styles), None)
        if theirs:
            remedy = f"leave out {{style}}, or choose {theirs} by {{format}}"
            raise UsageError(f"{options.style} is a style of {theirs}, not of {self.name}", remedy)
        every = [style for one in FORMATS.values() for style in one.styles]
        remedy = f"{did_you_mean(options.style, every)}There are {', '.join(every)}"
        raise UsageError(f"unknown style {options.style!r}", remedy)

    def reader(self) -> Read:
        """The function that reads this format."""
        read: Read = import_module(f"{__name__}.{self.name}").read
        return read

    def writer(self) -> Write:
        """The function that writes this format."""
        write: Write = import_module(f"{__name__}.{self.name}").write
        return write


FORMATS: Mapping[str, Format] = {
    file_format.name: file_format
    for file_format in (
        Format("text", (".txt",), reads=True, portions=True, holds=frozenset({"text", "documents"})),
        Format(
            "jsonl",
            (".jsonl", ".ndjson"),
            reads=True,
            writes=True,
            appends=True,
            portions=True,
            holds=_RECORD,
            styles={
                "words": ALL,
                "prodigy": _RECORD | {"words"},
                "doccano": _RECORD - {"scores"},
                "labelstudio": _RECORD,
                "argilla": _RECORD - {"scores"},
                "spacy": ALL - {"scores"},
            },
        ),
        Format(
            "conll",
            (".conll", ".bio", ".iob2", ".tsv"),
            reads=True,
            writes=True,
            appends=True,
            word_based=True,
            optional_marks=True,
            holds=_TAGGED,
        ),
        Format("conll2003", (), reads=True, writes=True, appends=True, word_based=True, holds=_TAGGED | {"documents"}),
        Format(
            "conllu",
            (".conllu",),
            reads=True,
            writes=True,
            appends=True,
            word_based=True,
            holds=ALL - {"scores"},
        ),
        Format("docbin", (".spacy",), reads=True, writes=True, binary=True, word_based=True, holds=ALL),
        Format("parquet", (".parquet",), reads=True, writes=True, binary=True, portions=True, holds=ALL),
        Format("csv", (".csv",), reads=True, holds=frozenset({"id", "text", "meta", "documents"})),
        Format("warc", (".warc", ".wet"), reads=True, holds=frozenset({"id", "text", "meta", "documents"})),
        Format("html", (".html",), writes=True, holds=frozenset({"id", "text", "entities", "scores", "documents"})),
    )
}
INPUTS = tuple(name for name, file_format in FORMATS.items() if file_format.reads)
OUTPUTS = tuple(name for name, file_format in FORMATS.items() if file_format.writes)
INPUT_SUFFIXES = frozenset(suffix for name in INPUTS for suffix in FORMATS[name].suffixes)


def input_format(name: str | None, path: str) -> Format:
    """The format in which to read `path`: the one named, else that of the suffix, else text.

    Raises UsageError for an unknown name, and for a format that is not read.
    """
    chosen = _by_name(name, INPUTS) if name else _by_suffix(path) or FORMATS["text"]
    if not chosen.reads:
        raise UsageError(
            f"{path}: {chosen.name} is written, but not read", f"name one of {', '.join(INPUTS)} by {{input_format}}"
        )
    return chosen


def output_format(name: str | None, path: PurePath | None) -> Format:
    """The format to write: the one named, else that of the suffix of `path`; CoNLL where there is no path.

    Raises UsageError for an unknown name, and for a suffix of no format that is written.
    """
    if name:
        return _by_name(name, OUTPUTS)
    chosen = _by_suffix(str(path)) if path else FORMATS["conll"]
    if chosen is None or not chosen.writes:
        raise UsageError(f"{path}: the suffix names no format to write", f"add {{format}} {'|'.join(OUTPUTS)}")
    return chosen


def _by_name(name: str, names: tuple[str, ...]) -> Format:
    if name not in names:
        raise UsageError(f"unknown format {name!r}", f"{did_you_mean(name, names)}There are {', '.join(names)}")
    return FORMATS[name]


def _by_suffix(path: str) -> Format | None:
    suffix = plain_suffix(path)
    return next((file_format for file_format in FORMATS.values() if suffix in file_format.suffixes), None)
