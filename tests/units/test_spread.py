"""Whether a run is divided follows from its options and its output."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import UsageError
from annotator.units.spread import Spread
from support.cli_runs import TEXT, annotate


@pytest.mark.parametrize(
    ("spread", "output", "divides"),
    [
        (Spread(), None, False),
        (Spread(), "out/", False),
        (Spread(), "s3://bucket/out/", True),
        (Spread(part="1/2"), "out/", True),
        (Spread(unit_size=100), "out/", True),
        (Spread(on="ray", replicas=2), "out/", True),
        (Spread(on="ray://head:10001"), "out/", True),
    ],
)
def test_what_divides_a_run(spread: Spread, output: str | None, divides: bool) -> None:
    assert spread.divides(output) is divides


def test_an_engine_must_exist() -> None:
    with pytest.raises(UsageError, match="unknown engine 'rays'"):
        Spread(on="rays")


def test_the_output_in_the_input_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT)
    run = (tmp_path, "-o", f"{tmp_path}/out/", "--engine", "null", "--part", "1/1", "-f", "jsonl", "-q")
    assert annotate(*run).code == 0
    again = annotate(*run)
    assert again.code == 0 and "left out of the input" in again.err
