"""JSON Lines: one object a line, with its text in one field and maybe its id in another.

What its fields mean, `annotator.records` says.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, BinaryIO

from ..errors import RecordError
from ..records import SHOWN_CHARACTERS, to_document
from . import Line, ReadOptions, Record, lines

MAX_DEPTH = 200


def read(stream: BinaryIO, source: str, options: ReadOptions) -> Iterator[Record]:
    """The records of the stream as documents; blank lines are skipped.

    What is not a JSON object, has no text or wrong annotations is a RecordError with its line.
    """
    for line in lines(stream, source):
        if line.raw.strip():
            try:
                yield to_document(_record(line), line.origin, options)
            except RecordError as error:
                error.raw = line.shown
                yield error


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
    # What is nested deeper could be read, but maybe not written.
    if line.raw.count(b"[") + line.raw.count(b"{") > MAX_DEPTH and _is_deep(record, MAX_DEPTH):
        raise RecordError(line.origin, f"JSON that is nested more than {MAX_DEPTH} deep; flatten it")
    return record


def _is_deep(value: Any, depth: int) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return not depth or any(_is_deep(part, depth - 1) for part in parts if isinstance(part, dict | list))
