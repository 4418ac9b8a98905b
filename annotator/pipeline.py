"""The stages put together: documents in, documents with entities out, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from os import PathLike, fspath
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from .ahead import ahead
from .batch import Batch, Budget, Scorer
from .checkpoints import DEFAULT_MODEL, find_checkpoint, load_tokenizer, max_pieces
from .chunks import chunks, is_long
from .cores import usable_cores
from .decode import Decoder, Keep
from .encode import Encoder
from .engines import Engine, EngineOptions, load_engine
from .errors import AnnotatorError, UsageError
from .hints import did_you_mean
from .labels import TagSet
from .pieces import Piece, pieces, whole
from .prepare import Prepared, Preparer, contents
from .segment import Segmenter
from .types import Document, Origin

# How many runs are prepared beyond the one that is decoded. While there is one, the engine need not wait.
AHEAD = 1
CLOSED = "this Annotator is closed: load it again with Annotator.load()"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an annotator is loaded: the arguments of `Annotator.load`."""

    model: str = DEFAULT_MODEL
    device: str = "auto"
    engine: str = "auto"
    precision: str = "auto"
    lang: str = "xx"
    labels: tuple[str, ...] | None = None
    min_score: float = 0.0
    batch_tokens: int | None = None

    def load(self) -> Annotator:
        """The annotator, loaded anew."""
        return Annotator.load(**asdict(self))


@dataclass(slots=True, eq=False)
class Annotator:
    """A loaded model with the stages around it.

    `budget` says how many piece slots a batch may have. Several threads may use one annotator
    at once. A pickle of it holds only its recipe; where it is unpickled, the model is loaded again, once
    a process however many copies come. As a context manager it closes itself.
    """

    segmenter: Segmenter
    encoder: Encoder
    engine: Engine
    decoder: Decoder
    keep: Keep
    budget: Budget
    recipe: Recipe | None = field(default=None, init=False)  # None where the parts are not those that load() made

    @classmethod
    def load(
        cls,
        model: str | PathLike[str] = DEFAULT_MODEL,
        *,
        device: str = "auto",
        engine: str = "auto",
        precision: str = "auto",
        lang: str = "xx",
        labels: Sequence[str] | None = None,
        min_score: float = 0.0,
        batch_tokens: int | None = None,
    ) -> Annotator:
        """Load a model, now: a name the package knows, a checkpoint folder, or `owner/name` on the Hub.

        `device` is auto, cpu, cuda, cuda:N, cuda:all (each batch to a GPU that is free) or mps; `engine` one of
        `annotator.engines.ENGINES`; `precision` auto, exact, bf16 or int8. `labels` keeps only entities with these
        labels, `min_score` only those with at least this score; `batch_tokens` is the budget of piece slots a batch
        (None: what suits the device). Raises UsageError or AnnotatorError for a model, device, language or label that
        is not there.
        """
        name = fspath(model)
        folder = find_checkpoint(name)
        segmenter = Segmenter(lang)
        loaded = load_engine(folder, EngineOptions(engine, device, precision))
        tags = TagSet.parse(loaded.labels)
        if unknown := [label for label in labels or () if label not in tags.labels]:
            meant = did_you_mean(unknown[0], tags.labels)
            raise UsageError(f"model {name} has no label {unknown[0]!r}: {meant}It has {', '.join(tags.labels)}")
        annotator = cls(
            segmenter=segmenter,
            encoder=Encoder(load_tokenizer(folder), max_pieces(folder)),
            engine=loaded,
            decoder=Decoder(tags),
            keep=Keep(None if labels is None else frozenset(labels), min_score),
            budget=Budget(batch_tokens) if batch_tokens else Budget.of(loaded),
        )
        # A known name stays one: on another machine the model is elsewhere.
        own = str(folder.absolute()) if folder == Path(name) else name
        kept = None if labels is None else tuple(labels)
        annotator.recipe = Recipe(own, device, engine, precision, lang, kept, min_score, batch_tokens)
        return annotator

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that its entities can have, in the model's order."""
        every = TagSet.parse(self.engine.labels).labels
        return tuple(label for label in every if self.keep.labels is None or label in self.keep.labels)

    def __call__(self, text: Document | str) -> Document:
        """The text as a document with its sentences and entities."""
        (document,) = self.pipe([text])
        return document

    def pipe(self, documents: Iterable[Document | str], *, workers: int | None = 0) -> Iterator[Document]:
        """The documents with their sentences and entities, in the same order; a string is a document's text.

        `workers` processes segment and encode ahead of the engine; with 0 that is done in line, and None takes
        what suits the device. Raises AnnotatorError once the annotator is closed, and if a worker dies.
        """
        for chunk in self.pipe_chunks(chunks(_as_documents(documents)), workers=workers):
            yield from chunk

    def pipe_chunks(self, runs: Iterable[Sequence[Document]], *, workers: int | None = 0) -> Iterator[list[Document]]:
        """Runs of documents with their sentences and entities, run by run, in the same order.

        What is in a run is batched together. A long document (see `chunks.is_long`) must be a run of its own.
        """
        if workers is None:
            workers = max(1, usable_cores() - 1) if self.engine.on_gpu else 0
        parts: list[Piece] = []
        for task, prepared, scores in self._scored(_tasks(runs, self.segmenter), workers):
            documents = list(self._annotate(task.documents, prepared, scores))
            if task.starts is None:
                yield documents
                continue
            parts += [Piece(document, task.starts) for document in documents]
            if task.long is not None:
                yield [whole(task.long, parts)]
                parts = []

    def close(self) -> None:
        """Free the model; what is asked of the annotator from then on raises AnnotatorError.

        Work that another thread has under way comes to the end of its chunk first.
        """
        with _unpickling:
            if any(copy.engine is self.engine for copy in _unpickled.values()):
                _unpickled.clear()
        self.engine = _Closed()

    def __enter__(self) -> Annotator:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __reduce__(self) -> tuple[Callable[[Recipe], Annotator], tuple[Recipe]]:
        if self.recipe is None:
            raise AnnotatorError(
                "only an Annotator as Annotator.load() made it can be pickled: this one was put together"
            )
        return _unpickle, (self.recipe,)

    def _prepared(self, tasks: Iterator[_Task], workers: int) -> Iterator[tuple[_Task, Prepared]]:
        """Each task with what its documents are to the engine."""
        if not workers:
            preparer = Preparer(self.segmenter, self.encoder)
            return ((task, preparer(contents(task.documents))) for task in tasks)
        from .workers import prepare_ahead

        return prepare_ahead(self.segmenter, self.encoder, tasks, workers)

    def _scored(self, tasks: Iterator[_Task], workers: int) -> Iterator[tuple[_Task, Prepared, NDArray[np.float32]]]:
        """Each task with what its documents are to the engine, and the scores of the words of the windows in that.

        The engine is at work on the next one while this one is decoded and written.
        """
        with Scorer(self.engine.streams) as scorer:
            begun = (
                (task, prepared, scorer.begin(prepared.windows, self.engine, self.budget))
                for task, prepared in self._prepared(tasks, workers)
            )
            for task, prepared, scoring in ahead(begun, AHEAD):
                yield task, prepared, scoring.scores()

    def _annotate(
        self, documents: Sequence[Document], prepared: Prepared, scores: NDArray[np.float32]
    ) -> Iterator[Document]:
        found = self.decoder.of_documents(prepared, scores)
        for document, sentences, entities in zip(documents, prepared.sentences, found, strict=True):
            kept = tuple(filter(self.keep, entities))
            # Not by `replace`, which takes twice as long.
            yield Document(document.id, document.text, document.origin, document.meta, sentences, kept)


