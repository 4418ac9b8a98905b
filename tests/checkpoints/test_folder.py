"""Names of models, checkpoint folders, tokenizers and the size of windows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import huggingface_hub.constants
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from annotator import Annotator
from annotator.checkpoints.folder import DEFAULT_MODEL, HUB_MODELS, find_checkpoint, load_tokenizer, max_pieces
from annotator.errors import AnnotatorError, UsageError
from annotator.system.calls import SECONDS_VARIABLE
from support.checkpoints import load_reference, save_tiny
from support.cli_runs import annotate_apart
from support.servers import FAILURE, closed_port
from support.servers import server as serving

# Tag sets of other checkpoints.
OTHER_TAGS = {
    "conll": ("O", "B-MISC", "I-MISC", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"),
    "ontonotes": ("O", *(f"{p}-{x}" for x in ("CARDINAL", "DATE", "EVENT", "FAC", "GPE", "LANGUAGE") for p in "BI")),
    "bioes": ("S-LOC", "O", "B-LOC", "I-LOC", "E-LOC", "S-PER", "B-PER", "I-PER", "E-PER"),
    "bare": ("O", "PER", "LOC"),
}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Hugging Face cache."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def put_into_cache(hub: Path, repository: str, checkpoint: Path) -> Path:
    """Put a checkpoint into the cache as a download would."""
    folder = hub / f"models--{repository.replace('/', '--')}"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text("0" * 40)
    return Path(shutil.copytree(checkpoint, folder / "snapshots" / ("0" * 40)))


def test_a_folder_stands_for_itself(tiny: Path) -> None:
    assert find_checkpoint(str(tiny)) == tiny


@pytest.mark.parametrize("name", ["xlm-r-panx", "someone/some-model"])
def test_a_hub_model_in_the_cache_is_used_silently(
    name: str, hub: Path, tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = put_into_cache(hub, HUB_MODELS.get(name, name), tiny)
    assert find_checkpoint(name) == snapshot
    assert capsys.readouterr().err == ""


def test_a_download_is_announced_and_its_failure_is_an_error(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(
        AnnotatorError, match=r"someone/some-model cannot be downloaded .*check the name and the network"
    ):
        find_checkpoint("someone/some-model")
    assert capsys.readouterr().err == "annotate: downloading someone/some-model from the Hugging Face Hub\n"


def test_the_remains_of_an_interrupted_download_are_not_used(
    hub: Path, tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (put_into_cache(hub, "someone/half", tiny) / "model.safetensors").unlink()
    with pytest.raises(AnnotatorError, match=r"no model.safetensors"):
        find_checkpoint("someone/half")
    assert "downloading someone/half" in capsys.readouterr().err


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown model 'pax-mini'.* panx-mini, xlm-r-panx"):
        find_checkpoint("pax-mini")


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(AnnotatorError, match=r"only pickled weights \(pytorch_model.bin\)"):
        find_checkpoint(str(tmp_path))


def test_folders_that_are_no_checkpoints_are_refused(tmp_path: Path, tiny: Path) -> None:
    with pytest.raises(AnnotatorError, match=r"no config.json"):
        find_checkpoint(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(AnnotatorError, match=r"no model.safetensors"):
        find_checkpoint(str(tmp_path))
    shutil.copytree(tiny, tmp_path / "broken")
    (tmp_path / "broken" / "config.json").write_text("{")
    with pytest.raises(AnnotatorError, match=r"config.json"):
        Annotator.load(str(tmp_path / "broken"), device="cpu")


def test_damaged_weights_are_an_error_in_one_line(tiny: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(tiny, tmp_path / "broken"))
    (broken / "model.safetensors").write_bytes(b"not safetensors")
    with pytest.raises(AnnotatorError, match=r"not a safetensors file \(.+\): copy") as caught:
        Annotator.load(str(broken), device="cpu")
    assert "\n" not in str(caught.value)


def test_weights_that_lack_tensors_are_refused_instead_of_made_up(tiny: Path, tmp_path: Path) -> None:
    """transformers gives them random values, so that each run would find other entities."""
    folder = Path(shutil.copytree(tiny, tmp_path / "folder"))
    save_file({}, folder / "model.safetensors")
    with pytest.raises(AnnotatorError, match=r"config\.json: states 2 layers, but there are 0 tensors"):
        Annotator.load(str(folder), device="cpu")
    tensors = load_file(tiny / "model.safetensors")
    del tensors["roberta.encoder.layer.1.output.dense.weight"], tensors["classifier.bias"]
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(AnnotatorError, match=r"the weights lack classifier\.bias and 1 more tensors: copy"):
        Annotator.load(str(folder), device="cpu")


class Canary:
    """A pickle that writes a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("way", ["index", "config"])
def test_no_file_can_have_pickled_weights_loaded(way: str, tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "folder"))
    tensors = load_file(folder / "model.safetensors")
    torch.save({**tensors, "x": Canary(tmp_path / "loaded")}, folder / "pytorch_model.bin")
    index = {"metadata": {}, "weight_map": dict.fromkeys(tensors, "pytorch_model.bin")}
    if way == "index":
        (folder / "model.safetensors").unlink()
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    else:
        (folder / "other.safetensors.index.json").write_text(json.dumps(index))
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(
            json.dumps(config | {"transformers_weights": "other.safetensors.index.json"})
        )
    with pytest.raises(AnnotatorError, match=r"read only from safetensors|names its weights in transformers_weights"):
        Annotator.load(str(folder), device="cpu", engine="torch")
    assert not (tmp_path / "loaded").exists()


