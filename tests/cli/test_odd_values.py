"""Records with values at the bounds of what outputs can hold go through whole runs, or are refused by their place."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from annotator.formats import FORMATS
from annotator.json_values import MAX_DEPTH
from support.cli_runs import annotate, refused
from support.documents import from_bytes

NULL = "annotate: warning: NaN and Infinity became null in other fields of records, because JSON does not have them\n"
DEEPEST = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)


@pytest.mark.parametrize("suffix", [".spacy", ".parquet", ".jsonl", ".conllu", ".html"])
def test_the_deepest_record_is_written_in_all_formats(suffix: str, null: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(f'{{"text": "Rom", "x": {DEEPEST}}}\n{{"text": "Bern"}}\n')
    out = tmp_path / f"out{suffix}"
    run = annotate(tmp_path / "in.jsonl", *null, "-o", out)
    assert (run.code, run.err) == (0, "")
    assert {p.name for p in tmp_path.iterdir()} == {"in.jsonl", out.name, f".{out.name}.journal"}
    if suffix != ".html":
        format = next(one for one in FORMATS.values() if suffix in one.suffixes)
        assert from_bytes(out.read_bytes(), format)[0].meta == {"x": json.loads(DEEPEST)}


def test_a_record_that_is_nested_too_deep_is_refused_before_it_is_written(
    null: tuple[object, ...], tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_text(f'{{"text": "Rom"}}\n{{"text": "Bern", "x": [{DEEPEST}]}}\n{{"text": "Genf"}}\n')
    out = tmp_path / "out.spacy"
    said = refused(annotate(tmp_path / "in.jsonl", *null, "-o", out), 1)
    assert said.startswith(f"{tmp_path / 'in.jsonl'}:2: a record nested more than 200 levels deep: flatten it; skip ")
    run = annotate(tmp_path / "in.jsonl", *null, "-o", out, "--force", "--on-error", "skip")
    assert run.code == 3
    assert [d.text for d in from_bytes(out.read_bytes(), FORMATS["docbin"])] == ["Rom", "Genf"]


def test_missing_numbers_of_pandas_are_null_with_one_warning(null: tuple[object, ...], tmp_path: Path) -> None:
    raw = io.BytesIO()
    frame = {"text": ["Rom", "Bern", "Genf"] * 700, "n": [1.0, None, float("inf")] * 700}
    pd.DataFrame(frame).to_parquet(raw)
    (tmp_path / "in.parquet").write_bytes(raw.getvalue())
    run = annotate(tmp_path / "in.parquet", *null, "-f", "jsonl")
    assert (run.code, run.err) == (0, NULL)
    records = [json.loads(line, parse_constant=pytest.fail) for line in run.out.splitlines()]
    assert [record["meta"]["n"] for record in records] == [1.0, None, None] * 700


@pytest.mark.parametrize("how", ["fail", "skip"])
def test_the_bare_words_of_python_are_not_json(how: str, null: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "Rom", "n": NaN}\n{"text": "Bern"}\n')
    run = annotate(tmp_path / "in.jsonl", *null, "-f", "jsonl", "--on-error", how)
    said = f"{tmp_path / 'in.jsonl'}:1: JSON that cannot be read: NaN is no value of JSON, null is: correct the record"
    if how == "fail":
        assert refused(run, 1).startswith(said)
    else:
        assert (run.code, run.err) == (3, f"annotate: skipped {said}\n")
        assert json.loads(run.out)["text"] == "Bern"


@pytest.fixture
def null(tiny: Path) -> tuple[object, ...]:
    """Options of a quiet run that tags nothing and starts at once."""
    return ("--model", tiny, "--engine", "null", "-q")
