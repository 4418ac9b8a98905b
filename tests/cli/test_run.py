"""The options of `annotate` and what it writes, with random weights."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from support.cli_runs import LINES as ALL_LINES
from support.cli_runs import SUMMARY, TEXT, Run, annotate, refused, texts
from support.compressed import COMPRESS
from support.paths import SAMPLES

DE = SAMPLES / "de.txt"
LINES = DE.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def options(tiny: Path) -> tuple[str, ...]:
    return ("--model", str(tiny), "--device", "cpu", "--quiet")


@pytest.fixture(scope="module")
def plain(options: tuple[str, ...]) -> list[dict[str, Any]]:
    """The records of de.txt without further options."""
    return records(annotate(DE, "-f", "jsonl", *options))


def written(run: Run) -> bytes:
    assert (run.code, run.err) == (0, "")
    return run.out


def records(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written(run).split(b"\n")[:-1]]


def docs(raw: bytes) -> list[Doc]:
    return list(DocBin().from_bytes(raw).get_docs(spacy.blank("xx").vocab))


def spans(record: dict[str, Any]) -> list[tuple[int, int, str]]:
    return [(e["start"], e["end"], e["label"]) for e in record["ents"]]


def test_jsonl_has_a_record_a_line(plain: list[dict[str, Any]]) -> None:
    assert [r["text"] for r in plain] == LINES
    assert [r["id"] for r in plain] == [f"{DE}:{n}" for n in range(1, len(LINES) + 1)]
    assert all(list(r) == ["id", "text", "ents", "meta"] and r["meta"] == {} for r in plain)
    assert sum(len(r["ents"]) for r in plain) > 20
    for record in plain:
        for ent in record["ents"]:
            assert list(ent) == ["start", "end", "label", "text", "score"]
            assert ent["text"] == record["text"][ent["start"] : ent["end"]] and 0 < ent["score"] <= 1


@pytest.mark.parametrize("chosen", [(), ("-f", "conll"), ("--format", "conll", "--docstart")])
def test_conll_is_the_default(chosen: tuple[str, ...], plain: list[dict[str, Any]], options: tuple[str, ...]) -> None:
    text = written(annotate(DE, *chosen, *options)).decode("utf-8")
    lines = [line.split("\t") for line in text.split("\n") if line]
    marks = [line for line in lines if line == ["-DOCSTART-", "O"]]
    assert len(marks) == (len(LINES) if "--docstart" in chosen else 0)
    tagged = [line for line in lines if line not in marks]
    assert "".join(word for word, _ in tagged) == re.sub(r"\s", "", "".join(LINES))
    assert [tag[2:] for _, tag in tagged if tag[0] == "B"] == [e["label"] for r in plain for e in r["ents"]]


def test_docbin_by_suffix_and_by_name_is_the_same(
    plain: list[dict[str, Any]], options: tuple[str, ...], tmp_path: Path
) -> None:
    assert written(annotate(DE, "-o", tmp_path / "out.spacy", *options)) == b""
    raw = (tmp_path / "out.spacy").read_bytes()
    assert raw == written(annotate(DE, "--format", "docbin", *options))
    for doc, record in zip(docs(raw), plain, strict=True):
        assert doc.text == record["text"] and doc.user_data["id"] == record["id"]
        assert [(e.start_char, e.end_char, e.label_) for e in doc.ents] == spans(record)
        assert list(doc.user_data["scores"]) == [e["score"] for e in record["ents"]]


def test_inputs_come_in_the_order_given(options: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes(b"Rom\r\n\r\n")
    (tmp_path / "a.jsonl").write_bytes(b'{"id":7,"text":"Bern","n":[1]}\n')
    (tmp_path / "c.md").write_bytes(b"Wien")
    found = records(annotate(DE, "-", tmp_path, tmp_path / "c.md", "-fjsonl", *options, stdin=b"Ulm\n"))
    expected = [f"{DE}:{n}" for n in range(1, len(LINES) + 1)]
    expected += ["stdin:1", "7", *(str(tmp_path / name) for name in ("b.txt:1", "b.txt:2", "c.md:1"))]
    assert [r["id"] for r in found] == expected
    assert [r["text"] for r in found[len(LINES) :]] == ["Ulm", "Bern", "Rom", "", "Wien"]
    assert found[len(LINES) + 1]["meta"] == {"n": [1]}


def test_articles_keep_their_other_fields(options: tuple[str, ...]) -> None:
    given = [json.loads(line) for line in (SAMPLES / "articles.jsonl").read_bytes().splitlines()]
    found = records(annotate(SAMPLES / "articles.jsonl", "-f", "jsonl", *options))
    for record, article in zip(found, given, strict=True):
        assert (record["id"], record["text"]) == (article.pop("id"), article.pop("text"))
        assert record["meta"] == article


def test_stdin_with_and_without_a_dash(plain: list[dict[str, Any]], options: tuple[str, ...]) -> None:
    raw = DE.read_bytes()
    first, second = (records(annotate(*dash, "-f", "jsonl", *options, stdin=raw)) for dash in (("-",), ()))
    assert first == second == [record | {"id": f"stdin:{n}"} for n, record in enumerate(plain, 1)]
    assert records(annotate("run", DE, "-f", "jsonl", *options)) == plain


def test_empty_stdin_is_empty_output(options: tuple[str, ...]) -> None:
    assert written(annotate(*options)) == b""
    assert docs(written(annotate("-f", "docbin", *options))) == []


def test_fields_of_records_are_named_by_options(options: tuple[str, ...]) -> None:
    line = b'{"key":"k","body":"Rom","text":1}'
    fields = ("--input-format", "jsonl", "--text-field", "body", "--id-field", "key")
    (record,) = records(annotate("-f", "jsonl", *fields, *options, stdin=line))
    assert (record["id"], record["text"], record["meta"]) == ("k", "Rom", {"text": 1})


@pytest.mark.parametrize("limit", [0, 5, 1000])
def test_limit(limit: int, plain: list[dict[str, Any]], options: tuple[str, ...]) -> None:
    assert records(annotate(DE, "-f", "jsonl", "--limit", limit, *options)) == plain[:limit]


def test_what_is_beyond_the_limit_is_not_read(options: tuple[str, ...]) -> None:
    assert len(records(annotate("-f", "jsonl", "--limit", 2, *options, stdin=b"a\nb\n\xff\n"))) == 2


def test_labels_keeps_those_only(plain: list[dict[str, Any]], options: tuple[str, ...]) -> None:
    found = records(annotate(DE, "-f", "jsonl", "--labels", "PER, LOC", *options))
    assert [r["ents"] for r in found] == [[e for e in r["ents"] if e["label"] != "ORG"] for r in plain]
    assert any(r["ents"] for r in found) and found != plain


@pytest.mark.parametrize("least", [0.9, 1.0])
def test_min_score_keeps_those_only(least: float, plain: list[dict[str, Any]], options: tuple[str, ...]) -> None:
    found = records(annotate(DE, "-f", "jsonl", "--min-score", least, *options))
    assert [r["ents"] for r in found] == [[e for e in r["ents"] if e["score"] >= least] for r in plain]
    assert any(r["ents"] for r in found) == (least < 1)


def test_lang_has_its_own_words(options: tuple[str, ...]) -> None:
    given = "Baden-Württemberg z.B."
    by_lang = [written(annotate("--lang", lang, *options, stdin=given.encode())).decode() for lang in ("xx", "fr")]
    words = [[line.split("\t")[0] for line in text.split("\n") if line] for text in by_lang]
    assert words[0] == ["Baden-Württemberg", "z.B."] and words[1] != words[0]
    assert "".join(words[1]) == given.replace(" ", "")


def test_batches_change_nothing(plain: list[dict[str, Any]], options: tuple[str, ...]) -> None:
    for tokens in (64, 4096):
        found = records(annotate(DE, "-f", "jsonl", "--batch-tokens", tokens, *options))
        assert [(r["id"], spans(r)) for r in found] == [(r["id"], spans(r)) for r in plain]


def test_the_summary_adds_up(plain: list[dict[str, Any]], options: tuple[str, ...]) -> None:
    run = annotate(DE, *(option for option in options if option != "--quiet"))
    match = SUMMARY.fullmatch(run.err)
    assert run.code == 0 and match is not None, run.err
    read, given, rejected, words, entities = map(int, match.groups())
    tags = [line.split("\t")[1] for line in run.out.decode().split("\n") if line]
    assert (read, given, rejected) == (len(LINES), len(LINES), 0)
    assert (words, entities) == (len(tags), sum(tag[0] == "B" for tag in tags))
    assert entities == sum(len(r["ents"]) for r in plain)


def test_an_output_that_exists_needs_force(options: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"old")
    message = refused(annotate("-o", path, *options, stdin=b"Rom"), 1)
    assert message == f"{path}: exists already: use --force to replace it, or name another --output"
    assert path.read_bytes() == b"old"
    assert written(annotate("-o", path, "--force", *options, stdin=b"Rom")) == b""
    assert json.loads(path.read_bytes())["text"] == "Rom"
    assert sorted(p.name for p in tmp_path.iterdir()) == [".out.jsonl.journal", "out.jsonl"]


def test_help_names_every_option_and_an_example() -> None:
    for run in (annotate("--help"), annotate("-h"), annotate("run", "--help")):
        assert (run.code, run.err) == (0, "")
        text = run.out.decode()
        assert "annotate samples/de.txt --format jsonl -o de.jsonl" in text
        for name in ("output", "format", "model", "device", "batch-tokens", "lang", "labels", "min-score", "limit",
                     "input-format", "text-field", "id-field", "docstart", "force", "quiet"):  # fmt: skip
            assert f"--{name}" in text, name


# Inputs.


@pytest.mark.parametrize("suffix", COMPRESS)
def test_compression_is_known_by_content_in_files_and_pipes(
    suffix: str, null_options: tuple[object, ...], tmp_path: Path
) -> None:
    compressed = COMPRESS[suffix](TEXT[:900]) + COMPRESS[suffix](TEXT[900:])
    (tmp_path / "plain-looking.txt").write_bytes(compressed)
    assert texts(annotate(tmp_path / "plain-looking.txt", *null_options).out) == ALL_LINES
    assert texts(annotate("-", *null_options, stdin=compressed).out) == ALL_LINES


def test_what_only_begins_like_compressed_text_is_text(null_options: tuple[object, ...]) -> None:
    assert texts(annotate(*null_options, stdin=b"BZhang Wei\n").out) == ["BZhang Wei"]
    assert texts(annotate(*null_options, stdin=b"B").out) == ["B"]


def test_globs_uris_and_several_inputs_in_their_order(null_options: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.txt", "sub/c.txt", "d.md"):
        (tmp_path / name).write_text(name)
    assert texts(annotate(tmp_path / "**" / "*.txt", *null_options).out) == ["a.txt", "b.txt", "sub/c.txt"]
    assert texts(annotate(f"file://{tmp_path}/d.md", tmp_path / "a.txt", *null_options).out) == ["d.md", "a.txt"]
    assert texts(annotate(f"file://{tmp_path}", *null_options).out) == ["a.txt", "b.txt", "sub/c.txt"]
    assert texts(annotate(f"file://{tmp_path}/*.txt", *null_options).out)[:2] == ["a.txt", "b.txt"]
    assert "no file matches" in refused(annotate(tmp_path / "*.pdf", *null_options), 1)
    assert "no such file" in refused(annotate(f"file://{tmp_path}/no.txt", *null_options), 1)
    assert "use s3://" in refused(annotate("nonsense://x/y", *null_options), 2)


@pytest.mark.parametrize(("split", "expected"), [("paragraph", ["a\r\nb", "c"]), ("file", ["a\r\nb\r\n\r\n\n c"])])
def test_paragraphs_and_files_are_documents(split: str, expected: list[str], null_options: tuple[object, ...]) -> None:
    raw = b"a\r\nb\r\n\r\n\n c" if split == "file" else b"\n\na\r\nb\r\n\r\n\nc\n"
    assert texts(annotate("--split", split, *null_options, stdin=raw).out) == expected
