"""A page that is served, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from annotator.demo.models import Models
from annotator.pipeline import Recipe
from support.browser import CHROMIUM, FLAGS, served
from support.forbidding import write_hook

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def models() -> Models:
    """The embedded model, on the CPU."""
    return Models(["panx-mini"], Recipe(device="cpu"))


@pytest.fixture(scope="session")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file in which the server's attempts to leave this machine are noted."""
    return tmp_path_factory.mktemp("attempts") / "attempts"


@pytest.fixture(scope="session")
def address(tiny: Path, attempts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page is served, with the embedded model and another one, without any network."""
    pytest.importorskip("gradio", reason="needs the extra demo")
    site = tmp_path_factory.mktemp("site")
    write_hook(site)
    hook = {"ATTEMPTS": str(attempts), "LOOPBACK": "1", "PYTHONPATH": str(site), "HF_HUB_OFFLINE": "0"}
    with served("--model", "panx-mini", "--model", tiny, "--device", "cpu", **hook) as (address, _):
        yield address


@pytest.fixture(scope="module")  # Playwright keeps a loop of asyncio running, beside which there can be no other
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
