"""Texts that break tokenizers: one record a document, in order, offsets exact."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from annotator.prepare.segment import Segmenter
from support.cli_runs import annotate
from support.paths import SAMPLES

SAMPLE = " ".join(path.read_text(encoding="utf-8").replace("\n", " ") for path in sorted(SAMPLES.glob("*.txt")))
MIXED = SAMPLE + " 👩‍👩‍👧 e\u0301 \u200bmarkt\u00adplatz (((( http://a.b/" + "c" * 300 + " مرحبا بالعالم ... "
HARD = {
    "empty": "",
    "only spaces": "   ",
    "only white space": "\t\u00a0\u2028\u3000\x0b\x1c\x85",
    "NUL": "Angela\x00Merkel \x00 Paris\x00",
    "controls": "a\x01b\x1bc\x7fd\x9fe\x1ff",
    "emoji families": "👩‍👩‍👧‍👦 in 🏴󠁧󠁢󠁳󠁣󠁴󠁿, 👍🏽 from 🇩🇪 to ❤️‍🔥" * 5,
    "combining marks": "e\u0301a\u0308 Z" + "\u0300\u0316\u0489" * 500 + "algo in Ko\u0308ln",
    "marks alone": "\u0301\u0301 \u0308",
    "right to left": "زار أنجيلا ميركل باريس. \u202eשלום עולם\u202c ברלין",
    "zero width": "\u200b\ufeffAn\u200bge\u2060la\u200d Mer\u00adkel\u200c \u180e\u2063",
    "a long word": "x" * 300_000,
    "a long word of Han": "北京" * 20_000,
    "brackets": "(" * 50_000 + "[" * 50_000,
    "stops": "." * 20_000 + " " + "!?" * 5_000,
    "apostrophes": "l'" * 3_000 + "Italie" + "'s" * 3_000,
    "Thai": "นายกรัฐมนตรีเยือนกรุงปารีสและกรุงเบอร์ลินเมื่อวานนี้",
    "Chinese": "安格拉·默克尔昨天访问了巴黎，并在柏林会见了王毅。" * 3,
    "Khmer and Lao": "ភ្នំពេញ ວຽງຈັນ မန္တလေး",
    "Indic and Hangul": "नई दिल्ली में राम। 서울에서 김철수가 \u1112\u1161\u11ab",
    "beyond the BMP": "𝔄𝔫𝔤𝔢𝔩𝔞 𐍈𐌰 𠀋𠂢 \U0010ffff \U000e0001",
    "noncharacters": "\ufffe \uffff \ufdd0 \ue000 \ufffd",
    "marks of formats": '-DOCSTART-\tO # text = x <s></s><unk><mask> {"a": 1} \\n ▁▁ ##x',
    "changing length": "ﬁ ㎏ İstanbul ẞ ŉ ½ ﷺ Ⅻ ①",  # NFKC and case folding make more characters of them
    "a line of 3 MB": MIXED * (3_000_000 // len(MIXED.encode())),
    "last": "Angela Merkel besuchte Paris.",
}


@pytest.fixture(scope="module")
def options(tiny: Path) -> tuple[str, ...]:
    return ("--model", str(tiny), "--device", "cpu", "--quiet", "--format", "jsonl")


@pytest.fixture(scope="module")
def from_jsonl(options: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The records for the hard texts, read as JSON Lines."""
    path = tmp_path_factory.mktemp("hard") / "hard.jsonl"
    path.write_text("".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in HARD.items()), encoding="utf-8")
    run = annotate(path, *options)
    assert (run.code, run.err) == (0, "")
    return [json.loads(line) for line in run.out.decode("utf-8").split("\n")[:-1]]


@pytest.mark.slow
def test_each_document_is_one_record_in_order(from_jsonl: list[dict[str, Any]]) -> None:
    assert [record["id"] for record in from_jsonl] == list(HARD)
    for record in from_jsonl:
        assert record["text"] == HARD[record["id"]], record["id"]


@pytest.mark.slow
def test_offsets_are_exact(from_jsonl: list[dict[str, Any]]) -> None:
    for record in from_jsonl:
        end = 0
        for ent in record["ents"]:
            assert end <= ent["start"] < ent["end"] <= len(record["text"]), record["id"]
            assert ent["text"] == record["text"][ent["start"] : ent["end"]] == ent["text"].strip(), record["id"]
            assert ent["label"] in ("PER", "ORG", "LOC") and 0 < ent["score"] <= 1
            end = ent["end"]


@pytest.mark.slow
def test_what_has_no_word_has_no_entity_and_long_texts_have_many(from_jsonl: list[dict[str, Any]]) -> None:
    ents = {record["id"]: record["ents"] for record in from_jsonl}
    assert [ents[name] for name in ("empty", "only spaces", "only white space")] == [[], [], []]
    assert len(ents["a long word"]) <= 1
    # To its end: nothing is left out of a long text.
    mixed, length = ents["a line of 3 MB"], len(HARD["a line of 3 MB"])
    assert {10 * ent["start"] // length for ent in mixed} == set(range(10))


def test_as_text_they_are_lines(options: tuple[str, ...], tmp_path: Path) -> None:
    texts = [text for text in HARD.values() if len(text) < 1_000]
    (tmp_path / "hard.txt").write_bytes("".join(f"{text}\r\n" for text in texts).encode("utf-8"))
    run = annotate(tmp_path / "hard.txt", *options)
    assert (run.code, run.err) == (0, "")
    found = [json.loads(line) for line in run.out.decode("utf-8").split("\n")[:-1]]
    assert [record["text"] for record in found] == texts
    assert all(e["text"] == r["text"][e["start"] : e["end"]] for r in found for e in r["ents"])


@pytest.mark.parametrize("lang", ["xx", "es"])  # spaCy splits each stretch alone, and looks at whole texts
def test_a_long_stretch_does_not_slow_the_rest_of_its_line(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done about a long stretch takes quadratic time where it is given the rest of the text as well."""
    segmenter = Segmenter(lang)
    stretch, line = "x" * 1_200, "😀 Angela Merkel, Paris. " * 200
    split = segmenter._new_tokens
    seen: list[str] = []

    def seen_and_split(text: str) -> object:
        seen.append(text)
        return split(text)

    monkeypatch.setattr(segmenter, "_new_tokens", seen_and_split)
    assert len(list(segmenter.sentences(f"{stretch} {line}"))) == 200
    assert [text for text in seen if "xx" in text] == [stretch]
    assert sum(map(len, seen)) <= len(f"{stretch} {line}")
