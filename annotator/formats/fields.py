"""Records, which are objects with named fields, -> documents: what JSON Lines, Parquet and tables have in common.

Entities and words are taken from the fields in which the common annotation tools keep them; all other fields are
`Document.meta`. Offsets count code points. A field that has the name of an annotation but not its shape stays in the
meta. Sources: docs/formats.md links the pages on which each tool documents its records.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from reprlib import repr as repr_short
from typing import Any

from annotator import json_values
from annotator.document import OUTSIDE, Document, Entity, Origin, Sentence, Word, keep_whole
from annotator.errors import RecordError
from annotator.formats.base import TEXT_FIELD, ReadOptions, check_text
from annotator.labels import spans

ENTITY_FIELDS = ("ents", "spans", "entities", "labels", "label")  # the first of them that holds entities counts
SHOWN_FIELDS = 20  # how much of a record an error message shows
SHOWN_CHARACTERS = 40
_STARTS = ("start", "start_offset")  # the second is doccano's
_ENDS = ("end", "end_offset")
# Prodigy's and spaCy's own fields: of a token with no others, only its offsets are worth keeping.
_TOKEN_FIELDS = frozenset({"id", "text", "start", "end", "ws"})


def to_document(record: dict[str, Any], origin: Origin, options: ReadOptions) -> Document:
    """The document of a record, whose fields are taken out as they are used.

    Where nothing but an object `meta` is left, as in our own output, that object is the meta itself. Sentences are
    joined where one begins inside an entity. Raises RecordError for a record without text, for words and entities
    whose offsets are invalid, and for scores outside [0, 1].
    """
    record = _from_argilla(_from_label_studio(record, options.text_field), options.text_field)
    if options.text_field not in record and isinstance(record.get("paragraphs"), list):
        record = _from_training_json(record, origin, options.text_field)
    text = _text(record, origin, options.text_field)
    identity = record.pop(options.id_field, None)
    sentences = _sentences(record, text, origin)
    entities = _entities(record, text, origin)
    ours = list(record) == ["meta"] and isinstance(record["meta"], dict)
    meta = record["meta"] if ours else record
    if json_values.is_too_deep(meta):
        raise RecordError(origin, f"a record {json_values.TOO_DEEP}", remedy="flatten it")
    return Document(
        id=str(origin) if identity is None else str(identity),
        text=text,
        origin=origin,
        meta=meta,
        sentences=None if sentences is None else keep_whole(sentences, entities),
        entities=entities,
    )


def from_record(record: Mapping[str, Any], origin: Origin) -> Document:
    """The document of a record in Python: what `Document.from_dict` returns and raises."""
    if not isinstance(record, Mapping):
        raise TypeError(f"a record must be a dict with a text, not {repr_short(record)}")
    if not isinstance(origin, Origin):
        raise TypeError(f"an origin must be an Origin, not {repr_short(origin)}")
    for name, kind, what in (("ents", list, "a list"), ("meta", Mapping, "an object")):
        if name in record and not isinstance(record[name], kind):
            raise RecordError(origin, f"field {name!r} must be {what}, not {repr_short(record[name])}")
    if odd := [one for one in record.get("ents", ()) if not isinstance(one, Mapping | list | tuple)]:
        raise RecordError(origin, f"field 'ents' must hold entities, not {repr_short(odd[0])}")
    return to_document(dict(record), origin, ReadOptions())


def choose_text_field(fields: Sequence[str], of_text: Iterable[str], origin: Origin, options: ReadOptions) -> str:
    """The field of a table that holds the text: `options.text_field`, or else the only one `of_text` beside the id.

    A field that the user has named is not replaced by another. Raises RecordError if there is no such field.
    """
    if options.text_field in fields:
        return options.text_field
    others = [name for name in of_text if name != options.id_field]
    if options.text_field == TEXT_FIELD and len(others) == 1:
        return others[0]
    reason = f"no column {options.text_field!r} (there are: {name_fields(fields)})"
    raise RecordError(origin, reason, remedy="name the column with the text by {text_field}")


def _text(record: dict[str, Any], origin: Origin, field: str) -> str:
    if field not in record:
        reason = f"no field {field!r} (there are: {name_fields(record)})"
        raise RecordError(origin, reason, remedy="name the field with the text by {text_field}")
    text = record.pop(field)
    if not isinstance(text, str):
        reason = f"field {field!r} holds no text but {_excerpt(text)}"
        raise RecordError(origin, reason, remedy="name another field by {text_field}")
    return check_text(text, origin)


def name_fields(fields: Iterable[object]) -> str:
    """The first SHOWN_FIELDS names of fields, shortened for an error message."""
    shown = [name if len(name) <= SHOWN_CHARACTERS else name[:SHOWN_CHARACTERS] + "..." for name in map(str, fields)]
    return ", ".join(shown[:SHOWN_FIELDS] + ["..."] * (len(shown) > SHOWN_FIELDS)) or "none"


def _excerpt(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)[:SHOWN_CHARACTERS]
    except (TypeError, ValueError, RecursionError):  # names that are no strings, or a value that is nested very deep
        return f"a {type(value).__name__}"


# Tasks of Label Studio keep the text in `data`, and the entities in the regions of annotations or predictions.


def _from_label_studio(record: dict[str, Any], text_field: str) -> dict[str, Any]:
    """A task of Label Studio as a record with its regions as `ents`; any other record as it is."""
    task = record.get("data")
    if text_field in record or not isinstance(task, dict) or not {"annotations", "predictions"} & record.keys():
        return record
    versions = [*_list(record.pop("annotations", None)), *_list(record.pop("predictions", None))]
    chosen = next((v for v in versions if isinstance(v, dict) and not v.get("was_cancelled")), {})
    regions = [r for r in _list(chosen.get("result")) if isinstance(r, dict) and r.get("type") == "labels"]
    ents = [{**r, **v} for r in regions if isinstance(v := r.get("value"), dict)]
    del record["data"]
    return {**record, **task, "ents": ents}


def _from_argilla(record: dict[str, Any], text_field: str) -> dict[str, Any]:
    """A record of Argilla with the spans of its first response or else suggestion as `ents`; any other as it is."""
    fields, answers = record.get("fields"), [record.get("responses"), record.get("suggestions")]
    if text_field in record or not isinstance(fields, dict) or not any(isinstance(one, dict) for one in answers):
        return record
    given = [answer for one in answers if isinstance(one, dict) for answer in one.values()]
    given = [answer[0] if isinstance(answer, list) and answer else answer for answer in given]
    values = (answer.get("value") for answer in given if isinstance(answer, dict))
    ents = next((value for value in values if isinstance(value, list)), [])
    meta = record.get("metadata") or {}
    return {**fields, "id": record.get("id"), "ents": ents, "meta": meta}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


# spaCy's training JSON keeps paragraphs, which hold sentences of tokens with BILOU tags.


def _from_training_json(record: dict[str, Any], origin: Origin, text_field: str) -> dict[str, Any]:
    """A document of spaCy's training JSON as a record with `sents` and `ents`; a blank line separates paragraphs.

    Source: https://spacy.io/api/data-formats#json-input
    """
    text = ""
    sents: list[list[int]] = []
    ents: list[list[Any]] = []
    try:
        for paragraph in record.pop("paragraphs"):
            text += "\n\n" if text else ""
            end = len(text)
            text += paragraph.get("raw") or " ".join(
                t["orth"] for sent in paragraph["sentences"] for t in sent["tokens"]
            )
            for sent in paragraph["sentences"]:
                offsets: list[int] = []
                tokens = [token for token in sent["tokens"] if token["orth"].strip()]  # white space is not a word
                for token in tokens:
                    while text[end : end + 1].isspace():
                        end += 1
                    start, end = end, end + len(token["orth"])
                    if text[start:end] != token["orth"]:
                        raise ValueError(f"the token {_excerpt(token['orth'])} does not follow in the text")
                    offsets += (start, end)
                tags = [OUTSIDE if token.get("ner", "-") == "-" else token["ner"] for token in tokens]
                ents += [[offsets[2 * a], offsets[2 * b - 1], label] for a, b, label in spans(tags)]
                sents.append(offsets)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        reason = f"not spaCy's training JSON ({type(error).__name__}: {error})"
        raise RecordError(origin, reason, remedy="correct 'paragraphs'") from None
    return {**record, text_field: text, "sents": [sent for sent in sents if sent], "ents": ents}


# Words and sentences.


def _sentences(record: dict[str, Any], text: str, origin: Origin) -> tuple[Sentence, ...] | None:
    """Our own `sents` (the word offsets of each sentence), or the `tokens` of spaCy and Prodigy as words.

    spaCy's tokens are in the sentences of its `sents`; Prodigy's have none and are taken as one sentence.
    """
    sents: Any = record.get("sents")
    tokens: Any = record.get("tokens")
    try:
        if _all_have_offsets(tokens):
            starts = {0}
            if _all_have_offsets(sents):
                starts = {sent["start"] for sent in record.pop("sents")}
            if all(token.keys() <= _TOKEN_FIELDS for token in tokens):
                del record["tokens"]
            return _ascending(_grouped(tokens, starts, text), text)
        # Lists of whole numbers are ours; an empty list is a document without words.
        if isinstance(sents, list) and all(
            isinstance(sent, list) and all(isinstance(offset, int) for offset in sent) for sent in sents
        ):
            del record["sents"]
            if any(len(sent) % 2 for sent in sents):
                raise ValueError("a sentence has a start without an end")
            return _ascending(map(Sentence.of, sents), text)
        return None
    except (TypeError, ValueError, OverflowError) as error:
        reason = f"its words are not in order ({error})"
        raise RecordError(origin, reason, remedy="correct or remove 'sents' and 'tokens'") from None


def _all_have_offsets(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and isinstance(one.get("start"), int) and isinstance(one.get("end"), int) for one in value
    )


def _grouped(tokens: Iterable[Mapping[str, Any]], starts: set[int], text: str) -> Iterator[Sentence]:
    """The tokens that are not white space as sentences, a new one at each of `starts`."""
    words: list[Word] = []
    for token in tokens:
        start, end = token["start"], token["end"]
        if start in starts and words:
            yield Sentence(words)
            words = []
        if text[start:end].strip():
            words.append(Word(start, end))
    if words:
        yield Sentence(words)


def _ascending(sentences: Iterable[Sentence], text: str) -> tuple[Sentence, ...]:
    """The sentences. Raises ValueError where they overlap, do not ascend or leave the text."""
    found = tuple(sentences)
    end = 0
    for sentence in found:
        if sentence.start < end:
            raise ValueError(f"a sentence begins at {sentence.start}, before the previous one ends at {end}")
        end = sentence.end
    if end > len(text):
        raise ValueError(f"a word ends at {end}, after the text of {len(text)} characters")
    return found


# Entities.


def _entities(record: dict[str, Any], text: str, origin: Origin) -> tuple[Entity, ...]:
    """The entities of the first field that has the shape of entities; it is taken out of the record."""
    fields = [field for field in ENTITY_FIELDS if _holds_entities(record.get(field))]
    if not fields:
        return ()
    field = next((field for field in fields if record[field]), fields[0])
    entities = sorted((_entity(ent, text, origin) for ent in record.pop(field)), key=lambda entity: entity.start)
    for one, other in pairwise(entities):
        if other.start < one.end:
            reason = (
                f"entities overlap: {one.label} [{one.start}, {one.end}) and {other.label} [{other.start}, {other.end})"
            )
            raise RecordError(origin, reason, remedy=f"keep one of them in {field!r}")
    return tuple(entities)


def _holds_entities(value: Any) -> bool:
    """Whether this is a list with an annotation in it, so that all items should be annotations, or an empty list."""
    return isinstance(value, list) and (not value or any(_is_annotation(item) for item in value))


def _is_annotation(item: Any) -> bool:
    if isinstance(item, dict):
        return any(field in item for field in _STARTS) and any(field in item for field in _ENDS)
    return isinstance(item, list) and len(item) in (3, 4) and isinstance(item[2], str)


def _entity(ent: Any, text: str, origin: Origin) -> Entity:
    start, end, label, score = _parts(ent)
    # A Boolean is a number to Python, but not an offset.
    if not (type(start) is int and type(end) is int and isinstance(label, str) and label):
        reason = f"an entity without start and end as whole numbers, or without a label: {_excerpt(ent)}"
        raise RecordError(origin, reason, remedy="add what is missing")
    if not 0 <= start < end <= len(text):
        reason = f"entity {label} [{start}, {end}) is not within the text of {len(text)} characters"
        raise RecordError(origin, reason, remedy="correct its offsets")
    found = text[start:end]
    given = ent.get("text", found) if isinstance(ent, dict) else found
    if given is not None and given != found:
        reason = f"the text at [{start}, {end}) is {_excerpt(found)}, but its entity says {_excerpt(given)}"
        raise RecordError(origin, reason, remedy="count characters, not bytes or UTF-16 units")
    return Entity(start, end, check_text(label, origin), _score(score, origin))


def _score(score: Any, origin: Origin) -> float | None:
    if score is None:
        return None
    try:
        number = float(score)
    except (TypeError, ValueError, OverflowError):
        reason = f"the score of an entity is not a number but {_excerpt(score)}"
        raise RecordError(origin, reason, remedy="correct or remove it") from None
    if not 0 <= number <= 1:
        reason = f"the score of an entity is not between 0 and 1 but {_excerpt(score)}"
        raise RecordError(origin, reason, remedy="scale or remove it")
    return number


def _parts(ent: Any) -> Sequence[Any]:
    """Start, end, label and score of an annotation, None for those that it lacks."""
    if isinstance(ent, dict):
        start, end = (next((ent[f] for f in fields if f in ent), None) for fields in (_STARTS, _ENDS))
        label = ent.get("label")
        if label is None and isinstance(labels := ent.get("labels"), list) and len(labels) == 1:
            label = labels[0]  # Label Studio
        return start, end, label, ent.get("score")
    return [*ent, None, None, None, None][:4] if isinstance(ent, list) else [None] * 4
