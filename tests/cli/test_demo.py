"""`annotate demo`: what it refuses, in one line."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from support.cli_runs import annotate, refused

pytest.importorskip("gradio", reason="needs the extra demo")


def test_a_port_in_use_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(annotate("demo", "--port", port, "--no-browser"), 1)
    assert said == (
        f"127.0.0.1:{port}: cannot be used (Address already in use): "
        "choose another --port; 0 stands for any that is free"
    )


def test_an_address_of_another_machine_is_refused() -> None:
    said = refused(annotate("demo", "--host", "192.0.2.1", "--port", 0, "--no-browser"), 1)
    assert said.startswith("192.0.2.1:0: cannot be used (") and "--host" in said


def test_a_model_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert refused(annotate("demo", "--model", "panx-min"), 2).startswith("unknown model 'panx-min': did you mean")
    assert refused(annotate("demo", "--model", tmp_path), 2).startswith(f"{tmp_path}: no config.json")


def test_a_language_that_does_not_exist_is_refused() -> None:
    assert "qq" in refused(annotate("demo", "--lang", "qq"), 2)


def test_without_gradio_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gradio", None)
    for module in ("annotator.demo.page", "annotator.demo.server"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    assert refused(annotate("demo"), 1) == "this needs gradio: pip install 'annotate-ner[demo]'"
