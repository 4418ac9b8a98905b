"""Systems x corpora -> a Board: F1 of each pair with its interval, means, best ones and ties, speed and memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import stdev

from annotator.checkpoints.folder import find_checkpoint
from annotator.errors import AnnotatorError
from annotator.evaluate.metrics import Interval
from annotator.evaluate.paired_files import LabelMap
from annotator.leaderboard.corpora import Corpus
from annotator.leaderboard.kept import Kept, Tagged, digest_of_file, digest_of_model
from annotator.leaderboard.scoring import Counts, count, label_notes
from annotator.leaderboard.systems import System
from annotator.leaderboard.tagging import Failure, Task, tag_corpora
from annotator.leaderboard.ties import Draws, draw_f1, mean_of

NO_LANGUAGE = "not stated"


@dataclass(frozen=True, slots=True)
class Figure:
    """F1 of a system on a corpus, or a mean of such; of several runs it is their mean.

    `deviation` is the standard deviation of F1 over the runs (None for one). `best` marks the highest of the
    systems that are compared, `tied` those whose distance to it may be chance, `p_value` is that of the distance.
    """

    f1: float
    interval: Interval
    deviation: float | None = None
    best: bool = False
    tied: bool = False
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A system on a corpus. `figure` is None if it could not be measured, and then `failure` says why."""

    system: str
    corpus: str
    figure: Figure | None
    precision: float | None = None
    recall: float | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class SystemRow:
    """A system: the models of its runs, its means, and its speed and peak memory, None where nothing was measured.

    The means are over the corpora that it has figures for, `measured` of all; they are compared with those of others
    only if they are over all corpora. `by_language` is the mean over languages of the mean over the corpora of each.
    """

    name: str
    runs: tuple[str, ...]
    measured: int
    mean: Figure | None
    by_language: Figure | None
    words_per_second: float | None
    memory: int | None


@dataclass(frozen=True, slots=True)
class CorpusRow:
    """A corpus and its size: what was measured of it, 0 if no system could be."""

    name: str
    language: str
    split: str
    path: str
    sentences: int
    tokens: int
    entities: int


@dataclass(frozen=True, slots=True)
class Board:
    """A leaderboard. `limit` is the number of sentences taken of each corpus, None for all."""

    systems: tuple[SystemRow, ...]
    corpora: tuple[CorpusRow, ...]
    cells: tuple[Cell, ...]
    languages: tuple[str, ...]
    notes: tuple[str, ...]
    limit: int | None

    def cell(self, system: str, corpus: str) -> Cell:
        """The cell of a system and a corpus."""
        return next(cell for cell in self.cells if (cell.system, cell.corpus) == (system, corpus))


@dataclass(slots=True)
class _Measured:
    """What is gathered corpus by corpus."""

    cells: list[Cell] = field(default_factory=list)
    rows: list[CorpusRow] = field(default_factory=list)
    draws: dict[str, Draws] = field(default_factory=dict)  # by corpus
    runs: dict[tuple[str, str], list[float]] = field(default_factory=dict)  # F1 of each run by system and corpus
    notes: list[str] = field(default_factory=list)


Outcomes = dict[tuple[str, str], Tagged | Failure]  # by model and corpus


def tag_all(
    systems: Sequence[System], corpora: Sequence[Corpus], kept: Kept, device: str, limit: int | None, quiet: bool
) -> Outcomes:
    """Each corpus as each model tags it, or as it was kept. Shows a bar on stderr if that is a terminal.

    Raises UsageError at once for a model that does not exist.
    """
    from tqdm import tqdm

    models = list(dict.fromkeys(model for system in systems for model in system.runs))
    digests = {model: digest_of_model(find_checkpoint(model)) for model in models}
    golds = {corpus.name: _digest_of(corpus) for corpus in corpora}
    found: Outcomes = {}
    with tqdm(total=len(models) * len(corpora), unit=" corpora", leave=False, disable=quiet or None) as bar:
        for model in models:
            tasks: dict[str, Task] = {}
            for corpus in corpora:
                path = kept.path_for(digests[model], golds[corpus.name], limit, device)
                if there := kept.find(path):
                    found[model, corpus.name] = there
                    bar.update()
                else:
                    tasks[corpus.name] = Task(corpus.path, str(path), limit)
            for name, outcome in zip(tasks, tag_corpora(model, device, list(tasks.values()), kept), strict=True):
                found[model, name] = outcome
                bar.update()
    return found


def _digest_of(corpus: Corpus) -> str:
    """The digest of a corpus, which decides with its format on how it is read."""
    return f"{digest_of_file(Path(corpus.path))} {Path(corpus.path).name}"


def make_board(
    systems: Sequence[System],
    corpora: Sequence[Corpus],
    kept: Kept,
    device: str = "auto",
    limit: int | None = None,
    labels: LabelMap | None = None,
    quiet: bool = True,
) -> Board:
    """Measure all systems on all corpora.

    What fails is told in its cell, and the rest is done. Raises UsageError for a model that does not exist,
    AnnotatorError if nothing at all could be measured.
    """
    tagged = tag_all(systems, corpora, kept, device, limit, quiet)
    measured = _Measured()
    for corpus in corpora:
        _measure(corpus, systems, tagged, limit, labels or LabelMap(), len(corpora) == 1, measured)
    if not measured.draws:
        failures = list(dict.fromkeys(cell.failure for cell in measured.cells))
        raise AnnotatorError(f"no system could be measured on any corpus: {failures[0]}")
    return Board(
        tuple(_system_rows(systems, corpora, tagged, measured)),
        tuple(measured.rows),
        tuple(measured.cells),
        tuple(sorted({corpus.language or NO_LANGUAGE for corpus in corpora})),
        tuple(dict.fromkeys(measured.notes)),
        limit,
    )


