"""datatrove: the pipeline step `NER`, which puts entities into the metadata of documents."""

from __future__ import annotations

from typing import Any

from annotator.errors import AnnotatorError, UsageError, first_line, install_extra
from annotator.pipeline import Recipe, load_once

try:
    from datatrove.data import Document, DocumentsPipeline
    from datatrove.pipeline.base import PipelineStep
    from datatrove.utils.batching import batched
except ImportError as error:
    raise AnnotatorError(
        f"annotator.datatrove needs a package ({first_line(error)})", install_extra("datatrove")
    ) from None


class NER(PipelineStep):  # type: ignore[misc]  # datatrove has no types
    """Puts the entities of each document into `metadata[output]`.

    An entity is a dict with start and end (code points), label, text and score, as in `annotator.Document.to_dict`; a
    document whose text is None gets None. `batch_size` is the number of documents that are annotated together.
    `options` are the arguments of `Annotator.load`. The step is made without the model, which each process of an
    executor loads once. Raises UsageError for a model, language, label or markup that does not exist, and, when it is
    its turn, for a document whose metadata has `output` already.
    """

    name = "🏷 Named entities"
    type = "🔎 - NER"

    def __init__(self, output: str = "entities", *, batch_size: int = 1_000, **options: Any) -> None:
        super().__init__()
        self.output = output
        self.batch_size = batch_size
        self.recipe = Recipe(**options)
        self.recipe.check()

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:  # noqa: ARG002
        """The documents, in the same order."""
        for batch in batched(data, self.batch_size):
            with self.track_time("batch"):
                self._annotate(batch)
            yield from batch

    def _annotate(self, batch: list[Document]) -> None:
        for document in batch:
            if self.output in document.metadata:
                raise UsageError(
                    f"document {document.id}: its metadata has {self.output!r} already", "name another {output}"
                )
        annotated = load_once(self.recipe).pipe(document.text or "" for document in batch)
        for document, found in zip(batch, annotated, strict=True):
            if document.text is None:
                document.metadata[self.output] = None
            else:
                document.metadata[self.output] = found.to_dict()["ents"]
                self.stat_update("entities", value=len(found.entities))
                self.update_doc_stats(document)
