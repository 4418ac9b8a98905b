"""JSON Lines: one object per line, with the text in one field and the id in another.

Read: our own records and those of other annotation tools; `annotator.formats.fields` tells what their fields mean.

Written: a document per line, as `Document.to_dict` makes it or in the style of another tool (STYLES). The style `words`
is our own record with the words of each sentence: it holds all of a document.

Format: https://jsonlines.org/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, BinaryIO

from annotator import json_values
from annotator.document import Document, Entity
from annotator.errors import RecordError, first_line
from annotator.formats.base import DEFAULTS, LARGER, Line, ReadOptions, Record, WriteOptions, lines
from annotator.formats.fields import SHOWN_CHARACTERS, to_document

if TYPE_CHECKING:
    from spacy.tokens import Doc

# Each value takes 70 bytes in memory, however short it is (`{}`). So a record may have one for each 20 bytes of its
# greatest size, and a few in any case.
VALUE_COST = 20
FEW_VALUES = 100_000
_VALUES_BEGIN = (b"[", b"{", b",")

LABEL_STUDIO_TAGS = {"from_name": "label", "to_name": "text", "type": "labels"}


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The records of the stream as documents; blank lines are skipped.

    A line that is not a JSON object, or whose object has no text or invalid annotations, is a RecordError, and so is
    one that is too large.
    """
    most_values = max(options.max_record // VALUE_COST, FEW_VALUES)
    for line in lines(stream, source, options.max_record, options.portion.first):
        if not line.blank:
            try:
                yield to_document(_record(line, most_values), line.origin, options)
            except RecordError as error:
                error.raw = error.raw or line.escaped
                yield error


def _record(line: Line, most_values: int) -> dict[str, Any]:
    if not line.too_large and len(line.raw) > most_values and sum(map(line.raw.count, _VALUES_BEGIN)) > most_values:
        reason = f"a record of more than {most_values:,} values"
        raise RecordError(line.origin, reason, line.cut(reason).escaped, LARGER)
    try:
        record = json_values.loads(line.text)
    except JSONDecodeError as error:
        reason = f"not JSON: {error.msg} at character {error.pos}"
        raise RecordError(line.origin, reason, remedy="correct the line") from None
    except (ValueError, RecursionError) as error:
        reason = f"JSON that cannot be read: {first_line(error)}"
        raise RecordError(line.origin, reason, remedy="correct the record") from None
    if not isinstance(record, dict):
        reason = f"not a JSON object but {line.text.strip()[:SHOWN_CHARACTERS]}"
        raise RecordError(line.origin, reason, remedy="write each record as {...}")
    return record


def write(documents: Iterable[Document], options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as JSON Lines, in the style `options.style`."""
    to_record = STYLES[options.style]
    for document in documents:
        line = json_values.dumps(to_record(document))
        # UTF-8 cannot encode a surrogate in another field than the text: it is written as JSON's own escape.
        yield line.encode("utf-8", "backslashreplace") + b"\n"


def _words(document: Document) -> dict[str, Any]:
    record = document.to_dict()
    if document.sentences is not None:
        record["sents"] = [sentence.offsets.tolist() for sentence in document.sentences]
    return record


def _prodigy(document: Document) -> dict[str, Any]:
    """A task of Prodigy's interface `ner_manual`, with the words as its tokens.

    {"text", "meta": {...}, "tokens": [{"text", "start", "end", "id", "ws"}],
    "spans": [{"start", "end", "label", "token_start", "token_end"}]}, where `token_end` is the last token itself.
    Source: https://prodi.gy/docs/api-interfaces#ner_manual
    """
    text = document.text
    words = [offsets for sentence in document.sentences or () for offsets in sentence.word_offsets()]
    tokens = [
        {"text": text[start:end], "start": start, "end": end, "id": number, "ws": text[end : end + 1] == " "}
        for number, (start, end) in enumerate(words)
    ]
    starts = {start: number for number, (start, _) in enumerate(words)}
    ends = {end: number for number, (_, end) in enumerate(words)}
    spans: list[dict[str, Any]] = []
    for entity in document.entities:
        span: dict[str, Any] = {"start": entity.start, "end": entity.end, "label": entity.label}
        if entity.start in starts and entity.end in ends:
            span |= {"token_start": starts[entity.start], "token_end": ends[entity.end]}
        spans.append(span | _score_field(entity))
    record = {"id": document.id, "text": text, "meta": dict(document.meta), "spans": spans}
    return record if document.sentences is None else record | {"tokens": tokens}


def _doccano(document: Document) -> dict[str, Any]:
    """A record of a doccano project for sequence labelling: {"id", "text", "label": [[start, end, label]], "meta"}.

    Source: https://doccano.github.io/doccano/tutorial/ and its sample files for import
    """
    label = [[entity.start, entity.end, entity.label] for entity in document.entities]
    return {"id": document.id, "text": document.text, "label": label, "meta": dict(document.meta)}


def _label_studio(document: Document) -> dict[str, Any]:
    """A task of Label Studio with a prediction, for `<Labels name="label" toName="text">` and `<Text name="text">`.

    {"data": {"text", ...}, "predictions": [{"model_version", "result": [{"id", "from_name", "to_name",
    "type": "labels", "value": {"start", "end", "text", "labels": [label]}, "score"}]}]}
    Source: https://labelstud.io/guide/predictions and https://labelstud.io/tags/labels
    """
    result = [
        {
            "id": str(number),
            **LABEL_STUDIO_TAGS,
            "value": {
                "start": entity.start,
                "end": entity.end,
                "text": document.text[entity.start : entity.end],
                "labels": [entity.label],
            },
            **_score_field(entity),
        }
        for number, entity in enumerate(document.entities)
    ]
    fields = {"id": document.id, "text": document.text, "meta": dict(document.meta)}
    return {"data": fields, "predictions": [{"model_version": "annotator", "result": result}]}


def _argilla(document: Document) -> dict[str, Any]:
    """A record that Argilla's `Record.from_dict` accepts, with a suggestion for a span question `entities` on `text`.

    {"id", "fields": {"text"}, "metadata", "suggestions": {"entities": {"value": [{"start", "end", "label"}], "score":
    [score], "agent"}}}; without scores unless all entities have one.
    Source: https://docs.argilla.io/latest/reference/argilla/records/records/
    """
    value = [{"start": entity.start, "end": entity.end, "label": entity.label} for entity in document.entities]
    suggestion: dict[str, Any] = {"value": value, "agent": "annotator"}
    scores = [entity.score for entity in document.entities]
    if scores and None not in scores:
        suggestion["score"] = scores
    return {
        "id": document.id,
        "fields": {"text": document.text},
        "metadata": dict(document.meta),
        "suggestions": {"entities": suggestion},
    }


def _spacy(document: Document) -> dict[str, Any]:
    """What spaCy's `Doc.to_json` returns and `Doc.from_json` accepts, with two more fields: the id and the meta.

    {"text", "ents": [{"start", "end", "label"}], "sents": [{"start", "end"}], "tokens": [{"id", "start", "end"}]}
    Source: https://spacy.io/api/doc#to_json
    """
    from spacy.vocab import Vocab

    doc = document.to_spacy(Vocab())
    _merge_white_space(doc)
    record: dict[str, Any] = doc.to_json()
    return {"id": document.id, **record, "meta": dict(document.meta)}


def _merge_white_space(doc: Doc) -> None:
    """Make one token of each run of tokens that are white space: `Doc.from_json` accepts no two side by side."""
    runs = [list(run) for is_space, run in groupby(doc, key=lambda token: token.text.isspace()) if is_space]
    with doc.retokenize() as retokenizer:
        for run in runs:
            if len(run) > 1:
                retokenizer.merge(doc[run[0].i : run[-1].i + 1])


def _score_field(entity: Entity) -> dict[str, float]:
    return {} if entity.score is None else {"score": entity.score}


STYLES: Mapping[str | None, Callable[[Document], dict[str, Any]]] = {
    None: Document.to_dict,
    "words": _words,
    "prodigy": _prodigy,
    "doccano": _doccano,
    "labelstudio": _label_studio,
    "argilla": _argilla,
    "spacy": _spacy,
}
