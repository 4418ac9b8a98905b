"""What the page shows, as HTML. All text in it is escaped, and control characters are visible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from annotator.decode import TaggedWord
from annotator.demo.answers import Answer
from annotator.demo.uploads import Written
from annotator.display import colour, escaped, marked_html
from annotator.document import OUTSIDE, Document, Entity

# What a browser shows of a long text without becoming slow.
SHOWN_ROWS = 1_000
SHOWN_MARKS = 2_000
_PYTHON = """\
from gradio_client import Client  # pip install gradio_client

client = Client("{url}")
client.predict("Angela Merkel besuchte Paris.", api_name="/annotate")
"""
_CURL = """\
id=$(curl -s {url}gradio_api/call/v2/annotate -H 'Content-Type: application/json' \\
  -d '{{"text": "Angela Merkel besuchte Paris."}}' | cut -d '"' -f 4)
curl -sN {url}gradio_api/call/v2/annotate/$id
"""
NOTHING = '<p class="quiet">Nothing to show yet.</p>'


def text_html(answer: Answer, shown: Document) -> str:
    """The text with the entities that are to be shown, below a line of figures.

    Each line of the text has the direction of its first letter.
    """
    if not answer.document.text.strip():
        return '<p class="quiet">Write or paste a text above, or take one of the examples.</p>'
    replaced = (
        f'<p class="note">{_count(answer.replaced, "character")} that no file can hold (half of a surrogate pair) '
        "became U+FFFD.</p>"
        if answer.replaced
        else ""
    )
    marked = marked_html(shown.text, shown.entities[:SHOWN_MARKS])
    more = (
        f'<p class="note">The first {SHOWN_MARKS:,} of {len(shown.entities):,} entities are marked. Uploaded as a '
        "file, the text can be downloaded with all of them.</p>"
        if len(shown.entities) > SHOWN_MARKS
        else ""
    )
    return (
        f"{_figures(answer, shown)}{replaced}{more}"
        f'<div class="marked" role="region" aria-label="Text with its entities" tabindex="0" dir="auto">{marked}</div>'
    )


def _figures(answer: Answer, shown: Document) -> str:
    counts = Counter(entity.label for entity in shown.entities)
    chips = "".join(
        f'<li style="background:{colour(label)}">{escaped(label)} <b>{counts[label]:,}</b></li>'
        for label in answer.labels
        if counts[label]
    )
    hidden = len(answer.document.entities) - len(shown.entities)
    found = f'<ul class="legend">{chips}</ul>' if chips else "<span>No entities</span>"
    others = f"<span>{hidden:,} hidden</span>" if hidden else ""
    speed = answer.words / max(answer.seconds, 1e-9)
    timing = (
        f'<span class="timing">{_count(answer.words, "word")} in {_seconds(answer.seconds)} · '
        f"<b>{speed:,.0f} words/s</b></span>"
    )
    return f'<div class="figures" role="status">{found}{others}{timing}</div>'


def table_html(document: Document) -> str:
    """The entities as a table: text, label, score and offsets."""
    if not document.entities:
        return NOTHING
    rows = (_row(document.text, entity) for entity in document.entities[:SHOWN_ROWS])
    return _table("Entities", ("Text", "Label", "Score", "Start", "End"), rows, len(document.entities))


def _row(text: str, entity: Entity) -> str:
    score = "" if entity.score is None else f"{entity.score:.4f}"
    return (
        f'<tr><td dir="auto">{escaped(text[entity.start : entity.end])}</td><td>{_chip(entity.label)}</td>'
        f"<td>{score}</td><td>{entity.start}</td><td>{entity.end}</td></tr>"
    )


def words_html(text: str, words: Sequence[TaggedWord]) -> str:
    """Each word with its tag, and with the tag that came next."""
    if not words:
        return NOTHING
    rows = (_word_row(text, word) for word in words[:SHOWN_ROWS])
    return _table("Words", ("Word", "Tag", "Probability", "Next best tag", "Probability"), rows, len(words))


def _word_row(text: str, word: TaggedWord) -> str:
    shown = f'<td dir="auto">{escaped(text[word.start : word.end])}</td><td>{_tag(word.tag)}</td>'
    if word.probability is None or word.other is None or word.other_probability is None:
        return f'<tr>{shown}<td colspan="3" class="quiet">not tagged by the model: mark-up or a separator</td></tr>'
    return (
        f"<tr>{shown}<td>{_bar(word.probability)}</td><td>{_tag(word.other)}</td>"
        f"<td>{_bar(word.other_probability)}</td></tr>"
    )


def file_html(written: Written) -> str:
    """What was read from a file and written."""
    counts = written.counts
    return (
        f'<p class="figures" role="status"><span><b>{_count(counts.written, "document")}</b>, '
        f"{_count(counts.words, 'word')}, {_count(counts.entities, 'entity', 'entities')}</span>"
        f'<span class="timing">{_seconds(written.seconds)} · '
        f"<b>{counts.words / max(written.seconds, 1e-9):,.0f} words/s</b></span></p>"
    )


def problem_html(message: str) -> str:
    """A message about what went wrong, which screen readers read at once."""
    return f'<p class="problem" role="alert">{escaped(message)}</p>'


def code_html(url: str) -> str:
    """How a program asks the page at this address, in Python and with curl."""
    return "".join(
        f'<pre class="code" role="region" aria-label="{name}" tabindex="0">{escaped(code.format(url=url))}</pre>'
        for name, code in (("In Python", _PYTHON), ("With curl", _CURL))
    )


def label_styles(labels: Iterable[str]) -> str:
    """The rules that give the switches of these labels their colours, in their order."""
    rules = (
        f".labels label:nth-of-type({number}).selected {{ background: {colour(label)}; color: #000; }}"
        for number, label in enumerate(labels, start=1)
    )
    return f"<style>{''.join(rules)}</style>"


def _table(caption: str, heads: Sequence[str], rows: Iterable[str], total: int) -> str:
    shown = "".join(islice(rows, SHOWN_ROWS))
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    more = f'<p class="note">The first {SHOWN_ROWS:,} of {total:,}.</p>' if total > SHOWN_ROWS else ""
    return (
        f'<div class="table" role="region" aria-label="{caption}" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{shown}</tbody></table></div>{more}"
    )


def _chip(label: str) -> str:
    return f'<span class="chip" style="background:{colour(label)}">{escaped(label)}</span>'


def _tag(tag: str) -> str:
    """A tag on the colour of its label, without the prefix of its scheme; `O` has none."""
    if tag == OUTSIDE:
        return f'<span class="outside">{OUTSIDE}</span>'
    label = tag[2:] if tag[1:2] == "-" else tag
    return f'<span class="chip" style="background:{colour(label)}">{escaped(tag)}</span>'


def _bar(probability: float) -> str:
    return f'<span class="bar" style="--share:{probability:.2f}">{probability:.4f}</span>'


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 1 else f"{seconds:,.1f} s"
