"""JSON Lines: one object a line, with its text in one field and maybe its id in another.

What else a record holds goes into `Document.meta`. Where that is nothing but an object `meta`, as in our own
output, it is taken for the meta itself, so that output read again has the meta it had.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, BinaryIO

from ..errors import RecordError
from ..types import Document
from . import Line, ReadOptions, Record, check_text, lines

# Fields that hold entities; new ones take their place.
ANNOTATIONS = ("ents",)
# How much of a record an error message shows.
SHOWN_FIELDS = 20
SHOWN_CHARACTERS = 40


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The records of the stream as documents; blank lines are skipped.

    What is not a JSON object or has no text is a RecordError with its line.
    """
    for line in lines(stream, source):
        if line.raw.strip():
            try:
                yield _document(line, options)
            except RecordError as error:
                error.raw = line.shown
                yield error


def _document(line: Line, options: ReadOptions) -> Document:
    record = _record(line)
    if options.text_field not in record:
        raise RecordError(
            line.origin,
            f"no field {options.text_field!r}: name the one with the text by --text-field "
            f"(there are: {_names(record)})",
        )
    text = record.pop(options.text_field)
    if not isinstance(text, str):
        raise RecordError(line.origin, f"field {options.text_field!r} holds no text but {json.dumps(text)[:40]}")
    check_text(text, line.origin)
    identity = record.pop(options.id_field, None)
    for name in ANNOTATIONS:
        record.pop(name, None)
    ours = list(record) == ["meta"] and isinstance(record["meta"], dict)
    return Document(
        id=str(line.origin) if identity is None else str(identity),
        text=text,
        origin=line.origin,
        meta=record["meta"] if ours else record,
    )


def _names(record: dict[str, Any]) -> str:
    """The first few names of a record's fields, shortened."""
    shown = [name if len(name) <= SHOWN_CHARACTERS else name[:SHOWN_CHARACTERS] + "..." for name in record]
    return ", ".join(shown[:SHOWN_FIELDS] + ["..."] * (len(shown) > SHOWN_FIELDS)) or "none"


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"the number {digits[:SHOWN_CHARACTERS]} is beyond what a float holds")
    return number


def _record(line: Line) -> dict[str, Any]:
    try:
        record = json.loads(line.text, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise RecordError(line.origin, f"not JSON: {error.msg} at character {error.pos}; mend the line") from None
    except (ValueError, RecursionError) as error:
        raise RecordError(line.origin, f"JSON that cannot be read: {error}") from None
    if not isinstance(record, dict):
        raise RecordError(line.origin, f"not a JSON object but {line.text.strip()[:40]}; a record is {{...}}")
    return record
