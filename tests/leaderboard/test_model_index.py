"""Figures as metadata of model cards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from huggingface_hub import ModelCard, ModelCardData

from annotator.checkpoints.catalog import describe
from annotator.errors import AnnotatorError, UsageError
from annotator.leaderboard.board import Board
from annotator.leaderboard.model_index import as_model_index, write_card
from annotator.leaderboard.render import as_json
from support.boards import NAMES
from support.evaluations import written


@pytest.fixture
def models(board: Board) -> Board:
    """The board as if its systems were models."""
    return replace(board, systems=tuple(replace(system, runs=("x",)) for system in board.systems), limit=250)


@pytest.fixture
def saved(models: Board, tmp_path: Path) -> Path:
    """Its JSON."""
    return written(tmp_path / "board.json", as_json(models))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A checkpoint folder called after a system, with a card."""
    folder = tmp_path / "some"
    if not (folder / "config.json").exists():
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text("{}")
    written(folder / "README.md", "---\nlicense: mit\nlanguage:\n- de\n---\n\n# Some\n\nText.\n")
    return folder


def test_yaml_is_what_the_hub_reads(models: Board) -> None:
    first, second = as_model_index(models).removeprefix("---\n").split("\n---\n")
    (entry,) = yaml.safe_load(first)["model-index"]
    assert entry["name"] == "some" and len(entry["results"]) == 3
    result = entry["results"][0]
    assert result["task"]["type"] == "token-classification" and result["dataset"]["config"] == "de"
    assert [metric["type"] for metric in result["metrics"]] == ["f1", "precision", "recall"]
    assert "web/de/dev" not in second


def test_only_models_have_a_model_index(board: Board) -> None:
    with pytest.raises(UsageError, match="no models among the systems"):
        as_model_index(board)


def test_a_card_keeps_all_but_older_figures(model: Path, saved: Path, models: Board) -> None:
    assert write_card(model, saved) == 9
    card = ModelCard.load(model / "README.md")
    data = card.data
    assert isinstance(data, ModelCardData)
    assert data.license == "mit" and data.language == ["de"] and "# Some\n\nText." in card.text
    figure = models.cell("some", NAMES[0]).figure
    assert figure and describe("some", "x", model).f1[f"{NAMES[0]}, first 250"] == pytest.approx(figure.f1, abs=1e-6)
    before = (model / "README.md").read_bytes()
    assert write_card(model, saved) == 9 and (model / "README.md").read_bytes() == before
    written(saved, as_json(replace(models, limit=None)))
    write_card(model, saved)
    assert len(describe("some", "x", model).f1) == 6  # of other sentences, so both stay


def test_a_card_is_made_where_there_is_none(model: Path, saved: Path) -> None:
    (model / "README.md").unlink()
    write_card(model, saved, "some")
    text = (model / "README.md").read_text(encoding="utf-8")
    assert "pipeline_tag: token-classification" in text and "# some" in text
    assert len(describe("some", "x", model).f1) == 3


def test_what_cannot_be_written(model: Path, saved: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no folder with a config\.json"):
        write_card(tmp_path, saved)
    with pytest.raises(UsageError, match="has no model sone: did you mean some"):
        write_card(model, saved, "sone")
    for text in ("{", "[]", '{"systems": [{"name": "some", "runs": ["x"]}], "cells": [{}]}'):
        with pytest.raises(AnnotatorError, match="not a leaderboard"):
            write_card(model, written(tmp_path / "bad.json", text))
    written(model / "README.md", "---\na: [\n---\n")
    with pytest.raises(AnnotatorError, match="not a model card"):
        write_card(model, saved)
