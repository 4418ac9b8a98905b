"""How processes of our own are set up, seen from processes in which nothing is imported yet."""

from __future__ import annotations

import subprocess
import sys

from support.cli_runs import ENVIRONMENT
from support.paths import ROOT


def printed(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=ENVIRONMENT, cwd=ROOT, check=True)
    return done.stdout.decode().strip()


def test_spacy_is_imported_without_torch_which_can_be_imported_afterwards() -> None:
    code = (
        "import sys; from annotator.system.process_setup import import_spacy; import_spacy()\n"
        "print('spacy' in sys.modules, 'torch' in sys.modules)\n"
        "import torch; print(torch.zeros(1).item())"
    )
    assert printed(code).split() == ["True", "False", "0.0"]


def test_a_process_that_has_torch_is_left_alone() -> None:
    code = (
        "import sys, types; sys.modules['torch'] = types.ModuleType('torch')\n"
        "from annotator.system.process_setup import import_spacy; import_spacy()\n"
        "print('spacy' in sys.modules, type(sys.modules['torch']).__name__)"
    )
    assert printed(code) == "False module"


def test_garbage_is_collected_less() -> None:
    code = (
        "import gc; from annotator.system.process_setup import collect_garbage_less\n"
        "before = gc.get_threshold(); collect_garbage_less(); after = gc.get_threshold()\n"
        "print(all(old <= new for old, new in zip(before, after)), after != before)"
    )
    assert printed(code) == "True True"
