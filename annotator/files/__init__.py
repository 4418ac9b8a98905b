"""Files as bytes: compression, and outputs that appear under their name only when they are complete."""
