"""The class Annotator, which composes the stages: documents in, documents with entities out, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import wraps
from numbers import Integral, Real
from os import PathLike, fspath
from pathlib import Path
from reprlib import repr as repr_short
from typing import Any, NoReturn, ParamSpec, cast

import numpy as np
from numpy.typing import NDArray

from annotator.calibration import least_scores
from annotator.checkpoints.config import calibration_of, tags_of
from annotator.checkpoints.folder import DEFAULT_MODEL, find_checkpoint, load_tokenizer, max_pieces
from annotator.decode import NOT_CALIBRATED, Decoder, Keep, TaggedWord
from annotator.document import Document, Origin
from annotator.engines import load_engine
from annotator.engines.base import Engine, EngineOptions
from annotator.engines.batching import Budget, Scorer
from annotator.errors import AnnotatorError, UsageError, did_you_mean
from annotator.labels import TagSet
from annotator.prepare.chunk_sizes import ChunkSizes, chunk_documents
from annotator.prepare.encode import Encoder
from annotator.prepare.long_documents import Part, join_parts
from annotator.prepare.markup import MARKUP, check_markup
from annotator.prepare.preparer import Prepared, Preparer, contents
from annotator.prepare.segment import Segmenter
from annotator.prepare.tasks import Task, tasks_of
from annotator.system.cores import usable_cores
from annotator.system.forks import lock_kept_over_forks
from annotator.system.prefetch import prefetch

# Chunks that are with the engine beyond the one that is decoded. One is enough for the engine not to wait.
AHEAD = 1
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an annotator is loaded: the arguments of `Annotator.load`.

    `model` is the name of a known model, a checkpoint folder, or `owner/name` on the Hub. `device` is auto, cpu, cuda,
    cuda:N, cuda:all (each batch goes to a free GPU) or mps. `engine` is auto, torch, onnx or null; `precision` is auto,
    exact, bf16 or int8. `lang` is the language of the text, for its words and sentences. `labels` keeps only entities
    with these labels, `min_score` only those scoring at least this, `target_precision` as many of each label as it
    takes for this share to be right, by the model's calibration. `batch_tokens` is the number of slots in a batch at
    most (None: what suits the device). `markup` says what the model sees of tags (`<b>`): skip for nothing, keep for
    their text. Raises TypeError for `labels` that are one string, UsageError for odd numbers.
    """

    model: str | PathLike[str] = DEFAULT_MODEL
    _: KW_ONLY
    device: str = "auto"
    engine: str = "auto"
    precision: str = "auto"
    lang: str = "xx"
    labels: Sequence[str] | None = None
    min_score: float = 0.0
    target_precision: float | None = None
    batch_tokens: int | None = None
    markup: str = MARKUP[0]

    def __post_init__(self) -> None:
        if isinstance(self.labels, str):
            raise TypeError(f"labels must be a list of labels, such as [{self.labels!r}], not one string")
        if not isinstance(self.min_score, Real) or not 0 <= self.min_score <= 1:
            raise UsageError(f"min_score must be a number from 0 to 1, not {self.min_score!r}")
        if (target := self.target_precision) is not None and (not isinstance(target, Real) or not 0 <= target <= 1):
            raise UsageError(f"target_precision must be a number from 0 to 1, not {target!r}")
        if self.batch_tokens is not None and not _is_count(self.batch_tokens, 1):
            raise UsageError(f"batch_tokens must be a whole number from 1 on, not {self.batch_tokens!r}")
        if self.labels is not None:  # hashable and unchanging, as the recipe is
            object.__setattr__(self, "labels", tuple(self.labels))

    def load(self) -> Annotator:
        """An annotator with the model loaded.

        Raises UsageError or AnnotatorError for a model, device, language, label or markup that does not exist.
        """
        check_markup(self.markup)
        name = fspath(self.model)
        folder = find_checkpoint(name)
        segmenter = Segmenter(self.lang)
        engine = load_engine(folder, EngineOptions(self.engine, self.device, self.precision))
        tags = self._tags(engine.labels)
        calibration = calibration_of(folder, tags.labels)
        cut_offs = least_scores(name, calibration, self.target_precision, self.labels)
        annotator = Annotator(
            segmenter=segmenter,
            encoder=Encoder(load_tokenizer(folder), max_pieces(folder)),
            engine=engine,
            decoder=Decoder(tags, calibration or NOT_CALIBRATED),
            keep=Keep(self.labels and frozenset(self.labels), self.min_score, cut_offs),
            budget=Budget(self.batch_tokens) if self.batch_tokens else Budget.of(engine),
            markup=self.markup,
        )
        # A known name is kept as it is, since the model is in another folder on another machine.
        annotator.recipe = replace(self, model=str(folder.absolute()) if folder == Path(name) else name)
        return annotator

    def check(self) -> None:
        """Raise what `load` raises for a model, language, label or markup that does not exist, but read no weights.

        For a process that only sends the recipe to others, which load it on devices of their own.
        """
        check_markup(self.markup)
        Segmenter(self.lang)
        folder = find_checkpoint(name := fspath(self.model))
        calibration = calibration_of(folder, self._tags(tags_of(folder)).labels)
        least_scores(name, calibration, self.target_precision, self.labels)

    def _tags(self, labels: Sequence[str]) -> TagSet:
        tags = TagSet.parse(labels)
        if unknown := [label for label in self.labels or () if label not in tags.labels]:
            meant = did_you_mean(unknown[0], tags.labels)
            text = f"model {fspath(self.model)} has no label {unknown[0]!r}"
            raise UsageError(text, f"{meant}It has {', '.join(tags.labels)}")
        return tags


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least


