"""One corpus, annotated undivided, in parts and on Ray: whether the bytes are the same, and what each takes.

The corpus has 40 files, plain and gzipped, one of them as large as all others together. Seconds are those of the wall
and of the processor, without Ray's own processes; two parts at once and two replicas on Ray fill two cores.

python benchmarks/units.py --megabytes 200
python benchmarks/units.py --megabytes 1 --engine auto --without-ray
"""

from __future__ import annotations

import argparse
import gzip
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path

from memory import write_text

COMMAND = str(Path(sys.executable).with_name("annotate"))
FILES = 40


def write_corpus(folder: Path, megabytes: float) -> None:
    """Write the files; every third of the small ones is gzipped."""
    folder.mkdir()
    write_text(folder / "huge.txt", megabytes / 2)
    lines = (folder / "huge.txt").read_bytes().splitlines(keepends=True)
    each = len(lines) // (FILES - 1)
    for number in range(FILES - 1):
        content = b"".join(lines[number * each : (number + 1) * each])
        if number % 3:
            (folder / f"{number:02d}.txt").write_bytes(content)
        else:
            (folder / f"{number:02d}.txt.gz").write_bytes(gzip.compress(content, mtime=0))


def annotate(*arguments: object) -> subprocess.Popen[bytes]:
    """A process that annotates. Each computes with one thread, and Ray's workers with the priority of others."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "RAY_worker_niceness": "0"}
    return subprocess.Popen([COMMAND, *map(str, arguments)], env=environment)


def measured(name: str, processes: Callable[[], list[subprocess.Popen[bytes]]]) -> None:
    """Wait for processes and print the seconds that they took. Raises SystemExit if one fails."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    codes = [process.wait() for process in processes()]
    if any(codes):
        sys.exit(f"{name} failed")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name:<24}{time.monotonic() - began:8.1f} s{processor:8.1f} s of the processor", flush=True)  # noqa: T201


def digest(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as stream:
        return file_digest(stream, "blake2b").hexdigest()[:16]


def main() -> None:
    """Annotate the corpus in each way, and print the seconds and whether the bytes are the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=200)
    parser.add_argument("--engine", default="null")
    parser.add_argument("--unit-size", default="8MB")
    parser.add_argument("--without-ray", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_corpus(folder / "in", given.megabytes)
        plain = (folder / "in", "--engine", given.engine, "-q")
        unit = (*plain, "--unit-size", given.unit_size)
        measured("undivided", lambda: [annotate(*plain, "-o", folder / "plain.conll")])
        measured("--part 1/1", lambda: [annotate(*unit, "-o", f"{folder}/one/", "--part", "1/1")])
        two = [(*unit, "-o", f"{folder}/two/", "--part", part) for part in ("1/2", "2/2")]
        measured("two parts at once", lambda: [annotate(*part) for part in two])
        outputs = ["one", "two"]
        if not given.without_ray:
            ray = (*unit, "-o", f"{folder}/ray/", "--on", "ray", "--replicas", 2)
            measured("Ray, 2 replicas", lambda: [annotate(*ray)])
            outputs.append("ray")
        expected = digest(folder / "plain.conll")
        for name in outputs:
            annotate("merge", folder / name, folder / f"{name}.conll", "-q").wait()
            same = digest(folder / f"{name}.conll") == expected
            print(f"{name}: {'the same bytes' if same else 'OTHER BYTES'}")  # noqa: T201


if __name__ == "__main__":
    main()
