"""Output: files that can be resumed, shards, and rejected records."""
