"""Smaller vocabularies."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import regex
import torch
from annotator.train.trim import NEVER_STARTING, WORD_START, choose_pieces, count_pieces, trim
from safetensors.torch import load_file
from tokenizers import Tokenizer

from support.trainings import GOLD

BARE = regex.compile(re.sub(r"\\x\{(\w+)\}", r"\\u\1", NEVER_STARTING))  # regex writes code points otherwise


def test_pieces_are_counted_over_all_sentences(tiny: Path) -> None:
    tokenizer = Tokenizer.from_file(str(tiny / "tokenizer.json"))
    once, twice = (count_pieces(tokenizer, [GOLD[0].words] * times) for times in (1, 2))
    assert once and twice == Counter({piece: 2 * count for piece, count in once.items()})


def test_choose_pieces_keeps_the_used_the_single_and_the_best() -> None:
    vocabulary = [("<s>", 0.0), ("▁a", -1.0), ("▁the", -2.0), ("▁of", -3.0), ("中", -4.0), ("ж", -9.0), ("rare", -10.0)]
    assert choose_pieces(vocabulary, Counter({6: 1}), special=[0], keep=5, least=1) == [0, 1, 2, 5, 6]
    with pytest.raises(ValueError, match="3 pieces are too few: the corpus and the characters need 4"):
        choose_pieces(vocabulary, Counter({6: 1}), special=[0], keep=3, least=1)


def test_a_trimmed_checkpoint_cuts_the_corpus_as_before(tiny: Path, tmp_path: Path) -> None:
    sentences = [s.words for s in GOLD]
    full = Tokenizer.from_file(str(tiny / "tokenizer.json"))
    trim(tiny, tmp_path, sentences, keep=full.get_vocab_size() - 20)
    trimmed = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert trimmed.get_vocab_size() == full.get_vocab_size() - 20
    rows, small = load_file(tiny / "model.safetensors"), load_file(tmp_path / "model.safetensors")
    matrix = next(v for k, v in rows.items() if k.endswith("word_embeddings.weight"))
    small_matrix = next(v for k, v in small.items() if k.endswith("word_embeddings.weight"))
    assert len(small_matrix) == trimmed.get_vocab_size()
    for words in sentences:
        a, b = full.encode(list(words), is_pretokenized=True), trimmed.encode(list(words), is_pretokenized=True)
        kept = [i for i, piece in enumerate(a.tokens) if not (piece == WORD_START and BARE.match(a.tokens[i + 1]))]
        assert [a.tokens[i] for i in kept] == b.tokens
        assert torch.equal(matrix[[a.ids[i] for i in kept]], small_matrix[b.ids])


def test_a_word_of_a_script_without_spaces_has_no_bare_piece(tiny: Path, tmp_path: Path) -> None:
    full = Tokenizer.from_file(str(tiny / "tokenizer.json"))
    trim(tiny, tmp_path, [["東", "京", "Bern", ","]], keep=full.get_vocab_size() - 20)
    trimmed = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    tokens = trimmed.encode(["東", "京", "Bern", ","], is_pretokenized=True, add_special_tokens=False).tokens
    assert WORD_START not in tokens and tokens[0] == "東" and tokens[-1] == ","
