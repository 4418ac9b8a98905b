"""What we write is read by seqscore, spaCy, srsly, pandas and conllu, and what they write is read by us."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import conllu
import pandas as pd
import pytest
import spacy
import srsly
from seqscore.conll import CoNLLIngester, LineSpec
from seqscore.encoding import get_encoding
from spacy.cli.convert import convert as spacy_convert
from spacy.tokens import Doc, DocBin

from annotator.formats import FORMATS
from support.documents import entity_texts, from_bytes, kept, to_bytes, word_texts
from support.paths import SAMPLES

GOLD = from_bytes((SAMPLES / "gold.conll").read_bytes(), FORMATS["conll"])


def flat(lists: Iterable[list[Any]]) -> list[Any]:
    return list(chain.from_iterable(lists))


@pytest.mark.parametrize("name", ["conll", "conll2003"])
def test_conll_is_read_by_seqscore(name: str) -> None:
    text = to_bytes(GOLD, FORMATS[name], docstart=name == "conll").decode()
    ingester = CoNLLIngester(get_encoding("BIO"), LineSpec(0, -1))
    read = ingester.ingest(io.StringIO(text), "gold", None)
    assert [[list(sequence.tokens) for sequence in document] for document in read] == [word_texts(d) for d in GOLD]
    for sequences, document in zip(read, GOLD, strict=True):
        found = [
            (" ".join(sequence.tokens[mention.span.start : mention.span.end]), mention.type)
            for sequence in sequences
            for mention in sequence.mentions
        ]
        assert found == entity_texts(document)


@pytest.mark.parametrize(("name", "suffix"), [("conll", ".iob"), ("conll2003", ".iob"), ("conllu", ".conllu")])
def test_conll_is_read_by_spacy_convert(name: str, suffix: str, tmp_path: Path) -> None:
    source = tmp_path / f"gold{suffix}"
    source.write_bytes(to_bytes(GOLD, FORMATS[name]))
    converter = "conllu" if name == "conllu" else "ner"
    spacy_convert(source, tmp_path, file_type="spacy", converter=converter, n_sents=1, silent=True)
    docs = list(DocBin().from_disk(tmp_path / "gold.spacy").get_docs(spacy.blank("xx").vocab))
    assert [[token.text for token in doc] for doc in docs] == [flat(word_texts(document)) for document in GOLD]
    if name != "conllu":  # spaCy reads tags of CoNLL-U under other names only
        assert [[(e.text, e.label_) for e in doc.ents] for doc in docs] == [entity_texts(document) for document in GOLD]


def test_conllu_is_read_by_conllu() -> None:
    sentences = conllu.parse(to_bytes(GOLD, FORMATS["conllu"]).decode())
    assert [[token["form"] for token in sentence] for sentence in sentences] == flat(map(word_texts, GOLD))
    for sentence, document in zip(sentences, GOLD, strict=True):
        assert (sentence.metadata["newdoc id"], sentence.metadata["text"]) == (document.id, document.text)
        tags = [(token["misc"] or {}).get("NER", "O") for token in sentence]
        assert sum(tag[0] == "B" for tag in tags) == len(document.entities)


def test_jsonl_is_read_by_srsly(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_bytes(to_bytes(GOLD, FORMATS["jsonl"]))
    assert list(srsly.read_jsonl(tmp_path / "gold.jsonl")) == [document.to_dict() for document in GOLD]


def test_docbin_is_read_by_spacy_and_spacys_by_us() -> None:
    docs = list(DocBin().from_bytes(to_bytes(GOLD, FORMATS["docbin"])).get_docs(spacy.blank("xx").vocab))
    assert [[(e.text, e.label_) for e in doc.ents] for doc in docs] == [entity_texts(document) for document in GOLD]
    # Without our user data, and with attributes that we do not use.
    theirs = DocBin(attrs=["LEMMA", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "SENT_START"], docs=docs).to_bytes()
    again = from_bytes(theirs, FORMATS["docbin"])
    holds = frozenset({"text", "words", "sentences", "entities", "documents"})
    assert kept(again, holds) == kept(GOLD, holds)
    assert [(d.id, d.meta) for d in again[:2]] == [("in:1", {}), ("in:2", {})]


def test_docs_with_other_user_data_are_read() -> None:
    nlp = spacy.blank("de")
    docs = [nlp("Rom  ist alt."), Doc(nlp.vocab), nlp(" ")]
    foreign: dict[Any, Any] = {"id": 7, "meta": "x", "scores": "high", ("._.", "a", 1, None): 2, "json": 3}
    docs[0].user_data = foreign
    first, empty, white = from_bytes(DocBin(docs=docs, store_user_data=True).to_bytes(), FORMATS["docbin"])
    assert (first.id, first.text, first.meta, first.entities) == ("7", "Rom  ist alt.", {"meta": "x"}, ())
    assert word_texts(first) == [["Rom", "ist", "alt", "."]]
    assert (empty.text, white.text, white.sentences) == ("", " ", ())


def test_parquet_is_read_by_pandas_and_pandas_by_us() -> None:
    frame = pd.read_parquet(io.BytesIO(to_bytes(GOLD, FORMATS["parquet"])))
    assert list(frame.columns) == ["id", "text", "ents", "sents", "meta"]
    assert list(frame["text"]) == [document.text for document in GOLD]
    assert [[(e["text"], e["label"]) for e in row] for row in frame["ents"]] == [entity_texts(d) for d in GOLD]
    theirs = io.BytesIO()
    times = pd.to_datetime(["2026-01-02"] * len(GOLD))
    pd.DataFrame({"n": range(len(GOLD)), "body": frame["text"], "at": times, "raw": b"\xff"}).to_parquet(theirs)
    read = from_bytes(theirs.getvalue(), FORMATS["parquet"], text_field="body", id_field="n")
    assert [(d.id, d.text) for d in read] == [(str(i), d.text) for i, d in enumerate(GOLD)]
    assert read[3].meta == {"at": "2026-01-02 00:00:00", "raw": "\\xff"}
