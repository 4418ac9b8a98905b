"""The page of `annotate demo` as a Hugging Face Space: what a Space runs."""

import os
import sys

from annotator.cli import main

# A Space is asked at this port. Many share its processor, so texts and files must be shorter than by default.
port = os.environ.get("GRADIO_SERVER_PORT", "7860")
options = ["--host", "0.0.0.0", "--port", port, "--device", "cpu", "--max-characters", "200000", "--max-upload", "20MB"]
sys.argv = ["annotate", "demo", "--no-browser", *options]
main()
