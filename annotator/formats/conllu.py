r"""CoNLL-U: one word per line in ten columns separated by tabs, its tag in the last one, MISC, as `NER=B-PER`.

Read: `# newdoc` begins a document; without it each sentence is a document. The exact text is restored from
`SpaceAfter=No` and from UDPipe's `SpacesBefore`, `SpacesAfter` and `SpacesInToken`. The line of a multiword token
stands for the words it covers; empty nodes are skipped. Where `name=` (as spaCy writes it) or `NE=` holds a tag, it is
read as `NER=`. The library `conllu` is not used: it reports no line numbers, and nothing can be read after a sentence
that it cannot parse.

Written: white space other than one space after a word goes into UDPipe's three fields, and labels are escaped in the
same way. What CoNLL-U has no field for (the meta, an id that does not fit on its line, the text of a document without
words) goes into our comment `# annotator = {"id", "meta", "text"}` at the document's first sentence, from which it is
read again. Scores are left out.

Format: https://universaldependencies.org/format.html and https://ufal.mff.cuni.cz/udpipe/1/users-manual
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from annotator import json_values
from annotator.document import OUTSIDE, Document, Sentence
from annotator.errors import RecordError, first_line
from annotator.formats.base import (
    DEFAULTS,
    Line,
    ReadOptions,
    Record,
    WriteOptions,
    blocks,
    check_text,
    larger,
    line_cost,
    lines,
)
from annotator.formats.tagged import Token, document_or_error, join_sentences
from annotator.labels import is_tag, sentence_tags

COLUMNS = 10
OUR_COMMENT = "# annotator = "
_OUR_FIELDS = {"id": str, "meta": dict, "text": str}
_COMMENT = re.compile(r"# *(\w+(?: id)?)(?: *= *(.*))?$")
_NEWDOC = re.compile(rb"# *newdoc\b")
_WORD_NUMBER = re.compile(r"[0-9]+")
_WORD_RANGE = re.compile(r"(\d+)-(\d+)")
_EMPTY_NODE = re.compile(r"\d+\.\d+")
# UDPipe's escapes: a backslash and a letter for a character.
_CHARACTERS = {"s": " ", "t": "\t", "r": "\r", "n": "\n", "p": "|", "\\": "\\"}
_ESCAPES = str.maketrans({character: f"\\{letter}" for letter, character in _CHARACTERS.items()})
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# What FORM may not hold, or what would be read differently.
_UNWRITABLE_IN_FORM = re.compile(r"[\t\r\n]|^ | $|  ")
_LINE_ENDS_AND_TABS = re.compile(r"[\t\r\n]+")
_ID_FOR_ITS_LINE = re.compile(r"[^\s\ud800-\udfff](?:[^\n\r\ud800-\udfff]*[^\s\ud800-\udfff])?")


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The documents of the stream; one with a malformed line is a RecordError with the origin of that line.

    One that is too large is a RecordError with the origin of its first line.
    """
    document: list[list[Line]] = []
    size = 0
    cost = line_cost(options.max_record)
    marked = False
    for block in blocks(lines(stream, source, options.max_record), "a sentence", options.max_record):
        starts = any(_NEWDOC.match(line.raw) for line in block)
        if not starts and all(line.raw.startswith(b"#") for line in block):
            continue  # comments on the whole file
        if document and (starts or not marked):
            yield _record(document, options)
            document, size = [], 0
        marked = marked or starts
        if size <= options.max_record:
            size += sum(len(line.raw) for line in block) + len(block) * cost
            document.append(block)
            if size > options.max_record:
                reason = larger("a document", options.max_record, cost)
                document = [[document[0][0].cut(reason)]]
    if document:
        yield _record(document, options)


def _record(sentence_blocks: Sequence[Sequence[Line]], options: ReadOptions) -> Record:
    first = sentence_blocks[0]

    def parse() -> Document:
        comments = dict(_comments(first))
        ours = _our_comment(first)
        sentences: list[list[Token]] = []
        before = ""
        for block in sentence_blocks:
            tokens, gap = _parse_sentence(block)
            if not tokens:
                continue
            if sentences and gap:
                _add_gap(sentences[-1], gap)
            before = before if sentences else gap
            sentences.append(tokens)
        identity = ours.get("id", comments.get("newdoc id", comments.get("sent_id")))
        origin = sentences[0][0].origin if sentences else first[0].origin
        if not sentences:
            before = ours.get("text", "")
        meta = ours.get("meta", {})
        return join_sentences(sentences, origin, options, before=before, identity=identity, meta=meta)

    return document_or_error(sentence_blocks, parse)


def _comments(block: Sequence[Line]) -> Iterator[tuple[str, str | None]]:
    for line in block:
        if match := _COMMENT.match(line.text.rstrip()):
            yield match[1], match[2]


def _our_comment(block: Sequence[Line]) -> dict[str, Any]:
    """The fields of our own comment. Raises RecordError for fields of other types than we write."""
    line = next((line for line in block if line.raw.startswith(OUR_COMMENT.encode())), None)
    if line is None:
        return {}
    try:
        found = json_values.loads(line.text.removeprefix(OUR_COMMENT))
        if not isinstance(found, dict) or not all(
            isinstance(value, _OUR_FIELDS.get(name, object)) for name, value in found.items()
        ):
            raise ValueError("expected an object with id, meta and text")
        check_text(found.get("text", ""), line.origin)
        if json_values.is_too_deep(found.get("meta")):
            raise ValueError(json_values.TOO_DEEP)
        return found
    except (ValueError, RecursionError) as error:
        reason = f"the comment `{OUR_COMMENT}...` cannot be read ({first_line(error)})"
        raise RecordError(line.origin, reason, remedy="remove it") from None


