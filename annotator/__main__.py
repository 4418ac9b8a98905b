"""`python -m annotator`: the same as `annotate`."""

from __future__ import annotations

from annotator.cli import main

if __name__ == "__main__":
    main()
