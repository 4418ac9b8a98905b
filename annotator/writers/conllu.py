r"""CoNLL-U: a word a line in ten columns, its tag in MISC as `NER=B-PER`; the exact text can be read again.

White space other than one space after a word is in UDPipe's `SpacesBefore`, `SpacesAfter` and `SpacesInToken`; labels
are escaped as these are. What CoNLL-U has no place for (the meta, an id that is no line, the text of a document
without words) is in the comment `# annotator = {...}` of a document's first sentence. Scores are not kept.
Format: https://universaldependencies.org/format.html and https://ufal.mff.cuni.cz/udpipe/1/users-manual
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..readers.conllu import OURS
from ..types import Document, Sentence
from . import DEFAULTS, WriteOptions, sentence_tags

_ESCAPES = {" ": r"\s", "\t": r"\t", "\r": r"\r", "\n": r"\n", "|": r"\p", "\\": r"\\"}
_ESCAPE = re.compile(r"[ \t\r\n|\\]")
# What a form may not hold, or what would not be read again as it is.
_FORMLESS = re.compile(r"[\t\r\n]|^ | $|  ")
_LINE_END = re.compile(r"[\t\r\n]+")
_PLAIN_ID = re.compile(r"[^\s\ud800-\udfff](?:[^\n\r\ud800-\udfff]*[^\s\ud800-\udfff])?")


def write(documents: Iterable[Document], _options: WriteOptions = DEFAULTS) -> Iterator[bytes]:
    """The documents as CoNLL-U."""
    for document in documents:
        lines = [*_head(document)]
        end = 0
        found = list(sentence_tags(document))
        for number, (sentence, tags) in enumerate(found):
            after = found[number + 1][0].offsets[0] if number + 1 < len(found) else len(document.text)
            lines += _sentence(document.text, sentence, tags, end if number == 0 else sentence.offsets[0], after)
            lines.append("\n")
        if not found:
            lines.append("\n")
        yield "".join(lines).encode("utf-8", "backslashreplace")


def _head(document: Document) -> Iterator[str]:
    plain = _PLAIN_ID.fullmatch(document.id)
    ours: dict[str, Any] = {} if plain else {"id": document.id}
    if document.meta:
        ours["meta"] = dict(document.meta)
    if not document.sentences and document.text:
        ours["text"] = document.text
    yield f"# newdoc id = {document.id}\n" if plain else "# newdoc\n"
    if ours:
        yield f"{OURS}{json.dumps(ours, ensure_ascii=False, default=str)}\n"


def _sentence(text: str, sentence: Sentence, tags: Sequence[str], before: int, after: int) -> Iterator[str]:
    """The lines of a sentence, which answers for the text from `before` to `after`."""
    yield f"# text = {_LINE_END.sub(' ', text[sentence.offsets[0] : sentence.offsets[-1]])}\n"
    ends = [*sentence.offsets[2::2], after]
    for number, ((start, end), tag, next_start) in enumerate(zip(sentence.spans(), tags, ends, strict=True), start=1):
        form = text[start:end]
        misc = [] if tag == "O" else [f"NER={_escaped(tag)}"]
        gap = text[end:next_start]
        if not gap:
            misc.append("SpaceAfter=No")
        if number == 1 and before < start:
            misc.append(f"SpacesBefore={_escaped(text[before:start])}")
        if gap not in ("", " "):
            misc.append(f"SpacesAfter={_escaped(gap)}")
        if _FORMLESS.search(form):
            misc.append(f"SpacesInToken={_escaped(form)}")
            form = " ".join(form.split()) or "_"
        yield f"{number}\t{form}\t_\t_\t_\t_\t_\t_\t_\t{'|'.join(misc) or '_'}\n"


def _escaped(space: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPES[match[0]], space)
