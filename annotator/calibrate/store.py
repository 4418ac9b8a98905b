"""A calibration -> the config.json of a checkpoint, in place or in a copy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from annotator.calibration import KEY, Calibration
from annotator.checkpoints.config import CONFIG, read_config
from annotator.errors import AnnotatorError, UsageError
from annotator.files.sinks import open_sink, reporting_os_errors


def place(name: str, folder: Path, output: Path | None) -> Path:
    """The folder to write the calibration of a model to: `output`, or `folder` if the model was named by its folder.

    Raises UsageError for a model of another name without an output, since it is installed and others use it, and
    AnnotatorError for an output that holds something else already.
    """
    if output is None:
        if folder != Path(name):
            raise UsageError(f"model {name} is installed, and is not changed", "name a folder to write with {output}")
        return folder
    with reporting_os_errors(output, "read"):
        if output.is_dir() and not output.samefile(folder) and any(output.iterdir()):
            raise AnnotatorError(f"{output}: exists already, and is not empty", "name another {output}")
        if output.exists() and not output.is_dir():
            raise AnnotatorError(f"{output}: is a file", "name a folder as {output}")
    return output


def store(calibration: Calibration, folder: Path, output: Path) -> Path:
    """Write the calibration into the config.json of `output`, and return that file.

    If `output` is not `folder`, it becomes a copy of the files in it. Raises AnnotatorError for what cannot be written.
    """
    if not (output.exists() and output.samefile(folder)):
        with reporting_os_errors(output):
            output.mkdir(parents=True, exist_ok=True)
            for path in sorted(folder.iterdir()):
                if path.is_file():
                    shutil.copyfile(path, output / path.name)
    path = output / CONFIG
    config = read_config(output)
    try:
        with open_sink(path, force=True) as sink:
            sink.write(_text({**config, KEY: calibration.to_json()}).encode())
    except AnnotatorError as error:
        raise AnnotatorError(error.message, "name another folder to write with {output}") from error
    return path


def _text(config: dict[str, object]) -> str:
    """The config as transformers writes it, but each curve of the calibration in one line instead of hundreds."""
    calibration = config[KEY]
    assert isinstance(calibration, dict)
    lines = [f'    "score": {json.dumps(calibration["score"])}', f'    "labels": {json.dumps(calibration["labels"])}']
    lines.append(f'    "common": {json.dumps(calibration["common"])}')
    curves = [f"      {json.dumps(label)}: {json.dumps(curve)}" for label, curve in calibration["curves"].items()]
    lines.append('    "curves": {' + ("\n" + ",\n".join(curves) + "\n    " if curves else "") + "}")
    text = json.dumps({**config, KEY: KEY}, indent=2, sort_keys=True)
    return text.replace(f'"{KEY}": "{KEY}"', f'"{KEY}": ' + "{\n" + ",\n".join(lines) + "\n  }") + "\n"
