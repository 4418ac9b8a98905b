from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
import torch
from annotator.train.alignment import IGNORED, Example, align, budget_batches
from annotator.train.corpora import TaggedSentence, passes, read_tagged, split_unspaced_words
from annotator.train.finetune import Settings, finetune_batches
from annotator.train.measure import measure
from annotator.train.publish import ShiftedEngine, publish
from annotator.train.trim import choose_pieces, trim
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from annotator import Annotator
from annotator.errors import RecordError
from annotator.labels import PANX_TAGS
from support.paths import SAMPLES, SHARED, needs_shared
from support.scored import batch_of

LABEL_IDS = {tag: i for i, tag in enumerate(PANX_TAGS)}
GOLD = list(read_tagged(SAMPLES / "gold.conll", PANX_TAGS))


def test_a_line_without_a_known_tag_is_told_by_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("Paris\tB-LOC\n\nRom\tB-XYZ\n", encoding="utf-8")
    with pytest.raises(RecordError, match=r"x.tsv:3: expected 'token<TAB>tag' with a tag of O, B-PER"):
        list(read_tagged(path, PANX_TAGS))


def test_unspaced_words_are_split_and_their_tags_carried_on() -> None:
    sentence = TaggedSentence(("中国", "人", "Tom"), ("B-LOC", "O", "B-PER"))
    assert split_unspaced_words(sentence) == TaggedSentence(("中", "国", "人", "Tom"), ("B-LOC", "I-LOC", "O", "B-PER"))


def test_passes_take_whole_rounds_and_a_share() -> None:
    taken = passes(GOLD[:10], 2.5, random.Random(0))
    assert len(taken) == 25
    assert Counter(taken).most_common()[-1][1] == 2


def check_alignment(sentences: list[TaggedSentence], folder: Path, max_pieces: int) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    examples = list(align(sentences, tokenizer, LABEL_IDS, max_pieces))
    assert all(len(e.ids) == len(e.labels) <= max_pieces for e in examples)
    labels = [label for e in examples for label in e.labels if label != IGNORED]
    assert labels == [LABEL_IDS[tag] for s in sentences for tag in s.tags]


@pytest.mark.parametrize("max_pieces", [12, 256])
def test_each_word_has_one_labelled_piece(tiny: Path, max_pieces: int) -> None:
    check_alignment(GOLD, tiny, max_pieces)


def test_batches_keep_the_budget_and_lose_nothing() -> None:
    chance = random.Random(0)
    examples = [Example([i] * chance.randint(1, 90), [0]) for i in range(1000)]
    batches = list(budget_batches(examples, slots=100, pool=300))
    assert sorted(e.ids[0] for b in batches for e in b) == list(range(1000))
    assert all(max(len(e.ids) for e in b) * len(b) <= 100 for b in batches)


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
        assert a.tokens == b.tokens
        assert torch.equal(matrix[a.ids], small_matrix[b.ids])


@needs_shared
@pytest.mark.slow
def test_alignment_on_a_whole_split(tiny: Path) -> None:
    check_alignment(list(read_tagged(SHARED / "data/panx/de/dev.tsv", PANX_TAGS)), tiny, 256)


def overfit(base: Path, output: Path, settings: Settings) -> Path:
    tokenizer = AutoTokenizer.from_pretrained(base)
    examples = list(align(GOLD[:8], tokenizer, LABEL_IDS, 256))
    batches = [examples] * 300
    final = finetune_batches(base, output, PANX_TAGS, batches, settings)
    tokenizer.save_pretrained(final)
    return final


@pytest.mark.slow
def test_a_tiny_model_learns_its_data_and_a_killed_run_goes_on_to_the_same_weights(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(rate=2e-3, warmup=0.06, hidden_dropout=0.0, attention_dropout=0.0, save_steps=50)
    whole = overfit(tiny, tmp_path / "whole", settings)
    assert measure(Annotator.load(str(whole), device="cpu"), GOLD[:8])["micro avg"].f1 == 1.0

    # What a run killed at step 120 leaves: the checkpoints of steps 50 and 100.
    from transformers import Trainer

    class Killed(Exception):
        pass

    step = Trainer.training_step

    def dying(self: Trainer, *args: object, **kwargs: object) -> object:
        if self.state.global_step == 120:
            raise Killed
        return step(self, *args, **kwargs)

    monkeypatch.setattr(Trainer, "training_step", dying)
    with pytest.raises(Killed):
        overfit(tiny, tmp_path / "killed", settings)
    monkeypatch.undo()
    resumed = overfit(tiny, tmp_path / "killed", settings)
    a, b = load_file(whole / "model.safetensors"), load_file(resumed / "model.safetensors")
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_a_shift_moves_the_log_odds_of_outside(tiny: Path, tmp_path: Path) -> None:
    annotator = Annotator.load(str(tiny), device="cpu")
    publish(tiny, tiny, tmp_path, shift=1.5)
    published = Annotator.load(str(tmp_path), device="cpu")
    shifted = ShiftedEngine(annotator.engine)
    shifted.shift = 1.5
    batch = batch_of(list(annotator.encoder.windows([["Angela", "Merkel", "besuchte", "Paris"]])))
    # float16 weights: three digits.
    assert published.engine.scores(batch) == pytest.approx(shifted.scores(batch), abs=0.05)
    assert (tmp_path / "model.safetensors").stat().st_size < (tiny / "model.safetensors").stat().st_size * 0.6
