"""The torch engine: any Hugging Face token-classification checkpoint, on CUDA, MPS or the CPU."""

from __future__ import annotations

import os
import threading
import warnings
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForTokenClassification
from transformers.utils import logging

from annotator.checkpoints.config import CONFIG, layers_of, read_config, tags_of
from annotator.checkpoints.weights import read_tensors
from annotator.engines.base import CPU_SLOTS, DEVICES, Batch, BatchTooLarge, Engine, EngineOptions
from annotator.engines.multi_gpu import MultiGpuEngine
from annotator.errors import AnnotatorError, UsageError, first_line
from annotator.prepare.encode import Ints

# A GPU needs more work per launch than a CPU. How much is found by trying.
GPU_SLOTS = 4_096
MAX_GPU_SLOTS = 131_072
# On a GPU, one batch is copied while another is computed.
GPU_STREAMS = 2
ALL_GPUS = "cuda:all"
_TYPES = {"exact": torch.float32, "bf16": torch.bfloat16}

# A forked process does not inherit the threads of its parent's OpenMP pool and would wait for them for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))


def load(folder: Path, options: EngineOptions) -> Engine:
    """The engine of a checkpoint folder on one device, or on all GPUs for the device `cuda:all`.

    Raises UsageError for a device that does not exist and for int8; AnnotatorError for a checkpoint that cannot be
    loaded.
    """
    if options.precision == "int8":
        raise UsageError("the torch engine does not compute in int8", "use {engine} onnx, or another {precision}")
    names = device_names(options.device)
    if len(names) == 1:
        return TorchEngine(folder, names[0], options.precision)
    return MultiGpuEngine(TorchEngine, folder, names, options.precision)


class TorchEngine:
    """A token classifier in evaluation mode.

    `precision` is exact (float32), bf16, or auto: bf16 on CUDA and exact elsewhere. Several threads may call it at
    the same time. A pickle holds the arguments, not the weights.
    """

    def __init__(self, folder: Path, device: str = "auto", precision: str = "auto") -> None:
        self._arguments = (folder, device, precision)
        self.device = choose_device(device)
        self.labels = tags_of(folder)
        _check_size(folder)
        logging.disable_progress_bar()
        logging.set_verbosity_error()
        if precision == "auto":
            precision = "bf16" if self.device.type == "cuda" else "exact"
        try:
            with warnings.catch_warnings():  # what follows from a damaged config
                warnings.simplefilter("ignore")
                model, loaded = AutoModelForTokenClassification.from_pretrained(
                    folder, use_safetensors=True, local_files_only=True, dtype=_TYPES[precision],
                    trust_remote_code=False, output_loading_info=True,
                )  # fmt: skip
        except Exception as error:  # damaged files make transformers raise nearly anything
            reason = first_line(error)
            raise AnnotatorError(
                f"{folder}: not a token-classification checkpoint that transformers can load ({reason})",
                "save a model for token classification with transformers' `save_pretrained`, or name another {model}",
            ) from error
        if missing := sorted(loaded["missing_keys"]):  # transformers has given them random values
            more = f" and {len(missing) - 1} more tensors" if len(missing) > 1 else ""
            raise AnnotatorError(
                f"{folder}: the weights lack {missing[0]}{more}", "copy the checkpoint again, or name another {model}"
            )
        self._model = model.to(self.device).eval()
        self.on_gpu = self.device.type != "cpu"
        self.streams = GPU_STREAMS if self.device.type == "cuda" else 1  # on a CPU, one batch takes all cores
        self._thread_local = threading.local()
        self.slots = GPU_SLOTS if self.on_gpu else CPU_SLOTS
        self.max_slots = MAX_GPU_SLOTS if self.on_gpu else CPU_SLOTS

    def __reduce__(self) -> tuple[type[TorchEngine], tuple[Path, str, str]]:
        return type(self), self._arguments

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels] of the words whose first pieces are at `batch.heads`.

        Raises BatchTooLarge for a batch that does not fit in the device's memory.
        """
        try:
            with self._cuda_stream():
                return self._scores(batch)
        except torch.OutOfMemoryError as error:
            reason = first_line(error)
        # Only after the except block has the failed call let go of its memory, so that it can be returned.
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        raise BatchTooLarge(reason)

    def _cuda_stream(self) -> AbstractContextManager[object]:
        """This thread's own CUDA stream, so that its copies and products overlap with those of other threads."""
        if self.device.type != "cuda":
            return nullcontext()
        if not hasattr(self._thread_local, "stream"):
            self._thread_local.stream = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
        return torch.cuda.stream(self._thread_local.stream)

    @torch.inference_mode()
    def _scores(self, batch: Batch) -> NDArray[np.float32]:
        ids, lengths, heads = self._to_device(batch.ids), self._to_device(batch.lengths), self._to_device(batch.heads)
        mask = torch.arange(ids.shape[1], device=self.device)[None, :] < lengths[:, None]
        pad = self._model.config.pad_token_id
        if pad is not None:  # XLM-R counts positions only where there is no padding
            ids = ids.where(mask, pad)
        logits = self._model(input_ids=ids, attention_mask=mask.long()).logits
        words = logits.gather(1, heads[:, :, None].expand(-1, -1, logits.shape[2]))
        scores: NDArray[np.float32] = words.float().log_softmax(dim=-1).cpu().numpy()
        return scores

    def _to_device(self, values: Ints) -> torch.Tensor:
        tensor = torch.from_numpy(values)
        if self.device.type == "cuda":  # a copy from pinned memory does not wait for the GPU's other work
            tensor = tensor.pin_memory()
        return tensor.to(self.device, non_blocking=True)


def _check_size(folder: Path) -> None:
    """Raise AnnotatorError if the config describes what the weights cannot be, before transformers builds it."""
    tensors, layers = read_tensors(folder), layers_of(folder)
    if layers > len(tensors):
        raise AnnotatorError(
            f"{folder / CONFIG}: states {layers:,} layers, but there are {len(tensors):,} tensors",
            "copy the checkpoint again",
        )
    if read_config(folder).get("transformers_weights"):  # may name pickled files
        raise AnnotatorError(f"{folder / CONFIG}: names its weights in transformers_weights", "delete it there")


def device_names(name: str) -> list[str]:
    """The devices that a name stands for: all GPUs for `cuda:all`, otherwise just the name.

    Raises UsageError for `cuda:all` on a machine without a GPU.
    """
    if name != ALL_GPUS:
        return [name]
    if not torch.cuda.is_available():
        raise _missing(name)
    return [f"cuda:{number}" for number in range(torch.cuda.device_count())]


def choose_device(name: str) -> torch.device:
    """The torch device of a name such as `cpu`, `cuda`, `cuda:1` or `mps`; `auto` takes the best available.

    Raises UsageError for an unknown name or a device that this machine lacks.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in ("cpu", "cuda", "mps"):
        raise UsageError(f"unknown device {name!r}", f"use {', '.join(DEVICES[:-1])} or {DEVICES[-1]}")
    missing = (device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count()) or (
        device.type == "mps" and not torch.backends.mps.is_available()
    )
    if missing:
        raise _missing(name)
    return device


def _missing(name: str) -> UsageError:
    return UsageError(f"this machine (or this build of torch) has no device {name!r}", "use {device} cpu or auto")
