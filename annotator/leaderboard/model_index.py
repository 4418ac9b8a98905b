"""A leaderboard as `model-index` metadata, which the Hugging Face Hub shows beside a model, and into model cards.

Format: https://huggingface.co/docs/hub/model-cards#evaluation-results
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.checkpoints.catalog import CARD
from annotator.checkpoints.config import CONFIG
from annotator.errors import AnnotatorError, UsageError, did_you_mean, first_line
from annotator.files.sinks import open_sink, reporting_os_errors
from annotator.leaderboard.board import Board

if TYPE_CHECKING:
    from huggingface_hub import EvalResult, ModelCard

TASK = "token-classification"
_NEW_CARD = "---\npipeline_tag: token-classification\nlibrary_name: transformers\n---\n\n# {name}\n"


def as_model_index(board: Board) -> str:
    """The metadata of each model as a YAML document; rows that another tool tagged are left out."""
    from dataclasses import asdict

    from huggingface_hub import ModelCardData

    read = json.loads(json.dumps(asdict(board)))
    names = [system.name for system in board.systems if system.runs]
    if not names:
        raise UsageError("no models among the systems", "name another {format}: only models have a model-index")
    cards = (ModelCardData(model_name=name, eval_results=list(_results(read, name))).to_yaml() for name in names)
    return "".join(f"---\n{card}\n" for card in cards)


def write_card(model: Path, board: Path, system: str | None = None) -> int:
    """Write the figures of a leaderboard (its JSON) into the card of a checkpoint folder, README.md.

    Figures that the card already has are replaced, all else is kept; a card that does not exist is made. `system` is
    the row to take (None: the one called after the folder, or the only one). Returns the number of figures. Raises
    UsageError for a folder that is no checkpoint and for a row that does not exist, AnnotatorError for a file that is
    no leaderboard or no card.
    """
    from huggingface_hub import ModelCardData

    if not (model / CONFIG).is_file():
        raise UsageError(f"{model}: no folder with a {CONFIG}", "name the folder of a checkpoint as {model}")
    found = _read(board)
    try:
        results = list(_results(found, _row(found, board, model.absolute().name, system)))
    except (KeyError, TypeError) as error:
        raise _no_board(board, error) from error
    path = model / CARD
    card = _card(path, model.absolute().name)
    data = card.data
    assert isinstance(data, ModelCardData)
    kept = [old for old in data.eval_results or [] if not any(_same(old, new) for new in results)]
    data.eval_results = [*kept, *results]
    data.model_name = data.model_name or model.absolute().name
    with open_sink(path, force=True) as sink:
        sink.write(f"{str(card).rstrip()}\n".encode())
    return len(results)


def _same(one: EvalResult, other: EvalResult) -> bool:
    """Whether two results are of the same corpus and metric."""
    return (one.dataset_name, one.metric_type) == (other.dataset_name, other.metric_type)


def _card(path: Path, name: str) -> ModelCard:
    from huggingface_hub import ModelCard
    from yaml import YAMLError  # type: ignore[import-untyped]

    try:
        return ModelCard.load(path) if path.exists() else ModelCard(_NEW_CARD.format(name=name))
    except (OSError, ValueError, YAMLError) as error:
        raise AnnotatorError(f"{path}: not a model card ({first_line(error)})", "repair its YAML header") from error


def _read(board: Path) -> dict[str, Any]:
    try:
        with reporting_os_errors(board, "read"):
            found = json.loads(board.read_bytes())
        return found if found["systems"] and found["cells"] else {}
    except (ValueError, KeyError, TypeError) as error:
        raise _no_board(board, error) from error


def _no_board(board: Path, error: Exception) -> AnnotatorError:
    return AnnotatorError(
        f"{board}: not a leaderboard ({type(error).__name__}: {first_line(error)})",
        "make it with `annotate leaderboard --format json`",
    )


def _row(found: Mapping[str, Any], board: Path, name: str, system: str | None) -> str:
    """The name of the row to take."""
    names = [one["name"] for one in found["systems"] if one["runs"]]
    wanted = system or (names[0] if len(names) == 1 else name)
    if wanted not in names:
        remedy = f"{did_you_mean(wanted, names)}Name one by {{system}}: {', '.join(names) or 'it has no models'}"
        raise UsageError(f"{board}: has no model {wanted}", remedy)
    return wanted


def _results(board: Mapping[str, Any], system: str) -> Iterator[EvalResult]:
    """F1, precision and recall on each corpus that was measured."""
    from huggingface_hub import EvalResult

    corpora = {corpus["name"]: corpus for corpus in board["corpora"]}
    for cell in board["cells"]:
        if cell["system"] != system or cell["figure"] is None:
            continue
        corpus = corpora[cell["corpus"]]
        name, limit = corpus["name"], board["limit"]
        metrics = {"f1": cell["figure"]["f1"], "precision": cell["precision"], "recall": cell["recall"]}
        for metric, value in metrics.items():
            yield EvalResult(
                task_type=TASK,
                dataset_type=name.split("/")[0] if name.count("/") == 2 else name,
                dataset_name=name if limit is None else f"{name}, first {limit}",
                dataset_config=corpus["language"] or None,
                # The Hub tells results apart by type, language and split; this is how `datasets` writes a part of one.
                dataset_split=corpus["split"] if limit is None else f"{corpus['split']}[:{limit}]",
                metric_type=metric,
                metric_name="F1" if metric == "f1" else metric,
                metric_value=round(value, 6),
            )
