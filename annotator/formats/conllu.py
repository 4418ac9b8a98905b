r"""CoNLL-U: ten columns that are separated by tabs, entities as `NER=B-PER` in MISC.

`# newdoc` begins a document; without it each sentence is one. The exact text comes from `SpaceAfter=No` and
UDPipe's `SpacesBefore`, `SpacesAfter` and `SpacesInToken`; what CoNLL-U has no place for, from our comment
`# annotator = {"id", "meta", "text"}`. The line of a multiword token stands for the words it has; empty nodes are
passed over. spaCy's `name=` and `NE=` are read as `NER=` if they hold tags. The library `conllu` is not used: it tells
no line numbers, and nothing can be read after what it cannot read.
Format: https://universaldependencies.org/format.html and https://ufal.mff.cuni.cz/udpipe/1/users-manual
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, BinaryIO

from annotator.document import OUTSIDE, Document, Sentence, sentence_tags
from annotator.errors import RecordError
from annotator.formats.base import DEFAULTS, Line, ReadOptions, Record, WriteOptions, check_text, lines
from annotator.formats.tagged import Token, record, to_document
from annotator.labels import is_tag

COLUMNS = 10
OURS = "# annotator = "
_COMMENT = re.compile(r"# *(\w+(?: id)?)(?: *= *(.*))?$")
_NEWDOC = re.compile(rb"# *newdoc\b")
_RANGE = re.compile(r"(\d+)-(\d+)")
_NODE = re.compile(r"\d+\.\d+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"s": " ", "t": "\t", "r": "\r", "n": "\n", "p": "|", "\\": "\\"}


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The documents of the stream; one with a line that is wrong is a RecordError with that line."""
    document: list[list[Line]] = []
    marked = False
    for block in _blocks(lines(stream, source)):
        starts = any(_NEWDOC.match(line.raw) for line in block)
        if not starts and all(line.raw.startswith(b"#") for line in block):
            continue  # says something of the file
        if document and (starts or not marked):
            yield _record(document, options)
            document = []
        marked = marked or starts
        document.append(block)
    if document:
        yield _record(document, options)


def _blocks(stream_lines: Iterator[Line]) -> Iterator[list[Line]]:
    """Runs of lines without a blank one."""
    for blank, block in groupby(stream_lines, key=lambda line: not line.raw.strip()):
        if not blank:
            yield list(block)


def _record(blocks: Sequence[Sequence[Line]], options: ReadOptions) -> Record:
    def parse() -> Document:
        comments = dict(_comments(blocks[0]))
        ours = _ours(blocks[0])
        sentences: list[list[Token]] = []
        before = ""
        for block in blocks:
            tokens, gap = _sentence(block)
            if not tokens:
                continue
            if sentences and gap:
                _add_gap(sentences[-1], gap)
            before = before if sentences else gap
            sentences.append(tokens)
        identity = ours.get("id", comments.get("newdoc id", comments.get("sent_id")))
        origin = sentences[0][0].origin if sentences else blocks[0][0].origin
        if not sentences:
            before = ours.get("text", "")
        meta = ours.get("meta", {})
        return to_document(sentences, origin, options, before=before, identity=identity, meta=meta)

    return record(blocks, parse)


def _comments(block: Sequence[Line]) -> Iterator[tuple[str, str | None]]:
    for line in block:
        if match := _COMMENT.match(line.text.rstrip()):
            yield match[1], match[2]


def _ours(block: Sequence[Line]) -> dict[str, Any]:
    """What our own comment says."""
    line = next((line for line in block if line.raw.startswith(OURS.encode())), None)
    if line is None:
        return {}
    try:
        found = json.loads(line.text.removeprefix(OURS))
        types = {"id": str, "meta": dict, "text": str}
        if not isinstance(found, dict) or not all(isinstance(v, types.get(k, object)) for k, v in found.items()):
            raise ValueError("it says no id, meta or text")
        check_text(found.get("text", ""), line.origin)
        return found
    except (ValueError, RecursionError) as error:
        raise RecordError(line.origin, f"the comment `{OURS}...` cannot be read ({error}); remove it") from None


