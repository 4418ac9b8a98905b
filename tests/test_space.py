"""The Hugging Face Space: its requirements, and that it answers with nothing but its own folder."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from annotator.pipeline import Annotator
from support.browser import LONGEST
from support.cli_runs import ENVIRONMENT
from support.paths import ROOT

SPACE = ROOT / "space"
TEXT = "Angela Merkel besuchte Paris."


def test_requirements_are_the_versions_that_are_tested() -> None:
    required = (SPACE / "requirements.txt").read_text().splitlines()
    assert set(required) <= set((ROOT / "constraints.txt").read_text().splitlines())
    about = yaml.safe_load((SPACE / "README.md").read_text(encoding="utf-8").split("---")[1])
    assert f"gradio=={about['sdk_version']}" in required and about["sdk"] == "gradio"
    assert (SPACE / about["app_file"]).is_file()
    # What every user of the package has, except for what only other engines need, and the page.
    assert not [line for line in required if line.startswith(("torch", "transformers"))]


@pytest.mark.slow
def test_the_space_answers_from_its_own_folder(tmp_path: Path, ner: Annotator) -> None:
    pytest.importorskip("gradio", reason="needs the extra demo")
    from gradio_client import Client

    subprocess.run([sys.executable, SPACE / "put_together.py", tmp_path / "space"], check=True)
    assert {path.name for path in (tmp_path / "space").iterdir()} == {
        "README.md", "app.py", "requirements.txt", "annotator"
    }  # fmt: skip
    # Neither this checkout nor what a Space lacks can be imported.
    (tmp_path / "without").mkdir()
    for name in ("torch", "transformers"):
        (tmp_path / "without" / f"{name}.py").write_text("raise ModuleNotFoundError(__name__, name=__name__)")
    environment = ENVIRONMENT | {"GRADIO_SERVER_PORT": "0", "PYTHONPATH": str(tmp_path / "without")}
    with subprocess.Popen(
        [sys.executable, "app.py"], cwd=tmp_path / "space", stderr=subprocess.PIPE, text=True, env=environment
    ) as served:
        try:
            assert served.stderr is not None
            line = served.stderr.readline()
            port = re.search(r":(\d+)/ ", line)
            assert port, line
            client = Client(f"http://127.0.0.1:{port[1]}/", verbose=False, httpx_kwargs={"timeout": LONGEST})
            assert client.predict(TEXT, api_name="/annotate")["ents"] == ner(TEXT).to_dict()["ents"]
            loaded = Path(f"/proc/{served.pid}/maps")
            if loaded.exists():
                assert "libtorch" not in loaded.read_text()
        finally:
            served.terminate()