def _parse_sentence(block: Sequence[Line]) -> tuple[list[Token], str]:
    """The tokens of a sentence, and the text before the first one."""
    tokens: list[Token] = []
    before = ""
    covered = 0  # the number of the last word that a multiword token covers
    for line in block:
        if line.raw.startswith(b"#"):
            continue
        columns = line.text.split("\t")
        if len(columns) != COLUMNS:
            reason = f"{len(columns)} columns separated by tabs, not {COLUMNS}"
            raise RecordError(line.origin, reason, remedy="correct the line")
        number, form, misc = columns[0], columns[1], _misc(columns[-1].strip(" "))
        if _EMPTY_NODE.fullmatch(number):
            continue
        word_range = _WORD_RANGE.fullmatch(number)
        if not (word_range or _WORD_NUMBER.fullmatch(number)):
            raise RecordError(line.origin, f"{number[:40]!r} is not a word number", remedy="correct the line")
        if word_range:
            covered = _number(word_range[2])
        elif _number(number) <= covered:
            if tokens[-1].tag == OUTSIDE and (tag := _tag(misc)) != OUTSIDE:
                tokens[-1] = replace(tokens[-1], tag=tag)
            continue
        text = _unescape(misc["SpacesInToken"]) if misc.get("SpacesInToken") else form
        if not text:
            raise RecordError(line.origin, "a word with an empty FORM", remedy="correct the line")
        gap = _unescape(misc.get("SpacesBefore", ""))
        if tokens and gap:
            _add_gap(tokens, gap)
        before = before if tokens else gap
        tokens.append(Token(text, _tag(misc), line.origin, _text_after(misc)))
    return tokens, before


def _add_gap(tokens: list[Token], gap: str) -> None:
    tokens[-1] = replace(tokens[-1], after=tokens[-1].after + gap)


def _text_after(misc: dict[str, str]) -> str:
    if "SpacesAfter" in misc:
        return _unescape(misc["SpacesAfter"])
    return "" if misc.get("SpaceAfter") == "No" else " "


def _number(digits: str) -> int:
    return int(digits[-9:])  # no sentence has more words; Python refuses numbers of thousands of digits


def _misc(column: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in column.split("|") if "=" in part)


def _tag(misc: dict[str, str]) -> str:
    if "NER" in misc:
        return _unescape(misc["NER"])
    return next((misc[name] for name in ("NE", "name") if is_tag(misc.get(name, ""))), OUTSIDE)


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: _CHARACTERS.get(match[1], match[0]), text)


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as CoNLL-U, each after a `# newdoc` comment."""
    for document in documents:
        parts = [*_head(document)]
        tagged = list(sentence_tags(document))
        for number, (sentence, tags) in enumerate(tagged):
            start = 0 if number == 0 else sentence.start
            end = tagged[number + 1][0].start if number + 1 < len(tagged) else len(document.text)
            parts += _sentence_lines(document.text, sentence, tags, start, end)
            parts.append("\n")
        if not tagged:
            parts.append("\n")
        yield "".join(parts).encode("utf-8", "backslashreplace")


def _head(document: Document) -> Iterator[str]:
    fits = _ID_FOR_ITS_LINE.fullmatch(document.id)
    ours: dict[str, Any] = {} if fits else {"id": document.id}
    if document.meta:
        ours["meta"] = dict(document.meta)
    if not document.sentences and document.text:
        ours["text"] = document.text
    yield f"# newdoc id = {document.id}\n" if fits else "# newdoc\n"
    if ours:
        yield f"{OUR_COMMENT}{json_values.dumps(ours)}\n"


def _sentence_lines(text: str, sentence: Sentence, tags: Sequence[str], start: int, end: int) -> Iterator[str]:
    """The lines of a sentence, which hold the whole of `text[start:end]`."""
    yield f"# text = {_LINE_ENDS_AND_TABS.sub(' ', text[sentence.start : sentence.end])}\n"
    next_starts = [*sentence.offsets[2::2], end]
    words = zip(sentence.word_offsets(), tags, next_starts, strict=True)
    for number, ((word_start, word_end), tag, next_start) in enumerate(words, start=1):
        form = text[word_start:word_end]
        misc = [] if tag == OUTSIDE else [f"NER={_escape(tag)}"]
        gap = text[word_end:next_start]
        if not gap:
            misc.append("SpaceAfter=No")
        if number == 1 and start < word_start:
            misc.append(f"SpacesBefore={_escape(text[start:word_start])}")
        if gap not in ("", " "):
            misc.append(f"SpacesAfter={_escape(gap)}")
        if _UNWRITABLE_IN_FORM.search(form):
            misc.append(f"SpacesInToken={_escape(form)}")
            form = " ".join(form.split()) or "_"
        yield f"{number}\t{form}\t_\t_\t_\t_\t_\t_\t_\t{'|'.join(misc) or '_'}\n"


def _escape(text: str) -> str:
    return text.translate(_ESCAPES)
