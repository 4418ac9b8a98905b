"""The embedded model for truth: what it must find, and its F1 on the hand-tagged sample."""

from __future__ import annotations

from dataclasses import replace

import pytest
from annotator.train.corpora import read_tagged
from annotator.train.measure import MICRO, calibration_error, measure

from annotator import Annotator
from annotator.decode import Keep
from annotator.input.records import read_documents
from annotator.labels import PANX_TAGS
from support.paths import SAMPLES, SHARED, needs_shared

# Running text in fifteen languages.
WITHOUT_NAMES = (
    "Am Morgen war es noch neblig, doch gegen Mittag kam die Sonne heraus.",
    "Die Kinder spielten im Garten, bis es dunkel wurde.",
    "Wir haben gestern lange über das Wetter gesprochen.",
    "Der Zug hatte zwanzig Minuten Verspätung.",
    "The bus was late again this morning, so most of us walked.",
    "She bought bread, butter and a bottle of milk on her way home.",
    "Nobody knows why the lights went out last night.",
    "It has been raining since the beginning of the week.",
    "Il a plu toute la nuit et la cave est inondée.",
    "Les enfants jouaient dans la cour pendant que le chien dormait.",
    "Nous avons mangé du pain et du fromage au bord de la route.",
    "La mattina era fredda, ma nel pomeriggio è uscito il sole.",
    "Il treno è partito con mezz'ora di ritardo.",
    "Los niños jugaban en el patio mientras llovía.",
    "Ayer compramos pan y leche en la tienda de la esquina.",
    "O ônibus atrasou e por isso chegamos tarde.",
    "Утром было холодно, но днём вышло солнце.",
    "Поезд опоздал на двадцать минут.",
    "今日は朝から雨が降っています。",
    "昨天晚上我们一起吃了饭。",
    "Dzieci bawiły się w ogrodzie, aż zrobiło się ciemno.",
    "De kinderen speelden in de tuin tot het donker werd.",
    "Barnen lekte i trädgården tills det blev mörkt.",
    "Lapset leikkivät pihalla pimeään asti.",
    "A gyerekek sötétedésig játszottak a kertben.",
    "Copiii s-au jucat în grădină până s-a întunecat.",
)


def named(ner: Annotator, text: str) -> list[tuple[str, str]]:
    return [(text[e.start : e.end], e.label) for e in ner(text).entities]


def test_the_sentence_of_the_readme(ner: Annotator) -> None:
    assert named(ner, "Angela Merkel besuchte Paris.") == [("Angela Merkel", "PER"), ("Paris", "LOC")]


def test_running_text_without_names_stays_untagged(ner: Annotator) -> None:
    found = [(text, e.label, e.score) for text in WITHOUT_NAMES for e in ner(text).entities]
    assert len(found) <= 1, found  # "die Sonne" is found as a LOC with a score of 0.62


@pytest.mark.slow
def test_f1_on_the_gold_sample(ner: Annotator) -> None:
    assert measure(ner, list(read_tagged(SAMPLES / "gold.conll", PANX_TAGS)))[MICRO].f1 >= 0.88


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize(
    ("corpus", "floor"),
    [
        ("panx/de", 0.83),
        ("panx/fr", 0.88),
        ("panx/en", 0.815),
        ("running/de", 0.755),
        ("running/hr", 0.86),
        ("corpora/few-nerd/en", 0.78),
        ("corpora/gmb/en", 0.80),
        ("corpora/turku/fi", 0.765),
        ("corpora/klue/ko", 0.725),
        ("corpora/stockmark/ja", 0.655),
    ],
)
def test_f1_on_dev(ner: Annotator, corpus: str, floor: float) -> None:
    # 0.03 under what was measured on the same sentences with the weights that ship.
    sentences = list(read_tagged(SHARED / "data" / corpus / "dev.tsv", PANX_TAGS))[:400]
    assert measure(ner, sentences)[MICRO].f1 >= floor


def test_its_scores_are_probabilities(ner: Annotator) -> None:
    # On the sample, which is easier than most dev splits, what a target of 95% keeps is right to at least 95%.
    precise = replace(ner, keep=Keep(cut_offs=ner.decoder.calibration.cut_offs(0.95)))
    documents = list(read_documents(SAMPLES / "gold.conll"))
    found = list(zip(documents, precise.pipe(documents), strict=True))
    right = [
        (e.start, e.end, e.label) in {(g.start, g.end, g.label) for g in a.entities}
        for a, b in found
        for e in b.entities
    ]
    assert len(right) > 60 and sum(right) >= 0.95 * len(right)


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize(("corpus", "most"), [("panx/de", 0.05), ("running/de", 0.07), ("corpora/norne/nb", 0.06)])
def test_calibration_error_on_dev(ner: Annotator, corpus: str, most: float) -> None:
    # Measured: 0.012, 0.027 and 0.023 on 1,500 to 2,500 sentences; fewer scatter more.
    sentences = list(read_tagged(SHARED / "data" / corpus / "dev.tsv", PANX_TAGS))[:800]
    assert calibration_error(ner, sentences) <= most