def _sentence(block: Sequence[Line]) -> tuple[list[Token], str]:
    """The tokens of a sentence, and the text before the first one."""
    tokens: list[Token] = []
    before = ""
    covered = 0  # the number of the last word that a multiword token covers
    for line in block:
        if line.raw.startswith(b"#"):
            continue
        columns = line.text.split("\t")
        if len(columns) != COLUMNS:
            raise RecordError(line.origin, f"{len(columns)} columns, not {COLUMNS} that tabs part; mend the line")
        number, form, misc = columns[0], columns[1], _misc(columns[-1].strip(" "))
        if _NODE.fullmatch(number):
            continue
        span = _RANGE.fullmatch(number)
        if not (span or re.fullmatch(r"[0-9]+", number)):
            raise RecordError(line.origin, f"{number[:40]!r} is no number of a word; mend the line")
        if span:
            covered = _number(span[2])
        elif _number(number) <= covered:
            if tokens[-1].tag == OUTSIDE and (tag := _tag(misc)) != OUTSIDE:
                tokens[-1] = replace(tokens[-1], tag=tag)
            continue
        text = _plain(misc["SpacesInToken"]) if misc.get("SpacesInToken") else form
        if not text:
            raise RecordError(line.origin, "a word without a form; mend the line")
        gap = _plain(misc.get("SpacesBefore", ""))
        if tokens and gap:
            _add_gap(tokens, gap)
        before = before if tokens else gap
        tokens.append(Token(text, _tag(misc), line.origin, _after(misc)))
    return tokens, before


def _add_gap(tokens: list[Token], gap: str) -> None:
    tokens[-1] = replace(tokens[-1], after=tokens[-1].after + gap)


def _after(misc: dict[str, str]) -> str:
    if "SpacesAfter" in misc:
        return _plain(misc["SpacesAfter"])
    return "" if misc.get("SpaceAfter") == "No" else " "


def _number(digits: str) -> int:
    return int(digits[-9:])  # no sentence has more words; Python refuses numbers of thousands of digits


def _misc(column: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in column.split("|") if "=" in part)


def _tag(misc: dict[str, str]) -> str:
    if "NER" in misc:
        return _plain(misc["NER"])
    return next((misc[name] for name in ("NE", "name") if is_tag(misc.get(name, ""))), OUTSIDE)


def _plain(escaped: str) -> str:
    """White space as UDPipe escapes it."""
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[0]), escaped)


_BY_CHARACTER = {" ": r"\s", "\t": r"\t", "\r": r"\r", "\n": r"\n", "|": r"\p", "\\": r"\\"}
_TO_ESCAPE = re.compile(r"[ \t\r\n|\\]")
# What a form may not hold, or what would not be read again as it is.
_FORMLESS = re.compile(r"[\t\r\n]|^ | $|  ")
_LINE_END = re.compile(r"[\t\r\n]+")
_PLAIN_ID = re.compile(r"[^\s\ud800-\udfff](?:[^\n\r\ud800-\udfff]*[^\s\ud800-\udfff])?")


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as CoNLL-U."""
    for document in documents:
        lines = [*_head(document)]
        end = 0
        found = list(sentence_tags(document))
        for number, (sentence, tags) in enumerate(found):
            after = found[number + 1][0].offsets[0] if number + 1 < len(found) else len(document.text)
            lines += _lines_of(document.text, sentence, tags, end if number == 0 else sentence.offsets[0], after)
            lines.append("\n")
        if not found:
            lines.append("\n")
        yield "".join(lines).encode("utf-8", "backslashreplace")


def _head(document: Document) -> Iterator[str]:
    plain = _PLAIN_ID.fullmatch(document.id)
    ours: dict[str, Any] = {} if plain else {"id": document.id}
    if document.meta:
        ours["meta"] = dict(document.meta)
    if not document.sentences and document.text:
        ours["text"] = document.text
    yield f"# newdoc id = {document.id}\n" if plain else "# newdoc\n"
    if ours:
        yield f"{OURS}{json.dumps(ours, ensure_ascii=False, default=str)}\n"


def _lines_of(text: str, sentence: Sentence, tags: Sequence[str], before: int, after: int) -> Iterator[str]:
    """The lines of a sentence, which answers for the text from `before` to `after`."""
    yield f"# text = {_LINE_END.sub(' ', text[sentence.offsets[0] : sentence.offsets[-1]])}\n"
    ends = [*sentence.offsets[2::2], after]
    for number, ((start, end), tag, next_start) in enumerate(
        zip(sentence.word_offsets(), tags, ends, strict=True), start=1
    ):
        form = text[start:end]
        misc = [] if tag == "O" else [f"NER={_escaped(tag)}"]
        gap = text[end:next_start]
        if not gap:
            misc.append("SpaceAfter=No")
        if number == 1 and before < start:
            misc.append(f"SpacesBefore={_escaped(text[before:start])}")
        if gap not in ("", " "):
            misc.append(f"SpacesAfter={_escaped(gap)}")
        if _FORMLESS.search(form):
            misc.append(f"SpacesInToken={_escaped(form)}")
            form = " ".join(form.split()) or "_"
        yield f"{number}\t{form}\t_\t_\t_\t_\t_\t_\t_\t{'|'.join(misc) or '_'}\n"


def _escaped(space: str) -> str:
    return _TO_ESCAPE.sub(lambda match: _BY_CHARACTER[match[0]], space)
