"""Inputs made up from a seed, for all readers: valid, odd, of other tools, damaged, and compressed."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any

import pyarrow as pa
from pyarrow.parquet import write_table
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from annotator.document import Document, Entity, Origin, Sentence
from annotator.formats import FORMATS, INPUTS
from support.compressed import COMPRESS
from support.documents import GAPS, ODD, SPACED, to_bytes
from support.web_archives import PLAIN, web_archive

WORDS = [*ODD, *SPACED, "Rom", "Angela", "Merkel", "북한", "ไทย", "l'Italie", "U.S.", ".", "?", "a" * 400, "\u202ex",
         "\x1b[31m", "\x9b0m", "</p><script>", "&amp;", "'", "-DOCSTART- x"]  # fmt: skip
LABELS = ["PER", "ORG", "B-PER", "O", "Lö|b", "a b", "\t", "x\n", "\x1b]0;x\x07", "-"]
# Names of fields that mean something to a reader, and others.
NAMES = ["text", "id", "meta", "ents", "spans", "entities", "labels", "label", "sents", "tokens", "data", "annotations",
         "predictions", "paragraphs", "body", "score", "json", "", "\ud800", "x" * 50, "a.b"]  # fmt: skip
PARTS = [b"\t", b"\n", b"\r\n", b"\r", b" ", b'"', b'""', b"'", b"{", b"}", b"[", b"]", b",", b";", b":", b"\\",
         b"\\ud800", b"O", b"I-PER", b"B-", b"-DOCSTART-", b"# newdoc id = a", b"# annotator = {}", b"1-2\t", b"1.1\t",
         b"NaN", b"Infinity", b"SpaceAfter=No", b"|SpacesAfter=", b"|SpacesInToken=", b"|NER=", b"\xff",
         b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"null", b"1e999", b"-1", b"true", b"9" * 30, b"[" * 150, b"\x1f\x8b",
         b"PAR1", b"\xe2\x80\xa8"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class MadeUp:
    """An input: its bytes, how they are compressed (a suffix), its format and the field with the text."""

    format_name: str
    raw: bytes
    suffix: str
    text_field: str


def make_up(random: Random) -> MadeUp:
    """An input for one of the readers."""
    format_name = random.choice(INPUTS)
    text_field = "body" if format_name in ("jsonl", "parquet", "csv") and random.random() < 0.15 else "text"
    make = random.choice([_written, _MAKERS[format_name]])
    raw = make(random, format_name, text_field)
    if random.random() < 0.4:
        raw = _damaged(random, raw)
    elif random.random() < 0.03:
        raw = b"".join(random.choices(PARTS, k=random.randrange(20)))
    suffix = random.choice([*COMPRESS, *[""] * 12])
    if suffix:
        raw = COMPRESS[suffix](raw)
        if random.random() < 0.3:
            raw = raw[: random.randrange(len(raw))]
    return MadeUp(format_name, raw, suffix, text_field)


def _damaged(random: Random, raw: bytes) -> bytes:
    """The bytes with some of them cut out, changed, doubled or mixed with PARTS."""
    for _ in range(random.randint(1, 4)):
        start = random.randint(0, len(raw))
        end = min(len(raw), start + random.randint(0, 20))
        new = random.choice([random.choice(PARTS), random.randbytes(random.randrange(4)), raw[start:end] * 2, b""])
        raw = raw[:start] + new + raw[end:]
    return raw[: random.randint(0, len(raw))] if random.random() < 0.15 else raw


# Values.


def value(random: Random, depth: int = 0) -> Any:
    """A value of JSON, or one that only looks like it: NaN, Infinity, halves of surrogate pairs, deep ones."""
    kind = random.random()
    if depth < 4 and kind < 0.25:
        return [value(random, depth + 1) for _ in range(random.randrange(4))]
    if depth < 4 and kind < 0.45:
        return {_name(random): value(random, depth + 1) for _ in range(random.randrange(4))}
    if kind < 0.47:
        return nested(random.choice([100, 197, 198, 199, 200, 201, 250, 400]))
    odd = [
        None,
        True,
        False,
        0,
        -1,
        2**63,
        -(2**64),
        10**40,
        1.5,
        -0.0,
        1e308,
        5e-324,
        "",
        "text",
        "\ud800",
        "\x00",
        "\u2028",
    ]
    odd += [math.nan, math.inf, -math.inf] * (random.random() < 0.3)
    return random.choice([*odd, text(random), text(random)])


def nested(levels: int) -> Any:
    """A list in a list, and so on."""
    found: Any = []
    for _ in range(levels - 1):
        found = [found]
    return found


def _name(random: Random) -> str:
    return random.choice(NAMES) if random.random() < 0.5 else random.choice("abcdefgh")


def text(random: Random) -> str:
    """Words with white space between them."""
    return "".join(random.choice(WORDS) + random.choice(GAPS) for _ in range(random.randrange(8)))


def _annotation(random: Random, length: int) -> Any:
    """An entity of a record, most of them right."""
    start = random.randint(-1, length)
    end = random.randint(start, length + 1)
    label = random.choice([*LABELS, "PER", "LOC", "", None])
    return random.choice(
        [
            {"start": start, "end": end, "label": label},
            {"start": start, "end": end, "label": label, "score": random.choice([0.5, 1, 1.5, math.nan, "x", None])},
            {"start_offset": start, "end_offset": end, "label": label},
            {"start": start, "end": end, "labels": [label]},
            [start, end, label],
            [start, end, label, 0.25],
            value(random),
        ]
    )


def record(random: Random, text_field: str) -> Any:
    """A record of JSON Lines, Parquet and the like."""
    found: dict[str, Any] = {_name(random): value(random) for _ in range(random.randrange(3))}
    if random.random() < 0.95:
        found[text_field] = text(random) if random.random() < 0.95 else value(random)
    length = len(found[text_field]) if isinstance(found.get(text_field), str) else 5
    if random.random() < 0.4:
        found[random.choice(["ents", "spans", "label"])] = [
            _annotation(random, length) for _ in range(random.randrange(3))
        ]
    if random.random() < 0.2:
        cuts = sorted(random.choices(range(length + 1), k=random.choice([2, 4, 6, 3])))
        found["sents"] = [cuts[:2], cuts[2:]] if random.random() < 0.7 else [cuts]
    if random.random() < 0.1:
        return {"data": found, random.choice(["annotations", "predictions"]): value(random)}
    return value(random) if random.random() < 0.03 else found


# Files.


def document(random: Random, number: int) -> Document:
    """A valid document with sentences and entities, and maybe with scores."""
    parts, offsets = [random.choice(GAPS)], []
    end = len(parts[0])
    for _ in range(random.randrange(9)):
        word, gap = random.choice(WORDS), random.choice(GAPS)
        if word.strip():
            offsets.append((end, end + len(word)))
        parts += (word, gap)
        end += len(word) + len(gap)
    cuts = sorted({0, len(offsets), *random.choices(range(len(offsets) + 1), k=2)})
    groups = [offsets[a:b] for a, b in pairwise(cuts)]
    entities = []
    for group in groups:
        if random.random() < 0.6:
            first = random.randrange(len(group))
            last = random.randrange(first, len(group))
            score = random.choice([None, 0.5, 1.0, 0.0])
            entities.append(Entity(group[first][0], group[last][1], random.choice(LABELS), score))
    meta = {_name(random): value(random, 2) for _ in range(random.randrange(3))}
    identity = random.choice([f"d{number}", text(random), "\udcff", ""])
    sentences = tuple(Sentence.of([offset for pair in group for offset in pair]) for group in groups)
    whole = "".join(parts)
    try:
        return Document(identity, whole, Origin("made", number + 1), meta, sentences, tuple(entities))
    except ValueError:  # nested too deep
        return Document(identity, whole, Origin("made", number + 1), {}, sentences, tuple(entities))


def _written(random: Random, format_name: str, text_field: str) -> bytes:
    """What our own writer writes; text and tables have none."""
    file_format = FORMATS[format_name]
    if not file_format.writes:
        return _MAKERS[format_name](random, format_name, text_field)
    made = [document(random, number) for number in range(random.randrange(5))]
    style = random.choice([None, *file_format.styles])
    docstart = file_format.optional_marks and random.random() < 0.5
    return to_bytes(made, file_format, style=style, docstart=docstart)


def _text_file(random: Random, _format: str, _field: str) -> bytes:
    lines = (text(random) + random.choice(["\n", "\r\n", "\n\n", ""]) for _ in range(random.randrange(6)))
    return "".join(lines).encode("utf-8", "surrogatepass" if random.random() < 0.1 else "replace")


def _jsonl_file(random: Random, _format: str, text_field: str) -> bytes:
    records = (record(random, text_field) for _ in range(random.randrange(6)))
    lines = (json.dumps(one, ensure_ascii=random.random() < 0.5) for one in records)
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")


def _csv_file(random: Random, _format: str, text_field: str) -> bytes:
    header = random.sample([text_field, "id", "n", random.choice(NAMES)], k=random.randint(1, 4))
    stream = io.StringIO(newline="")
    write = csv.writer(
        stream, delimiter=random.choice(",;\t"), quoting=random.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
    )
    write.writerow(header)
    write.writerows([text(random) for _ in header] for _ in range(random.randrange(6)))
    return stream.getvalue().encode("utf-8", "surrogatepass")


def _column(random: Random, rows: int) -> pa.Array:
    kinds: list[Callable[[], pa.Array]] = [
        lambda: pa.array([random.choice([1.0, math.nan, math.inf, None]) for _ in range(rows)]),
        lambda: pa.array([[random.choice([1.0, math.nan])] * random.randrange(3) for _ in range(rows)]),
        lambda: pa.array([{"a": text(random), "b": [random.random()]} for _ in range(rows)]),
        lambda: pa.array([random.randbytes(3) for _ in range(rows)]),
        lambda: pa.array([random.randrange(10**9) for _ in range(rows)], pa.timestamp("s")),
        lambda: pa.array([text(random) for _ in range(rows)]).dictionary_encode(),
        lambda: pa.array([[("k", random.randrange(9))] for _ in range(rows)], pa.map_(pa.string(), pa.int64())),
        lambda: pa.array([random.choice([None, "x", text(random)]) for _ in range(rows)]),
        lambda: pa.array([nested(random.choice([1, 50]))] * rows) if rows else pa.array([], pa.string()),
    ]
    return random.choice(kinds)()


def _parquet_file(random: Random, _format: str, text_field: str) -> bytes:
    rows = random.randrange(5)
    columns = {_encodable(_name(random)): _column(random, rows) for _ in range(random.randrange(3))}
    if random.random() < 0.95:
        texts = [random.choice([text(random), text(random), None]) for _ in range(rows)]
        columns[text_field] = pa.array(texts, pa.string())
    if random.random() < 0.3:
        columns["ents"] = pa.array([[_entity(random)] for _ in range(rows)])
    stream = io.BytesIO()
    write_table(pa.table(columns), stream)
    return stream.getvalue()


def _entity(random: Random) -> dict[str, Any]:
    score = random.choice([0.5, math.nan])
    return {"start": 0, "end": random.randint(0, 3), "label": random.choice(LABELS), "score": score}


def _encodable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


def _docbin_file(random: Random, _format: str, _field: str) -> bytes:
    vocab = Vocab()
    docs = DocBin(store_user_data=True)
    for _ in range(random.randrange(5)):
        words = [random.choice(WORDS) for _ in range(random.randrange(6))]
        tags = [random.choice(["O", "B-PER", "B-LOC"]) for _ in words]
        doc = Doc(vocab, words=words, spaces=[random.random() < 0.7 for _ in words], ents=tags)
        data: dict[Any, Any] = {_encodable(_name(random)): value(random) for _ in range(random.randrange(3))}
        data |= random.choice(
            [{}, {"meta": _packable({"x": value(random)})}, {"scores": [0.5, math.nan]}, {"id": value(random)}]
        )
        doc.user_data = {name: _packable(one) for name, one in data.items()}
        docs.add(doc)
    return docs.to_bytes()


def _packable(found: Any) -> Any:
    """The value in what msgpack can hold."""
    if isinstance(found, dict):
        return {_encodable(name): _packable(one) for name, one in found.items()}
    if isinstance(found, list):
        return [_packable(one) for one in found]
    if isinstance(found, int) and abs(found) >= 2**63:
        return float(found)
    return _encodable(found) if isinstance(found, str) else found


def _conll_file(random: Random, _format: str, _field: str) -> bytes:
    tags = ["O", "B-PER", "I-PER", "I-LOC", "E-PER", "S-LOC", "L-ORG", "U-ORG", "x"]
    lines = []
    for _ in range(random.randrange(12)):
        columns = [
            random.choice(WORDS).split("\n")[0],
            *["_"] * random.randrange(3),
            random.choice(tags[: random.choice([3, 9])]),
        ]
        lines.append(random.choice(["", "-DOCSTART- -X- O O", random.choice("\t ").join(columns), "\t".join(columns)]))
    return "\n".join(lines).encode()


SERVED = ["text/html", "text/html; charset=utf-8", "text/plain; charset=latin-1", "text/html; charset=x", "image/png"]
MISC = ["_", "NER=B-PER", "NE=B-LOC|SpaceAfter=No", "SpacesAfter=\\s\\n", "name=I-ORG", "SpacesInToken=a\\sb", "x"]


def _conllu_file(random: Random, _format: str, _field: str) -> bytes:
    lines = []
    for number in range(random.randrange(12)):
        head = random.choice([str(number + 1), f"{number}-{number + 1}", f"{number}.1", "1"])
        form = random.choice(WORDS).split("\n")[0]
        token = "\t".join([head, form, *["_"] * 7, random.choice(MISC)])
        ours = json.dumps({"meta": {"a": value(random)}})
        comments = ["# newdoc id = x", "# sent_id = 1", '# annotator = {"id": "\ud800"}', f"# annotator = {ours}"]
        lines.append(random.choice([token, token, token, "", *comments]))
    return "\n".join(lines).encode("utf-8", "backslashreplace")


def _warc_file(random: Random, _format: str, _field: str) -> bytes:
    kinds = [("conversion", PLAIN, None), ("metadata", {}, None), *(("response", {}, served) for served in SERVED)]
    return web_archive(
        (*random.choice(kinds), text(random).encode("utf-8", "surrogatepass")) for _ in range(random.randrange(4))
    )


_MAKERS: Mapping[str, Callable[[Random, str, str], bytes]] = {
    "text": _text_file,
    "jsonl": _jsonl_file,
    "csv": _csv_file,
    "parquet": _parquet_file,
    "docbin": _docbin_file,
    "conll": _conll_file,
    "conll2003": _conll_file,
    "conllu": _conllu_file,
    "warc": _warc_file,
}
