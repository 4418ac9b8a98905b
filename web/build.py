"""Builds the page that runs in the browser alone: puts the libraries and the model beside it, into web/site/.

python web/build.py                        # needs npm and the extra export
python -m http.server --directory web/site # any server of files will do

The graph of a checkpoint points into its weights; the page gets one that holds them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import onnx

from annotator.checkpoints.config import calibration_of, tags_of
from annotator.checkpoints.folder import DEFAULT_MODEL, embedded_folder, max_pieces
from annotator.decode import NOT_CALIBRATED
from annotator.display import colour
from annotator.engines.graphs import INT8_FILE
from annotator.labels import TagSet

WEB = Path(__file__).parent
SITE = WEB / "site"
PAGE = ("index.html", "page.css", "page.js", "tagger.js")
LIBRARIES = (
    "onnxruntime-web/dist/ort.wasm.min.mjs",
    "onnxruntime-web/dist/ort-wasm-simd-threaded.mjs",
    "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
    "@huggingface/tokenizers/dist/tokenizers.min.mjs",
)


def build(site: Path) -> None:
    """Write the page into a folder, in which nothing else is kept."""
    shutil.rmtree(site, ignore_errors=True)
    subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=WEB, check=True)
    (site / "vendor").mkdir(parents=True)
    (site / "model").mkdir()
    for name in PAGE:
        shutil.copy(WEB / name, site)
    for name in LIBRARIES:
        shutil.copy(WEB / "node_modules" / name, site / "vendor")
    folder = embedded_folder(DEFAULT_MODEL)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(folder / name, site / "model")
    onnx.save(onnx.load(folder / INT8_FILE), site / "model" / "graph.onnx")
    tags = tags_of(folder)
    labels = TagSet.parse(tags).labels
    model = {
        "tags": tags,
        "pieces": max_pieces(folder),
        "colours": {label: colour(label) for label in labels},
        "calibration": (calibration_of(folder, labels) or NOT_CALIBRATED).to_json(),
    }
    (site / "model" / "model.json").write_text(json.dumps(model))


if __name__ == "__main__":
    build(SITE)
