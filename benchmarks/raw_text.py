"""What segmentation costs: entities found in raw text beside those found in the gold words of the same text.

    python benchmarks/raw_text.py ../shared/data [CORPUS ...]

Reads `DATA/CORPUS/dev.tsv` (a token, a tab and its tag a line, a blank line after each sentence) for corpora such as
`running/de`; without names, all that there are. Tokens are joined to text by sacremoses (in Chinese, Japanese and Thai
without spaces), sentences to documents of five. Every figure is an F1 on the first sentences of a corpus: of words, of
sentence starts, of entities with the gold words and sentences (`gold`), and of entities from the raw text (`raw`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import click
from annotator.train.corpora import TaggedSentence, read_tagged, split_unspaced_words
from sacremoses import MosesDetokenizer

from annotator.document import Document, Entity, Origin, Sentence
from annotator.labels import PANX_TAGS, spans
from annotator.pipeline import Annotator
from annotator.tables import markdown_table

SENTENCES = 500
DOCUMENT = 5  # sentences a document
UNSPACED = ("zh", "ja", "th")
# Its tokens are cut at the edges of entities, so that where its spaces were is not known.
LEFT_OUT = ("corpora/klue/ko",)
FRAGMENTS = "panx/"  # corpora of fragments, which are not joined
FINAL = tuple(".!?…。！？।»”\"'")


def detokenized(sentence: TaggedSentence, lang: str) -> tuple[str, list[tuple[int, int]]]:
    """The text of a sentence, and the offsets of its words in it."""
    if lang in UNSPACED:
        text = "".join(sentence.words)
    else:
        text = MosesDetokenizer(lang=lang).detokenize(list(sentence.words), unescape=False)
    offsets: list[tuple[int, int]] = []
    end = 0
    for word in sentence.words:
        start = text.find(word, end)
        if start < 0:  # the detokenizer has changed a word
            return detokenized_by_spaces(sentence)
        end = start + len(word)
        offsets.append((start, end))
    return text, offsets


def detokenized_by_spaces(sentence: TaggedSentence) -> tuple[str, list[tuple[int, int]]]:
    """The words joined by spaces, and their offsets."""
    offsets: list[tuple[int, int]] = []
    end = -1
    for word in sentence.words:
        offsets.append((end + 1, end + 1 + len(word)))
        end = offsets[-1][1]
    return " ".join(sentence.words), offsets


def documents(sentences: Iterable[TaggedSentence], lang: str, size: int) -> Iterator[Document]:
    """Gold documents of `size` sentences each, with their text, words, sentences and entities."""
    rest = iter(sentences)
    for number, group in enumerate(iter(lambda: list(islice(rest, size)), []), start=1):
        text = ""
        words: list[Sentence] = []
        entities: list[Entity] = []
        for sentence in group:
            if text:
                ended = text.endswith(FINAL)
                text += ("" if lang in UNSPACED else " ") if ended else "\n\n"
            own, offsets = detokenized(sentence, lang)
            here = [(len(text) + start, len(text) + end) for start, end in offsets]
            words.append(Sentence.of(offset for pair in here for offset in pair))
            entities += (Entity(here[s][0], here[e - 1][1], label) for s, e, label in spans(sentence.tags))
            text += own
        yield Document(f"{number}", text, Origin("gold", number), sentences=tuple(words), entities=tuple(entities))


def f1(gold: set[tuple[object, ...]], found: set[tuple[object, ...]]) -> float:
    """The F1 of what was found, 0 if both are empty."""
    return 2 * len(gold & found) / max(len(gold) + len(found), 1)


def word_set(documents: Iterable[Document]) -> set[tuple[object, ...]]:
    """The offsets of all words, with the document's id."""
    return {(d.id, *word) for d in documents for s in d.sentences or () for word in s.word_offsets()}


def sentence_set(documents: Iterable[Document]) -> set[tuple[object, ...]]:
    """Where sentences begin, other than the first of each document."""
    return {(d.id, s.start) for d in documents for _, s in pairwise(d.sentences or ())}


def entity_set(documents: Iterable[Document]) -> set[tuple[object, ...]]:
    """The offsets and labels of all entities."""
    return {(d.id, e.start, e.end, e.label) for d in documents for e in d.entities}


def measured(annotator: Annotator, data: Path, corpus: str, sentences: int) -> list[object]:
    """A row of the table."""
    lang = corpus.rpartition("/")[2]
    tagged = [split_unspaced_words(one) for one in read_tagged(data / corpus / "dev.tsv", PANX_TAGS)][:sentences]
    gold = list(documents(tagged, lang, 1 if corpus.startswith(FRAGMENTS) else DOCUMENT))
    given = list(annotator.pipe(replace(one, entities=()) for one in gold))
    raw = list(annotator.pipe(replace(one, entities=(), sentences=None) for one in gold))
    entities = entity_set(gold)
    with_gold, from_raw = f1(entities, entity_set(given)), f1(entities, entity_set(raw))
    return [
        corpus,
        f"{f1(word_set(gold), word_set(raw)):.4f}",
        f"{f1(sentence_set(gold), sentence_set(raw)):.3f}",
        f"{with_gold:.4f}",
        f"{from_raw:.4f}",
        f"{100 * (with_gold - from_raw):+.2f}",
    ]


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("corpora", nargs=-1)
@click.option("--sentences", default=SENTENCES, show_default=True, help="Of each corpus.")
@click.option("--lang", default="xx", show_default=True, help="Language of the segmentation.")
def main(data: Path, corpora: tuple[str, ...], sentences: int, lang: str) -> None:
    """Print a table of F1 for the corpora in DATA."""
    names = corpora or sorted(str(path.parent.relative_to(data)) for path in data.rglob("dev.tsv"))
    annotator = Annotator.load(lang=lang, device="cpu")
    rows = [measured(annotator, data, name, sentences) for name in names if name not in LEFT_OUT]
    click.echo(markdown_table(["corpus", "words", "sentences", "gold", "raw", "loss"], rows))


if __name__ == "__main__":
    main()
