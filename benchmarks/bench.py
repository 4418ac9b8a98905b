"""Compare `annotate` with other ways to tag a text with the same weights: `make bench`.

Each way runs in a process of its own, all of them in turn and several times over. Taking turns and medians spreads the
effect of other work on the machine evenly.
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
from ways import ANNOTATE, ENGINES_ALONE, NULL_ENGINE, PIPELINES, SPACY_PIPES

from annotator.checkpoints.folder import find_checkpoint
from annotator.input.records import read_documents
from annotator.prepare.segment import Segmenter
from annotator.system.cores import usable_cores
from annotator.tables import number_column, terminal_table

ROOT = Path(__file__).parent.parent
RUNNING = ROOT.parent / "shared" / "data" / "running"
LANGUAGES = ("de", "en", "fr")
SENTENCES = 400  # per language
LONG_SENTENCES = 20_000
LONG_BYTES = 3_000_000  # the null engine finishes shorter texts before it reaches full speed


@dataclass(frozen=True, slots=True)
class Result:
    """The measurements of one way: `in_engine` is a median, `memory` the maximum, in bytes."""

    way: str
    words_per_second: float
    ratio: float
    of_peak: float
    in_engine: float | None
    memory: int
    seconds: list[float]


@click.command(epilog="Example: python benchmarks/bench.py --text corpus.txt --json bench.json")
@click.option("--text", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="One sentence per line.")
@click.option("--model", default="panx-mini", show_default=True, help="As for annotate; its folder must have graphs.")
@click.option(
    "--repeat", type=click.IntRange(min=1), default=3, show_default=True, help="Number of times that each way runs."
)
@click.option("--json", "json_path", type=click.Path(path_type=Path), default="bench.json", show_default=True)
def bench(text: Path | None, model: str, repeat: int, json_path: Path) -> None:
    """Measure speed and memory, and compare the exact engines with the plain loop.

    Without --text, the text is running text from ../shared if that exists, or else the samples. The null engine is
    measured only on texts of 3 MB or more.
    """
    folder = find_checkpoint(model)
    with tempfile.TemporaryDirectory() as scratch:
        long_text = text or default_text(Path(scratch) / "long.txt", "train", None, LONG_SENTENCES)
        text = text or default_text(Path(scratch) / "text.txt", "dev", LANGUAGES, SENTENCES)
        sizes = run("sizes", folder, text)
        measured = measure(folder, text, long_text, repeat)
        documents = Segmenter()(read_documents([str(text)]))
        checks = {engine: agreement(folder, documents, engine) for engine in ("onnx", "torch")}
    results = list(compare(measured, sizes))
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
    """Write sentences of running text to `path`, at most `limit` per language, or else the samples.

    `languages` None takes all languages.
    """
    if RUNNING.is_dir():
        files = [
            file
            for file in sorted(RUNNING.glob(f"*/{split}.tsv"))
            if languages is None or file.parent.name in languages
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
    """The measurements that `ways.py` prints. Raises ClickException if it fails."""
    command = [sys.executable, str(Path(__file__).with_name("ways.py")), way, str(model), str(text)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"{way}: {(done.stderr.strip() or str(done.returncode)).splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    click.echo(f"{way}: {found.get('seconds', 0):.2f} s", err=True)
    return found


def measure(model: Path, text: Path, long_text: Path, repeat: int) -> dict[str, list[dict[str, Any]]]:
    """The measurements of each way, one for each time that it ran."""
    null_engine = NULL_ENGINE if long_text.stat().st_size >= LONG_BYTES else ()
    spacy_pipes = SPACY_PIPES if has_spacy_pipe() else ()
    ways = ["matrix peak", *PIPELINES, *spacy_pipes, *ANNOTATE, *ENGINES_ALONE, *null_engine]
    measured: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(repeat):
        for way in ways:
            measured[way].append(run(way, model, long_text if way in NULL_ENGINE else text))
    return measured


def has_spacy_pipe() -> bool:
    """Whether spacy-huggingface-pipelines is installed. It requires transformers < 5, but also runs with 5."""
    from importlib.util import find_spec

    return find_spec("spacy_huggingface_pipelines") is not None


def peak(measured: dict[str, list[dict[str, Any]]]) -> float:
    """The highest rate of matrix products measured, in operations per second."""
    return max(float(found["flops"]) for found in measured["matrix peak"])


def compare(measured: dict[str, list[dict[str, Any]]], sizes: dict[str, Any]) -> Iterator[Result]:
    """The result of each way, compared with transformers.pipeline at its fastest batch size."""
    seconds = {way: statistics.median(f["seconds"] for f in found) for way, found in measured.items()}
    best = min(seconds[way] for way in PIPELINES)
    for way, found in measured.items():
        if way == "matrix peak":
            continue
        shares = [f["in_engine"] for f in found if "in_engine" in f]
        is_null = way in NULL_ENGINE
        yield Result(
            way=way,
            words_per_second=found[0].get("words", sizes["words"]) / seconds[way],
            ratio=0.0 if is_null else best / seconds[way],
            of_peak=0.0 if is_null else sizes["flops"] / seconds[way] / peak(measured),
            in_engine=statistics.median(shares) if shares and not is_null else None,
            memory=max(f["memory"] for f in found),
            seconds=[f["seconds"] for f in found],
        )


def machine() -> dict[str, Any]:
    """The machine and the versions that the figures were measured with."""
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
    """Print the table, and how far the exact engines agree with the plain loop."""
    text, on = report["text"], report["machine"]
    table = terminal_table("way", *map(number_column, ("words/s", "ratio", "of peak", "in engine", "memory")))
    table.title = (
        f"{text['words']:,} words, {text['pieces']:,} pieces; {on['cpu']}, {on['cores']} cores; "
        f"float32 matrix peak {report['matrix_peak_flops'] / 1e9:,.0f} GFLOP/s; {on['date']}"
    )
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
            f"{engine} float32: same entities as the plain loop in {same:.2%} of {check['sentences']} sentences"
        )
        for one in differing:
            console.print(f"  {one}", markup=False)


if __name__ == "__main__":
    bench()
