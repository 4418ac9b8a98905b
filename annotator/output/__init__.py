"""Output: files that can be resumed, shards, rejected records, and files written at once.

Internal: of this package, only `write_documents` is public, as `annotator.write_documents`.
"""
