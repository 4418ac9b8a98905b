"""Parts: every N-th unit, by a number that is given or that a scheduler sets."""

from __future__ import annotations

import pytest

from annotator.errors import UsageError
from annotator.units.part import Part, parse_part

SLURM = {"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_STEP": "2"}
KUBERNETES = {"JOB_COMPLETION_INDEX": "0"}


@pytest.mark.parametrize("of", [1, 2, 5, 12])
def test_each_unit_is_in_one_part(of: int) -> None:
    parts = [Part(number, of).of_units(range(10)) for number in range(1, of + 1)]
    assert sorted(unit for part in parts for unit in part) == list(range(10))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize(
    ("text", "environment", "part"),
    [
        ("2/5", {}, Part(2, 5)),
        ("2/5", KUBERNETES, Part(2, 5)),
        ("auto", SLURM | {"SLURM_ARRAY_TASK_COUNT": "3"}, Part(3, 3)),
        ("auto/8", SLURM, Part(3, 8)),
        ("auto", {"SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "4"}, Part(1, 4)),
        ("auto/4", KUBERNETES, Part(1, 4)),
    ],
)
def test_parts_are_given_or_found(text: str, environment: dict[str, str], part: Part) -> None:
    assert parse_part(text, environment) == part


@pytest.mark.parametrize(
    ("text", "environment", "what"),
    [
        ("0/5", {}, "there is no part 0 of 5: number the parts I/N from 1/N to N/N"),
        ("6/5", {}, "there is no part 6 of 5"),
        ("5", {}, "'5' is not a part: write part as 2/5, auto or auto/5"),
        ("-1/5", {}, "is not a part"),
        ("auto", {}, "neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set"),
        ("auto", KUBERNETES, "Kubernetes does not say how many parts there are: write part auto/N"),
        ("auto/4", {"JOB_COMPLETION_INDEX": "4"}, "task 5 is beyond the 4 parts of this array"),
        ("auto", SLURM | {"SLURM_ARRAY_TASK_COUNT": "2"}, "task 3 is beyond the 2 parts of this array"),
        ("auto", {"SLURM_ARRAY_TASK_ID": "x", "SLURM_ARRAY_TASK_COUNT": "2"}, "SLURM_ARRAY_TASK_ID=x: not a number"),
    ],
)
def test_what_is_no_part_is_refused(text: str, environment: dict[str, str], what: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_part(text, environment)
    assert what in str(raised.value)
