"""The stages put together: documents in, documents with entities out, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from os import PathLike, fspath
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from .batch import Batch, score_windows
from .checkpoints import DEFAULT_MODEL, find_checkpoint, load_tokenizer, max_pieces
from .decode import FORBIDDEN, Decoder, Keep
from .encode import Encoder
from .engines import Engine, EngineOptions, load_engine
from .errors import AnnotatorError, UsageError
from .labels import TagSet
from .segment import Segmenter
from .types import Document, Origin, Sentence

# Documents are taken together until they have so many characters: enough for batches of like length,
# little enough for memory.
CHUNK_CHARACTERS = 100_000
RECORD_CHARACTERS = 20

CLOSED = "this Annotator is closed: load it again with Annotator.load()"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an annotator was loaded: the arguments of `Annotator.load`, a model folder with its whole path."""

    model: str
    options: EngineOptions
    lang: str
    labels: tuple[str, ...] | None
    min_score: float
    batch_tokens: int | None

    def load(self) -> Annotator:
        """The annotator, loaded anew."""
        return Annotator.load(
            self.model,
            **asdict(self.options),
            lang=self.lang,
            labels=self.labels,
            min_score=self.min_score,
            batch_tokens=self.batch_tokens,
        )


@dataclass(slots=True, eq=False)
class Annotator:
    """A loaded model with the stages around it.

    `slots` is the budget of piece slots a batch, padding counted. Several threads may use one annotator
    at once. A pickle of it holds only its recipe; where it is unpickled, the model is loaded again, once
    a process however many copies come. As a context manager it closes itself.
    """

    segmenter: Segmenter
    encoder: Encoder
    engine: Engine
    decoder: Decoder
    keep: Keep
    slots: int
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

        `device` is auto, cpu, cuda, cuda:N or mps; `engine` one of `annotator.engines.ENGINES`; `precision` auto,
        exact, bf16 or int8. `labels` keeps only entities with these labels, `min_score` only those with at least
        this score; `batch_tokens` is the budget of piece slots a batch (None: what suits the device). Raises
        UsageError or AnnotatorError for a model, device, language or label that is not there.
        """
        name = fspath(model)
        folder = find_checkpoint(name)
        segmenter = Segmenter(lang)
        options = EngineOptions(engine, device, precision)
        loaded = load_engine(folder, options)
        tags = TagSet.parse(loaded.labels)
        if unknown := [label for label in labels or () if label not in tags.labels]:
            raise UsageError(f"model {name} has no label {unknown[0]!r}: it has {', '.join(tags.labels)}")
        annotator = cls(
            segmenter=segmenter,
            encoder=Encoder(load_tokenizer(folder), max_pieces(folder)),
            engine=loaded,
            decoder=Decoder(tags),
            keep=Keep(None if labels is None else frozenset(labels), min_score),
            slots=batch_tokens or loaded.slots,
        )
        # A known name stays one: on another machine the model is elsewhere.
        own = str(folder.absolute()) if folder == Path(name) else name
        annotator.recipe = Recipe(
            own, options, lang, None if labels is None else tuple(labels), min_score, batch_tokens
        )
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

    def pipe(self, documents: Iterable[Document | str]) -> Iterator[Document]:
        """The documents with their sentences and entities, in the same order; a string is a document's text.

        Raises AnnotatorError once the annotator is closed.
        """
        for chunk in _chunks(_as_documents(documents)):
            yield from self._annotate(self.segmenter(chunk))

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

    def _annotate(self, documents: Sequence[Document]) -> Iterator[Document]:
        scores = iter(self._scores([(d.text, sentence) for d in documents for sentence in d.sentences or ()]))
        for document in documents:
            entities = (
                entity
                for sentence in document.sentences or ()
                for entity in self.decoder.entities(next(scores), sentence)
                if self.keep(entity)
            )
            yield replace(document, entities=tuple(entities))

    def _scores(self, sentences: Sequence[tuple[str, Sentence]]) -> list[NDArray[np.float32]]:
        """Log-probabilities float32 [words, labels] of each sentence, which comes with its document's text."""
        engine = self.engine  # the same to the end, whoever closes the annotator meanwhile
        width = len(engine.labels)
        windows = list(self.encoder.windows([[text[start:end] for start, end in s.spans()] for text, s in sentences]))
        # A word without pieces cannot be scored: it is certainly in no name.
        scores = [self._all_outside(sentence, width) for _, sentence in sentences]
        for window, score in zip(windows, score_windows(windows, engine, self.slots), strict=True):
            scores[window.sentence][window.words] = score
        return scores

    def _all_outside(self, sentence: Sentence, width: int) -> NDArray[np.float32]:
        scores = np.full((len(sentence), width), FORBIDDEN, dtype=np.float32)
        scores[:, self.decoder.outside] = 0.0
        return scores


class _Closed:
    """Stands where the engine was: whatever is asked of it is an error."""

    @property
    def labels(self) -> tuple[str, ...]:
        raise AnnotatorError(CLOSED)

    @property
    def slots(self) -> int:
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


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    chunk: list[Document] = []
    characters = 0
    for document in documents:
        chunk.append(document)
        # The record around a text takes memory too, so that a file of blank lines is not one chunk.
        characters += len(document.text) + RECORD_CHARACTERS
        if characters >= CHUNK_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk
