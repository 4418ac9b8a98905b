"""Small files that would take much memory, and runs of the command whose peak memory is known."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.attrs import ORTH
from spacy.strings import get_string_id
from srsly import msgpack_dumps

from support.cli_runs import COMMAND, ENVIRONMENT
from support.compressed import COMPRESS

MEGABYTE = 10**6
# A process that waits for the command, and says on its own stdout what the command took: the tests' own process has
# other children, which RUSAGE_CHILDREN would count.
_MEASURE = """
import resource, subprocess, sys
with open(sys.argv[1], "wb") as out, open(sys.argv[2], "wb") as err:
    done = subprocess.run(sys.argv[3:], stdin=subprocess.DEVNULL, stdout=out, stderr=err, timeout=300)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run gave: its exit code, stdout and stderr, and its peak memory in megabytes."""

    code: int
    out: bytes
    err: str
    megabytes: float


def measured(folder: Path, *args: object, **variables: str) -> Measured:
    """`annotate ARGS` as a process of its own, whose stdout and stderr go through files in a folder."""
    out, err = folder / "stdout", folder / "stderr"
    command = [sys.executable, "-c", _MEASURE, *map(str, (out, err, COMMAND, *args))]
    done = subprocess.run(command, capture_output=True, env=ENVIRONMENT | variables, text=True, check=True)
    code, peak = map(int, done.stdout.split())
    size = peak * (1 if sys.platform == "darwin" else 1024)
    return Measured(code, out.read_bytes(), err.read_text(encoding="utf-8"), size / MEGABYTE)


def write_repeated(path: Path, part: bytes, megabytes: int, *, before: bytes = b"", after: bytes = b"") -> Path:
    """A file that is `before`, then this many megabytes of `part`, then `after`; compressed if its suffix says so.

    A compressed file is made of equal members, each compressed once, so that this takes no time.
    """
    compress = COMPRESS.get(path.suffix, bytes)
    size = min(megabytes, 32) * MEGABYTE
    member = compress(part * (size // len(part)))
    with path.open("wb") as stream:
        stream.writelines(_members(compress(before), member, megabytes * MEGABYTE // size, compress(after)))
    return path


def _members(before: bytes, member: bytes, times: int, after: bytes) -> Iterable[bytes]:
    yield before
    for _ in range(times):
        yield member
    yield after


def docbin(**fields: Any) -> bytes:
    """A DocBin of one Doc with one token, with other values for some of its fields."""
    token = get_string_id("Rom")
    message: dict[str, Any] = {
        "version": "0.1", "attrs": [int(ORTH)], "tokens": token.to_bytes(8, "little"), "spaces": b"\1",
        "lengths": (1).to_bytes(4, "little"), "strings": ["Rom"], "cats": [{}], "flags": [{}], "span_groups": [b""],
        "user_data": [msgpack_dumps({})],
    }  # fmt: skip
    return zlib.compress(msgpack_dumps(message | fields))


def docs_of(words: Sequence[str], lengths: Sequence[int], user_data: Sequence[bytes | None]) -> bytes:
    """A DocBin of Docs with as many tokens as `lengths` say, which are the words over and over again."""
    ids = b"".join(get_string_id(word).to_bytes(8, "little") for word in words)
    count = sum(lengths)
    return docbin(
        tokens=(ids * (count // len(words) + 1))[: 8 * count],
        spaces=bytes(count),
        lengths=b"".join(length.to_bytes(4, "little") for length in lengths),
        strings=list(words),
        **{name: [{}] * len(lengths) for name in ("cats", "flags")},
        span_groups=[b""] * len(lengths),
        user_data=list(user_data),
    )
