"""Takes the pictures of docs/demo.md from the page of `annotate demo`, in Chromium.

python docs/demo_pictures.py      # needs Chromium and the extras demo and test
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent
SIZES = ((1280, 860), (390, 844))
SCHEMES = ("light", "dark")
ANNOTATE = str(Path(sys.executable).with_name("annotate"))


def main() -> None:
    """Serve the page and take a picture at each width, in the light and in the dark."""
    command = [ANNOTATE, "demo", "--no-browser", "--port", "0"]
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as served, sync_playwright() as playwright:
        assert served.stderr is not None
        address = re.search(r"http://\S+", served.stderr.readline())
        assert address
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for width, height in SIZES:
            for scheme in SCHEMES:
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                page.goto(address[0])
                page.get_by_role("button", name="Annotate", exact=True).click()  # again, now that the model is warm
                page.wait_for_selector(".marked mark")
                page.wait_for_timeout(1500)  # until nothing moves any more
                page.screenshot(path=DOCS / f"demo-{width}-{scheme}.png", full_page=True)
        served.terminate()


if __name__ == "__main__":
    main()
