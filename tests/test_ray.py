"""The class NER for Ray Data: on batches by itself, and in `map_batches`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from annotator.errors import UsageError
from annotator.pipeline import Annotator
from annotator.ray import NER

TEXTS = ["Angela Merkel besuchte Paris.", "", None, "nichts"]


def entities(ner: Annotator) -> list[list[dict[str, object]] | None]:
    return [None if text is None else ner(text).to_dict()["ents"] for text in TEXTS]


def test_batches_get_the_entities_of_the_annotator(ner: Annotator) -> None:
    tag = NER(device="cpu")
    batch = {"text": np.array(TEXTS, dtype=object), "n": np.arange(4)}
    tagged = tag(batch)
    assert list(tagged) == ["text", "n", "entities"] and list(batch) == ["text", "n"]
    assert tagged["entities"].tolist() == entities(ner) and entities(ner)[0]
    table = tag(pa.table({"text": TEXTS}))
    assert table.column("entities").to_pylist() == entities(ner)
    assert tag({"text": np.array([], dtype=object)})["entities"].tolist() == []


def test_columns_that_do_not_fit_are_refused() -> None:
    tag = NER(engine="null", output="found")
    with pytest.raises(UsageError, match="no column is called 'text': did you mean texts"):
        tag({"texts": np.array(TEXTS, dtype=object)})
    with pytest.raises(UsageError, match="there is a column 'found' already"):
        tag({"text": np.array(TEXTS, dtype=object), "found": np.zeros(4)})


@pytest.mark.slow
def test_a_pool_of_actors_tags_a_dataset(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed here")
    code = """
import ray
from annotator.ray import NER
ray.init(num_cpus=2, include_dashboard=False, object_store_memory=200_000_000, log_to_driver=False)
rows = [{"text": "Angela Merkel besuchte Paris.", "n": n} for n in range(20)]
ds = ray.data.from_items(rows).map_batches(NER, fn_constructor_kwargs={"device": "cpu"},
    compute=ray.data.ActorPoolStrategy(size=1), batch_size=8)
print(sorted((row["n"], *(one["text"] for one in row["entities"])) for row in ds.take_all()) ==
    [(n, "Angela Merkel", "Paris") for n in range(20)])
"""
    variables = {"HF_HUB_OFFLINE": "1", "RAY_USAGE_STATS_ENABLED": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | variables,
        cwd=tmp_path,
        check=False,
    )
    assert done.stdout.splitlines()[-1:] == ["True"], done.stderr