def _loading(recipe: Callable[P, Recipe]) -> Callable[P, Annotator]:
    """A function that takes the arguments of a recipe and loads it, so that they are listed only once."""

    @wraps(recipe)
    def load(*args: P.args, **kwargs: P.kwargs) -> Annotator:
        return recipe(*args, **kwargs).load()

    return load


@dataclass(slots=True, eq=False)
class Annotator:
    """A loaded model with the stages around it.

    `Annotator.load` makes one; its arguments are those of `Recipe`. `budget` limits the slots of a batch. Several
    threads may use one annotator at once. Its pickle holds only the recipe: unpickling loads the model again, once for
    each process however many copies arrive. As a context manager it closes itself.
    """

    segmenter: Segmenter
    encoder: Encoder
    engine: Engine
    decoder: Decoder
    keep: Keep
    budget: Budget
    chunk_sizes: ChunkSizes = field(default_factory=ChunkSizes)
    markup: str = MARKUP[0]
    recipe: Recipe | None = field(default=None, init=False)  # None if load() did not make it

    load = staticmethod(_loading(Recipe))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that entities can have, in the model's order."""
        every = TagSet.parse(self.engine.labels).labels
        return tuple(label for label in every if self.keep.labels is None or label in self.keep.labels)

    def __call__(self, text: Document | str) -> Document:
        """The text as a document with its sentences and entities."""
        (document,) = self.pipe([text])
        return document

    def pipe(self, documents: Iterable[Document | str], *, workers: int | None = 0) -> Iterator[Document]:
        """The documents with their sentences and entities, in the same order; a string is a document's text.

        `workers` is the number of processes that segment and encode ahead of the engine; with 0 this process does it,
        and None stands for the number that suits the device. Raises TypeError at once for a single text and what else
        is not many, and for what is neither a string nor a Document when it is its turn; UsageError for `workers` below
        0; ValueError for half of a surrogate pair in a text; AnnotatorError if the annotator is closed, and if a worker
        dies.
        """
        if isinstance(documents, str | bytes | Document | Mapping) or not isinstance(documents, Iterable):
            raise TypeError(f"pipe takes many texts, as a list for example, not one {type(documents).__name__}")
        if workers is not None and not _is_count(workers, 0):
            raise UsageError(f"workers must be a whole number from 0 on, or None, not {workers!r}")
        chunks = chunk_documents(_as_documents(documents), self.chunk_sizes)
        return (document for chunk in self.pipe_chunks(chunks, workers=workers) for document in chunk)

    def words(self, text: Document | str) -> list[TaggedWord]:
        """The words of the text with the tag that was chosen for each, and the most probable of the other tags.

        It tells why an entity was missed or found: the labels and the score that entities must have do not matter here.
        """
        (document,) = _as_documents([text])
        found: list[TaggedWord] = []
        for task, prepared, scores in self._scored([[document]], workers=0):
            for words in self.decoder.words(prepared, scores):
                found += (replace(word, start=word.start + task.start, end=word.end + task.start) for word in words)
        return found

    def pipe_chunks(self, chunks: Iterable[Sequence[Document]], *, workers: int | None = 0) -> Iterator[list[Document]]:
        """The documents of each chunk with their sentences and entities, in the same order.

        Sentences of one chunk are batched together. A long document (see `ChunkSizes.is_long`) must be a chunk of its
        own. `workers` is as for `pipe`.
        """
        if workers is None:
            workers = max(1, usable_cores() - 1) if self.engine.on_gpu else 0
        parts: list[Part] = []
        for task, prepared, scores in self._scored(chunks, workers):
            documents = list(self._annotate(task.documents, prepared, scores))
            if task.part_of is None:
                yield documents
                continue
            parts += [Part(document, task.start) for document in documents]
            if task.is_last:
                yield [join_parts(task.part_of, parts)]
                parts = []

    def close(self) -> None:
        """Free the model; any later use of the annotator raises AnnotatorError.

        Other threads finish the chunks that they are working on.
        """
        with _unpickling:
            if any(copy.engine is self.engine for copy in _unpickled.values()):
                _unpickled.clear()
        self.engine = cast(Engine, _Closed())

    def __enter__(self) -> Annotator:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __reduce__(self) -> tuple[Callable[[Recipe], Annotator], tuple[Recipe]]:
        if self.recipe is None:
            raise AnnotatorError(
                "this Annotator was put together from parts and cannot be pickled", "make it with Annotator.load()"
            )
        return load_once, (self.recipe,)

    def _prepared(self, chunks: Iterable[Sequence[Document]], workers: int) -> Iterator[tuple[Task, Prepared]]:
        """The tasks of the chunks with their documents segmented and encoded."""
        tasks = tasks_of(chunks, self.segmenter, self.chunk_sizes)
        preparer = Preparer(self.segmenter, self.encoder, self.markup)
        if not workers:
            return ((task, preparer(contents(task.documents))) for task in tasks)
        from annotator.prepare.workers import prepare_ahead

        return prepare_ahead(preparer, tasks, workers)

    def _scored(
        self, chunks: Iterable[Sequence[Document]], workers: int
    ) -> Iterator[tuple[Task, Prepared, NDArray[np.float32]]]:
        """The tasks of the chunks, prepared, with scores float32 [words, labels] of the words of their windows.

        The engine computes the next task while this one is decoded and written.
        """
        with Scorer(self.engine.streams) as scorer:
            started = (
                (task, prepared, scorer.submit(prepared.windows, self.engine, self.budget))
                for task, prepared in self._prepared(chunks, workers)
            )
            for task, prepared, pending in prefetch(started, AHEAD):
                yield task, prepared, pending.result()

    def _annotate(
        self, documents: Sequence[Document], prepared: Prepared, scores: NDArray[np.float32]
    ) -> Iterator[Document]:
        found = self.decoder.of_documents(prepared, scores)
        for document, sentences, entities in zip(documents, prepared.sentences, found, strict=True):
            kept = tuple(filter(self.keep, entities))
            # `replace` would take twice as long.
            yield Document(document.id, document.text, document.origin, document.meta, sentences, kept)


