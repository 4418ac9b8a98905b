"""`annotate validate`: faults are reported by line, counted and, for tags, repaired."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqscore.encoding import get_encoding
from seqscore.validation import validate_labels

from annotator.labels import faults
from support.cli_runs import annotate, refused
from support.paths import SAMPLES

BAD = "Rom\tI-LOC\nund\tI-LOC\nBern\tO\n\n-DOCSTART- -X- O O\n\nx POS I-PER\r\ny POS B-LOC\r\nz POS I-PER\r\n"


BOTH = "a repair needs both its kind and a file to write: give --repair and --output"


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.conll"
    path.write_bytes(BAD.encode())
    return path


def test_a_valid_file_has_no_faults() -> None:
    run = annotate("validate", SAMPLES / "gold.conll")
    assert (run.code, run.err) == (0, "")
    assert run.out.decode() == "100 documents, 100 sentences, 1,200 words, 162 entities: nothing wrong\n"


def test_invalid_tags_are_reported_by_line(bad: Path) -> None:
    run = annotate("validate", bad)
    assert run.code == 1
    assert run.out.decode().splitlines() == [
        f"{bad}:1: invalid tag: I-LOC first in its sentence",
        f"{bad}:7: invalid tag: I-PER first in its sentence",
        f"{bad}:9: invalid tag: I-PER after B-LOC",
        "2 documents, 2 sentences, 6 words, 4 entities: 3 invalid tags",
    ]
    assert run.err == ("annotate: error: 3 invalid tags: correct them, or repair invalid tags of CoNLL with --repair\n")


def test_only_the_first_are_shown_but_all_are_counted(bad: Path) -> None:
    run = annotate("validate", bad, bad, "--show", 1)
    first, more, counts = run.out.decode().splitlines()
    assert (first[-26:], more) == ("I-LOC first in its sentence"[-26:], "... and 5 more")
    assert counts.endswith(": 6 invalid tags")


@pytest.mark.parametrize(
    ("how", "repaired"),
    [
        ("conlleval", BAD.replace("Rom\tI", "Rom\tB").replace("x POS I", "x POS B").replace("z POS I", "z POS B")),
        ("discard", BAD.replace("I-LOC", "O").replace("I-PER", "O")),
    ],
)
def test_repair_changes_tags_and_nothing_else(how: str, repaired: str, bad: Path) -> None:
    out = bad.with_name("good.conll")
    run = annotate("validate", bad, "--repair", how, "-o", out)
    assert (run.code, run.err) == (0, f"annotate: {3 if how == 'conlleval' else 4} tags repaired in {out}\n")
    assert run.out.decode().endswith(": nothing wrong\n")
    assert out.read_bytes() == repaired.encode()


TAGS = ["O", "B-A", "I-A", "B-B", "I-B"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(TAGS), min_size=1, max_size=8))
def test_faults_are_those_of_seqscore(tags: list[str]) -> None:
    theirs = validate_labels(tags, get_encoding("BIO"))
    assert len(list(faults(tags))) == len(theirs.errors)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["O", "B-A", "I-A", "E-A", "S-A", "E-B"]), min_size=1, max_size=8))
def test_bioes_is_valid_as_seqscore_says(tags: list[str]) -> None:
    if any(tag[0] in "ES" for tag in tags):
        theirs = validate_labels(tags, get_encoding("BIOES"))
        assert (not list(faults(tags))) == theirs.is_valid()


@settings(max_examples=25, deadline=None)
@given(tags=st.lists(st.sampled_from(TAGS), min_size=1, max_size=8), how=st.sampled_from(["conlleval", "discard"]))
def test_repairs_are_those_of_seqscore(tags: list[str], how: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("repair")
    (folder / "in.conll").write_text("".join(f"x\t{tag}\n" for tag in tags))
    run = annotate("validate", folder / "in.conll", "--repair", how, "-o", folder / "out.conll")
    assert run.code == 0
    new = [line.split("\t")[1] for line in (folder / "out.conll").read_text().splitlines()]
    theirs = validate_labels(tags, get_encoding("BIO"), repair=how)
    assert new == (tags if theirs.is_valid() else list(theirs.repaired_labels))


def test_records_entities_and_ids_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    records = [
        {"id": "a", "text": "Rom", "ents": [[0, 9, "LOC"]]},
        {"id": "b", "text": "Rom ist", "ents": [[0, 4, "LOC"]]},
        {"id": "b", "text": "Romreise", "ents": [[0, 3, "LOC"]], "sents": [[0, 8]]},
        {"id": "c", "text": "Romreise", "ents": [[0, 3, "LOC"]]},
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records) + "x\n")
    run = annotate("validate", path, "--json")
    report = json.loads(run.out)
    assert run.code == 1
    assert report["faults"] == {"record": 2, "tag": 0, "entity": 2, "id": 1}
    assert [(fault["place"], fault["kind"]) for fault in report["first"]] == [
        (f"{path}:{line}", kind)
        for line, kind in [(1, "record"), (2, "entity"), (3, "entity"), (3, "id"), (5, "record")]
    ]
    assert report["first"][1]["reason"] == "entity LOC [0, 4) 'Rom ' begins or ends with white space"
    assert (report["documents"], report["words"], report["all_ids"]) == (3, 1, True)


@pytest.mark.parametrize("name", ["conllu", "docbin", "parquet", "conll2003"])
def test_every_format_is_checked(name: str, tmp_path: Path) -> None:
    path = tmp_path / "gold"
    assert annotate("convert", SAMPLES / "gold.conll", path, "--to", name).code == 0
    run = annotate("validate", path, "--input-format", name)
    assert run.code == 0 and b"100 documents, 100 sentences, 1,200 words, 162 entities: nothing wrong" in run.out


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["--repair", "discard"], 2, BOTH),
        (["-o", "x"], 2, BOTH),
        (
            ["--repair", "discard", "-o", "x", "--input-format", "jsonl"],
            2,
            "FILE: tags in jsonl cannot be repaired: convert it to conll or conll2003 first",
        ),
    ],
)
def test_what_cannot_be_repaired(args: list[str], code: int, message: str, bad: Path) -> None:
    assert refused(annotate("validate", bad, *args), code).startswith(message.replace("FILE", str(bad)))
