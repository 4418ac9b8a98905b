"""CoNLL-U: multiword tokens, empty nodes, comments, spaces and malformed lines; what our own comment holds."""

from __future__ import annotations

import io

import pytest

from annotator.document import Document, Entity, Origin, Sentence
from annotator.errors import RecordError
from annotator.formats import FORMATS, conllu
from annotator.formats.base import KEPT_OF_TOO_LARGE, ReadOptions
from support.documents import from_bytes, to_bytes, word_texts

CONLLU = FORMATS["conllu"]


def line(number: object, form: str, misc: str = "_") -> str:
    return f"{number}\t{form}\t_\t_\t_\t_\t_\t_\t_\t{misc}\n"


def read(text: str, **options: bool) -> list[Document]:
    return from_bytes(text.encode(), CONLLU, **options)


def words(document: Document) -> list[str]:
    return [word for sentence in word_texts(document) for word in sentence]


def test_a_multiword_token_is_one_word_and_empty_nodes_are_skipped() -> None:
    """As in https://universaldependencies.org/format.html#words-tokens-and-empty-nodes"""
    (document,) = read(
        "# sent_id = s1\n# text = vámonos al mar\n"
        + line("1-2", "vámonos") + line(1, "vamos") + line(2, "nos")
        + line("3-4", "al") + line(3, "a") + line(4, "el") + line(5, "mar", "NER=B-LOC|SpaceAfter=No")
        + line("5.1", "fue")
    )  # fmt: skip
    assert (document.id, document.text, words(document)) == ("s1", "vámonos al mar", ["vámonos", "al", "mar"])
    assert document.entities == (Entity(11, 14, "LOC"),)


def test_a_multiword_token_has_the_first_tag_of_its_words() -> None:
    (document,) = read(line("1-2", "zum") + line(1, "zu") + line(2, "dem", "NER=B-LOC") + line(3, "Rhein", "NER=I-LOC"))
    assert document.entities == (Entity(0, 9, "LOC"),)


@pytest.mark.parametrize("tag", ["NER=B-LOC", "NE=B-LOC", "name=B-LOC", "Gloss=x|NER=B-LOC|SpaceAfter=No"])
def test_tags_are_read_under_other_names(tag: str) -> None:
    (document,) = read(line(1, "Rom", tag))
    assert document.entities == (Entity(0, 3, "LOC"),)


@pytest.mark.parametrize("misc", ["_", "NE=Organisation", "name=yes", "SpaceAfter=No", "", "NER"])
def test_values_that_are_not_tags_are_ignored(misc: str) -> None:
    (document,) = read(line(1, "Rom", misc))
    assert document.entities == ()


def test_white_space_is_read_as_udpipe_writes_it() -> None:
    (document,) = read(
        line(1, "a", r"SpacesBefore=\s\n|SpacesAfter=\t\p\\") + line(2, "b c", r"SpacesInToken=b\n\sc|SpaceAfter=No")
        + line(3, "d") + "\n" + line(1, "e", "SpacesBefore=\\r|SpacesAfter=\u2003")
    )[:1]  # fmt: skip
    assert document.text == " \na\t|\\b\n cd "
    assert words(document) == ["a", "b\n c", "d"]


def test_newdoc_begins_documents() -> None:
    head = "# global.columns = ID FORM\n\n"
    text = (
        head + "# newdoc id = x y\n" + line(1, "a") + "\n" + line(1, "b") + "\n# newdoc\n# sent_id = 3\n" + line(1, "c")
    )
    first, second = read(text)
    assert (first.id, first.text, len(first.sentences or ())) == ("x y", "a b ", 2)
    assert (second.id, second.text, second.origin) == ("3", "c ", Origin("in", 10))


def test_sentences_are_documents_where_nothing_marks_them() -> None:
    assert [(d.id, d.text) for d in read(line(1, "a") + "\n\n" + line(1, "b"))] == [("in:1", "a "), ("in:4", "b ")]


