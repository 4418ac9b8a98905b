"""Templates of HTML pages that load nothing: with their styles and scripts in them, and everything in them escaped."""

from __future__ import annotations
