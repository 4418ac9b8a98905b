"""Vocabulary trimming: a smaller checkpoint that segments a corpus as before.

Most of an XLM-R model is its embedding matrix: 250,002 rows, of which a corpus of a few languages uses a quarter.
Dropping a row does not change the encoder, and dropping a piece from the Unigram tokenizer changes only the
segmentation of words that used it (Abdaoui et al., "Load What You Need", SustaiNLP 2020).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import regex
import torch
from tokenizers import Tokenizer
from transformers import AutoModel, PreTrainedTokenizerFast

WORD_START = "▁"
# XLM-R has no pieces that join the start of a word to one of these characters. Each word that begins with one would
# take two pieces, the first of them a bare "▁" that carries the label. In running text these characters follow others
# without a space, so the bare piece is left out.
NEVER_STARTING = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
    r"\x{3001}-\x{3003}\x{3008}-\x{301F}\x{30FC}.,’|]"
)
# Scripts with thousands of characters: theirs are kept only by score, those of all other scripts always.
LARGE_SCRIPT = regex.compile(r"[\p{Han}\p{Hangul}]")


def count_pieces(tokenizer: Tokenizer, sentences: Iterable[Sequence[str]]) -> Counter[int]:
    """How often each piece id occurs in sentences of words."""
    counts: Counter[int] = Counter()
    for encoding in tokenizer.encode_batch([list(words) for words in sentences], is_pretokenized=True):
        counts.update(encoding.ids)
    return counts


def choose_pieces(
    vocabulary: Sequence[tuple[str, float]], counts: Counter[int], special: Iterable[int], keep: int, least: int
) -> list[int]:
    """The `keep` piece ids to keep, in ascending order.

    Special pieces are kept first, then pieces seen at least `least` times, then all single characters except those of
    large scripts, so that every script stays covered, and then the pieces with the best scores. Raises ValueError if
    `keep` is too small for those kept regardless of score.
    """

    def character(piece: str) -> bool:
        bare = piece.removeprefix(WORD_START)
        return len(bare) <= 1 and not LARGE_SCRIPT.match(bare)

    wanted = dict.fromkeys(special)
    wanted |= dict.fromkeys(i for i, count in counts.most_common() if count >= least)
    wanted |= dict.fromkeys(i for i, (piece, _) in enumerate(vocabulary) if character(piece))
    if len(wanted) > keep:
        raise ValueError(f"{keep} pieces are too few: the corpus and the characters need {len(wanted)}")
    by_score = sorted(range(len(vocabulary)), key=lambda i: -vocabulary[i][1])
    for i in by_score:
        if len(wanted) == keep:
            break
        wanted.setdefault(i)
    return sorted(wanted)


def trim(base: Path, output: Path, sentences: Iterable[Sequence[str]], keep: int, least: int = 1) -> None:
    """Write the checkpoint `base` to `output` with a vocabulary of `keep` pieces.

    Every piece that occurs at least `least` times in `sentences` is kept, so with `least=1` they are segmented as
    before, except that a word that begins with one of the characters NEVER_STARTING has no bare "▁" before it. The
    base's embedding matrix must have one row for each piece of its vocabulary. Raises ValueError if `keep` is too
    small.
    """
    full = json.loads((base / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = [(piece, score) for piece, score in full["model"]["vocab"]]
    full["pre_tokenizer"] = {
        "type": "Sequence",
        "pretokenizers": [
            full["pre_tokenizer"],
            {
                "type": "Split",
                "pattern": {"Regex": f"{WORD_START}(?={NEVER_STARTING})"},
                "behavior": "Removed",
                "invert": False,
            },
        ],
    }
    special = {token["id"] for token in full["added_tokens"]}
    tokenizer = Tokenizer.from_str(json.dumps(full))
    kept = choose_pieces(vocabulary, count_pieces(tokenizer, sentences), special, keep, least)

    model = AutoModel.from_pretrained(base, add_pooling_layer=False)
    rows: torch.Tensor = model.get_input_embeddings().weight.data[kept]
    model.resize_token_embeddings(keep)
    model.get_input_embeddings().weight.data.copy_(rows)
    model.save_pretrained(output)

    new_id = {old: new for new, old in enumerate(kept)}
    trimmed: dict[str, Any] = full
    trimmed["model"]["vocab"] = [vocabulary[i] for i in kept]
    trimmed["model"]["unk_id"] = new_id[full["model"]["unk_id"]]
    for token in trimmed["added_tokens"]:
        token["id"] = new_id[token["id"]]
    for token in trimmed["post_processor"]["special_tokens"].values():
        token["ids"] = [new_id[i] for i in token["ids"]]
    old_settings = json.loads((base / "tokenizer_config.json").read_text(encoding="utf-8"))
    names = {k: v for k, v in old_settings.items() if k.endswith("_token") or k == "model_max_length"}
    PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(json.dumps(trimmed)), **names).save_pretrained(output)
