"""Documents <-> spaCy Docs, with the same text, words, sentences and entities.

`doc.user_data` holds `id`, `meta` and `scores` (one an entity, in the order of `doc.ents`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import srsly
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc
from spacy.vocab import Vocab

from annotator.document import Document, Entity, Origin, Sentence, Word, keep_whole, sentence_tags
from annotator.prepare.segment import Segmenter

_sentencizer = Sentencizer()


def to_doc(document: Document, vocab: Vocab) -> Doc:
    """The document as a spaCy Doc whose text is the document's. White space that is more than the
    one space after a word becomes a token of its own, as spaCy does it."""
    if document.sentences is None:
        (document,) = _segmenter()([document])
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
            # White space before the first word is in the first sentence.
            starts.append(len(words) == 1 or (position == 0 and end > 0))
            end = word.end
    add_gap(document.text[end:])
    doc = Doc(vocab, words=words, spaces=spaces, ents=tags, sent_starts=starts)
    doc.user_data = {
        "id": document.id,
        "meta": dict(document.meta),
        "scores": [entity.score for entity in document.entities],
    }
    return doc


@cache
def _segmenter() -> Segmenter:
    return Segmenter()


def packable(user_data: Mapping[str, Any]) -> dict[str, Any]:
    """What `to_doc` keeps in `doc.user_data`, such that msgpack can hold it: `id` and `meta` as JSON if need be."""
    try:
        srsly.msgpack_loads(srsly.msgpack_dumps(user_data))
        return dict(user_data)
    except (TypeError, ValueError, OverflowError, RecursionError):  # UnicodeEncodeError is a ValueError
        kept = json.dumps({"id": user_data["id"], "meta": user_data["meta"]}, default=str)
        return {"json": kept, "scores": user_data["scores"]}


def from_doc(doc: Doc, origin: Origin) -> Document:
    """The document of a spaCy Doc; `origin` stands in for an id that `doc.user_data` does not have."""
    known = doc.user_data
    if "json" in known and "meta" not in known:
        known = json.loads(known["json"])
    meta = _listed(known.get("meta", {}))
    entities = tuple(
        Entity(ent.start_char, ent.end_char, ent.label_, score)
        for ent, score in zip(doc.ents, scores(doc), strict=True)
    )
    return Document(
        id=str(known.get("id", origin)),
        text=doc.text,
        origin=origin,
        meta=meta if isinstance(meta, dict) else {"meta": meta},
        sentences=keep_whole(sentences(doc), entities),
        entities=entities,
    )


def _listed(value: Any) -> Any:
    """The value with lists for the tuples that msgpack makes of them."""
    if isinstance(value, Mapping):
        return {name: _listed(one) for name, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value


def sentences(doc: Doc) -> Iterator[Sentence]:
    """The sentences of a Doc, with its tokens as words; white space is no word.

    They are those that are set, else those of spaCy's sentencizer and of blank lines, as in `segment.py`.
    """
    if doc.has_annotation("SENT_START"):
        firsts = {sentence.start for sentence in doc.sents}
    else:
        (guesses,) = _sentencizer.predict([doc])
        firsts = {i for i, first in enumerate(guesses) if first}
        firsts |= {token.i + 1 for token in doc if token.text.isspace() and token.text.count("\n") > 1}
    words: list[Word] = []
    for token in doc:
        if token.i in firsts and words:
            yield Sentence(tuple(words))
            words = []
        if token.text.strip():
            words.append(Word(token.idx, token.idx + len(token.text)))
    if words:
        yield Sentence(tuple(words))


def scores(doc: Doc) -> Sequence[float | None]:
    """The score of each of `doc.ents`: None for all unless there is one in [0, 1], or None, for each entity."""
    known = doc.user_data.get("scores", ())
    if not isinstance(known, Sequence) or not all(
        score is None or (isinstance(score, float) and 0 <= score <= 1) for score in known
    ):
        known = ()
    return known if len(known) == len(doc.ents) else [None] * len(doc.ents)
