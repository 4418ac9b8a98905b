"""Tiny checkpoints with random weights, the bare transformers model of one, and windows to score."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    AutoConfig,
    AutoModelForTokenClassification,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaForTokenClassification,
)

from annotator.checkpoints.folder import load_tokenizer, max_pieces
from annotator.labels import PANX_TAGS
from annotator.prepare.encode import Encoder, Window
from support.paths import SAMPLES

SAMPLE_TEXTS = [SAMPLES / "de.txt", SAMPLES / "fr.txt", SAMPLES / "en.txt"]
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
SMALL_DISTILBERT = {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """A Unigram tokenizer like XLM-R's with a few hundred pieces of the samples.

    The pieces are counted rather than trained, because the trainer of tokenizers makes another vocabulary each time.
    """
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    text = " ".join(path.read_text(encoding="utf-8") for path in sorted(SAMPLES.glob("*.txt")))
    words = [f"▁{word}" for word in unicodedata.normalize("NFKC", text).split()]
    counts = Counter(
        word[i:j] for word in words for i in range(len(word)) for j in range(i + 1, min(i + 7, len(word) + 1))
    )
    longer = sorted(
        (piece for piece in counts if len(piece) > 1), key=lambda piece: (-counts[piece] * len(piece), piece)
    )
    pieces = [*sorted(piece for piece in counts if len(piece) == 1), *longer][: 700 - len(special) - 1]
    scored = [(piece, math.log(counts[piece] / counts.total())) for piece in pieces]
    vocabulary = [*((name, 0.0) for name in special), *scored, ("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, special.index("<unk>")))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens([*special, "<mask>"])
    ids = [("<s>", tokenizer.token_to_id("<s>")), ("</s>", tokenizer.token_to_id("</s>"))]
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", "<s> $A </s> </s> $B </s>", ids)
    names = dict(zip(("bos_token", "pad_token", "eos_token", "unk_token"), special, strict=True))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, cls_token="<s>", sep_token="</s>", **names)


def save_tiny(folder: Path, tags: tuple[str, ...] = PANX_TAGS, pieces: int = 512) -> Path:
    """A checkpoint with random weights that takes at most `pieces` pieces."""
    tokenizer = tiny_tokenizer()
    torch.manual_seed(1)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=pieces + 2,
        type_vocab_size=1,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.6,  # large enough for tags of all kinds
        id2label=dict(enumerate(tags)),
        label2id={tag: i for i, tag in enumerate(tags)},
    )
    XLMRobertaForTokenClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def save_architecture(
    folder: Path, model_type: str, config: Mapping[str, object] | None = None, dtype: torch.dtype = torch.float32
) -> Path:
    """A checkpoint of an architecture with random weights, and the tiny tokenizer; `config` changes its config."""
    torch.manual_seed(2)
    size: Mapping[str, object] = SMALL_DISTILBERT if model_type == "distilbert" else SMALL
    values = {"vocab_size": 700, "pad_token_id": 1, "initializer_range": 0.3, **size, **(config or {})}
    made = AutoConfig.for_model(model_type, **values, id2label=dict(enumerate(PANX_TAGS)))
    AutoModelForTokenClassification.from_config(made).to(dtype).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


def load_reference(folder: Path) -> Any:
    """The bare transformers model of a checkpoint, for reference loops."""
    return AutoModelForTokenClassification.from_pretrained(folder, dtype=torch.float32).eval()


def sample_windows(folder: Path) -> list[Window]:
    """The windows of the first 40 lines of the samples, for a checkpoint's tokenizer."""
    lines = [line.split() for path in SAMPLE_TEXTS for line in path.read_text(encoding="utf-8").splitlines()]
    return list(Encoder(load_tokenizer(folder), max_pieces(folder)).windows(lines[:40]))
