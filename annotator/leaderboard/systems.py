"""Arguments -> the systems of a leaderboard: models, several runs of one training, and predictions of other tools."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.checkpoints.config import CONFIG
from annotator.errors import AnnotatorError, UsageError
from annotator.leaderboard.corpora import Corpus


@dataclass(frozen=True, slots=True)
class System:
    """A row of a leaderboard: the models of its runs (one, or several that differ by their seeds), or its predictions.

    `predictions` is a folder that has a file `<corpus>/<lang>/<split>` for each corpus, or the file for the only one.
    """

    name: str
    runs: tuple[str, ...] = ()
    predictions: str | None = None

    def file_for(self, corpus: Corpus, only: bool) -> str:
        """The predictions for a corpus. Raises AnnotatorError if there are none, or more than one file."""
        assert self.predictions is not None
        if Path(self.predictions).is_file():
            if not only:
                raise AnnotatorError(f"{self.predictions}: one file for several corpora", "name a folder")
            return self.predictions
        folder = Path(self.predictions)
        found = sorted(folder.glob(f"{glob.escape(corpus.name.lstrip('/'))}.*"))
        if len(found) != 1:
            what = "no file" if not found else f"{len(found)} files"
            raise AnnotatorError(f"{folder}: {what} {corpus.name}.*")
        return str(found[0])


def find_systems(models: Sequence[str], predictions: Sequence[str]) -> list[System]:
    """The systems in order: models as `MODEL` or `NAME=MODEL`, predictions as `NAME=PATH`.

    Models of the same NAME are runs of one system, and so are the checkpoints in a folder that is none itself. Raises
    UsageError for predictions without a name, for a path that does not exist, and if there are no systems.
    """
    runs: dict[str, list[str]] = {}
    names = _distinct([model for model in models if "=" not in model])
    for model in models:
        name, _, path = model.partition("=") if "=" in model else (names[model], "", model)
        if not name.strip() or not path.strip():
            raise UsageError(f"{model}: not NAME=MODEL", "write {models} as MODEL or NAME=MODEL")
        runs.setdefault(name, []).extend(_checkpoints(path))
    found = [System(name, tuple(dict.fromkeys(paths))) for name, paths in runs.items()]
    for one in predictions:
        name, _, path = one.partition("=")
        if not name.strip() or not path.strip():
            raise UsageError(f"{one}: predictions without a name", "write {predictions} as NAME=PATH")
        if not Path(path).exists():
            raise UsageError(f"{path}: no such file or folder", "write {predictions} as NAME=PATH")
        if any(name == system.name for system in found):
            raise UsageError(f"two systems are called {name}", "give {predictions} another name")
        found.append(System(name, predictions=path))
    if not found:
        raise UsageError("nothing to compare", "name models, or {predictions} NAME=PATH")
    return found


def _checkpoints(path: str) -> list[str]:
    """The model itself, or the checkpoints in a folder that is none."""
    folder = Path(path)
    if folder.is_dir() and not (folder / CONFIG).is_file():
        return sorted(str(one.parent) for one in folder.glob(f"*/{CONFIG}")) or [path]
    return [path]


def _distinct(models: Sequence[str]) -> dict[str, str]:
    """A name for each model: the last part of a path, or all of it where several end alike."""
    last = {model: Path(model).name if Path(model).is_dir() else model for model in models}
    times = Counter(last.values())
    return {model: name if times[name] == 1 else model for model, name in last.items()}