class _Closed:
    """Stands where the engine was: whatever is asked of it is an error."""

    @property
    def labels(self) -> tuple[str, ...]:
        raise AnnotatorError(CLOSED)

    @property
    def slots(self) -> int:
        raise AnnotatorError(CLOSED)

    @property
    def most_slots(self) -> int:
        raise AnnotatorError(CLOSED)

    @property
    def streams(self) -> int:
        raise AnnotatorError(CLOSED)

    @property
    def on_gpu(self) -> bool:
        raise AnnotatorError(CLOSED)

    def scores(self, batch: Batch) -> NDArray[np.float32]:  # noqa: ARG002
        raise AnnotatorError(CLOSED)


# The annotator that this process unpickled last. joblib and Ray unpickle one for every task: the copies
# have their model in common, so that it is not loaded for each.
_unpickled: dict[Recipe, Annotator] = {}
_unpickling = Lock()


def _unpickle(recipe: Recipe) -> Annotator:
    with _unpickling:
        if recipe not in _unpickled:
            _unpickled.clear()
            _unpickled[recipe] = recipe.load()
        copy = replace(_unpickled[recipe])
        copy.recipe = recipe
        return copy


def _as_documents(documents: Iterable[Document | str]) -> Iterator[Document]:
    for number, document in enumerate(documents, start=1):
        if isinstance(document, str):
            origin = Origin("text", number)
            yield Document(id=str(origin), text=document, origin=origin)
        else:
            yield document


@dataclass(frozen=True, slots=True)
class _Task:
    """Documents to be annotated together.

    Pieces of a long document begin at `starts` in it, and the last of them brings it along as `long`.
    """

    documents: Sequence[Document]
    starts: int | None = None
    long: Document | None = None


def _tasks(runs: Iterable[Sequence[Document]], segmenter: Segmenter) -> Iterator[_Task]:
    for run in runs:
        if len(run) == 1 and is_long(run[0]):
            for piece in pieces(run[0], segmenter):
                yield _Task([piece.document], piece.start)
            yield _Task([], 0, run[0])
        else:
            yield _Task(run)
