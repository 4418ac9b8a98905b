"""Files as bytes: compression, and outputs that get their names only when they are complete."""
