"""Damaged checkpoint folders are refused in one line, or give the same entities as whole ones; none is silent.

What a test cannot ask for is that other settings or weights that are valid in themselves are noticed.
"""

from __future__ import annotations

import json
import random
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotator.export import export
from support.checkpoints import load_reference
from support.cli_runs import Run, annotate, refused
from support.paths import SAMPLES

TEXT = b"".join((SAMPLES / "de.txt").read_bytes().splitlines(keepends=True)[:3])
WRONG_VALUES: tuple[Any, ...] = (0, -7, 2.5, "x", "", [], ["x"], {}, {"x": "y"}, True, 10**15)
WRONG_FILES = (b"", b"{", b"{}", b"[]", b"[1]", b'"x"', b"null", b"7", b"\xff\xfe", b'{"x": 1}', b"[" * 100_000)
CONFIG_KEYS = (
    "model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size",
    "max_position_embeddings", "type_vocab_size", "id2label", "pad_token_id", "hidden_act", "layer_norm_eps",
)  # fmt: skip
TOKENIZER_PATHS = (("model",), ("model", "type"), ("model", "vocab"), ("added_tokens",), ("normalizer",), ("version",))
Damage = Callable[[Path, random.Random], str]


def replace_file(folder: Path, draw: random.Random) -> str:
    """Another content in place of a file."""
    path = draw.choice(sorted(folder.iterdir()))
    content = draw.choice(WRONG_FILES)
    path.write_bytes(content)
    return f"{path.name} is {content[:20]!r}"


def remove_file(folder: Path, draw: random.Random) -> str:
    path = draw.choice(sorted(folder.iterdir()))
    path.unlink()
    return f"{path.name} is missing"


def cut_file(folder: Path, draw: random.Random) -> str:
    """A file that was copied only in part."""
    path = draw.choice([path for path in sorted(folder.iterdir()) if path.stat().st_size])
    content = path.read_bytes()
    end = draw.randrange(len(content))
    path.write_bytes(content[:end])
    return f"{path.name} ends at {end} of {len(content)}"


def change_config(folder: Path, draw: random.Random) -> str:
    key, value = draw.choice(CONFIG_KEYS), draw.choice(WRONG_VALUES)
    config = json.loads((folder / "config.json").read_bytes())
    config[key] = value
    (folder / "config.json").write_text(json.dumps(config))
    return f"config.json: {key} is {value!r}"


def change_labels(folder: Path, draw: random.Random) -> str:
    """Names of labels that are too few, too many, numbered otherwise, or no strings."""
    config = json.loads((folder / "config.json").read_bytes())
    labels = config["id2label"]
    key = draw.choice(sorted(labels))
    change = draw.choice(["less", "more", "renumbered", "value"])
    if change in ("less", "renumbered"):
        name = labels.pop(key)
        labels |= {f"x{key}": name} if change == "renumbered" else {}
    elif change == "more":
        labels[str(len(labels))] = "B-MISC"
    else:
        labels[key] = draw.choice([None, 7, [], {}])
    (folder / "config.json").write_text(json.dumps(config))
    return f"id2label: {change} at {key}"


def change_tokenizer(folder: Path, draw: random.Random) -> str:
    *parents, key = draw.choice(TOKENIZER_PATHS)
    value = draw.choice(WRONG_VALUES)
    settings = json.loads((folder / "tokenizer.json").read_bytes())
    place = settings
    for parent in parents:
        place = place[parent]
    place[key] = value
    (folder / "tokenizer.json").write_text(json.dumps(settings))
    return f"tokenizer.json: {key} is {value!r}"


def enlarge_vocabulary(folder: Path, draw: random.Random) -> str:
    """The tokenizer of a larger model."""
    settings = json.loads((folder / "tokenizer.json").read_bytes())
    more = draw.randrange(1, 1_000)
    settings["model"]["vocab"] += [[f"▁more{i}", -9.0] for i in range(more)]
    (folder / "tokenizer.json").write_text(json.dumps(settings))
    return f"{more} more pieces"


def change_length(folder: Path, draw: random.Random) -> str:
    value = draw.choice([2, -7, 0, "x", 2.5, [], {}, True, 10**15])
    path = folder / "tokenizer_config.json"
    settings = json.loads(path.read_bytes()) if path.exists() else {}
    path.write_text(json.dumps(settings | {"model_max_length": value}))
    return f"model_max_length is {value!r}"


