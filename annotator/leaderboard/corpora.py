"""Files and folders of gold -> the corpora of a leaderboard, with names and languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.errors import AnnotatorError, UsageError
from annotator.evaluate.language import language_of
from annotator.files.compression import plain_name
from annotator.formats import INPUT_SUFFIXES, input_format


@dataclass(frozen=True, slots=True)
class Corpus:
    """A gold file. `language` is what its path says, '' if it says nothing; `split` is the stem of the file."""

    name: str
    language: str
    split: str
    path: str


def find_corpora(names: Sequence[str], splits: Sequence[str]) -> list[Corpus]:
    """The corpora that files and folders hold, in order, each once.

    Of folders (`<corpus>/<lang>/<split>`, at any depth) these are the files whose stem is one of `splits`. Raises
    AnnotatorError for a name that does not exist, UsageError for a folder without such files.
    """
    paths = list(dict.fromkeys(path for name in names for path in _files(name, splits)))
    short = [_name(path) for path in paths]
    times = Counter(short)
    found = zip(paths, short, strict=True)
    return [
        Corpus(
            name if times[name] == 1 else str(plain_name(path).with_suffix("")),
            language_of(str(path)),
            _stem(path),
            str(path),
        )
        for path, name in found
    ]


def _files(name: str, splits: Sequence[str]) -> Iterator[Path]:
    path = Path(name)
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        raise AnnotatorError(f"{name}: no such file or folder", "name files or folders with {corpora}")
    tagged = [one for one in sorted(path.rglob("*")) if one.is_file() and _is_readable(one)]
    found = [one for one in tagged if _stem(one) in splits]
    if not found:
        there = ", ".join(sorted({_stem(one) for one in tagged})[:8])
        raise UsageError(
            f"{name}: no file {' or '.join(splits)} in this folder",
            f"name others by {{splits}}: there are {there}" if there else "name a folder <corpus>/<lang>/<split>",
        )
    yield from found


def _is_readable(path: Path) -> bool:
    suffix = plain_name(path).suffix.lower()
    hidden = any(part.startswith(".") for part in path.parts[1:])
    return not hidden and suffix in INPUT_SUFFIXES and "entities" in input_format(None, str(path)).holds


def _stem(path: Path) -> str:
    return path.name.partition(".")[0]


def _name(path: Path) -> str:
    """`<corpus>/<lang>/<split>` if the folder is a language, else the file without its suffix."""
    folder = path.absolute().parent
    stem = plain_name(path).stem
    return "/".join((*folder.parts[-2:], stem)) if language_of(f"{folder.name}/{stem}") else stem