def _measure(
    corpus: Corpus,
    systems: Sequence[System],
    tagged: Outcomes,
    limit: int | None,
    labels: LabelMap,
    only: bool,
    measured: _Measured,
) -> None:
    counts: dict[str, list[Counts]] = {}
    failures: dict[str, str] = {}
    for system in systems:
        try:
            counts[system.name] = [
                count(corpus.path, path, limit, labels) for path in _paths(system, corpus, tagged, only)
            ]
        except AnnotatorError as error:
            failures[system.name] = str(error)
            measured.notes.append(f"{system.name}, {corpus.name}: {error}")
            continue
        first = tagged.get((system.runs[0], corpus.name)) if system.runs else None
        known = [labels(label) for label in first.labels] if isinstance(first, Tagged) else []
        measured.notes += label_notes(system.name, corpus.name, counts[system.name][0], known)
    if counts:
        measured.draws[corpus.name] = draw_f1(
            corpus.name, {name: [run.sentences for run in runs] for name, runs in counts.items()}
        )
    for system in systems:
        if system.name in failures:
            measured.cells.append(Cell(system.name, corpus.name, None, failure=failures[system.name]))
            continue
        figures = [run.figures for run in counts[system.name]]
        precision, recall, _ = (sum(column) / len(figures) for column in zip(*figures, strict=True))
        runs = [f1 for _, _, f1 in figures]
        measured.runs[system.name, corpus.name] = runs
        figure = _figure(measured.draws[corpus.name], system.name, runs)
        measured.cells.append(Cell(system.name, corpus.name, figure, precision, recall))
    some = next(iter(counts.values()))[0] if counts else None
    sizes = (len(some.sentences), some.tokens, some.gold.total()) if some else (0, 0, 0)
    measured.rows.append(CorpusRow(corpus.name, corpus.language, corpus.split, corpus.path, *sizes))


def _paths(system: System, corpus: Corpus, tagged: Outcomes, only: bool) -> list[str]:
    """The tagged files of all runs of a system. Raises AnnotatorError if one is missing."""
    if not system.runs:
        return [system.file_for(corpus, only)]
    paths: list[str] = []
    for model in system.runs:
        outcome = tagged[model, corpus.name]
        if isinstance(outcome, Failure):
            raise AnnotatorError(outcome.reason if len(system.runs) == 1 else f"{model}: {outcome.reason}")
        paths.append(outcome.path)
    return paths


def _figure(draws: Draws, system: str, runs: Sequence[float]) -> Figure:
    best = draws.best()
    compared = len(draws.measured) > 1 and best is not None
    return Figure(
        draws.measured[system],
        draws.interval(system),
        stdev(runs) if len(runs) > 1 else None,
        best=compared and system == best,
        tied=compared and system in draws.tied(),
        p_value=draws.p_value(best, system) if compared and best and system != best else None,
    )


def _system_rows(
    systems: Sequence[System], corpora: Sequence[Corpus], tagged: Outcomes, measured: _Measured
) -> list[SystemRow]:
    of = {system.name: [c for c in corpora if (system.name, c.name) in measured.runs] for system in systems}
    complete = [system.name for system in systems if len(of[system.name]) == len(corpora)]
    rows: list[SystemRow] = []
    for system in systems:
        # A system that lacks corpora is not compared: the mean over easier ones would be higher.
        beside = complete if system.name in complete else [system.name]
        taken = [one for model in system.runs for c in corpora if isinstance(one := tagged[model, c.name], Tagged)]
        seconds = sum(one.seconds for one in taken)
        memory = [one.memory for one in taken if one.memory is not None]
        rows.append(
            SystemRow(
                system.name,
                system.runs,
                len(of[system.name]),
                _mean([[c] for c in of[system.name]], system.name, beside, measured),
                _mean(_by_language(of[system.name]), system.name, beside, measured),
                sum(one.words for one in taken) / seconds if seconds else None,
                max(memory, default=None),
            )
        )
    return rows


def _by_language(corpora: Sequence[Corpus]) -> list[list[Corpus]]:
    found: dict[str, list[Corpus]] = {}
    for corpus in corpora:
        found.setdefault(corpus.language, []).append(corpus)
    return list(found.values())


def _mean(groups: Sequence[Sequence[Corpus]], system: str, beside: Sequence[str], measured: _Measured) -> Figure | None:
    """The mean over groups of the mean over the corpora of each; None without corpora."""
    if not groups:
        return None
    draws = mean_of([mean_of([measured.draws[c.name] for c in group], beside) for group in groups], beside)
    runs = zip(*(_mean_runs(group, system, measured.runs) for group in groups), strict=True)
    return _figure(draws, system, [sum(run) / len(groups) for run in runs])


def _mean_runs(group: Sequence[Corpus], system: str, runs: Mapping[tuple[str, str], Sequence[float]]) -> list[float]:
    """The mean F1 of each run over the corpora of a group."""
    return [sum(run) / len(group) for run in zip(*(runs[system, c.name] for c in group), strict=True)]
