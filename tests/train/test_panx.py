"""PAN-X from a folder and from the Hub."""

from __future__ import annotations

from pathlib import Path

import datasets
import pytest
from annotator.train.panx import PanxFolder, PanxHub, open_panx, sample, sample_size

from annotator.errors import AnnotatorError, UsageError
from annotator.labels import PANX_TAGS
from support.trainings import GOLD, write_conll


def test_the_hub_and_a_folder_give_the_same_sentences(folder: Path, tmp_path: Path) -> None:
    # The Hub's dataset as a local copy, read by the same library: configurations of Parquet files.
    features = datasets.Features(
        {
            "tokens": datasets.Sequence(datasets.Value("string")),
            "ner_tags": datasets.Sequence(datasets.ClassLabel(names=list(PANX_TAGS))),
            "langs": datasets.Sequence(datasets.Value("string")),
        }
    )
    files = []
    for split, name in (("train", "train"), ("dev", "validation"), ("test", "test")):
        sentences = PanxFolder(folder).read("de", split)
        rows = {
            "tokens": [list(s.words) for s in sentences],
            "ner_tags": [[PANX_TAGS.index(tag) for tag in s.tags] for s in sentences],
            "langs": [["de"] * len(s.words) for s in sentences],
        }
        datasets.Dataset.from_dict(rows, features=features).to_parquet(tmp_path / "PAN-X.de" / f"{name}.parquet")
        files.append(f"  - split: {name}\n    path: PAN-X.de/{name}.parquet")
    (tmp_path / "README.md").write_text(
        "---\nconfigs:\n- config_name: PAN-X.de\n  data_files:\n" + "\n".join(files) + "\n---\n"
    )
    hub = PanxHub(str(tmp_path))
    for split in ("train", "dev", "test"):
        assert hub.read("de", split) == PanxFolder(folder).read("de", split)


def test_samples_are_those_of_the_book() -> None:
    # datasets.Dataset.shuffle(seed=0).select(range(n)), as the book takes them.
    rows = datasets.Dataset.from_dict({"i": list(range(len(GOLD)))}).shuffle(seed=0).select(range(20))["i"]
    assert sample(GOLD, 20) == [GOLD[i] for i in rows]
    assert [sample_size("swiss", lang, 20_000) for lang in ("de", "fr", "it", "en")] == [12_580, 4_580, 1_680, 1_180]
    assert (sample_size("all", "nl", 7), sample_size("500", "nl", 7)) == (7, 500)
    for wrong in ("0", "-3", "some"):
        with pytest.raises(UsageError, match="set sample to all, swiss, or a number"):
            sample_size(wrong, "de", 10)
    with pytest.raises(UsageError, match="no share for 'nl'"):
        sample_size("swiss", "nl", 10)


def test_missing_languages_and_splits_are_reported(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no language 'dee': did you mean de"):
        open_panx(folder).read("dee", "train")
    with pytest.raises(UsageError, match=r"no <lang>/train.tsv"):
        open_panx(tmp_path)
    write_conll(tmp_path / "nl" / "train.tsv", GOLD[:2])
    with pytest.raises(AnnotatorError, match=r"nl/test.tsv: no such file: the folder lacks the split 'test' of 'nl'"):
        open_panx(tmp_path).read("nl", "test")
    with pytest.raises(UsageError, match="no language 'xx'"):
        PanxHub().read("xx", "train")
