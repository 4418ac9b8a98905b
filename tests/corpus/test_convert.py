"""`annotate convert`: files between formats, and the warnings about losses."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from annotator.corpus.convert import HAS_PART, misaligned_entities
from annotator.document import Document, Entity, Origin, Sentence
from annotator.formats import OUTPUTS, PARTS
from support.cli_runs import annotate, refused
from support.paths import GOLDEN, SAMPLES

GOLD = SAMPLES / "gold.conll"


def warned(err: str) -> list[str]:
    lines = err.splitlines()
    assert all(line.startswith("annotate: warning: ") for line in lines), err
    return [line.removeprefix("annotate: warning: ") for line in lines]


@pytest.mark.parametrize("suffix", ["spacy", "parquet"])
def test_jsonl_is_the_same_bytes_there_and_back(suffix: str, tmp_path: Path) -> None:
    there, back = tmp_path / f"x.{suffix}", tmp_path / "y.jsonl"
    source = GOLDEN / "expected.jsonl"
    assert annotate("convert", source, there).code == 0
    assert annotate("convert", there, back).code == 0
    assert back.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("name", ["conll2003", "conllu", "docbin", "parquet"])
def test_conll_is_the_same_bytes_there_and_back(name: str, tmp_path: Path) -> None:
    there, back = tmp_path / "x", tmp_path / "y.conll"
    assert annotate("convert", GOLD, there, "--to", name).code == 0
    assert annotate("convert", there, back, "--from", name).code == 0
    assert back.read_bytes() == GOLD.read_bytes()


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_format_is_written_to_stdout(name: str) -> None:
    run = annotate("convert", GOLD, "-", "--to", name)
    assert run.code == 0 and run.out


def test_several_inputs_and_stdin() -> None:
    run = annotate("convert", GOLD, "-", "-", "--to", "jsonl", "--from", "conll", stdin=b"Rom\tB-LOC\n")
    records = [json.loads(line) for line in run.out.splitlines()]
    assert len(records) == 101 and records[-1]["id"] == "stdin:1" and records[-1]["ents"][0]["text"] == "Rom"


def test_compression_follows_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "gold.conll.gz"
    assert annotate("convert", GOLD, path).code == 0
    assert gzip.decompress(path.read_bytes()) == GOLD.read_bytes()


def test_each_loss_is_reported_once(tmp_path: Path) -> None:
    run = annotate("convert", GOLDEN / "expected.jsonl", tmp_path / "x.conll")
    assert run.code == 0
    assert warned(run.err) == [
        "conll holds no id, text, meta, scores, documents: not all of the input is in the output"
    ]
    run = annotate("convert", GOLDEN / "expected.jsonl", tmp_path / "x.conllu")
    assert warned(run.err) == ["conllu holds no scores: not all of the input is in the output"]
    run = annotate("convert", GOLDEN / "expected.jsonl", tmp_path / "x.jsonl", "--style", "doccano")
    assert warned(run.err) == ["jsonl in the style doccano holds no scores: not all of the input is in the output"]


@pytest.mark.parametrize(("target", "options"), [("x.conll", ()), ("x.conllu", ()), ("x.jsonl", ("--style", "words"))])
def test_nothing_is_reported_where_nothing_is_lost(target: str, options: tuple[str, ...], tmp_path: Path) -> None:
    run = annotate("convert", GOLD, tmp_path / target, *options)
    assert (run.code, run.err, run.out) == (0, "", b"")


def test_entities_of_parts_of_words_are_counted(tmp_path: Path) -> None:
    record = {"text": "Die Romreise. Und Bern", "label": [[4, 7, "LOC"], [9, 17, "X"], [18, 22, "LOC"]]}
    source = tmp_path / "x.jsonl"
    source.write_text(json.dumps(record))
    run = annotate("convert", source, tmp_path / "x.spacy")
    assert warned(run.err) == [
        "docbin holds only entities that are whole words of one sentence: 2 others were widened, cut or left out"
    ]
    assert annotate("convert", source, tmp_path / "y.jsonl").err == ""


def test_marks_keep_documents_apart(tmp_path: Path) -> None:
    run = annotate("convert", GOLDEN / "expected.jsonl", tmp_path / "x.conll", "--docstart")
    assert warned(run.err) == ["conll holds no id, text, meta, scores: not all of the input is in the output"]
    assert (tmp_path / "x.conll").read_bytes() == (GOLDEN / "expected_docstart.conll").read_bytes()


def test_plain_text_is_split_into_documents_and_words(tmp_path: Path) -> None:
    source = tmp_path / "x.txt"
    source.write_text("L'Italie.\nOui.\n\nNon.\n")
    run = annotate("convert", source, "-", "--to", "conll", "--split", "paragraph", "--docstart", "--lang", "fr")
    assert run.out.decode().count("-DOCSTART-") == 2
    assert "L'\tO\nItalie\tO\n.\tO\n\nOui\tO\n" in run.out.decode()


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        ([GOLD, "x"], 2, "x: the suffix names no format to write: add --format jsonl|conll|"),
        ([GOLD, "-", "--to", "jsnol"], 2, "unknown format 'jsnol': did you mean jsonl?"),
        ([GOLD, "-", "--to", "jsonl", "--style", "prodgy"], 2, "unknown style 'prodgy': did you mean prodigy?"),
        (
            [GOLD, "-", "--to", "conll", "--style", "prodigy"],
            2,
            "prodigy is a style of jsonl, not of conll: leave out --style, or choose jsonl by --format",
        ),
        (
            [GOLD, "-", "--to", "jsonl", "--docstart"],
            2,
            "jsonl has no option to mark documents: use --docstart with conll",
        ),
        (["nothing.conll", "x.jsonl"], 1, "nothing.conll: no such file or folder"),
        ([GOLD, GOLD], 2, f"{GOLD}: is read, so it cannot be written: name another OUT"),
        ([GOLD, "-", "--to", "conll", "--from", "jsonl"], 1, f"{GOLD}:1: not JSON"),
    ],
)
def test_what_cannot_be_converted(args: list[object], code: int, message: str) -> None:
    assert refused(annotate("convert", *args), code).startswith(message)


BAD = b'{"text": "Angela Merkel in Paris."}\n{"text": 3}\n{"text": "Da."}\nnone\n'


def test_bad_records_are_rejected_if_asked_for(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.conll"
    source.write_bytes(BAD)
    says = refused(annotate("convert", source, out), 1)
    assert "in.jsonl:2: " in says and "--on-error skip" in says and not out.exists()

    run = annotate("convert", source, out, "--on-error", "skip")
    assert run.code == 3 and warned(run.err)[-1].startswith(f"2 records that could not be read are in {out}.rejects")
    assert out.read_bytes().startswith(b"Angela\tO\n") and out.read_bytes().endswith(b"Da\tO\n.\tO\n\n")
    rejects = [json.loads(line) for line in (tmp_path / "out.conll.rejects.jsonl").read_bytes().splitlines()]
    assert [(r["origin"].split(":")[-1], r["record"]) for r in rejects] == [("2", '{"text": 3}'), ("4", "none")]

    out.unlink()
    assert "exists already" in refused(annotate("convert", source, out, "--on-error", "skip"), 1)
    assert annotate("convert", source, out, "--on-error", "skip", "--force").code == 3


def test_bad_records_on_the_way_to_stdout_are_reported() -> None:
    run = annotate("convert", "-", "-", "--from", "jsonl", "--to", "conll", "--on-error", "skip", stdin=BAD)
    assert run.code == 3 and run.err.count("warning: skipped stdin:") == 2


def test_every_part_of_a_document_is_watched() -> None:
    assert tuple(HAS_PART) == PARTS


def test_misaligned_entities_are_those_that_are_not_whole_words_of_one_sentence() -> None:
    sentences = (Sentence.of([0, 3, 4, 12]), Sentence.of([14, 17, 18, 22]))
    entities = (Entity(0, 3, "A"), Entity(4, 7, "B"), Entity(9, 13, "C"), Entity(14, 22, "D"), Entity(23, 24, "E"))
    document = Document("i", "Die Romreise. Und Bern !", Origin("x", 1), sentences=sentences, entities=entities)
    assert misaligned_entities(document) == [1, 2, 4]
