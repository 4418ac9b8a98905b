"""Scores of labels -> valid tags -> entities. Pure: arrays in, entities out.

The tags of a sentence are the most probable sequence that the grammar of their scheme allows, found by the Viterbi
algorithm with forbidden transitions. So the tags are always valid.

The roles of words limit them: separators are outside any entity, and hidden words are passed over, so that an entity
goes on across them but never begins or ends with one. `edges.py` takes off words that entities do not begin or end
with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from annotator.calibration import Calibration
from annotator.document import OUTSIDE, Entity, Sentence
from annotator.edges import BREAK, HIDDEN, SEPARATOR, Roles, within_edges
from annotator.labels import TagSet, continues

if TYPE_CHECKING:
    from annotator.prepare.encode import Windows
    from annotator.prepare.preparer import Prepared

FORBIDDEN = -np.inf
NOT_CALIBRATED = Calibration()


@dataclass(frozen=True, slots=True)
class Keep:
    """Which entities to keep: those with one of `labels` (None: any label) and a score of at least `min_score`.

    `cut_offs` are further least scores by label; None keeps no entity of a label.
    """

    labels: Collection[str] | None = None
    min_score: float = 0.0
    cut_offs: Mapping[str, float | None] = field(default_factory=dict)

    def __call__(self, entity: Entity) -> bool:
        """Whether to keep the entity. One without a score counts as certain."""
        score = 1.0 if entity.score is None else entity.score
        if score < self.min_score or not (self.labels is None or entity.label in self.labels):
            return False
        cut_off = self.cut_offs.get(entity.label, 0.0)
        return cut_off is not None and score >= cut_off


@dataclass(frozen=True, slots=True)
class TaggedWord:
    """A word, `text[start:end]`, with the tag that was chosen for it, and the most probable of the other tags.

    The probabilities lie in [0, 1], to four decimals. They are None for a word that the model did not see (a hidden
    one, or one without pieces) and for a separator, which is outside any entity whatever its scores.
    """

    start: int
    end: int
    tag: str
    probability: float | None = None
    other: str | None = None
    other_probability: float | None = None


class Decoder:
    """Finds the most probable sequence of tags that the grammar of a tag set allows, and scores its entities.

    `calibration` says what the score of an entity is, and makes a probability of it:

    - minimum: the least of the probabilities of its tags and of its not going on with the next word,
    - product: their product,
    - mean: the mean of those of its tags.
    """

    def __init__(self, tags: TagSet, calibration: Calibration = NOT_CALIBRATED) -> None:
        self.tag_set = tags
        self.calibration = calibration
        self._continues = np.array([[continues(first, second) for second in tags.tags] for first in tags.tags])
        self._starts = tags.starts()
        self._follows = tags.follows()
        self._ends = tags.ends()
        self._outside = tags.names.index(OUTSIDE)
        self._no_entity = np.full(len(tags.names), FORBIDDEN, dtype=np.float32)
        self._no_entity[self._outside] = 0.0

    def of_documents(self, prepared: Prepared, scores: NDArray[np.float32]) -> Iterator[list[Entity]]:
        """The entities of each document, from log-probabilities float32 [words of all windows, labels]."""
        borders = _borders(prepared)
        by_word = self._by_word(prepared.windows, scores, borders)
        tagged = np.concatenate([[0], np.cumsum(by_word.argmax(axis=1) != self._outside)])[borders]
        ranges = zip(borders[:-1].tolist(), borders[1:].tolist(), np.diff(tagged).tolist(), strict=True)
        for sentences in prepared.sentences:
            entities: list[Entity] = []
            # The sentences come first in `zip`: when they end, no range has been taken that is the next document's.
            for sentence, (start, end, tagged_words) in zip(sentences, ranges, strict=False):
                if tagged_words:  # otherwise the best sequence is `O` throughout, which every grammar allows
                    entities += self.entities(by_word[start:end], sentence, prepared.roles[start:end])
            yield entities

    def by_document(
        self, prepared: Prepared, scores: NDArray[np.float32]
    ) -> Iterator[tuple[NDArray[np.float32], slice]]:
        """Log-probabilities float32 [words, labels] of each document, and which of all words these are.

        `scores` are as for `of_documents`.
        """
        borders = _borders(prepared)
        by_word = self._by_word(prepared.windows, scores, borders)
        first = 0
        for sentences in prepared.sentences:
            end = first + len(sentences)
            words = slice(int(borders[first]), int(borders[end]))
            yield by_word[words], words
            first = end

    def words(self, prepared: Prepared, scores: NDArray[np.float32]) -> Iterator[list[TaggedWord]]:
        """The words of each document with their tags, from the same scores as `of_documents`.

        Words that `edges.py` takes off an entity keep the tag that they had.
        """
        borders = _borders(prepared)
        by_word = self._by_word(prepared.windows, scores, borders)
        ranges = zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True)
        for sentences in prepared.sentences:
            words: list[TaggedWord] = []
            for sentence, (start, end) in zip(sentences, ranges, strict=False):
                words += self._tagged(by_word[start:end], sentence, prepared.roles[start:end])
            yield words

    def _tagged(self, scores: NDArray[np.float32], sentence: Sentence, roles: Roles) -> Iterator[TaggedWord]:
        chosen = np.full(len(scores), self._outside)
        for section_scores, section in self._sections(scores, roles):
            chosen[section] = self.tags(section_scores)
        unseen = ((roles & (HIDDEN | SEPARATOR)) != 0) | (scores == self._no_entity).all(axis=1)
        names = self.tag_set.names
        for i, (start, end) in enumerate(sentence.word_offsets()):
            if unseen[i]:
                yield TaggedWord(start, end, OUTSIDE)
                continue
            others = scores[i].copy()
            others[chosen[i]] = FORBIDDEN
            other = int(others.argmax())
            yield TaggedWord(
                start, end, names[chosen[i]], _probability(scores[i, chosen[i]]),
                names[other], _probability(scores[i, other]),
            )  # fmt: skip

    def _by_word(
        self, windows: Windows, scores: NDArray[np.float32], borders: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Log-probabilities float32 [words, labels] of the sentences between `borders`."""
        # A word without pieces cannot be scored: it is taken to be in no entity.
        found = np.tile(self._no_entity, (borders[-1], 1))
        rows = np.repeat(borders[windows.sentences], np.diff(windows.word_borders)) + windows.words
        found[rows] = scores
        return found

    def tags(self, scores: NDArray[np.float32]) -> NDArray[np.int64]:
        """int64 [words]: the best valid sequence of tags for log-probabilities float32 [words, labels]."""
        best = scores.argmax(axis=1)
        valid = self._starts[best[0]] and self._ends[best[-1]] and self._follows[best[:-1], best[1:]].all()
        return best if valid else self._viterbi(scores)

    def _viterbi(self, scores: NDArray[np.float32]) -> NDArray[np.int64]:
        transitions = np.where(self._follows, 0.0, FORBIDDEN)
        total = np.where(self._starts, scores[0].astype(np.float64), FORBIDDEN)
        back = np.empty(scores.shape, dtype=np.int64)
        for i in range(1, len(scores)):
            paths = total[:, None] + transitions
            back[i] = paths.argmax(axis=0)
            total = paths.max(axis=0) + scores[i]
        path = np.empty(len(scores), dtype=np.int64)
        path[-1] = np.where(self._ends, total, FORBIDDEN).argmax()
        for i in range(len(scores) - 1, 0, -1):
            path[i - 1] = back[i, path[i]]
        return path

    def entities(self, scores: NDArray[np.float32], sentence: Sentence, roles: Roles | None = None) -> Iterator[Entity]:
        """The entities of one sentence, from log-probabilities float32 [words, labels] and roles uint16 [words].

        Scores are those of the decoder's calibration, to four decimals; only words count that the model saw.
        """
        if roles is None:
            roles = np.zeros(len(scores), dtype=np.uint16)
        for section_scores, section in self._sections(scores, roles):
            yield from self._entities(section_scores, sentence, roles, section)

    def _sections(
        self, scores: NDArray[np.float32], roles: Roles
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        """The sections of a sentence that are tagged by themselves: their words' scores, and which words these are."""
        if not (roles & (HIDDEN | SEPARATOR | BREAK)).any():
            yield scores, np.arange(len(roles))
            return
        scores = np.where((roles & SEPARATOR)[:, None] != 0, self._no_entity, scores)
        sections = np.cumsum((roles & (SEPARATOR | BREAK)) != 0)
        words = np.flatnonzero((roles & HIDDEN) == 0)
        for section in np.split(words, np.flatnonzero(np.diff(sections[words])) + 1):
            if len(section):
                yield scores[section], section

    def _entities(
        self, scores: NDArray[np.float32], sentence: Sentence, roles: Roles, words: NDArray[np.int64]
    ) -> Iterator[Entity]:
        """The entities among these words of a sentence, from their scores."""
        path = self.tags(scores)
        offsets = sentence.offsets
        tagged = np.flatnonzero(path != self._outside).tolist()  # where the tag is another than O
        tags = self.tag_set.tags
        first = 0
        while first < len(tagged):
            end = first + 1
            while (
                end < len(tagged)
                and tagged[end] == tagged[end - 1] + 1
                and continues(tags[path[tagged[end - 1]]], tags[path[tagged[end]]])
            ):
                end += 1
            places = np.array(tagged[first:end])
            own = words[places]
            probabilities = np.exp(scores[places, path[places]])
            label = tags[path[places[0]]].label
            begin, stop = within_edges(roles[own].tolist(), probabilities.tolist(), label)
            if begin < stop:
                after = places[-1] + 1
                goes_on = self._continues[path[places[-1]]]
                ends = 1.0 - np.exp(scores[after, goes_on]).sum() if after < len(words) else 1.0
                score = self.calibration(label, self._score(probabilities[begin:stop], float(ends)))
                yield Entity(offsets[2 * own[begin]], offsets[2 * own[stop - 1] + 1], label, score)
            first = end

    def _score(self, tags: NDArray[np.float32], ends: float) -> float:
        """The score, to four decimals, of an entity with tags of these probabilities, which `ends` after them."""
        match self.calibration.score:
            case "minimum":
                score = min(float(tags.min()), ends)
            case "product":
                score = float(tags.prod()) * ends
            case _:
                score = float(tags.mean())
        return round(min(max(score, 0.0), 1.0), 4)


def _borders(prepared: Prepared) -> NDArray[np.int64]:
    """Where each sentence begins among the words of all, and where the last one ends."""
    lengths = [len(sentence) for sentences in prepared.sentences for sentence in sentences]
    return np.cumsum([0, *lengths])


def _probability(score: float) -> float:
    return round(min(float(np.exp(score)), 1.0), 4)
