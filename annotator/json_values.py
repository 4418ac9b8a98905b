"""What the other fields of a record may hold: the values of JSON, nested at most MAX_DEPTH levels deep.

JSON has no NaN and no Infinity. A text of JSON that names them is not JSON. Values that come from elsewhere (Parquet,
DocBin, Python) are written with null in their place, as JavaScript and pandas do it, and a warning says so once.
"""

from __future__ import annotations

import json
import math
import warnings
from itertools import repeat
from typing import Any

# Deeper values could be read, but not by everyone who reads what is written; Python's own limit is near 1,000.
MAX_DEPTH = 200
TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"
SHOWN_DIGITS = 40
_SCALARS = frozenset({str, int, float, bool, type(None)})


class AnnotatorWarning(UserWarning):
    """Something was changed that the user should know of."""


def is_too_deep(value: Any, levels: int = MAX_DEPTH) -> bool:
    """Whether objects and lists are nested in one another more than this many levels, the value itself included."""
    if not isinstance(value, dict | list | tuple):
        return False
    parts = value.values() if isinstance(value, dict) else value
    if not levels:
        return True
    # Most values are flat, which takes no look at each part.
    return not _SCALARS.issuperset(map(type, parts)) and any(map(is_too_deep, parts, repeat(levels - 1)))


def json_value(value: Any, levels: int = MAX_DEPTH) -> Any:
    """The value in JSON's types, with names and all other types as strings; bytes are read as UTF-8.

    Tuples become lists; NaN and Infinity become None, with an AnnotatorWarning. Raises ValueError for a value that is
    nested too deep.
    """
    if isinstance(value, dict | list | tuple):
        if not levels:
            raise ValueError(TOO_DEEP)
        if isinstance(value, dict):
            return {_text(name): json_value(part, levels - 1) for name, part in value.items()}
        return [json_value(part, levels - 1) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        text = "NaN and Infinity became null in other fields of records, because JSON does not have them"
        warnings.warn(text, AnnotatorWarning, stacklevel=1)  # one place, so that it is said once
        return None
    return value if value is None or isinstance(value, str | int | float) else _text(value)


def _text(value: Any) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def dumps(value: Any, *, ascii_only: bool = False) -> str:
    """The value as JSON, as `json_value` words it. Raises ValueError for a value that is nested too deep."""
    encode = _ENCODERS[ascii_only].encode
    try:
        return encode(value)
    except (TypeError, ValueError, RecursionError):  # rare, so that most values are not looked at one by one
        # A record has the meta, which may have all levels, in its own first or second level.
        return encode(json_value(value, MAX_DEPTH + 2))


def loads(text: str) -> Any:
    """The value of a text of JSON. Raises ValueError for NaN, Infinity and what is no JSON; RecursionError."""
    return _DECODER.decode(text)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"the number {digits[:SHOWN_DIGITS]} is too large for a float")
    return number


def _refused(name: str) -> Any:
    raise ValueError(f"{name} is no value of JSON, null is")


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_refused)  # json.loads would make one for each text
_ENCODERS = {
    ascii_only: json.JSONEncoder(ensure_ascii=ascii_only, default=str, allow_nan=False) for ascii_only in (False, True)
}