def change_header(folder: Path, draw: random.Random) -> str:
    """A tensor of another type, shape or place, or none."""
    path = draw.choice(sorted(folder.glob("*.safetensors")))
    content = path.read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + size])
    name = draw.choice(sorted(set(header) - {"__metadata__"}))
    change = draw.choice(["dtype", "shape", "data_offsets", "field", "removed", "renamed", "replaced"])
    if change == "dtype":
        header[name][change] = draw.choice(["I64", "F64", "U8", "x", 7, None])
    elif change == "shape":
        header[name][change] = draw.choice([[], [10**15], [-1], ["x"], 7, None, [*header[name][change], 2]])
    elif change == "data_offsets":
        start, end = header[name][change]
        header[name][change] = draw.choice([[10**15, 10**15 + end - start], [end, start + 1], [0], [-4, 0], "x", None])
    elif change == "field":
        del header[name][draw.choice(["dtype", "shape", "data_offsets"])]
    elif change == "replaced":
        header[name] = draw.choice([[], 7, None, "x"])
    else:
        entry = header.pop(name)
        header |= {f"x{name}": entry} if change == "renamed" else {}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + size :])
    return f"{path.name}: {name}: {change}"


def change_index(folder: Path, draw: random.Random) -> str:
    """An index that names other files, or that is there where it is not needed."""
    path = folder / "model.safetensors.index.json"
    index: dict[str, Any] = {"metadata": {}, "weight_map": {"x": "model.safetensors"}}
    if path.exists():
        index = json.loads(path.read_bytes())
    name = draw.choice(sorted(index["weight_map"]))
    value = draw.choice(
        ["pytorch_model.bin", "../model.safetensors", "none.safetensors", "", 7, None, "/x.safetensors"]
    )
    index["weight_map"][name] = value
    path.write_text(json.dumps(index))
    return f"index: {name} is in {value!r}"


DAMAGES: tuple[Damage, ...] = (
    replace_file, remove_file, cut_file, change_config, change_labels, change_tokenizer, enlarge_vocabulary,
    change_length, change_header, change_index,
)  # fmt: skip


@pytest.fixture(scope="module")
def wholes(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A checkpoint with its weights in one file, in several, and with graphs."""
    shards = tmp_path_factory.mktemp("damaged") / "shards"
    shutil.copytree(tiny, shards)
    (shards / "model.safetensors").unlink()
    load_reference(tiny).save_pretrained(shards, max_shard_size="100kB")
    return {"torch": tiny, "shards": shards, "onnx": export(tiny, shards.with_name("onnx")).parent}


@pytest.fixture(scope="module")
def expected(wholes: dict[str, Path]) -> dict[str, bytes]:
    """What the whole checkpoints give."""
    given = {kind: run(folder, kind).out for kind, folder in wholes.items()}
    assert given["torch"] == given["shards"] and all(b"\tB-" in out for out in given.values())
    return given


def run(folder: Path, kind: str) -> Run:
    engine = "onnx" if kind == "onnx" else "torch"
    return annotate("--model", folder, "--engine", engine, "--device", "cpu", "-q", stdin=TEXT)


def check(seed: int, wholes: dict[str, Path], expected: dict[str, bytes], place: Path) -> bool:
    """Damage a checkpoint and use it; whether it was refused."""
    draw = random.Random(seed)
    kind, damage = draw.choice(sorted(wholes)), DAMAGES[seed % len(DAMAGES)]
    folder = place / "checkpoint"
    shutil.copytree(wholes[kind], folder)
    what = f"seed {seed}, {kind}: {damage(folder, draw)}"
    done = run(folder, kind)
    shutil.rmtree(folder)
    if done.code == 0:
        assert (done.out, done.err) == (expected[kind], ""), what
        return False
    message = refused(done, done.code)
    assert done.code in (1, 2) and (str(folder) in message or "the model" in message), (what, message)
    return True


def test_some_damaged_checkpoints(wholes: dict[str, Path], expected: dict[str, bytes], tmp_path: Path) -> None:
    refusals = [check(seed, wholes, expected, tmp_path) for seed in range(30)]
    assert 15 < sum(refusals) < 30


@pytest.mark.slow
@pytest.mark.parametrize("first", range(30, 330, 50))
def test_many_damaged_checkpoints(
    first: int, wholes: dict[str, Path], expected: dict[str, bytes], tmp_path: Path
) -> None:
    for seed in range(first, first + 50):
        check(seed, wholes, expected, tmp_path)
