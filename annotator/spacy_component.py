"""The spaCy component: `nlp.add_pipe("annotator")` sets `doc.ents` on spaCy's own tokens.

spaCy finds it by the entry point group `spacy_factories`.
"""

# Without `from __future__ import annotations`, because spaCy reads the types of the factory's arguments.

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from spacy.language import Language
from spacy.tokens import Doc, Span

from annotator.checkpoints.folder import DEFAULT_MODEL
from annotator.document import Document, Entity, Origin
from annotator.formats.spacy_docs import scores, sentences
from annotator.pipeline import Annotator
from annotator.prepare.markup import MARKUP


class EntityMarker:
    """Sets `doc.ents`, and `doc.user_data["scores"]` with the score of each (None for entities that it did not set).

    The words that the model gets are spaCy's tokens without white space, so that every entity begins and ends where a
    token does. The sentences are those of the Doc; without them, the rule of spaCy's sentencizer applies, and the Doc
    is left without sentences. `overwrite` says whether the entities replace those that the Doc has already; otherwise
    only those are added that share no token with them.
    """

    def __init__(self, annotator: Annotator, overwrite: bool = True) -> None:
        self.annotator = annotator
        self.overwrite = overwrite

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that it can set."""
        return self.annotator.labels

    def __call__(self, doc: Doc) -> Doc:
        """Mark one Doc and return the same object."""
        (marked,) = self.pipe([doc])
        return marked

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1000) -> Iterator[Doc]:
        """Mark the Docs of a stream, in order, `batch_size` at a time."""
        stream = iter(stream)
        while docs := list(islice(stream, batch_size)):
            documents = (
                Document("doc", doc.text, Origin("doc", number), sentences=tuple(sentences(doc)))
                for number, doc in enumerate(docs, start=1)
            )
            for doc, document in zip(docs, self.annotator.pipe(documents), strict=True):
                self._mark(doc, document.entities)
                yield doc

    def _mark(self, doc: Doc, entities: Sequence[Entity]) -> None:
        found = [(_span(doc, entity), entity.score) for entity in entities]
        if not self.overwrite:
            taken = {token.i for ent in doc.ents for token in ent}
            added = [pair for pair in found if taken.isdisjoint(range(pair[0].start, pair[0].end))]
            found = sorted([*zip(doc.ents, scores(doc), strict=True), *added], key=lambda pair: pair[0].start)
        doc.ents = tuple(span for span, _ in found)
        doc.user_data["scores"] = [score for _, score in found]


def _span(doc: Doc, entity: Entity) -> Span:
    span = doc.char_span(entity.start, entity.end, label=entity.label)
    assert span is not None, entity  # the model's words are the Doc's tokens
    return span


@Language.factory(
    "annotator",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={
        "model": DEFAULT_MODEL,
        "device": "auto",
        "labels": None,
        "min_score": 0.0,
        "target_precision": None,
        "batch_tokens": None,
        "markup": MARKUP[0],
        "overwrite": True,
    },
)
def make_component(
    nlp: Language,  # noqa: ARG001  spaCy passes both
    name: str,  # noqa: ARG001
    model: str,
    device: str,
    labels: list[str] | None,
    min_score: float,
    target_precision: float | None,
    batch_tokens: int | None,
    markup: str,
    overwrite: bool,
) -> EntityMarker:
    """The component with the model loaded. All arguments but `overwrite` are those of `Annotator.load`.

    `nlp.config` keeps them, and `nlp.to_disk` with it; the model itself is not saved.
    """
    annotator = Annotator.load(
        model, device=device, labels=labels, min_score=min_score, target_precision=target_precision,
        batch_tokens=batch_tokens, markup=markup,
    )  # fmt: skip
    return EntityMarker(annotator, overwrite)
