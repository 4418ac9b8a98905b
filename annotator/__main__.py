"""The commands `annotate` and `python -m annotator`.

Importing the command line takes a moment, and Ctrl-C within it is not an error either: so this module imports it late.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    try:
        from annotator.cli import main as run
    except KeyboardInterrupt:
        sys.stderr.write("annotate: interrupted\n")
        sys.exit(130)  # as the command line itself does
    try:
        run()
    except SystemExit as end:
        from annotator.system.calls import exit_without_waiting

        exit_without_waiting(int(end.code or 0))
        raise


if __name__ == "__main__":
    main()