def test_strict_tags_begin_with_b() -> None:
    text = line(1, "Rom", "NER=I-LOC") + line(2, "Bern", "NER=B-LOC")
    assert [len(read(text, strict=strict)[0].entities) for strict in (False, True)] == [2, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1\ta\n", "in:3: 2 columns separated by tabs, not 10: correct the line"),
        (line("x", "a"), "in:3: 'x' is not a word number: correct the line"),
        (line(1, ""), "in:3: a word with an empty FORM: correct the line"),
        (line(1, "a", "NER=PER"), "in:3: 'PER' is not a tag: use O, or B- or I- and a label"),
        ("# annotator = {]\n" + line(1, "a"), "in:3: the comment `# annotator = ...` cannot be read"),
        ('# annotator = {"id": 3}\n' + line(1, "a"), "in:3: the comment `# annotator = ...` cannot be read"),
    ],
)
def test_a_malformed_line_is_refused_with_its_document(text: str, message: str) -> None:
    raw = (line(1, "Rom") + "\n" + text + "\n" + line(1, "Bern")).encode()
    first, bad, last = conllu.read(io.BytesIO(raw), "in", ReadOptions())
    assert isinstance(first, Document) and isinstance(last, Document) and last.text == "Bern "
    assert isinstance(bad, RecordError) and str(bad).startswith(message) and bad.raw == text.rstrip("\n")


def test_what_conllu_has_no_field_for_is_in_a_comment() -> None:
    document = Document(
        "a\nb", " Rom", Origin("in", 3), {"n": [1]}, (Sentence.of([1, 4]),), (Entity(1, 4, "LOC", 0.5),)
    )
    text = to_bytes([document], CONLLU).decode()
    assert text == (
        '# newdoc\n# annotator = {"id": "a\\nb", "meta": {"n": [1]}}\n# text = Rom\n'
        "1\tRom\t_\t_\t_\t_\t_\t_\t_\tNER=B-LOC|SpaceAfter=No|SpacesBefore=\\s\n\n"
    )


def test_the_text_of_a_document_without_words_is_in_the_comment() -> None:
    document = Document("i", " \n", Origin("in", 1), sentences=())
    text = to_bytes([document], CONLLU)
    assert text == b'# newdoc id = i\n# annotator = {"text": " \\n"}\n\n'
    assert [d.text for d in from_bytes(text, CONLLU)] == [" \n"]


@pytest.mark.parametrize("meta", ['{"a": %s}' % ("[" * 250 + "]" * 250), '{"a": NaN}', '{"a": 1e999}', "[" * 9999])
def test_our_comment_is_json_of_bounded_depth(meta: str) -> None:
    rest = "\t_" * 8 + "\n\n"
    raw = f'# newdoc\n# annotator = {{"meta": {meta}}}\n1\tRom{rest}# newdoc\n1\tBern{rest}'
    bad, good = conllu.read(io.BytesIO(raw.encode()), "in", ReadOptions())
    assert isinstance(good, Document) and good.text == "Bern "
    assert str(bad).startswith("in:2: the comment `# annotator = ...` cannot be read (")


def test_what_is_too_large_is_refused_and_what_follows_is_read() -> None:
    def word(form: str) -> str:
        return f"1\t{form}" + "\t_" * 8 + "\n"

    large = "".join(word("x") for _ in range(20))
    marked = [f"# newdoc id = a\n{word('Rom')}", f"# newdoc id = b\n{large}", f"# newdoc id = c\n{word('Bern')}"]
    spread = [marked[0], "# newdoc id = b\n" + "\n".join([word("x")] * 20), marked[2]]
    options = ReadOptions(max_record=100)
    for blocks_, line, what in (([word("Rom"), large, word("Bern")], 3, "a sentence"), (marked, 4, "a sentence"),
                                (spread, 4, "a document")):  # fmt: skip
        first, bad, last = conllu.read(io.BytesIO("\n".join(blocks_).encode()), "in", options)
        assert isinstance(first, Document) and isinstance(last, Document)
        assert (first.text.strip(), last.text.strip()) == ("Rom", "Bern")
        assert isinstance(bad, RecordError) and len(bad.raw or "") <= KEPT_OF_TOO_LARGE
        assert str(bad) == f"in:{line}: {what} of more than 100 bytes: raise max_record if this is one record"