def test_a_checkpoint_in_several_files_is_loaded(tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "folder"))
    (folder / "model.safetensors").unlink()
    load_reference(tiny).save_pretrained(folder, max_shard_size="100kB")
    assert len(list(folder.glob("*.safetensors"))) > 1
    text = "Angela Merkel besuchte Paris und traf dort Emmanuel Macron."
    assert Annotator.load(folder, device="cpu")(text) == Annotator.load(tiny, device="cpu")(text)


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"model": {"type": "Unknown"}}', b"{"])
def test_damaged_tokenizers_are_refused_in_one_line(content: bytes, tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "folder"))
    (folder / "tokenizer.json").write_bytes(content)
    with pytest.raises(AnnotatorError, match=r"tokenizer\.json: not (a tokenizer|a JSON object|JSON)") as raised:
        load_tokenizer(folder)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("value", [2, -7, "x", 0, 2.5, []])
def test_lengths_that_no_model_has_are_refused(value: object, tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "folder"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": value}))
    with pytest.raises(AnnotatorError, match=r"tokenizer_config\.json: model_max_length is .*not a whole number of at"):
        max_pieces(folder)
    config = json.loads((tiny / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 5}))
    with pytest.raises(AnnotatorError, match=r"config\.json: leaves room for 3 pieces"):
        max_pieces(folder)


def test_a_tokenizer_of_a_larger_model_is_refused(tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "folder"))
    config = json.loads((tiny / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"vocab_size": 699}))
    with pytest.raises(AnnotatorError, match=r"the tokenizer has 700 pieces, the model knows 699: copy the tokenizer"):
        load_tokenizer(folder)


@pytest.mark.parametrize("tags", OTHER_TAGS.values(), ids=OTHER_TAGS)
def test_other_label_sets_work(tags: tuple[str, ...], tmp_path: Path) -> None:
    annotator = Annotator.load(str(save_tiny(tmp_path, tags)), device="cpu")
    document = annotator("Angela Merkel besuchte Paris und traf dort Emmanuel Macron, den Präsidenten. " * 5)
    known = {tag.partition("-")[2] or tag for tag in tags} - {"O"}
    assert document.entities and {e.label for e in document.entities} <= known


def test_labels_without_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match=r"names no entity labels"):
        Annotator.load(str(save_tiny(tmp_path, ("LABEL_0", "LABEL_1"))), device="cpu")


@pytest.mark.parametrize(
    ("config", "tokenizer_config", "pieces"),
    [
        ({"model_type": "xlm-roberta", "max_position_embeddings": 514, "pad_token_id": 1}, {}, 512),
        ({"model_type": "bert", "max_position_embeddings": 512}, {"model_max_length": 10**30}, 512),
        ({"model_type": "bert", "max_position_embeddings": 512}, {"model_max_length": 128}, 128),
        ({"model_type": "deberta-v2"}, None, 512),
    ],
)
def test_the_pieces_that_a_model_accepts(
    config: dict[str, object], tokenizer_config: dict[str, object] | None, pieces: int, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    if tokenizer_config is not None:
        (tmp_path / "tokenizer_config.json").write_text(json.dumps(tokenizer_config))
    assert max_pieces(tmp_path) == pieces


def test_byte_level_tokenizers_see_words_after_a_space(tmp_path: Path) -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(["Paris und Rom"] * 10, trainers.BpeTrainer(show_progress=False))
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    loaded = load_tokenizer(tmp_path).encode(["Paris", "Rom"], is_pretokenized=True)
    assert [loaded.tokens[loaded.word_ids.index(i)][0] for i in (0, 1)] == ["Ġ", "Ġ"]


def test_the_embedded_model_is_complete_and_small_enough() -> None:
    folder = find_checkpoint(DEFAULT_MODEL)
    assert (folder / "README.md").is_file()
    assert (folder / "model.safetensors").stat().st_size < 95_000_000
    assert load_tokenizer(folder).encode(["Paris"], is_pretokenized=True).tokens == ["<s>", "▁Paris", "</s>"]


@pytest.mark.parametrize("server", [closed_port, serving, lambda: serving(FAILURE)])
def test_a_hub_that_does_not_serve_is_one_line_in_time(server: Callable[[], AbstractContextManager[str]]) -> None:
    with server() as address:
        variables = {SECONDS_VARIABLE: "1", "HF_ENDPOINT": f"http://{address}", "HF_HUB_OFFLINE": "0"}
        run = annotate_apart("--model", "someone/some-model", stdin=b"Rom\n", **variables)
    announced, says = run.err.splitlines()
    assert run.code == 1 and announced == "annotate: downloading someone/some-model from the Hugging Face Hub"
    assert says.startswith("annotate: error: model someone/some-model cannot be downloaded (")
