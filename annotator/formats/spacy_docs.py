"""Documents <-> spaCy Docs, with the same text, words, sentences and entities.

`doc.user_data` holds `id`, `meta` and `scores` (one for each of `doc.ents`, in their order). Tokens cover the whole
text, and those that are not white space are words. Where a document's words are others, `words` has the numbers of the
tokens that are words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import srsly
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc
from spacy.vocab import Vocab

from annotator import json_values
from annotator.document import OUTSIDE, Document, Entity, Origin, Sentence, Word, keep_whole
from annotator.errors import RecordError
from annotator.labels import sentence_tags
from annotator.prepare.segment import Segmenter

_sentencizer = Sentencizer()


def to_doc(document: Document, vocab: Vocab) -> Doc:
    """The document as a spaCy Doc with exactly its text.

    White space beyond the one space after a word becomes a token of its own, as in spaCy's own tokenizers. A document
    without sentences is segmented first.
    """
    if document.sentences is None:
        (document,) = _segmenter()([document])
    words: list[str] = []
    spaces: list[bool] = []
    tags: list[str] = []
    starts: list[bool | int | None] = []
    numbers: list[int] = []  # of the tokens that are words
    end = 0

    def add_gap(gap: str) -> None:
        if words and not spaces[-1] and gap.startswith(" "):
            spaces[-1] = True
            gap = gap[1:]
        if gap:
            words.append(gap)
            spaces.append(False)
            tags.append(OUTSIDE)
            starts.append(len(words) == 1)

    for sentence, word_tags in sentence_tags(document):
        for number, ((word_start, word_end), tag) in enumerate(zip(sentence.word_offsets(), word_tags, strict=True)):
            add_gap(document.text[end:word_start])
            numbers.append(len(words))
            words.append(document.text[word_start:word_end])
            spaces.append(False)
            # White space within an entity belongs to it: the tokens of a spaCy entity are adjacent.
            if tag.startswith("I-"):
                for gap in range(len(tags) - 1, -1, -1):
                    if tags[gap] != OUTSIDE:
                        break
                    tags[gap] = tag
            tags.append(tag)
            # White space before the first word belongs to the first sentence.
            starts.append(len(words) == 1 or (number == 0 and end > 0))
            end = word_end
    add_gap(document.text[end:])
    doc = Doc(vocab, words=words, spaces=spaces, ents=tags, sent_starts=starts)
    doc.user_data = {
        "id": document.id,
        "meta": dict(document.meta),
        "scores": [entity.score for entity in document.entities],
    }
    if numbers != [number for number, word in enumerate(words) if word.strip()]:
        doc.user_data["words"] = numbers
    return doc


@cache
def _segmenter() -> Segmenter:
    return Segmenter()


def packable(user_data: Mapping[str, Any]) -> dict[str, Any]:
    """The `doc.user_data` of `to_doc` in a form that msgpack can hold: `id` and `meta` as JSON if need be."""
    packed = dict(user_data) | {"meta": json_values.json_value(user_data["meta"])}
    try:
        srsly.msgpack_loads(srsly.msgpack_dumps(packed))
        return packed
    except (TypeError, ValueError, OverflowError, RecursionError):  # UnicodeEncodeError is a ValueError
        as_json = json_values.dumps({"id": packed.pop("id"), "meta": packed.pop("meta")}, ascii_only=True)
        return {"json": as_json, **packed}


def from_doc(doc: Doc, origin: Origin) -> Document:
    """The document of a spaCy Doc; its id is `origin` where `doc.user_data` has none.

    The meta gets JSON's types (see `json_values`). Sentences are joined where one begins inside an entity. Raises
    RecordError for a meta that is nested too deep.
    """
    user_data = _unpacked(doc.user_data)
    identity = user_data.get("id")
    try:
        meta = json_values.json_value(user_data.get("meta", {}))
    except ValueError as error:
        raise RecordError(origin, f"its meta is {error}", remedy="flatten it") from None
    entities = tuple(
        Entity(ent.start_char, ent.end_char, ent.label_, score)
        for ent, score in zip(doc.ents, scores(doc), strict=True)
    )
    return Document(
        id=str(origin if identity is None else identity),
        text=doc.text,
        origin=origin,
        meta=meta if isinstance(meta, dict) else {"meta": meta},
        sentences=keep_whole(sentences(doc), entities),
        entities=entities,
    )


def _unpacked(user_data: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """The user data as it was before `packable`; that of other tools, which may also have a field `json`, as it is."""
    as_json = user_data.get("json")
    if "meta" in user_data or not isinstance(as_json, str):
        return user_data
    try:
        unpacked = json_values.loads(as_json)
    except (ValueError, RecursionError):
        return user_data
    return unpacked if isinstance(unpacked, dict) else user_data


def sentences(doc: Doc) -> Iterator[Sentence]:
    """The sentences of a Doc, with its tokens as words, except those that are white space or not among our `words`.

    A Doc without sentence starts is split by spaCy's sentencizer and at blank lines, as in `segment.py`.
    """
    if doc.has_annotation("SENT_START"):
        firsts = {sentence.start for sentence in doc.sents}
    else:
        (guesses,) = _sentencizer.predict([doc])
        firsts = {i for i, first in enumerate(guesses) if first}
        firsts |= {token.i + 1 for token in doc if token.text.isspace() and token.text.count("\n") > 1}
    are_words = _our_words(doc)
    words: list[Word] = []
    for token in doc:
        if token.i in firsts and words:
            yield Sentence(tuple(words))
            words = []
        if token.i in are_words if are_words is not None else token.text.strip():
            words.append(Word(token.idx, token.idx + len(token.text)))
    if words:
        yield Sentence(tuple(words))


def _our_words(doc: Doc) -> frozenset[int] | None:
    """The numbers of the tokens that are words, where the user data has them."""
    given = doc.user_data.get("words")
    if not isinstance(given, Sequence) or not all(type(number) is int for number in given):
        return None
    return frozenset(given)


def scores(doc: Doc) -> Sequence[float | None]:
    """The score of each of `doc.ents`.

    They are all None unless `doc.user_data` has, for each entity, a score in [0, 1] or None.
    """
    given = doc.user_data.get("scores", ())
    if not isinstance(given, Sequence) or not all(
        score is None or (isinstance(score, float) and 0 <= score <= 1) for score in given
    ):
        given = ()
    return given if len(given) == len(doc.ents) else [None] * len(doc.ents)
