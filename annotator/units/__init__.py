"""Units: an input divided so that many machines can annotate it, each unit by a run of its own. Internal."""
