"""Measure `annotate` beside the other ways to tag a text with the same weights: `make bench`.

Each way runs in a process of its own, all of them in turn, several times over: the median counts, so that what else
the machine does meanwhile falls on all alike.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import click
from reference import agreement
from rich.console import Console
from rich.table import Table
from ways import ALONE, EMPTY, OURS, PIPELINES, PIPES

from annotator.checkpoints.folder import find_checkpoint
from annotator.input.records import read_documents
from annotator.prepare.segment import Segmenter
from annotator.system.cores import usable_cores

ROOT = Path(__file__).parent.parent
RUNNING = ROOT.parent / "shared" / "data" / "running"
LANGUAGES = ("de", "en", "fr")
SENTENCES = 400  # of each language
LONGER = 20_000
LONGER_BYTES = 3_000_000  # the null engine is done with less before it is at full speed


@dataclass(frozen=True, slots=True)
class Result:
    """What was found of one way; `seconds` and `in_engine` are medians, `memory` the largest, in bytes."""

    way: str
    words_per_second: float
    ratio: float
    of_peak: float
    in_engine: float | None
    memory: int
    seconds: list[float]


@click.command(epilog="Example: python benchmarks/bench.py --text corpus.txt --json bench.json")
@click.option("--text", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A sentence a line.")
@click.option("--model", default="panx-mini", show_default=True, help="As for annotate; needs its graphs.")
@click.option("--repeat", type=click.IntRange(min=1), default=3, show_default=True, help="Times that each way runs.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), default="bench.json", show_default=True)
def bench(text: Path | None, model: str, repeat: int, json_path: Path) -> None:
    """Measure speed and memory, and check the exact engines against the plain loop.

    Without --text: running text of ../shared if that is there, else the samples. The null engine is measured on text
    of 3 MB and more only.
    """
    folder = find_checkpoint(model)
    with tempfile.TemporaryDirectory() as scratch:
        longer = text or default_text(Path(scratch) / "longer.txt", "train", None, LONGER)
        text = text or default_text(Path(scratch) / "text.txt", "dev", LANGUAGES, SENTENCES)
        sizes = run("sizes", folder, text)
        measured = measure(folder, text, longer, repeat)
        documents = Segmenter()(read_documents([str(text)]))
        checks = {engine: agreement(folder, documents, engine) for engine in ("onnx", "torch")}
    results = list(evaluated(measured, sizes))
    report = {
        "machine": machine(),
        "text": sizes,
        "matrix_peak_flops": peak(measured),
        "results": [asdict(result) for result in results],
        "agreement": {engine: asdict(check) for engine, check in checks.items()},
    }
    json_path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    show(report, results)


def default_text(path: Path, split: str, languages: Sequence[str] | None, limit: int) -> Path:
    """Sentences of running text in these languages (None: all there are), or the samples, written to `path`."""
    if RUNNING.is_dir():
        files = [
            file for file in sorted(RUNNING.glob(f"*/{split}.tsv")) if not languages or file.parent.name in languages
        ]
        lines = [line for file in files for line in islice(sentences(file), limit)]
    else:
        lines = [
            line for file in sorted((ROOT / "samples").glob("*.txt")) for line in file.read_text("utf-8").splitlines()
        ]
    path.write_text("\n".join(line for line in lines if line.strip()) + "\n", encoding="utf-8")
    return path


def sentences(path: Path) -> Iterator[str]:
    """The sentences of a file of tagged words, joined by spaces."""
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        yield " ".join(line.split("\t")[0] for line in block.splitlines())


def run(way: str, model: Path, text: Path) -> dict[str, Any]:
    """What `ways.py` finds."""
    command = [sys.executable, str(Path(__file__).with_name("ways.py")), way, str(model), str(text)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"{way}: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    click.echo(f"{way}: {found.get('seconds', 0):.2f} s", err=True)
    return found


def measure(model: Path, text: Path, longer: Path, repeat: int) -> dict[str, list[dict[str, Any]]]:
    """What each way gave each time."""
    empty = EMPTY if longer.stat().st_size >= LONGER_BYTES else ()
    ways = ["matrix peak", *PIPELINES, *(PIPES if spacy_pipe_is_there() else ()), *OURS, *ALONE, *empty]
    measured: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(repeat):
        for way in ways:
            measured[way].append(run(way, model, longer if way in EMPTY else text))
    return measured


def spacy_pipe_is_there() -> bool:
    """Whether spacy-huggingface-pipelines is installed. It asks for transformers < 5, but runs with 5 as well."""
    from importlib.util import find_spec

    return find_spec("spacy_huggingface_pipelines") is not None


def peak(measured: dict[str, list[dict[str, Any]]]) -> float:
    """The best of the matrix peaks."""
    return max(found["flops"] for found in measured["matrix peak"])


def evaluated(measured: dict[str, list[dict[str, Any]]], sizes: dict[str, Any]) -> Iterator[Result]:
    """The results, each compared with the best batch size of transformers.pipeline."""
    seconds = {way: statistics.median(f["seconds"] for f in found) for way, found in measured.items()}
    best = min(seconds[way] for way in PIPELINES)
    for way, found in measured.items():
        if way == "matrix peak":
            continue
        shares = [f["in_engine"] for f in found if "in_engine" in f]
        empty = way in EMPTY
        yield Result(
            way=way,
            words_per_second=found[0].get("words", sizes["words"]) / seconds[way],
            ratio=0.0 if empty else best / seconds[way],
            of_peak=0.0 if empty else sizes["flops"] / seconds[way] / peak(measured),
            in_engine=statistics.median(shares) if shares and not empty else None,
            memory=max(f["memory"] for f in found),
            seconds=[f["seconds"] for f in found],
        )


def machine() -> dict[str, Any]:
    """What it was measured on, and with."""
    models = [line for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    packages = ("torch", "transformers", "onnxruntime", "spacy", "tokenizers")
    return {
        "date": date.today().isoformat(),
        "cpu": models[0].split(":", 1)[1].strip() if models else platform.processor(),
        "cores": usable_cores(),
        "load_before": os.getloadavg()[2] if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
    }


def _lines(path: Path) -> Iterable[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else ()


def show(report: dict[str, Any], results: list[Result]) -> None:
    """The table."""
    text, about = report["text"], report["machine"]
    table = Table(
        title=f"{text['words']:,} words, {text['pieces']:,} pieces; {about['cpu']}, {about['cores']} cores; "
        f"float32 matrix peak {report['matrix_peak_flops'] / 1e9:,.0f} GFLOP/s; {about['date']}"
    )
    table.add_column("way")
    for column in ("words/s", "ratio", "of peak", "in engine", "memory"):
        table.add_column(column, justify="right")
    for result in results:
        table.add_row(
            result.way,
            f"{result.words_per_second:,.0f}",
            f"{result.ratio:.2f}" if result.ratio else "",
            f"{result.of_peak:.0%}" if result.of_peak else "",
            f"{result.in_engine:.1%}" if result.in_engine is not None else "",
            f"{result.memory / 2**20:,.0f} MB",
        )
    console = Console(width=120)
    console.print(table)
    for engine, check in report["agreement"].items():
        differing = check["differing"]
        same = 1 - len(differing) / check["sentences"]
        console.print(
            f"{engine} float32: the entities of the plain loop in {same:.2%} of {check['sentences']} sentences"
        )
        for one in differing:
            console.print(f"  {one}", markup=False)


if __name__ == "__main__":
    bench()
