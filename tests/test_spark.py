"""Spark in local mode with two cores: what the plain run finds, one load a process, and mistakes in one line."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from annotator import Annotator, read_documents
from annotator.errors import UsageError
from annotator.spark import ner as spark_ner
from support.paths import ROOT, SAMPLES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("java") or os.environ.get("JAVA_HOME")), reason="Spark needs Java, which is not here"
    ),
]


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    pyspark_sql = pytest.importorskip("pyspark.sql")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    quiet = {"spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    session = pyspark_sql.SparkSession.builder.master("local[2]").config(map=quiet).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def test_two_executors_find_what_a_plain_run_finds(spark: SparkSession, ner: Annotator) -> None:
    paths = [str(path) for path in sorted(SAMPLES.glob("*.txt"))]
    records = [document.to_dict() for document in ner.pipe(read_documents(paths))]
    rows = spark.createDataFrame([(r["id"], r["text"]) for r in records], "id string, text string")
    found = spark_ner(rows.repartition(4), device="cpu")
    assert found.columns == ["id", "text", "entities"]
    collected = found.collect()
    assert {row.id: [ent.asDict() for ent in row.entities] for row in collected} == {
        r["id"]: r["ents"] for r in records
    }
    assert len(collected) == len(records) > 80
    by_label = {
        row.label: row["count"] for row in found.selectExpr("inline(entities)").groupBy("label").count().collect()
    }
    assert sum(by_label.values()) == sum(len(r["ents"]) for r in records)


def test_a_process_loads_the_model_once(spark: SparkSession, tiny: Path, tmp_path: Path) -> None:
    """The second job runs in the same two processes, although the model's folder is gone."""
    folder = tmp_path / "model"
    shutil.copytree(tiny, folder)
    rows = spark.createDataFrame([(f"Anna {number} in Bern",) for number in range(40)], "text string")
    first, second = (spark_ner(rows.repartition(parts), model=str(folder), device="cpu") for parts in (8, 2))
    before = {row.text: row.entities for row in first.collect()}
    folder.rename(tmp_path / "gone")
    assert {row.text: row.entities for row in second.collect()} == before
    assert len(before) == 40


def test_nulls_stay_nulls(spark: SparkSession, tiny: Path) -> None:
    rows = spark.createDataFrame([(None, 1), ("", 2)], "words string, n int")
    found = spark_ner(rows, "words", output="ents", model=str(tiny), device="cpu", labels=["PER"])
    assert [tuple(row) for row in found.sort("n").collect()] == [(None, 1, None), ("", 2, [])]


def test_a_process_computes_with_the_threads_of_a_task(spark: SparkSession) -> None:
    """Spark sets the variable that the engines heed."""
    assert spark.sparkContext.parallelize([0], 1).map(lambda _: os.environ["OMP_NUM_THREADS"]).collect() == ["1"]


def test_the_script_of_the_page_is_submitted(tmp_path: Path, ner: Annotator) -> None:
    page = (ROOT / "docs" / "spark.md").read_text(encoding="utf-8")
    (script,) = re.findall(r'^```python no-run\n("""tag\.py .*?)^```$', page, re.MULTILINE | re.DOTALL)
    (command,) = re.findall(r"^spark-submit --master 'local\[2\]' .*$", page, re.MULTILINE)
    (tmp_path / "tag.py").write_text(script, encoding="utf-8")
    documents = list(ner.pipe(read_documents(str(SAMPLES / "articles.jsonl"))))
    rows = [{"id": document.id, "text": document.text} for document in documents]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "corpus.parquet")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    done = subprocess.run(
        shlex.split(command), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = {row["id"]: row["entities"] for row in parquet.read_table(tmp_path / "tagged.parquet").to_pylist()}
    assert found == {document.id: document.to_dict()["ents"] for document in documents}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"text": "txt"}, "no column is called 'txt': did you mean text? The columns are id, text"),
        ({"text": "id"}, "the column 'id' holds no text but int: cast it, or name another"),
        ({"output": "Text"}, "there is a column 'Text' already: name another output, or drop it"),
        ({"model": "panx-mimi"}, "unknown model 'panx-mimi': did you mean panx-mini?"),
        ({"labels": ["GPE"]}, "model panx-mini has no label 'GPE': It has PER, ORG, LOC"),
        ({"lang": "qq"}, "'qq'"),
        ({"markup": "hide"}, "'hide'"),
    ],
)
def test_mistakes_are_said_at_once(arguments: dict[str, str], message: str, spark: SparkSession) -> None:
    rows = spark.createDataFrame([(1, "Rom")], "id int, text string")
    with pytest.raises(UsageError) as caught:
        spark_ner(rows, **arguments)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_two_columns_of_one_name_are_refused(spark: SparkSession) -> None:
    rows = spark.createDataFrame([(1, "Rom")], "id int, text string")
    with pytest.raises(UsageError, match="several columns are called 'text'"):
        spark_ner(rows.crossJoin(rows))
