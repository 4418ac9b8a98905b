"""Which units are a worker's: every N-th, by a number that it is given or that its scheduler has in the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from annotator.errors import UsageError

T = TypeVar("T")
AUTO = "auto"
_PART = re.compile(r"(\d{1,9}|auto)(?:/(\d{1,9}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """Part `number` of `of`, counted from 1. Raises UsageError for a number that is none of these."""

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise UsageError(f"there is no part {self.number} of {self.of}", "number the parts I/N from 1/N to N/N")

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def of_units(self, units: Sequence[T]) -> Sequence[T]:
        """Every N-th of the units."""
        return units[self.number - 1 :: self.of]


WHOLE_RUN = Part()


def parse_part(text: str, environment: Mapping[str, str] = os.environ) -> Part:
    """The part that a text stands for: `I/N`, `auto` or `auto/N`.

    `auto` takes the number, and N if there is none, from Slurm's array (SLURM_ARRAY_TASK_ID, counted from
    SLURM_ARRAY_TASK_MIN in steps of SLURM_ARRAY_TASK_STEP, of SLURM_ARRAY_TASK_COUNT), or the number from Kubernetes'
    JOB_COMPLETION_INDEX, counted from 0. Raises UsageError for any other text, and where these are not set.
    """
    found = _PART.fullmatch(text.strip())
    if not found or (found[1] != AUTO and not found[2]):
        raise UsageError(f"{text!r} is not a part", "write {part} as 2/5, auto or auto/5")
    of = int(found[2]) if found[2] else None
    if found[1] != AUTO:
        return Part(int(found[1]), of or 1)
    if "SLURM_ARRAY_TASK_ID" in environment:
        first = _number(environment, "SLURM_ARRAY_TASK_MIN", 1)
        step = max(1, _number(environment, "SLURM_ARRAY_TASK_STEP", 1))
        index = (_number(environment, "SLURM_ARRAY_TASK_ID") - first) // step
        return _by_index(index, of or _number(environment, "SLURM_ARRAY_TASK_COUNT"))
    if "JOB_COMPLETION_INDEX" in environment:
        if of is None:
            raise UsageError("Kubernetes does not say how many parts there are", "write {part} auto/N")
        return _by_index(_number(environment, "JOB_COMPLETION_INDEX"), of)
    raise UsageError(
        "neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set",
        "start it as a Slurm array or an indexed Job of Kubernetes, or write {part} as 2/5",
    )


def _by_index(index: int, of: int) -> Part:
    if not 0 <= index < of:
        raise UsageError(
            f"task {index + 1} is beyond the {of} parts of this array",
            "write {part} as I/N, or the array as a range such as 1-20",
        )
    return Part(index + 1, of)


def _number(environment: Mapping[str, str], name: str, default: int | None = None) -> int:
    value = environment.get(name, "" if default is None else str(default))
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII):
        raise UsageError(f"{name}={value}: not a number", "write {part} as 2/5")
    return int(value)
