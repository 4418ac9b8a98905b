"""Checkpoints that come with the package (installed as `annotator.models`)."""
