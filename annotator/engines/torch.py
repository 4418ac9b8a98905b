"""The torch engine: any Hugging Face token-classification checkpoint, on CUDA, MPS or the CPU."""

from __future__ import annotations

import os
import threading
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from transformers import AutoModelForTokenClassification
from transformers.utils import logging

from annotator.engines.base import CPU_SLOTS, Batch, BatchTooLarge
from annotator.errors import AnnotatorError, UsageError
from annotator.prepare.encode import Ints

# A GPU wants more work a launch; how much, it finds out by itself.
GPU_SLOTS = 4_096
MOST_GPU_SLOTS = 131_072
# On a GPU one batch is copied while another is computed.
GPU_STREAMS = 2
ALL_GPUS = "cuda:all"
_TYPES = {"exact": torch.float32, "bf16": torch.bfloat16}


# A forked process lacks the threads of its parent's OpenMP pool and would wait for them for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))


class TorchEngine:
    """A token classifier in evaluation mode.

    `precision` is exact (float32), bf16, or auto: bf16 on CUDA and exact elsewhere. Several threads may call it at
    once. Pickled as what was asked for: weights are not in a pickle.
    """

    def __init__(self, folder: Path, device: str = "auto", precision: str = "auto") -> None:
        self._loading = (folder, device, precision)
        self.device = choose_device(device)
        logging.disable_progress_bar()
        logging.set_verbosity_error()
        by_device = "bf16" if self.device.type == "cuda" else "exact"
        dtype = _TYPES[by_device if precision == "auto" else precision]
        try:
            model = AutoModelForTokenClassification.from_pretrained(
                folder, use_safetensors=True, local_files_only=True, dtype=dtype, trust_remote_code=False
            )
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            first_line = str(error).strip().splitlines()[0]
            raise AnnotatorError(
                f"{folder}: not a token-classification checkpoint that transformers can load: {first_line}"
            ) from error
        self._model = model.to(self.device).eval()
        names = model.config.id2label
        self.labels = tuple(str(names[i]) for i in range(len(names)))
        self.on_gpu = self.device.type != "cpu"
        self.streams = GPU_STREAMS if self.device.type == "cuda" else 1  # on a CPU one batch has all cores
        self._of_thread = threading.local()
        self.slots = GPU_SLOTS if self.on_gpu else CPU_SLOTS
        self.most_slots = MOST_GPU_SLOTS if self.on_gpu else CPU_SLOTS

    def __reduce__(self) -> tuple[type[TorchEngine], tuple[Path, str, str]]:
        return type(self), self._loading

    def scores(self, batch: Batch) -> NDArray[np.float32]:
        """Log-probabilities float32 [windows, words, labels] of the words that begin at `batch.heads`.

        Raises BatchTooLarge if the device's memory does not hold the batch.
        """
        try:
            with self._own_stream():
                return self._scores(batch)
        except torch.OutOfMemoryError as error:
            reason = str(error).strip().splitlines()[0]
        # Only now is what the failed call held free, and can be given back.
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        raise BatchTooLarge(reason)

    def _own_stream(self) -> AbstractContextManager[object]:
        """Where this thread's copies and products queue up on a CUDA device, apart from those of other threads."""
        if self.device.type != "cuda":
            return nullcontext()
        if not hasattr(self._of_thread, "stream"):
            self._of_thread.stream = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
        return torch.cuda.stream(self._of_thread.stream)

    @torch.inference_mode()
    def _scores(self, batch: Batch) -> NDArray[np.float32]:
        ids, lengths, heads = self._to_device(batch.ids), self._to_device(batch.lengths), self._to_device(batch.heads)
        mask = torch.arange(ids.shape[1], device=self.device)[None, :] < lengths[:, None]
        pad = self._model.config.pad_token_id
        if pad is not None:  # XLM-R counts positions by what is not padding
            ids = ids.where(mask, pad)
        logits = self._model(input_ids=ids, attention_mask=mask.long()).logits
        words = logits.gather(1, heads[:, :, None].expand(-1, -1, logits.shape[2]))
        scores: NDArray[np.float32] = words.float().log_softmax(dim=-1).cpu().numpy()
        return scores

    def _to_device(self, values: Ints) -> torch.Tensor:
        tensor = torch.from_numpy(values)
        if self.device.type == "cuda":  # from pinned memory the copy does not wait for what the GPU does meanwhile
            tensor = tensor.pin_memory()
        return tensor.to(self.device, non_blocking=True)


def devices(name: str) -> list[str]:
    """The names of the devices that a name stands for: all GPUs for `cuda:all`, else the one itself.

    Raises UsageError for `cuda:all` where there is no GPU.
    """
    if name != ALL_GPUS:
        return [name]
    if not torch.cuda.is_available():
        raise UsageError(_missing(name))
    return [f"cuda:{number}" for number in range(torch.cuda.device_count())]


def choose_device(name: str) -> torch.device:
    """The torch device of a name such as `cpu`, `cuda`, `cuda:1` or `mps`; `auto` takes the best there is.

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
        raise UsageError(f"unknown device {name!r}: use auto, cpu, cuda, cuda:N, cuda:all or mps")
    missing = (device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count()) or (
        device.type == "mps" and not torch.backends.mps.is_available()
    )
    if missing:
        raise UsageError(_missing(name))
    return device


def _missing(name: str) -> str:
    return f"this machine (or this build of torch) has no device {name!r}: use --device cpu or auto"
