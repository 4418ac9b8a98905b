"""Where sentences end: what follows final punctuation, and which sentence quotation marks and dashes belong to."""

from __future__ import annotations

import pytest

from annotator.prepare.segment import Segmenter
from annotator.prepare.sentence_ends import is_ellipsis, sentence_offsets
from annotator.prepare.tokens import END, PUNCTUATION, WORD

segmenter = Segmenter()


@pytest.mark.parametrize(
    "marked",  # sentences, with a bar between them
    [
        'Er ging. |"Komm mit!", sagte sie. |Sie kam.',
        'He stopped. |"Who is it?" she asked. |Nobody knew.',
        "„Wer ist da?“ fragte er. |„Ich.“ |Er ging.",
        "»Ja.« |»Nein!« |Er schwieg.",
        "Il vint. |« Qui est là ? » |Personne.",
        "Han kom. |- Hvem er det? |- Jeg.",
        "Das Wetter war gut. |(Es regnete nie.) |Am Abend kamen wir an.",
        "¿Quién es? |¿Y tú? |Nadie.",
        "他走了。|「你好。」|她说。",
        "Er kam nach Bern (Schweiz etc.), Wien und Prag.",
        "Der Ort liegt im woj. podlaskie. |Er ist klein.",
        "Es kostet 13 mia. kroner. |Das ist viel.",
        "Er wartete ... und ging. |Dann ... |Niemand kam… |Schluss.",
        "Wir gingen spazieren. |dann kam er.",  # a long word is no abbreviation
        "他说：“好。”|他走了。|“再见。”",
        "U 2004. godini. |Potom je otišao.",
        "So viel! !|Ja.",
    ],
)
def test_sentences(marked: str) -> None:
    expected = [part.rstrip() for part in marked.split("|")]
    text = marked.replace("|", "")
    assert [text[s.start : s.end] for s in segmenter.sentences(text)] == expected


def test_every_token_is_in_one_sentence() -> None:
    tokens = [(0, 2, WORD), (2, 3, END), (4, 5, PUNCTUATION), (5, 8, WORD), (8, 9, END)]
    assert list(sentence_offsets('Ja. "Nein.', tokens)) == [[0, 2, 2, 3], [4, 5, 5, 8, 8, 9]]
    assert list(sentence_offsets("", [])) == []


def test_ellipses_are_one_character_or_several_full_stops() -> None:
    assert is_ellipsis("…") and is_ellipsis("..") and is_ellipsis("....")
    assert not is_ellipsis(".") and not is_ellipsis("..a") and not is_ellipsis("")
