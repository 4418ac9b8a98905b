"""What a bug report should say about the machine: versions, devices, models, terminal."""

from __future__ import annotations

import hashlib
import locale
import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from annotator import __version__
from annotator.checkpoints.catalog import known_models
from annotator.checkpoints.folder import DEFAULT_MODEL

ENGINES = ("torch", "transformers", "onnxruntime")
PACKAGES = (*ENGINES, "tokenizers", "safetensors", "huggingface_hub", "spacy", "numpy", "pyarrow", "click", "rich")
# They change the number of threads, the visible devices and the use of the network.
VARIABLES = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "TOKENIZERS_PARALLELISM", "CUDA_VISIBLE_DEVICES", "HF_HOME", "HF_HUB_OFFLINE",
    "ANNOTATE_REMOTE_SECONDS",
)  # fmt: skip
WEIGHTS = (".safetensors", ".onnx")
ABSENT = "not installed"


@dataclass(frozen=True, slots=True)
class ModelState:
    """A known model: its folder (None: not on this machine) and the SHA-256 of each of its weight files, by name."""

    name: str
    folder: str | None
    sha256: dict[str, str]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that `annotate doctor` prints, section by section."""

    versions: dict[str, str]
    system: dict[str, str]
    devices: dict[str, str]
    terminal: dict[str, str]
    models: tuple[ModelState, ...]


def installed(packages: Iterable[str]) -> dict[str, str]:
    """The versions of packages, read from their metadata without importing them."""
    return {name: _version(name) for name in packages}


def version_line() -> str:
    """The versions of the package and its engines, with the default model, in one line."""
    engines = ", ".join(f"{name} {found}" for name, found in installed(ENGINES).items())
    return f"annotate {__version__} (model {DEFAULT_MODEL}, {engines})"


def diagnose() -> Diagnosis:
    """The diagnosis of this process and this machine. Reads all weights once, for their checksums."""
    return Diagnosis(
        versions={"annotator": __version__, "python": platform.python_version(), **installed(PACKAGES)},
        system=_system(),
        devices=_devices(),
        terminal=_terminal(),
        models=tuple(_state(model.name, model.folder) for model in known_models()),
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ABSENT


def _system() -> dict[str, str]:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "interpreter": sys.executable,
        "cores": f"{usable} of {os.cpu_count()}",
        **{name: os.environ[name] for name in VARIABLES if name in os.environ},
    }


def _devices() -> dict[str, str]:
    import torch

    found = {"cpu": f"{torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}"}
    for number in range(torch.cuda.device_count()):
        gpu = torch.cuda.get_device_properties(number)
        found[f"cuda:{number}"] = f"{gpu.name}, {gpu.total_memory / 2**30:.0f} GiB, CUDA {torch.version.cuda}"
    if torch.backends.mps.is_available():
        found["mps"] = "Apple GPU"
    return found


def _terminal() -> dict[str, str]:
    from rich.console import Console

    console = Console()
    return {
        "stdout": f"{'a terminal' if console.is_terminal else 'no terminal'}, {getattr(sys.stdout, 'encoding', None)}",
        "size": f"{console.width} x {console.height}",
        "colours": console.color_system or "none",
        "TERM": os.environ.get("TERM", "unset"),
        "locale": ".".join(part or "C" for part in locale.getlocale()),
        "file names": sys.getfilesystemencoding(),
    }


def _state(name: str, folder: str | None) -> ModelState:
    weights = sorted(path for path in Path(folder).iterdir() if path.suffix in WEIGHTS) if folder else []
    return ModelState(name, folder, {path.name: _sha256(path) for path in weights})


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
