"""Raw text in, entities out: full stops, quotation marks and apostrophes beside names, with the embedded model."""

from __future__ import annotations

import re

from annotator.document import Document, Entity, Origin
from annotator.pipeline import Annotator

MARKED = re.compile(r"\[(PER|LOC|ORG) ([^\]]+)\]")
# Gold entities in brackets. Sentences of our own.
TEXTS = [
    "Der Zug fährt von [LOC Bern] nach [LOC Rom]. Am Abend traf er [PER Max Frisch]. Dann ging er.",
    "Sie lebt seit dem 3. Oktober in [LOC St. Gallen]. Dort arbeitet sie bei der [ORG Novartis].",
    "Kaiser [PER Wilhelm II.] besuchte [LOC Wien]. Danach reiste er nach [LOC Prag].",
    "Dr. [PER Anna Keller] wohnt in [LOC Zürich]. Prof. [PER Peter Meier] lebt in [LOC Basel].",
    "Elle habite à [LOC Lyon]. Son frère travaille à [LOC Paris]. Mme [PER Claire Martin] est à [LOC Nice].",
    "L'[LOC Italie] a battu la [LOC France]. Le match eut lieu à [LOC Rome].",
    "[PER Giovanni Rossi] vive a [LOC Milano]. Lavora per la [ORG Fiat]. Il 5 maggio andrà a [LOC Torino].",
    "He moved to [LOC London]. She works for [ORG Google] in [LOC Dublin]. They met in [LOC Paris].",
    "Mr. [PER John Smith] lives in [LOC New York]. The company is in [LOC Boston].",
    "«[ORG Зенит]» играет в [LOC Москве]. Потом команда поедет в [LOC Казань].",
    "Vive en [LOC Madrid]. El alcalde de [LOC Sevilla] viajó a [LOC Lisboa].",
    "Hij woont in [LOC Amsterdam]. De trein gaat naar [LOC Utrecht].",
]


def gold(number: int, marked: str) -> Document:
    """The document of a text with entities in brackets."""
    text = ""
    entities: list[Entity] = []
    end = 0
    for match in MARKED.finditer(marked):
        text += marked[end : match.start()]
        entities.append(Entity(len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        end = match.end()
    return Document(str(number), text + marked[end:], Origin("raw", number + 1), entities=tuple(entities))


def test_entities_of_raw_text_are_found_without_the_punctuation_beside_them(ner: Annotator) -> None:
    documents = [gold(number, marked) for number, marked in enumerate(TEXTS)]
    found = list(ner.pipe(document.text for document in documents))
    pairs = [
        ({(e.start, e.end, e.label) for e in own.entities}, {(e.start, e.end, e.label) for e in other.entities})
        for own, other in zip(documents, found, strict=True)
    ]
    correct = sum(len(own & other) for own, other in pairs)
    f1 = 2 * correct / sum(len(own) + len(other) for own, other in pairs)
    # What is wrong is the model's choice of words (a title, a club's name in quotation marks), not their borders.
    assert f1 >= 0.94, [(own - other, other - own) for own, other in pairs if own != other]
    stopped = {d.text[e.start : e.end] for d in found for e in d.entities if d.text[e.end - 1] == "."}
    assert stopped <= {"Wilhelm II.", "Kaiser Wilhelm II.", "Mr."}  # whose full stop is theirs
