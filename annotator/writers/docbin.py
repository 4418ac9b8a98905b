"""spaCy DocBin: one Doc a document, with the document's exact text, entities and sentence starts.

`doc.user_data` holds `id`, `meta` and `scores` (one an entity, in the order of `doc.ents`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from ..types import Document
from . import sentence_tags

ATTRIBUTES = ["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE", "SENT_START"]


def write(documents: Iterable[Document]) -> Iterator[bytes]:
    """All documents as one DocBin: it cannot be written piece by piece, so it is held in memory."""
    shard = DocBin(attrs=ATTRIBUTES, store_user_data=True)
    vocab = Vocab()
    for document in documents:
        shard.add(to_doc(document, vocab))
    yield shard.to_bytes()


def to_doc(document: Document, vocab: Vocab) -> Doc:
    """The document as a spaCy Doc whose text is the document's. White space that is more than the
    one space after a word becomes a token of its own, as spaCy does it."""
    words: list[str] = []
    spaces: list[bool] = []
    tags: list[str] = []
    starts: list[bool | int | None] = []
    end = 0

    def add_gap(gap: str) -> None:
        if words and not spaces[-1] and gap.startswith(" "):
            spaces[-1] = True
            gap = gap[1:]
        if gap:
            words.append(gap)
            spaces.append(False)
            tags.append("O")
            starts.append(len(words) == 1)

    for sentence, sentence_tag in sentence_tags(document):
        for position, (word, tag) in enumerate(zip(sentence.words, sentence_tag, strict=True)):
            add_gap(document.text[end : word.start])
            words.append(document.text[word.start : word.end])
            spaces.append(False)
            # Within an entity white space belongs to it: its tokens may not be parted.
            if tag.startswith("I-"):
                for gap in range(len(tags) - 1, -1, -1):
                    if tags[gap] != "O":
                        break
                    tags[gap] = tag
            tags.append(tag)
            starts.append(position == 0 or len(words) == 1)
            end = word.end
    add_gap(document.text[end:])
    doc = Doc(vocab, words=words, spaces=spaces, ents=tags, sent_starts=starts)
    doc.user_data = {
        "id": document.id,
        "meta": dict(document.meta),
        "scores": [entity.score for entity in document.entities],
    }
    return doc
