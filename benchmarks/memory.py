"""Peak memory of `annotate` with the null engine on inputs of two sizes, between which it must not grow.

With --from parquet it is the peak of `annotate convert`, which reads a Parquet file with as much text.

python benchmarks/memory.py --small 5 --large 200
python benchmarks/memory.py --from parquet
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "samples"
WORDS_PER_LINE = 40


def write_text(path: Path, megabytes: float) -> None:
    """Write lines of the samples' words, each with a different number; the same lines each time."""
    words = " ".join(p.read_text(encoding="utf-8") for p in sorted(SAMPLES.glob("*.txt"))).split()
    draw = random.Random(0)
    written = 0
    with path.open("wb") as stream:
        while written < megabytes * 1e6:
            line = f"{' '.join(draw.choices(words, k=WORDS_PER_LINE))} {draw.getrandbits(60)}.\n".encode()
            written += stream.write(line)


def peak_megabytes(arguments: list[str]) -> float:
    """The peak resident memory of `annotate` with these arguments. Raises SystemExit if it fails."""
    command = Path(sys.executable).with_name("annotate")
    pid = os.posix_spawn(command, [str(command), *arguments], os.environ)
    _, status, used = os.wait4(pid, 0)
    if status:
        sys.exit(f"annotate failed: {arguments}")
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def main() -> None:
    """Measure both sizes and print the peaks with their ratio as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=float, default=5, help="megabytes")
    parser.add_argument("--large", type=float, default=200, help="megabytes")
    parser.add_argument("--format", default="jsonl")
    parser.add_argument("--from", dest="source", default="text", choices=["text", "parquet"])
    arguments = parser.parse_args()
    peaks = {}
    with tempfile.TemporaryDirectory() as folder:
        for megabytes in (arguments.small, arguments.large):
            text = Path(folder) / "in.txt"
            write_text(text, megabytes)
            out = Path(folder) / f"out-{megabytes}"
            command = [str(text), "--engine", "null", "-f", arguments.format, "-o", str(out), "--quiet"]
            if arguments.source == "parquet":
                table = Path(folder) / f"in-{megabytes}.parquet"
                # In a process of its own: one that is spawned begins with the peak of this one.
                peak_megabytes(["convert", str(text), str(table)])
                command = ["convert", str(table), str(out), "--to", arguments.format]
            peaks[megabytes] = peak_megabytes(command)
    small, large = peaks.values()
    sys.stdout.write(json.dumps({"megabytes": peaks, "large to small": round(large / small, 3)}) + "\n")


if __name__ == "__main__":
    main()
