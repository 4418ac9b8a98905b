"""The datatrove step: what the plain run finds, through datatrove's own executor, and mistakes in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

from annotator import Annotator, read_documents
from annotator.datatrove import NER
from annotator.errors import UsageError
from support.paths import ROOT, SAMPLES


def marked(ner: NER, *documents: Document) -> list[dict[str, Any]]:
    return [document.metadata for document in ner.run(iter(documents))]


@pytest.mark.slow
def test_two_processes_find_what_a_plain_run_finds(ner: Annotator, tmp_path: Path) -> None:
    records = [document.to_dict() for document in ner.pipe(read_documents(str(SAMPLES / "articles.jsonl")))]
    (tmp_path / "in").mkdir()
    for number in range(2):
        lines = [json.dumps({"id": r["id"], "text": r["text"]}) for r in records[number::2]]
        (tmp_path / "in" / f"{number}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    LocalPipelineExecutor(
        pipeline=[
            JsonlReader(str(tmp_path / "in")),
            NER(device="cpu", batch_size=2),
            JsonlWriter(str(tmp_path / "out"), compression=None),
        ],
        tasks=2,
        workers=2,
        logging_dir=str(tmp_path / "logs"),
    ).run()
    written = [json.loads(line) for path in (tmp_path / "out").iterdir() for line in path.read_text().splitlines()]
    assert {one["id"]: one["metadata"]["entities"] for one in written} == {r["id"]: r["ents"] for r in records}
    assert len(written) == 10 and sum(len(r["ents"]) for r in records) > 20
    steps = json.loads((tmp_path / "logs" / "stats.json").read_text())
    (stats,) = (step["stats"] for step in steps if "Named entities" in step["name"])
    assert stats["entities"]["total"] == sum(len(r["ents"]) for r in records)


def test_it_streams_and_keeps_the_order(tiny: Path) -> None:
    taken = []

    def documents() -> Iterator[Document]:
        for number in range(10):
            taken.append(number)
            yield Document(f"Anna {number}", str(number), metadata={"lang": "de"})

    found = NER(model=tiny, device="cpu", batch_size=3).run(documents())
    assert next(found).id == "0" and taken == [0, 1, 2]
    assert [document.id for document in found] == [str(number) for number in range(1, 10)]


def test_no_text_is_not_an_empty_text(tiny: Path) -> None:
    step = NER("ents", model=tiny, device="cpu")
    assert marked(step, Document(None, "1"), Document("", "2")) == [{"ents": None}, {"ents": []}]


def test_an_output_that_exists_is_refused(tiny: Path) -> None:
    documents = Document("Rom", "a"), Document("Bern", "b/7", metadata={"entities": [1]})
    with pytest.raises(UsageError) as caught:
        marked(NER(model=tiny, device="cpu"), *documents)
    assert str(caught.value) == "document b/7: its metadata has 'entities' already: name another output"
    assert documents[0].metadata == {}


def test_a_bad_model_is_refused_when_the_step_is_made() -> None:
    with pytest.raises(UsageError, match="unknown model 'panx-mimi': did you mean panx-mini"):
        NER(model="panx-mimi")
    with pytest.raises(UsageError, match="model panx-mini has no label 'GPE'"):
        NER(labels=["GPE"])


def test_without_datatrove_the_command_that_installs_it_is_named() -> None:
    code = "import sys; sys.modules['datatrove'] = None; import annotator.datatrove"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith("pip install 'annotate-ner[datatrove]'")
