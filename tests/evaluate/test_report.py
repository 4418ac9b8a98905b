"""Files side by side, and what the report says of them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from seqeval.metrics import f1_score

from annotator.document import Document, Entity, Origin, Sentence, Word
from annotator.errors import AnnotatorError, RecordError, UsageError
from annotator.evaluate import evaluation as evaluations
from annotator.evaluate import pairs
from annotator.evaluate.evaluation import Evaluation, Model, evaluate
from annotator.evaluate.pairs import Files, LabelMap, pair_files
from annotator.evaluate.scoring import Kind
from annotator.evaluate.sections import heading
from annotator.evaluate.terminal import in_terminal
from support.paths import SHARED, needs_shared

GOLD = "Anna B-PER\nMeier I-PER\nwohnt O\nin O\nBern B-LOC\n. O\n\nDie O\nSBB B-ORG\nfährt O\n. O\n\nKein O\nName O\n"
FOUND = GOLD.replace("Bern B-LOC", "Bern B-ORG").replace("Meier I-PER", "Meier O").replace("Name O", "Name B-PER")


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return written(tmp_path / "gold.conll", GOLD)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def compared(gold: Path, text: str, labels: str | None = None, other: str | None = None) -> Evaluation:
    """The evaluation of predictions with this text."""
    predicted = written(gold.with_name("pred.conll"), text)
    third = str(written(gold.with_name("other.conll"), other)) if other is not None else None
    return evaluate([Files(str(gold), str(predicted), third)], labels=LabelMap.parse(labels))


def named_records(monkeypatch: pytest.MonkeyPatch, **records: Iterable[Document]) -> None:
    """Files by these names (and the suffix .jsonl) that hold documents, whatever their format."""
    monkeypatch.setattr(
        pairs, "read_documents", lambda names, _form, _options: iter(records[names[0].removesuffix(".jsonl")])
    )


def document(text: str, *entities: tuple[int, int, str], score: float | None = None, line: int = 1) -> Document:
    found = tuple(Entity(*entity, score) for entity in entities)
    return Document(f"d{line}", text, Origin("file.jsonl", line), entities=found)


def test_figures_of_a_small_comparison(gold: Path) -> None:
    result = compared(gold, FOUND)
    assert (result.scores.micro.correct, result.scores.micro.predicted, result.scores.micro.support) == (1, 4, 3)
    assert {kind.value: count for kind, count in result.kinds.items() if count} == {
        "correct": 1, "wrong label": 1, "wrong boundary": 1, "spurious": 1,
    }  # fmt: skip
    assert [(c.gold, c.predicted, c.count) for c in result.confusions] == [("LOC", "ORG", 1)]
    assert (result.files[0].sentences, result.files[0].tokens) == (3, 12)
    by_kind = {example.kind: example for example in result.examples}
    boundary = by_kind[Kind.BOUNDARY]
    assert (boundary.place, boundary.sentence) == (f"{gold}:1", 1)
    assert (boundary.before, boundary.text, boundary.after) == ("", "Anna Meier", "wohnt in Bern .")
    assert (boundary.gold_text, boundary.predicted_text) == ("Anna Meier", "Anna")
    assert by_kind[Kind.SPURIOUS].place == f"{gold}:13" and by_kind[Kind.SPURIOUS].before == "Kein"


def test_long_contexts_are_cut(gold: Path) -> None:
    words = [f"wort{i} O" for i in range(60)]
    text = "\n".join([*words, "Bern B-LOC", *words, ""])
    gold.write_text(text, encoding="utf-8")
    (example,) = compared(gold, text.replace("B-LOC", "B-PER")).examples
    assert example.before.startswith("…") and example.before.endswith("wort59") and len(example.before) == 80
    assert example.after.endswith("…") and example.after.startswith("wort0") and len(example.after) == 80


def test_the_same_file_is_perfect(gold: Path) -> None:
    result = evaluate([Files(str(gold), str(gold))])
    assert result.scores.micro.f1 == result.scores.macro.f1 == result.scores.micro.f1_interval.low == 1.0
    assert not (result.warnings or result.examples or result.confusions)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (GOLD.replace("Bern ", "Basel "), "pred.conll:1: sentence 1, token 5 is 'Basel', but 'Bern' in {gold}:1"),
        (GOLD.replace("fährt O\n", ""), "pred.conll:8: sentence 2, token 3 is '.', but 'fährt' in {gold}:8"),
        (GOLD + "mehr O\n", "pred.conll:13: sentence 3, token 3 is 'mehr', but missing in {gold}:13"),
        (
            GOLD.replace("\nKein O\nName O\n", ""),
            "{gold}:13: sentence 3 is in {gold}, but {folder}/pred.conll ends before",
        ),
        (GOLD + "\nmehr O\n", "pred.conll:16: sentence 4 is in {folder}/pred.conll, but {gold} ends before it"),
        ("", "pred.conll: no sentences: there is nothing to compare"),
        (GOLD.replace("Bern B-LOC", "Bern"), "pred.conll:5: expected a token and a tag"),
    ],
)
def test_files_that_do_not_match(gold: Path, text: str, what: str) -> None:
    with pytest.raises(AnnotatorError) as error:
        compared(gold, text)
    assert what.format(gold=gold, folder=gold.parent) in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_labels_on_one_side_only_are_counted(gold: Path) -> None:
    result = compared(gold, GOLD.replace("LOC", "GPE"))
    assert result.warnings == (
        f"label LOC: 1 in {gold}, none in {gold.parent}/pred.conll: all are missed",
        f"label GPE: 1 in {gold.parent}/pred.conll, none in {gold}: all are spurious",
    )


def test_labels_can_be_mapped_and_left_out(gold: Path) -> None:
    result = compared(gold, GOLD.replace("LOC", "GPE"), "GPE=LOC,ORG=O")
    assert result.scores.micro.f1 == 1.0 and list(result.scores.labels) == ["LOC", "PER"] and not result.warnings
    assert compared(gold, GOLD, "GEP=LOC").warnings == ("--map: no entity has the label GEP",)


@pytest.mark.parametrize("text", ["GPE", "GPE=", "=LOC", "GPE=LOC,,"])
def test_maps_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match="expected LABEL=LABEL"):
        LabelMap.parse(text)


def test_a_gold_file_without_entities_is_told(gold: Path) -> None:
    gold.write_text("Kein O\nName O\n", encoding="utf-8")
    result = compared(gold, "Kein O\nName O\n")
    assert result.warnings == (f"no entity in {gold}: all figures are 0",)
    assert result.scores.micro.f1 == 0.0 and "Labels" in in_terminal(result)


@pytest.mark.parametrize(
    ("names", "others", "by_model", "files"),
    [
        (["g", "p"], [], False, [Files("g", "p")]),
        (["g", "p", "h", "q"], ["r", "s"], False, [Files("g", "p", "r"), Files("h", "q", "s")]),
        (["g", "h"], [], True, [Files("g", None), Files("h", None)]),
        (["g"], ["r"], True, [Files("g", None, "r")]),
    ],
)
def test_which_file_is_compared_with_which(
    names: list[str], others: list[str], by_model: bool, files: list[Files]
) -> None:
    assert pair_files(names, others, by_model) == files


@pytest.mark.parametrize(
    ("names", "others", "what"),
    [
        (["g"], [], "only g is given: name"),
        (["g", "p", "h"], [], "h has no predictions"),
        (["g", "p"], ["r", "s"], "2 --compare for 1 gold files"),
        (["-", "-"], [], "only once"),
    ],
)
def test_files_that_are_no_pairs(names: list[str], others: list[str], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        pair_files(names, others, False)


def test_files_that_cannot_hold_tags(gold: Path) -> None:
    for name, what in [("a.txt", "plain text holds no tags"), ("b.conll", "no such file"), ("", "is a folder")]:
        if name == "a.txt":
            written(gold.with_name(name), "x")
        with pytest.raises(AnnotatorError, match=what):
            evaluate([Files(str(gold), str(gold.parent / name))])


def test_sentences_are_paired_whatever_their_documents(gold: Path) -> None:
    marked = GOLD.replace("Die O", "-DOCSTART- O\n\nDie O")
    assert compared(gold, marked).scores.micro.f1 == 1.0


def test_records_without_sentences_are_compared_by_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["Anna Meier wohnt in Bern.", "Kein Name", ""]
    gold = [document(texts[0], (0, 10, "PER"), (20, 24, "LOC")), document(texts[1], line=2), document("", line=3)]
    found = [document(texts[0], (0, 4, "PER"), (20, 24, "LOC"), score=0.9), *gold[1:]]
    named_records(monkeypatch, gold=gold, found=found)
    result = evaluate([Files("gold.jsonl", "found.jsonl")])
    assert result.kinds[Kind.CORRECT] == result.kinds[Kind.BOUNDARY] == 1 and not result.by_words
    assert heading(result)["size"].startswith("3 records, 34 characters")
    assert result.examples[0].after == " wohnt in Bern."
    assert result.calibration is not None and result.calibration.ece == pytest.approx(0.4)


def test_a_file_with_sentences_and_one_without(monkeypatch: pytest.MonkeyPatch) -> None:
    words = (Word(0, 4), Word(5, 6), Word(6, 7))
    with_words = Document(
        "d1", "Bern an.", Origin("g", 1), sentences=(Sentence(words),), entities=(Entity(0, 4, "LOC"),)
    )
    named_records(monkeypatch, gold=[with_words], found=[document("Bern an.", (0, 4, "LOC"))])
    assert evaluate([Files("gold.jsonl", "found.jsonl")]).scores.micro.f1 == 1.0


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (
            document("Basel", (0, 4, "LOC"), line=7),
            "file.jsonl:7: record 1, character 2 is 'a', but 'e' in file.jsonl:1",
        ),
        (document("Bern", line=7), "found.jsonl: holds no tags: none of its 1 records has an entity"),
    ],
)
def test_records_that_do_not_match(monkeypatch: pytest.MonkeyPatch, found: Document, what: str) -> None:
    named_records(monkeypatch, gold=[document("Bern", (0, 4, "LOC"))], found=[found])
    with pytest.raises(AnnotatorError) as error:
        evaluate([Files("gold.jsonl", "found.jsonl")])
    assert str(error.value).startswith(what)


def test_sentences_that_are_not_there_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Document("d1", "Bern", Origin("g", 1), sentences=(Sentence((Word(0, 4),)),))
    named_records(monkeypatch, gold=[first, document("Basel", line=2)], found=[first])
    with pytest.raises(RecordError, match="has no sentences"):
        evaluate([Files("gold.jsonl", "found.jsonl")])


def test_words_that_entities_cut() -> None:
    """A word is in an entity if they share a character, and in the first such entity only."""
    sentence = Sentence((Word(0, 4), Word(5, 9)))
    text = "abcd efgh"
    entities = (Entity(2, 3, "A"), Entity(3, 6, "B"), Entity(8, 9, "C"))
    cut = Document("d", text, Origin("g", 1), sentences=(sentence,), entities=entities)
    (unit,) = pairs._units([cut], True, LabelMap())
    assert [(span.start, span.end, span.label) for span in unit.spans] == [(0, 1, "A"), (1, 2, "B")]


class _Shouting(Model):
    """Says that everything is a LOC."""

    def tag(self, documents: Iterable[Document]) -> Iterator[Document]:
        self.labels = ("LOC", "PER")
        for one in documents:
            words = [word for sentence in one.sentences or () for word in sentence.words]
            found = tuple(Entity(word.start, word.end, "LOC", 0.75) for word in words)
            yield Document(one.id, one.text, one.origin, sentences=one.sentences, entities=found)


def test_a_model_tags_the_tokens_of_the_gold(gold: Path) -> None:
    result = evaluate([Files(str(gold), None), Files(str(gold), None)], _Shouting("shouting"))
    assert (result.scores.micro.predicted, result.scores.micro.correct) == (24, 2)
    assert [file.predicted for file in result.files] == ["shouting"] * 2
    assert result.calibration is not None and result.calibration.predicted == 24
    assert result.warnings == (
        "ORG (2) in the gold files: not among the labels of shouting (LOC, PER), so missed; count them as others "
        "by --map ORG=LOC, or leave them out by --map ORG=O",
        "label PER: 2 in the gold files, none in shouting: all are missed",
    )
    mapped = evaluate([Files(str(gold), None)], _Shouting("shouting"), labels=LabelMap.parse("ORG=LOC"))
    assert mapped.scores.micro.correct == 2 and len(mapped.warnings) == 1


def test_two_systems(gold: Path) -> None:
    result = compared(gold, GOLD, other=FOUND)
    assert result.comparison is not None
    assert result.comparison.difference == 1.0 - result.comparison.f1 > 0
    assert "Two systems" in in_terminal(result) and "p = " in in_terminal(result)


@needs_shared
@pytest.mark.slow
def test_f1_is_seqevals_on_panx(tmp_path: Path) -> None:
    """20,000 sentences of PAN-X dev, every seventh tag of which is that of the token before."""
    files, gold_tags, found_tags = [], [], []
    for language in ("de", "fr"):
        path = SHARED / "data" / "panx" / language / "dev.tsv"
        blocks = path.read_text(encoding="utf-8").split("\n\n")
        sentences = [[line.rsplit("\t", 1) for line in block.splitlines()] for block in blocks if block.strip()]
        found = io.StringIO()
        last, count = "O", 0
        for sentence in sentences:
            gold_tags.append([tag for _, tag in sentence])
            found_tags.append([])
            for token, tag in sentence:
                count += 1
                found_tags[-1].append(last if count % 7 == 0 else tag)
                last = tag
                found.write(f"{token}\t{found_tags[-1][-1]}\n")
            found.write("\n")
        files.append(Files(str(path), str(written(tmp_path / f"{language}.tsv", found.getvalue()))))
    result = evaluate(files)
    assert sum(file.sentences for file in result.files) == len(gold_tags) == 20_000
    assert result.scores.micro.f1 == f1_score(gold_tags, found_tags)
    assert result.scores.macro.f1 == f1_score(gold_tags, found_tags, average="macro")


def test_examples_are_drawn_from_all(gold: Path) -> None:
    text = "".join(f"Ort{i} B-LOC\n\n" for i in range(400))
    gold.write_text(text, encoding="utf-8")
    result = compared(gold, text.replace("B-LOC", "O"))
    assert len(result.examples) == evaluations.EXAMPLES
    assert any(example.sentence > 50 for example in result.examples)
