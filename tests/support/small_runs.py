"""Small runs of many chunks over inputs of many kinds, for tests that interrupt them."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

from annotator.input.records import open_input
from annotator.pipeline import Annotator, Recipe
from annotator.prepare.chunk_sizes import ChunkSizes
from annotator.run.job import Job, make_job
from annotator.system.compat import ignore_spacy_plugins
from support.cli_runs import TEXT

SMALL = ChunkSizes(full=3_000)


def quick_annotator(model: Path) -> Annotator:
    """An annotator that tags nothing, for processes of its own: nothing looks for plugins, which would take longest."""
    from srsly import msgpack

    ignore_spacy_plugins()
    msgpack.msgpack_encoders.entry_points = msgpack.msgpack_decoders.entry_points = False
    annotator = Recipe(str(model), engine="null").load()
    annotator.chunk_sizes = SMALL
    return annotator


def corpus_in(folder: Path, times: int = 1) -> Path:
    """A folder with text, gzipped text, an empty file and JSON Lines, the first and the last line of which are bad."""
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(TEXT * times)
    (folder / "b.txt.gz").write_bytes(gzip.compress(TEXT[:900] * times))
    (folder / "c.txt").touch()
    records = [json.dumps({"id": f"r{n}", "text": line}) for n, line in enumerate(TEXT.decode().splitlines()[:9])]
    (folder / "sub" / "d.jsonl").write_text("\n".join(['{"text": 1}', *records, "[]"]))
    return folder


def job_for(corpus: Path, folder: Path, name: str, size: int | None, model: Path, rejects: Path | None = None) -> Job:
    """A run that writes `name` in `folder`, in shards of `size` DocBins if it is given, and skips bad records."""
    format = "docbin" if size else None
    read = open_input([str(corpus)])
    recipe = Recipe(str(model), engine="null")
    job = make_job(read, f"{folder}/{name}", format, size, recipe=recipe, on_error="skip", rejects=rejects)
    return replace(job, chunk_sizes=SMALL)
