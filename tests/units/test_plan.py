"""The plan: it depends on the input and the size of units only, is kept, and is recognised as that of another run."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.document import Document
from annotator.errors import AnnotatorError, UsageError
from annotator.input.records import Input, open_input
from annotator.units.plan import Plan, check_same, journal_of, make_plan, rejects_of
from support.divided import UNIT, corpus_in

SETTINGS = {"format": "jsonl", "unit size": UNIT}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Input:
    return open_input([str(corpus_in(tmp_path_factory.mktemp("plan") / "corpus"))])


def test_the_units_hold_each_document_once_under_its_own_id(read: Input) -> None:
    plan = make_plan(read, SETTINGS, UNIT, "out", ".jsonl")
    units = plan.units(read)
    assert len(units) > len(read.sources) and [unit.number for unit in units] == list(range(len(units)))
    documents: list[Document] = []
    for unit in units:
        options = type(read.options)(portion=unit.portion)
        documents += Input([unit.source], None, options).documents()
    assert documents == list(read.documents())  # ids, origins and all


def test_shards_are_named_after_their_sources(read: Input) -> None:
    shards = make_plan(read, SETTINGS, UNIT, "out", ".jsonl").shards
    assert shards[:2] == ["a.jsonl", "big.00000.jsonl"] and shards[-1] == "sub/t.00002.jsonl"
    assert {"none.jsonl", "sub/d.00001.jsonl"} < set(shards) and len(set(shards)) == len(shards)
    assert (journal_of("sub/a.conll"), rejects_of("a.conll")) == ("sub/.a.conll.journal", ".a.conll.rejects.jsonl")


def test_the_plan_comes_back_and_knows_any_damage(read: Input) -> None:
    plan = make_plan(read, SETTINGS, UNIT, "out", ".jsonl")
    raw = plan.to_bytes()
    assert Plan.from_bytes(raw, "p") == plan and make_plan(read, SETTINGS, UNIT, "x", ".jsonl").digest == plan.digest
    for damaged in (b"", raw[:-9], raw[9:], raw.replace(b"big", b"bug", 1), b"\xff" + raw):
        with pytest.raises(AnnotatorError, match="p: is not the plan of a run, or is damaged"):
            Plan.from_bytes(damaged, "p")


def test_the_plan_of_another_run_is_recognised(read: Input) -> None:
    plan = make_plan(read, SETTINGS, UNIT, "out", ".jsonl")
    check_same(plan, SETTINGS, read, "p")
    others = [
        (SETTINGS | {"format": "conll"}, read, 'format "jsonl", not "conll"'),
        (SETTINGS, Input(read.sources[1:], None, read.options), f"{len(read.sources)} inputs, not "),
        (SETTINGS, Input(read.sources[::-1], None, read.options), "the input "),
    ]
    for settings, given, what in others:
        with pytest.raises(AnnotatorError, match="p: the units were planned for") as raised:
            check_same(plan, settings, given, "p")
        assert what in str(raised.value)
    big = Path(next(source.name for source in read.sources if source.name.endswith("big.txt")))
    with big.open("ab") as stream:
        stream.write(b"more\n")
    with pytest.raises(AnnotatorError, match=r"big\.txt of [\d,]+ bytes, not "):
        check_same(plan, SETTINGS, open_input(read.names), "p")


def test_two_units_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\ntwo\n")
    (tmp_path / "a.00000.txt").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"two units would be written to out/a\.00000\.jsonl"):
        make_plan(open_input([str(tmp_path)]), SETTINGS, 4, "out", ".jsonl")


def test_stdin_and_nothing_cannot_be_divided(read: Input) -> None:
    with pytest.raises(UsageError, match="stdin: cannot be divided among workers: name files"):
        make_plan(open_input(["-"]), SETTINGS, UNIT, "out", ".jsonl")
    with pytest.raises(UsageError, match="there is nothing to divide"):
        make_plan(Input([], None, read.options), SETTINGS, UNIT, "out", ".jsonl")
