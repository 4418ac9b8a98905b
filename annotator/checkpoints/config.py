"""What `config.json` and the other JSON files of a checkpoint say, checked before anything relies on it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from annotator.calibration import KEY, Calibration
from annotator.errors import AnnotatorError, first_line

CONFIG = "config.json"
_COPY_AGAIN = "copy the checkpoint again"
_CALIBRATE = f"delete {KEY} there, and fit it again with `annotate calibrate`"
# Where architectures state how many layers they have.
_LAYERS = ("num_hidden_layers", "n_layers", "n_layer", "num_layers")


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises AnnotatorError for a file that cannot be read or holds something else."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AnnotatorError(f"{path}: cannot be read: {error.strerror or first_line(error)}", _COPY_AGAIN) from error
    except (ValueError, RecursionError) as error:
        raise AnnotatorError(f"{path}: not JSON ({first_line(error)})", _COPY_AGAIN) from error
    if not isinstance(value, dict):
        raise AnnotatorError(f"{path}: not a JSON object", _COPY_AGAIN)
    return value


def read_config(folder: Path) -> dict[str, Any]:
    """The `config.json` of a checkpoint folder. Raises AnnotatorError if it is not JSON or its model type no string."""
    config = read_json(folder / CONFIG)
    if not isinstance(config.get("model_type", ""), str):
        raise AnnotatorError(f"{folder / CONFIG}: model_type is not a string", _COPY_AGAIN)
    return config


def tags_of(folder: Path) -> tuple[str, ...]:
    """The model's tags in the order of its outputs.

    Raises AnnotatorError if there is no `id2label`, and if it does not name the outputs one after another.
    """
    names = read_config(folder).get("id2label")
    if names is None:
        raise AnnotatorError(
            f"{folder / CONFIG}: the model names no entity labels (there is no id2label)",
            "write them into id2label, as O, B-PER, I-PER, ...",
        )
    if not isinstance(names, dict) or not names or set(names) != {str(number) for number in range(len(names))}:
        raise AnnotatorError(f"{folder / CONFIG}: id2label does not number the labels from 0 onwards", _COPY_AGAIN)
    tags = tuple(names[str(number)] for number in range(len(names)))
    if not all(isinstance(tag, str) for tag in tags):
        raise AnnotatorError(f"{folder / CONFIG}: a label of id2label is not a string", _COPY_AGAIN)
    return tags


def calibration_of(folder: Path, labels: Sequence[str]) -> Calibration | None:
    """The calibration of the model, whose labels are these; None if it has none.

    Raises AnnotatorError for one that is damaged or that was made for other labels.
    """
    values = read_config(folder).get(KEY)
    if values is None:
        return None
    path = folder / CONFIG
    try:
        calibration = Calibration.from_json(values)
    except ValueError as error:
        raise AnnotatorError(f"{path}: {KEY}: {first_line(error)}", _CALIBRATE) from error
    if set(calibration.labels) != set(labels):
        raise AnnotatorError(
            f"{path}: {KEY} is for the labels {', '.join(calibration.labels)}, the model has {', '.join(labels)}",
            _CALIBRATE,
        )
    return calibration


def whole_number(path: Path, values: dict[str, Any], name: str, least: int = 0) -> int | None:
    """The whole number `name` among a file's values; None if it is not there. Raises AnnotatorError for any other."""
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():  # some tokenizers state 1e30
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise AnnotatorError(f"{path}: {name} is {value!r}, not a whole number of at least {least}", "correct it there")
    return value


def layers_of(folder: Path) -> int:
    """The number of layers that the config states, 0 if it states none. Raises AnnotatorError for nonsense."""
    config = read_config(folder)
    return max(whole_number(folder / CONFIG, config, name) or 0 for name in _LAYERS)
