"""Ray Data: the class `NER` adds a column with the entities of a column of text, in `Dataset.map_batches`.

Each actor of the pool loads the model once. It computes with as many threads as it has CPUs (`num_cpus`), because Ray
sets `OMP_NUM_THREADS` to that number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from annotator.errors import UsageError, did_you_mean
from annotator.formats.parquet import entities_type
from annotator.pipeline import Recipe, entities_of, load_once

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyarrow import Table

    Batch = TypeVar("Batch", dict[str, NDArray[Any]], Table)


class NER:
    """A callable for `map_batches`: batches of columns in, the same with one more column out.

    The new column, `output`, has the entities of the column `text`: lists of start and end (code points), label, text
    and score, as in `Document.to_dict`; null where the text is null. Batches are dictionaries of arrays (Ray's default)
    or tables of Arrow (`batch_format="pyarrow"`). `options` are the arguments of `Annotator.load`. Raises what that
    raises, and UsageError for a batch without the column `text`, or with one called `output` already.
    """

    def __init__(self, text: str = "text", *, output: str = "entities", **options: Any) -> None:
        self._text = text
        self._output = output
        self._annotator = load_once(Recipe(**options))

    def __call__(self, batch: Batch) -> Batch:
        """The batch with one more column."""
        names = list(batch) if isinstance(batch, dict) else batch.column_names
        if self._text not in names:
            meant = did_you_mean(self._text, names)
            raise UsageError(f"no column is called {self._text!r}", f"{meant}The columns are {', '.join(names)}")
        if self._output in names:
            raise UsageError(f"there is a column {self._output!r} already", "name another {output}, or drop it")
        if not isinstance(batch, dict):
            import pyarrow as pa

            found = entities_of(self._annotator, batch.column(self._text).to_pylist())
            return batch.append_column(self._output, pa.array(found, entities_type()))
        found = entities_of(self._annotator, batch[self._text].tolist())
        column = np.empty(len(found), dtype=object)
        column[:] = found
        return {**batch, self._output: column}
