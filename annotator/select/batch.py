"""A stream of documents -> the batch to label next. In memory are only the candidates, a few for each to be chosen."""

from __future__ import annotations

import heapq
import random
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.decode import Decoder
from annotator.document import Document, Entity
from annotator.edges import HIDDEN, SEPARATOR
from annotator.json_values import AnnotatorWarning
from annotator.pipeline import Annotator
from annotator.prepare.preparer import Prepared
from annotator.select.choose import Candidate, Choice, choose, same_text
from annotator.select.uncertainty import Uncertainty, uncertainty
from annotator.select.vectors import PieceVectors

# Candidates that are kept for each document to choose, and at least. The fewer there are, the less is the model sure of
# each of them, and the less they differ.
CANDIDATES = 4
LEAST_CANDIDATES = 400
# The fields of a document's meta that say why it was chosen begin like this. They are no object, because annotation
# tools show, and Argilla accepts, only plain values.
PREFIX = "select_"


class _Watching(Decoder):
    """A decoder that also finds how unsure the model is of each document, and its pieces."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__(decoder.tag_set, decoder.calibration)
        self.seen: deque[tuple[Uncertainty, NDArray[np.int64]]] = deque()

    def of_documents(self, prepared: Prepared, scores: NDArray[np.float32]) -> Iterator[list[Entity]]:
        """The entities of each document; what else was found is in `seen`, in the same order."""
        windows = prepared.windows
        visible = (prepared.roles & (HIDDEN | SEPARATOR)) == 0
        number = 0
        for sentences, (found, words) in zip(prepared.sentences, self.by_document(prepared, scores), strict=True):
            until = number + len(sentences)
            first, end = np.searchsorted(windows.sentences, [number, until])
            pieces = windows.ids[windows.piece_borders[first] : windows.piece_borders[end]]
            self.seen.append((uncertainty(found, self.tag_set.names, visible[words]), pieces))
            number = until
        yield from super().of_documents(prepared, scores)


def select(annotator: Annotator, folder: Path, documents: Iterable[Document], count: int, seed: int) -> list[Document]:
    """The documents to label next, the best first, with the entities that the model finds.

    The fields of its meta that begin with PREFIX say why it was chosen. `folder` is the checkpoint of the annotator.
    Documents without words, copies, and documents that are too long to be annotated in one piece are not chosen; the
    last are named in a warning, and so is a corpus with fewer documents than `count`. The same corpus, model and seed
    give the same batch.
    """
    candidates, too_long = _candidates(annotator, PieceVectors(folder), documents, count, seed)
    chosen = choose(candidates, count, seed)
    if too_long:
        text = f"{too_long:,} documents are too long to be labelled, and were left out: split them into paragraphs"
        warnings.warn(text, AnnotatorWarning, stacklevel=2)
    if len(chosen) < count:
        text = f"only {len(chosen):,} documents that differ enough, fewer than the {count:,} asked for"
        warnings.warn(text, AnnotatorWarning, stacklevel=2)
    return [_explained(choice, rank) for rank, choice in enumerate(chosen, start=1)]


def _candidates(
    annotator: Annotator, vectors: PieceVectors, documents: Iterable[Document], count: int, seed: int
) -> tuple[list[Candidate], int]:
    """The most uncertain documents of the stream, no two of them copies, and the number of those that are too long."""
    watching = _Watching(annotator.decoder)
    chance = random.Random(seed)
    most = max(CANDIDATES * count, LEAST_CANDIDATES)
    heap: list[tuple[float, float, int, Candidate]] = []
    texts: set[str] = set()
    too_long = 0

    def short(given: Iterable[Document]) -> Iterator[Document]:
        nonlocal too_long
        for document in given:
            if annotator.chunk_sizes.is_long(document):
                too_long += 1
            else:
                yield document

    for number, document in enumerate(replace(annotator, decoder=watching).pipe(short(documents))):
        found, pieces = watching.seen.popleft()
        text = same_text(document.text)
        if not any(document.sentences or ()) or text in texts:
            continue
        # Documents of which the model is equally sure, such as those without any name, are taken by chance.
        key = (found.total, chance.random(), -number)
        if len(heap) == most and key < heap[0][:3]:
            continue
        candidate = Candidate(number, document, found, vectors.of(pieces))
        texts.add(text)
        if len(heap) < most:
            heapq.heappush(heap, (*key, candidate))
        else:
            *_, dropped = heapq.heapreplace(heap, (*key, candidate))
            texts.discard(same_text(dropped.document.text))
    return [candidate for *_, candidate in sorted(heap, key=lambda item: item[:3], reverse=True)], too_long


def _explained(choice: Choice, rank: int) -> Document:
    """The document with the reason for its choice in its meta."""
    document, found = choice.candidate.document, choice.candidate.uncertainty
    why: dict[str, object] = {
        "rank": rank,
        "uncertainty": round(found.total, 4),
        "cluster": choice.cluster,
        "cluster_size": choice.size,
    }
    if found.doubt:
        offsets = [offset for sentence in document.sentences or () for offset in sentence.word_offsets()]
        start, end = offsets[found.doubt.first][0], offsets[found.doubt.end - 1][1]
        why["unsure_of"] = document.text[start:end]
        why["tag"], why["other_tag"], why["margin"] = found.doubt.tag, found.doubt.other, found.doubt.margin
    return replace(document, meta={**document.meta, **{PREFIX + name: value for name, value in why.items()}})