class _Closed:
    """Stands in for the engine of a closed annotator; every use is an error."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AnnotatorError("this Annotator is closed", "load it again with Annotator.load()")


# The annotator that this process loaded last for a task: joblib, Ray and Spark bring a recipe with every task.
_unpickled: dict[Recipe, Annotator] = {}
_unpickling = lock_kept_over_forks()


def load_once(recipe: Recipe) -> Annotator:
    """The annotator of a recipe; those that one process gets of equal recipes share a model, which is loaded once."""
    with _unpickling:
        if recipe not in _unpickled:
            _unpickled.clear()
            _unpickled[recipe] = recipe.load()
        copy = replace(_unpickled[recipe])
        copy.recipe = recipe
        return copy


def entities_of(annotator: Annotator, texts: Sequence[str | None]) -> list[list[dict[str, Any]] | None]:
    """The entities of each text of a column, as in `Document.to_dict`; None for a text that is None."""
    documents = annotator.pipe(text or "" for text in texts)
    return [None if text is None else found.to_dict()["ents"] for text, found in zip(texts, documents, strict=True)]


def _as_documents(documents: Iterable[Document | str]) -> Iterator[Document]:
    for number, document in enumerate(documents, start=1):
        if isinstance(document, str):
            origin = Origin("text", number)
            yield Document(id=str(origin), text=document, origin=origin)
        elif isinstance(document, Document):
            yield document
        else:
            raise TypeError(f"a text must be a string or a Document, not {repr_short(document)}")
