"""Spark: `ner(df)` adds a column with the entities of a column of text.

Spark hands batches of rows to Python worker processes as Arrow data. Each of these processes loads the model once and
keeps it for its other tasks. It computes with as many threads as a task has cores (`spark.task.cpus`), because Spark
sets `OMP_NUM_THREADS` to that number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from annotator.errors import UsageError, did_you_mean
from annotator.formats.parquet import entities_type
from annotator.pipeline import Recipe, entities_of, load_once

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyspark.sql import DataFrame


def ner(df: DataFrame, text: str = "text", *, output: str = "entities", **options: Any) -> DataFrame:
    """The DataFrame with one more column, `output`: the entities of the column `text`.

    An entity is a struct of start and end (code points), label, text and score, as in `Document.to_dict`; a row whose
    text is null has null entities. `options` are the arguments of `Annotator.load`; the model must be found under the
    same name or path by this process and by the executors. Raises UsageError for a `text` that is no column of
    strings, for an `output` that exists, and for a model, language, label or markup that does not.
    """
    from pyspark.sql.types import ArrayType, StringType, StructField, StructType

    if df.columns.count(text) != 1:
        problem = "several columns are" if text in df.columns else "no column is"
        meant = did_you_mean(text, df.columns)
        raise UsageError(f"{problem} called {text!r}", f"{meant}The columns are {', '.join(df.columns)}")
    place = df.columns.index(text)
    if not isinstance(kind := df.schema.fields[place].dataType, StringType):
        raise UsageError(f"the column {text!r} holds no text but {kind.simpleString()}", "cast it, or name another")
    if output.casefold() in map(str.casefold, df.columns):  # Spark's SQL ignores the case of names
        raise UsageError(f"there is a column {output!r} already", "name another {output}, or drop it")
    recipe = Recipe(**options)
    recipe.check()
    entity = StructType()
    for name, simple in (("start", "long"), ("end", "long"), ("label", "string"), ("text", "string")):
        entity.add(name, simple, nullable=False)
    entity.add("score", "double")
    schema = StructType([*df.schema.fields, StructField(output, ArrayType(entity, containsNull=False))])
    return df.mapInArrow(lambda batches: _annotated(batches, place, output, recipe), schema)


def _annotated(batches: Iterable[RecordBatch], place: int, output: str, recipe: Recipe) -> Iterator[RecordBatch]:
    """The batches with one more column, the entities of the texts in column number `place`."""
    import pyarrow as pa

    annotator = load_once(recipe)
    for batch in batches:
        entities = entities_of(annotator, batch.column(place).to_pylist())
        yield batch.append_column(output, pa.array(entities, entities_type()))
