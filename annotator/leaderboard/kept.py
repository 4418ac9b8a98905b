"""Tagged files that are kept, so that a leaderboard can be resumed: found by digests of model and corpus."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from annotator import __version__
from annotator.errors import AnnotatorError
from annotator.files.sinks import open_sink, reporting_os_errors

# What does not change what a model finds.
_IDLE_SUFFIXES = {".md", ".txt", ".png", ".svg"}
_IDLE_NAMES = {"LICENSE", "NOTICE"}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A corpus as a model tagged it: the file, the labels that the model knows, and what it took.

    `seconds` do not include loading; `memory` is the peak of the process in bytes, None where the system does not tell.
    """

    path: str
    labels: tuple[str, ...]
    words: int
    seconds: float
    memory: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of tagged files. Each has a description beside it, written last: a file without one does not count."""

    folder: Path

    def path_for(self, *parts: object) -> Path:
        """Where the corpus tagged under these conditions is, or will be."""
        key = hashlib.sha256(json.dumps([__version__, *map(str, parts)]).encode()).hexdigest()[:32]
        return self.folder / f"{key}.jsonl.gz"

    def find(self, path: Path) -> Tagged | None:
        """The tagged file that is kept at this path; None if there is none, or not all of it."""
        try:
            found = json.loads(_description(path).read_bytes())
            return Tagged(**{**found, "path": str(path), "labels": tuple(found["labels"])}) if path.is_file() else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def add(self, tagged: Tagged) -> None:
        """Keep a tagged file, all of which is written. Raises AnnotatorError if the folder cannot be written to."""
        with open_sink(_description(Path(tagged.path)), force=True) as sink:
            sink.write(json.dumps(asdict(tagged)).encode())


def make_folder(folder: Path) -> Kept:
    """The folder, which is made if need be. Raises AnnotatorError if that is not possible."""
    if folder.exists() and not folder.is_dir():
        raise AnnotatorError(f"{folder}: is no folder", "name another {cache}")
    with reporting_os_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return Kept(folder)


def default_folder() -> Path:
    """Where tagged files are kept if no folder is named: in the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "annotate-ner" / "leaderboard"


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file. Raises AnnotatorError if it cannot be read."""
    with reporting_os_errors(path, "read"), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_of_model(folder: Path) -> str:
    """The digest of the files of a checkpoint folder that decide on what it finds."""
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(f"{path.name} {digest_of_file(path)}\n".encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix not in _IDLE_SUFFIXES and path.name not in _IDLE_NAMES:
            yield path


def _description(path: Path) -> Path:
    return path.with_name(f"{path.name.removesuffix('.jsonl.gz')}.json")
